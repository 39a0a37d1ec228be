//! What the scripts of the links have in common: messages as text, and what comes back as text.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use gate::{Answer, Ending};
use mcp::{Message, json};
use model::ExchangeId;
use tokio::time::timeout;

use crate::upstream::Incoming;

/// Longer than anything takes that ends at all.
pub(in crate::upstream) const FOR_EVER: Duration = Duration::from_secs(60);

pub(in crate::upstream) fn message(text: &str) -> Message {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    Message::parse(bytes, &json::Limits::default()).expect("a message")
}

pub(in crate::upstream) fn exchange(number: u8) -> ExchangeId {
    ExchangeId::from_bytes([number; 16])
}

/// The next item.
pub(in crate::upstream) async fn next(incoming: &mut Incoming) -> String {
    let item = timeout(FOR_EVER, incoming.next()).await;
    item.expect("not to hang")
        .map_or("end".to_owned(), describe)
}

/// Everything until the end.
pub(in crate::upstream) async fn all(mut incoming: Incoming) -> Vec<String> {
    let mut items = Vec::new();
    loop {
        match next(&mut incoming).await {
            end if end == "end" => return items,
            item => items.push(item),
        }
    }
}

pub(in crate::upstream) fn describe(item: Result<Answer, Ending>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match item {
        Ok(Answer::Message(message)) => text(message.bytes()),
        Ok(Answer::Head(head)) => format!("stream {}", head.status),
        Ok(Answer::Whole(head, body, _)) => format!("{} with {} bytes", head.status, body.len()),
        Ok(Answer::Event(frame, _)) => format!("event {:?}", text(&frame.raw)),
        Ok(Answer::NoMessage(bytes)) => format!("no message {:?}", text(&bytes)),
        Ok(Answer::Stderr(bytes)) => format!("stderr {:?}", text(&bytes)),
        Err(Ending::UpstreamBroke { detail, cut }) if cut.is_empty() => format!("broke: {detail}"),
        Err(Ending::UpstreamBroke { detail, cut }) => {
            format!("broke: {detail}, in {:?}", text(&cut))
        }
        Err(Ending::UpstreamUnreachable { detail }) => format!("unreachable: {detail}"),
        Err(Ending::UpstreamMalformed { detail, .. }) => format!("malformed: {detail}"),
        Err(ending) => ending.name().to_owned(),
    }
}
