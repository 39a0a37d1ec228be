//! From an HTTP answer to the messages in it, whichever way it carries them.

use std::time::Duration;

use bytes::Bytes;
use gate::Ending;
use http::header;
use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use mcp::reply::{self, code};
use mcp::sse::Decoder;
use mcp::{Batch, IdKey, Kind, Message, Method, RequestId, is_batch};
use tokio::time::timeout;

use super::bridge::Bridge;
use crate::upstream::chain;

/// Time for a stream to end by itself once its request is answered.
const TRAIL_MS_MAX: u64 = 1_000;

/// The requests that an HTTP exchange has still to answer, and where its stream is.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) requests: Vec<(RequestId, Method)>,
    pub(super) last_event_id: Option<String>,
    pub(super) retry_ms: Option<u64>,
}

/// Why there is no answer, or no more of it.
#[derive(Debug)]
pub(super) enum Fault {
    /// The gateway cannot be reached, or the connection broke.
    Connection(Ending),
    /// An HTTP error; with the JSON-RPC error in its body, if there is one.
    Status(StatusCode, Option<Box<Message>>),
    /// The stream ended. With the reason, if it broke.
    Ended(Option<String>),
    /// The body is not what MCP allows.
    NotMcp(&'static str),
    /// A message is larger than the limit, in bytes.
    TooLarge(usize),
    /// Something in the message cannot stand in a header field.
    Field,
}

impl Fault {
    /// The error reply that a request gets for it.
    pub(super) fn reply(&self, id: &RequestId) -> Bytes {
        if let Self::Status(_, Some(error)) = self
            && let (Some(code), Some(message)) = (error.error_code(), error.error_message())
        {
            // The same error, with the id that its sender did not know.
            let data = error.error().and_then(|error| error.get("data"));
            return reply::error(Some(id), code, &message, data.map(|data| data.lexeme()));
        }
        let text = match self {
            Self::Connection(Ending::UpstreamUnreachable { detail }) => {
                format!("the gateway cannot be reached: {detail}")
            }
            Self::Connection(Ending::UpstreamBroke { detail, .. }) => {
                format!("the connection to the gateway broke: {detail}")
            }
            Self::Connection(ending) => {
                format!("the gateway did not answer: {}", ending.name())
            }
            Self::Status(status, _) => format!("the gateway answered {status}"),
            Self::Ended(None) => "the answer ended without the response".to_owned(),
            Self::Ended(Some(why)) => format!("the answer broke off: {why}"),
            Self::NotMcp(why) => (*why).to_owned(),
            Self::TooLarge(max) => format!("the answer is larger than {max} bytes"),
            Self::Field => "this message has values that HTTP does not allow".to_owned(),
        };
        reply::error(Some(id), code::INTERNAL_ERROR, &text, None)
    }
}

impl Open {
    /// What a batch or a message asks.
    pub(super) fn of<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Self {
        let asked = |message: &Message| {
            let request = message.kind() == Kind::Request;
            let method = message.method().unwrap_or(Method::Unknown);
            Some((message.id().filter(|_| request)?, method))
        };
        Self {
            requests: messages.into_iter().filter_map(asked).collect(),
            ..Self::default()
        }
    }

    /// Crosses off the request that this answers. Its method, if there is one.
    fn answered(&mut self, message: &Message) -> Option<Method> {
        let key: IdKey = message.id()?.key();
        let at = self.requests.iter().position(|(id, _)| id.key() == key)?;
        Some(self.requests.swap_remove(at).1)
    }
}

impl Bridge {
    /// Brings everything in an HTTP answer to the client.
    pub(super) async fn relay(
        &self,
        response: Response<Incoming>,
        open: &mut Open,
    ) -> Result<(), Fault> {
        let status = response.status();
        if !status.is_success() {
            return self.relay_error(response, open).await;
        }
        match media_type(&response).as_deref() {
            Some("text/event-stream") => self.relay_stream(response.into_body(), open).await,
            _ => {
                let body = self.whole(response.into_body()).await?;
                if body.trim_ascii().is_empty() {
                    return Ok(());
                }
                self.relay_bytes(body, open).await
            }
        }
    }

