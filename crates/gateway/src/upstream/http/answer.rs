use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt as _};
use gate::{Answer, Ending, Exchange, Head, Subject};
use http::StatusCode;
use http::header;
use http_body_util::BodyExt as _;
use hyper::body::Incoming as Body;
use mcp::sse::{Decoder, Frame};
use mcp::{Batch, Era, Kind, Message, RequestId, Revision};

use super::client::chain;
use crate::config::Limits;

/// What of a server's header fields reaches a client.
const RELAYED: &[&str] = &[
    "allow",
    "cache-control",
    "content-language",
    "content-type",
    "retry-after",
];

/// Turns an HTTP response into what came back: one whole answer, or the events of a stream.
pub(super) async fn read(
    response: http::Response<Body>,
    exchange: &Exchange,
    subject: &Subject,
    limits: &Limits,
) -> Result<crate::upstream::Incoming, Ending> {
    let (parts, body) = response.into_parts();
    if refuses_the_credential(&parts) {
        let status = parts.status.as_u16();
        return Err(Ending::CredentialRefused { status });
    }
    if let Some(encoding) = parts.headers.get(header::CONTENT_ENCODING)
        && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return Err(Ending::UpstreamMalformed {
            detail: format!("the answer is encoded as {encoding:?}, and was asked for as it is"),
            bytes: Bytes::new(),
        });
    }
    if parts.status.is_redirection() {
        let to = parts.headers.get(header::LOCATION).map_or_else(
            || "nowhere".into(),
            |to| String::from_utf8_lossy(to.as_bytes()),
        );
        return Err(Ending::UpstreamMalformed {
            detail: format!("the server redirects to `{to}`: configure that address"),
            bytes: Bytes::new(),
        });
    }
    let head = relayed(&parts);
    if parts.status.is_success() && media_type(&parts) == Some("text/event-stream") {
        // A stream that the client asked for may be silent for as long as it likes.
        let silence_ms_max = (!subject.is_standing()).then_some(limits.answer_ms_max);
        let first = stream::iter([Ok(Answer::Head(head))]);
        let events = Events {
            body,
            decoder: Some(Decoder::new(limits.answer_bytes_max)),
            limits: limits.clone(),
            silence_ms_max,
            batches: batches(exchange, subject),
        };
        return Ok(first.chain(events.stream()).boxed());
    }
    let bytes = whole(body, limits).await?;
    let expects = Expects {
        response_to: match subject {
            Subject::Message(message, _) if message.kind() == Kind::Request => message.id(),
            _ => None,
        },
        batches: batches(exchange, subject),
    };
    let answer = complete(
        head,
        parts.status,
        media_type(&parts),
        bytes,
        &expects,
        limits,
    )?;
    Ok(stream::iter([Ok(answer)]).boxed())
}

/// A 401, or a 403 that asks for more, is about the gateway's own credential: the client can do
/// nothing about it, and must not be sent to the server's authorization server.
fn refuses_the_credential(parts: &http::response::Parts) -> bool {
    parts.status == StatusCode::UNAUTHORIZED
        || (parts.status == StatusCode::FORBIDDEN
            && parts.headers.contains_key(header::WWW_AUTHENTICATE))
}

fn media_type(parts: &http::response::Parts) -> Option<&str> {
    let value = parts.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or(value).trim();
    if essence.eq_ignore_ascii_case("text/event-stream") {
        Some("text/event-stream")
    } else if essence.eq_ignore_ascii_case("application/json") {
        Some("application/json")
    } else {
        Some("other")
    }
}

fn relayed(parts: &http::response::Parts) -> Head {
    let headers = parts
        .headers
        .iter()
        .filter(|(name, _)| {
            let name = name.as_str();
            RELAYED.contains(&name) || (name.starts_with("mcp-") && name != "mcp-session-id")
        })
        .filter_map(|(name, value)| {
            Some((Arc::from(name.as_str()), Arc::from(value.to_str().ok()?)))
        })
        .collect();
    Head {
        status: parts.status.as_u16(),
        headers,
    }
}

/// Collects a body up to the limit.
async fn whole(mut body: Body, limits: &Limits) -> Result<Bytes, Ending> {
    let waited_ms = limits.answer_ms_max;
    let mut first: Option<Bytes> = None;
    let mut all = BytesMut::new();
    loop {
        let frame = tokio::time::timeout(Duration::from_millis(waited_ms), body.frame())
            .await
            .map_err(|_| Ending::UpstreamTimedOut { waited_ms })?;
        let data = match frame {
            None => break,
            Some(Err(error)) => {
                let cut = first.unwrap_or_else(|| all.freeze());
                return Err(broke(&error, cut));
            }
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => data,
                Err(_trailers) => continue,
            },
        };
        let so_far = all.len() + first.as_ref().map_or(0, Bytes::len);
        if so_far + data.len() > limits.answer_bytes_max {
            let bytes_max = u64::try_from(limits.answer_bytes_max).unwrap_or(u64::MAX);
            return Err(Ending::UpstreamTooLarge { bytes_max });
        }
        match first.take() {
            None if all.is_empty() => first = Some(data),
            None => all.extend_from_slice(&data),
            Some(head) => {
                all.extend_from_slice(&head);
                all.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| all.freeze()))
}

/// What a complete answer may be.
struct Expects {
    /// The request, if it answers one.
    response_to: Option<RequestId>,
    /// Whether messages may come in arrays.
    batches: bool,
}

