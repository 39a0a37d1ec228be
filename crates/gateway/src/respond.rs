//! What is on record becomes an HTTP response. The only code that writes to clients: it takes a
//! [`gate::Reply`], or the constant that says that nothing can be recorded.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use gate::{Head, Reply, ReplyBody, Unavailable};
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame as BodyFrame;
use mcp::sse;

use crate::flight::{Out, Outs};
use crate::sessions::{InUse, McpSession};
use crate::upstream::SESSION_ID;

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// How a response is written.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// The session id that goes with a success: the answer to `initialize` has it.
    pub(crate) session: Option<HeaderValue>,
    /// Silence before a comment is sent, in milliseconds.
    pub(crate) keep_alive_ms: u64,
    /// Whether the head says where the answer is on record.
    pub(crate) receipts: bool,
}

/// Waits for the first thing to say, which decides what kind of response it is.
pub(crate) async fn respond(mut outs: Outs, manner: Manner) -> Response<Body> {
    while let Some(out) = outs.recv().await {
        let (reply, last) = match out {
            Out::Unavailable(told) => return unavailable(&told),
            Out::Reply(reply, last) => (reply, last),
        };
        let receipt = manner.receipts.then(|| reply.receipt().clone());
        let mut response = match reply.into_body() {
            ReplyBody::Nothing => continue,
            ReplyBody::Whole(head, bytes) => whole(&head, bytes),
            ReplyBody::Head(head) => streamed(&head, None, outs, manner.keep_alive_ms),
            ReplyBody::Message(status, bytes) if last => whole(&json(status), bytes),
            ReplyBody::Message(_, bytes) => {
                let first = message_event(&bytes);
                streamed(&event_stream(), Some(first), outs, manner.keep_alive_ms)
            }
            ReplyBody::Frame(frame) => {
                let first = Some(frame.raw);
                streamed(&event_stream(), first, outs, manner.keep_alive_ms)
            }
        };
        if response.status().is_success()
            && let Some(session) = manner.session
        {
            response.headers_mut().insert(SESSION_ID, session);
        }
        if let Some(receipt) = receipt {
            add_receipt(&mut response, &receipt);
        }
        return response;
    }
    // The task ended without a word: it was stopped, or it died.
    unrecorded()
}

/// A response for something that was decided without a flight.
pub(crate) async fn respond_once(out: Out, manner: Manner) -> Response<Body> {
    let (sender, outs) = tokio::sync::mpsc::channel(1);
    let _received = sender.send(out).await;
    drop(sender);
    respond(outs, manner).await
}

/// The body of a stream of which nothing but comments was sent before.
pub(crate) fn event_stream_of(
    first: Bytes,
    outs: Outs,
    keep_alive_ms: u64,
    guard: Option<InUse<McpSession>>,
) -> Response<Body> {
    let body = body_of(Some(first), outs, keep_alive_ms, guard, data_of);
    with_head(&event_stream(), body)
}

/// A message that was not put on record is not acknowledged.
pub(crate) fn unrecorded() -> Response<Body> {
    unavailable(&Unavailable::new(&ledger::CommitError::Closed, None))
}

fn unavailable(told: &Unavailable) -> Response<Body> {
    whole(&json(told.status()), told.bytes().clone())
}

fn whole(head: &Head, bytes: Bytes) -> Response<Body> {
    with_head(head, Full::new(bytes).boxed_unsync())
}