    async fn relay_error(
        &self,
        response: Response<Incoming>,
        open: &mut Open,
    ) -> Result<(), Fault> {
        let status = response.status();
        let body = self.whole(response.into_body()).await.unwrap_or_default();
        let error = Message::parse(body, &self.parsing())
            .ok()
            .filter(|message| message.kind() == Kind::ErrorResponse);
        if let Some(error) = &error
            && open.answered(error).is_some()
        {
            self.say(error.bytes().clone()).await;
            return Ok(());
        }
        Err(Fault::Status(status, error.map(Box::new)))
    }

    /// Reads events until the stream ends, or until a while after the last request in `open` was
    /// answered on it.
    pub(super) async fn relay_stream(
        &self,
        mut body: Incoming,
        open: &mut Open,
    ) -> Result<(), Fault> {
        let bytes_max = self.endpoint.limits.answer_bytes_max;
        let mut decoder = Decoder::new(bytes_max);
        let asked = !open.requests.is_empty();
        loop {
            while let Some(frame) = decoder.next_frame() {
                let frame = frame.map_err(|_| Fault::TooLarge(bytes_max))?;
                if frame.id.is_some() {
                    open.last_event_id = frame.id;
                }
                open.retry_ms = frame.retry_ms.or(open.retry_ms);
                let is_message = matches!(frame.event.as_deref(), None | Some("" | "message"));
                // An event without content gives the stream an id to be resumed from.
                if let Some(data) = frame.data.filter(|data| is_message && !data.is_empty())
                    && let Err(fault) = self.relay_bytes(data, open).await
                {
                    tracing::warn!(?fault, "an event of the gateway is no message");
                }
            }
            let answered = asked && open.requests.is_empty();
            let next = if answered {
                match timeout(Duration::from_millis(TRAIL_MS_MAX), body.frame()).await {
                    Ok(next) => next,
                    Err(_) => return Ok(()),
                }
            } else {
                body.frame().await
            };
            match next {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        decoder.push(data);
                    }
                }
                Some(Err(error)) => return Err(Fault::Ended(Some(chain(&error)))),
                None if open.requests.is_empty() => return Ok(()),
                None => return Err(Fault::Ended(None)),
            }
        }
    }

    /// One message, or a batch of them.
    async fn relay_bytes(&self, bytes: Bytes, open: &mut Open) -> Result<(), Fault> {
        let not_mcp = |_| Fault::NotMcp("the gateway's answer is not a valid MCP message");
        if is_batch(&bytes) {
            let batch = Batch::parse(bytes.clone(), &self.parsing()).map_err(not_mcp)?;
            for message in batch.messages() {
                self.observe(message, open);
            }
        } else {
            let message = Message::parse(bytes.clone(), &self.parsing()).map_err(not_mcp)?;
            self.observe(&message, open);
        }
        self.say(bytes).await;
        Ok(())
    }

    fn observe(&self, message: &Message, open: &mut Open) {
        if !matches!(message.kind(), Kind::Response | Kind::ErrorResponse) {
            return;
        }
        if let Some(method) = open.answered(message) {
            self.conversation().note_answer(method, message);
        }
    }

    async fn whole(&self, body: Incoming) -> Result<Bytes, Fault> {
        let bytes_max = self.endpoint.limits.answer_bytes_max;
        match Limited::new(body, bytes_max).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                Err(Fault::TooLarge(bytes_max))
            }
            Err(error) => Err(Fault::Ended(Some(chain(&*error)))),
        }
    }
}

/// The media type without its parameters, in lower case.
pub(super) fn media_type(response: &Response<Incoming>) -> Option<String> {
    let value = response
        .headers()
        .get(header::CONTENT_TYPE)?
        .to_str()
        .ok()?;
    let essence = value.split(';').next().unwrap_or(value);
    Some(essence.trim().to_ascii_lowercase())
}