/// Batches exist in 2025-03-26 only (2025-03-26 basic, "Batching").
fn batches(exchange: &Exchange, subject: &Subject) -> bool {
    let version = exchange.protocol_version.as_deref();
    matches!(subject, Subject::Batch(_))
        || (exchange.era == Era::Legacy && version == Some(Revision::V2025_03_26.as_str()))
}

/// A complete answer. What a request is answered with has to be its response; what comes with an
/// error status, or in answer to something else, is relayed as it is.
fn complete(
    head: Head,
    status: StatusCode,
    media_type: Option<&str>,
    bytes: Bytes,
    expects: &Expects,
    limits: &Limits,
) -> Result<Answer, Ending> {
    let request = expects.response_to.as_ref().filter(|_| status.is_success());
    let expects_message = request.is_some();
    if expects_message && media_type != Some("application/json") {
        return Err(Ending::UpstreamMalformed {
            detail: "a request was answered with another content type than JSON or an event stream"
                .to_owned(),
            bytes,
        });
    }
    if media_type != Some("application/json") || bytes.is_empty() {
        if expects_message {
            return Err(Ending::UpstreamMalformed {
                detail: "a request was answered with an empty body".to_owned(),
                bytes,
            });
        }
        return Ok(Answer::Whole(head, bytes, None));
    }
    match message_of(&bytes, expects.batches, limits) {
        Ok(Some(message)) if request.is_some_and(|request| !answers(&message, request)) => {
            Err(Ending::UpstreamMalformed {
                detail: "a request was answered with a message that is not its response".to_owned(),
                bytes,
            })
        }
        Ok(message) => Ok(Answer::Whole(head, bytes, message)),
        Err(_) if !expects_message => Ok(Answer::Whole(head, bytes, None)),
        Err(detail) => Err(Ending::UpstreamMalformed { detail, bytes }),
    }
}

/// Whether a message is the response to a request. An error may be without an id, where the server
/// could not read it.
fn answers(message: &Message, request: &RequestId) -> bool {
    match (message.kind(), message.id()) {
        (Kind::Response | Kind::ErrorResponse, Some(id)) => id.key() == request.key(),
        (Kind::ErrorResponse, None) => true,
        _ => false,
    }
}

/// The message in some bytes; `None` for a well-formed batch.
fn message_of(bytes: &Bytes, batches: bool, limits: &Limits) -> Result<Option<Message>, String> {
    let limits = mcp::json::Limits {
        bytes_max: limits.answer_bytes_max,
        depth_max: limits.depth_max,
    };
    if batches && mcp::is_batch(bytes) {
        return match Batch::parse(bytes.clone(), &limits) {
            Ok(_) => Ok(None),
            Err(error) => Err(error.to_string()),
        };
    }
    match Message::parse(bytes.clone(), &limits) {
        Ok(message) => Ok(Some(message)),
        Err(error) => Err(error.to_string()),
    }
}

fn broke(error: &hyper::Error, cut: Bytes) -> Ending {
    Ending::UpstreamBroke {
        detail: chain(error),
        cut,
    }
}

/// Where reading a stream of events is.
struct Events {
    body: Body,
    decoder: Option<Decoder>,
    limits: Limits,
    silence_ms_max: Option<u64>,
    /// Whether messages may come in arrays.
    batches: bool,
}

impl Events {
    /// The frames of a stream. An error is the last item.
    fn stream(self) -> crate::upstream::Incoming {
        stream::unfold(self, |mut state| async move {
            let item = state.next().await?;
            if item.is_err() {
                state.decoder = None;
            }
            Some((item, state))
        })
        .boxed()
    }

    async fn next(&mut self) -> Option<Result<Answer, Ending>> {
        loop {
            match self.decoder.as_mut()?.next_frame() {
                Some(Ok(frame)) => return Some(self.event(frame)),
                Some(Err(error)) => {
                    let bytes_max = u64::try_from(error.bytes_max).unwrap_or(u64::MAX);
                    return Some(Err(Ending::UpstreamTooLarge { bytes_max }));
                }
                None => {}
            }
            let chunk = match self.silence_ms_max {
                None => self.body.frame().await,
                Some(waited_ms) => {
                    let wait = Duration::from_millis(waited_ms);
                    match tokio::time::timeout(wait, self.body.frame()).await {
                        Ok(chunk) => chunk,
                        Err(_) => return Some(Err(Ending::UpstreamTimedOut { waited_ms })),
                    }
                }
            };
            match chunk {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.decoder.as_mut()?.push(&data);
                    }
                }
                Some(Err(error)) => {
                    let end = self.decoder.take()?.finish();
                    return Some(Err(broke(&error, end.rest)));
                }
                None => {
                    let end = self.decoder.take()?.finish();
                    let detail = "the stream ended inside of an event".to_owned();
                    let cut = end.rest;
                    return end
                        .cut
                        .then_some(Err(Ending::UpstreamBroke { detail, cut }));
                }
            }
        }
    }

    fn event(&self, frame: Frame) -> Result<Answer, Ending> {
        let Some(data) = frame.data.clone().filter(|data| !data.is_empty()) else {
            return Ok(Answer::Event(frame, None));
        };
        match message_of(&data, self.batches, &self.limits) {
            Ok(message) => Ok(Answer::Event(frame, message)),
            // Clients dispatch events of other types elsewhere, or drop them.
            Err(_) if frame.event.as_deref().is_some_and(|kind| kind != "message") => {
                Ok(Answer::Event(frame, None))
            }
            Err(detail) => Err(Ending::UpstreamMalformed {
                detail,
                bytes: data,
            }),
        }
    }
}