fn streamed(head: &Head, first: Option<Bytes>, outs: Outs, keep_alive_ms: u64) -> Response<Body> {
    let mut response = with_head(head, body_of(first, outs, keep_alive_ms, None, event_of));
    // Proxies that buffer hold events back.
    response.headers_mut().insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

fn body_of(
    first: Option<Bytes>,
    outs: Outs,
    keep_alive_ms: u64,
    guard: Option<InUse<McpSession>>,
    event_of: fn(Reply) -> Option<Bytes>,
) -> Body {
    let state = (first, Some(outs), guard);
    let frames = stream::unfold(state, move |(first, outs, guard)| async move {
        if let Some(first) = first {
            return Some((frame(first), (None, outs, guard)));
        }
        let mut outs = outs?;
        loop {
            let wait = Duration::from_millis(keep_alive_ms);
            let Ok(out) = tokio::time::timeout(wait, outs.recv()).await else {
                return Some((frame(sse::comment("")), (None, Some(outs), guard)));
            };
            match out? {
                Out::Unavailable(told) => {
                    // It ends one answer; the stream of a whole session has others to bring.
                    let rest = guard.is_some().then_some(outs);
                    return Some((frame(message_event(told.bytes())), (None, rest, guard)));
                }
                Out::Reply(reply, _) => {
                    if let Some(bytes) = event_of(*reply) {
                        return Some((frame(bytes), (None, Some(outs), guard)));
                    }
                }
            }
        }
    });
    StreamBody::new(frames).boxed_unsync()
}

fn frame(bytes: Bytes) -> Result<BodyFrame<Bytes>, Infallible> {
    Ok(BodyFrame::data(bytes))
}

/// What is written inside of the one stream of an HTTP+SSE client: only messages, framed anew.
/// Error answers to its requests come as messages of their own.
fn data_of(reply: Reply) -> Option<Bytes> {
    match reply.into_body() {
        ReplyBody::Frame(frame) => {
            let data = frame.data.filter(|data| !data.is_empty())?;
            Some(message_event(&data))
        }
        ReplyBody::Message(_, bytes) => Some(message_event(&bytes)),
        ReplyBody::Whole(head, bytes) => {
            let json = head.headers.iter().any(|(name, value)| {
                &**name == "content-type" && value.starts_with("application/json")
            });
            let relayed = (200..300).contains(&head.status) || is_error(&bytes);
            (json && relayed && !bytes.is_empty()).then(|| message_event(&bytes))
        }
        ReplyBody::Head(_) | ReplyBody::Nothing => None,
    }
}

/// Whether a server said itself, in a message, what its HTTP status says.
fn is_error(bytes: &Bytes) -> bool {
    mcp::Message::parse(bytes.clone(), &mcp::json::Limits::default())
        .is_ok_and(|message| message.kind() == mcp::Kind::ErrorResponse)
}

/// What is written inside of a stream of events.
fn event_of(reply: Reply) -> Option<Bytes> {
    match reply.into_body() {
        ReplyBody::Frame(frame) => Some(frame.raw),
        ReplyBody::Message(_, bytes) => Some(message_event(&bytes)),
        ReplyBody::Whole(_, bytes) if !bytes.is_empty() => Some(message_event(&bytes)),
        ReplyBody::Whole(..) | ReplyBody::Head(_) | ReplyBody::Nothing => None,
    }
}

/// An event of the gateway's own framing: without an id, so that a client's `Last-Event-ID` stays
/// a position in the server's stream.
pub(crate) fn message_event(bytes: &[u8]) -> Bytes {
    sse::encode(&sse::Event {
        event: Some("message"),
        data: bytes,
        ..sse::Event::default()
    })
}

fn json(status: u16) -> Head {
    Head {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
    }
}

fn event_stream() -> Head {
    Head {
        status: 200,
        headers: vec![
            ("content-type".into(), "text/event-stream".into()),
            ("cache-control".into(), "no-cache".into()),
        ],
    }
}

fn with_head(head: &Head, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(head.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &head.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn add_receipt(response: &mut Response<Body>, receipt: &ledger::Receipt) {
    let fields = [
        ("probity-log", receipt.origin.to_string()),
        ("probity-index", receipt.index.to_string()),
        ("probity-leaf", receipt.leaf.to_string()),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
}

/// A response of the operations endpoints: no call, nothing to record.
pub(crate) fn plain(
    status: StatusCode,
    content_type: &'static str,
    text: String,
) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(text)).boxed_unsync());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
