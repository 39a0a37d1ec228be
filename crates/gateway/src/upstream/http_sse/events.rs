//! The stream: its first event says where to post, the others carry messages.

use bytes::Bytes;
use gate::{Answer, Ending};
use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use mcp::sse::{Decoder, Frame};
use mcp::{Message, json};

use crate::config::Limits;
use crate::upstream::duplex::{Inlet, parsing};
use crate::upstream::http::chain;

/// The events of a stream, one by one.
pub(super) struct Events {
    body: Incoming,
    /// Taken when the stream has ended.
    decoder: Option<Decoder>,
    bytes_max: usize,
    parsing: json::Limits,
}

impl Events {
    /// Takes the answer to the GET, if it is a stream of events.
    pub(super) fn of(response: http::Response<Incoming>, limits: &Limits) -> Result<Self, Ending> {
        let status = response.status();
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let status = status.as_u16();
            return Err(Ending::CredentialRefused { status });
        }
        if !status.is_success() {
            let detail = format!(
                "the server answered the GET with status {}",
                status.as_u16()
            );
            return Err(Ending::UpstreamUnreachable { detail });
        }
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let essence = content_type
            .and_then(|value| value.to_str().ok()?.split(';').next())
            .unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("text/event-stream") {
            let detail = format!("the server's stream is `{essence}`, not `text/event-stream`");
            let bytes = Bytes::new();
            return Err(Ending::UpstreamMalformed { detail, bytes });
        }
        Ok(Self {
            body: response.into_body(),
            decoder: Some(Decoder::new(limits.answer_bytes_max)),
            bytes_max: limits.answer_bytes_max,
            parsing: parsing(limits),
        })
    }

    /// What the first event says: where to post.
    pub(super) async fn endpoint(&mut self, inlet: &Inlet) -> Result<String, Ending> {
        loop {
            let frame = self.next().await?;
            match (&frame.data, frame.event.as_deref()) {
                (Some(data), Some("endpoint")) => {
                    let named = String::from_utf8_lossy(data).into_owned();
                    inlet.aside(Answer::Event(frame, None)).await;
                    return Ok(named);
                }
                (Some(_), _) => {
                    return Err(Ending::UpstreamMalformed {
                        detail: "the first event of the stream is not `endpoint`".to_owned(),
                        bytes: frame.raw,
                    });
                }
                (None, _) => inlet.aside(Answer::Event(frame, None)).await,
            }
        }
    }

    /// Brings every message to whoever waits for it, until the stream ends.
    ///
    /// An event that is no message says nothing about which call it belongs to, and the next one
    /// is whole all the same: it is put on record, and reading goes on. After an event that is too
    /// large there is no next one.
    pub(super) async fn deliver(&mut self, inlet: &Inlet) -> Ending {
        loop {
            let frame = match self.next().await {
                Ok(frame) => frame,
                Err(ending) => return ending,
            };
            let message = match (&frame.data, frame.event.as_deref()) {
                (Some(data), None | Some("" | "message")) => {
                    Message::parse(data.clone(), &self.parsing)
                        .map_err(|error| tracing::warn!(%error, "an event is no message"))
                        .ok()
                }
                _ => None,
            };
            match message {
                Some(message) => inlet.deliver(message).await,
                None => inlet.aside(Answer::Event(frame, None)).await,
            }
        }
    }

    async fn next(&mut self) -> Result<Frame, Ending> {
        loop {
            let Some(decoder) = &mut self.decoder else {
                return Err(broke("the stream has ended".to_owned(), Bytes::new()));
            };
            match decoder.next_frame() {
                Some(Ok(frame)) => return Ok(frame),
                Some(Err(_)) => {
                    let bytes_max = self.bytes_max as u64;
                    return Err(Ending::UpstreamTooLarge { bytes_max });
                }
                None => {}
            }
            let how = match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        decoder.push(data);
                    }
                    continue;
                }
                Some(Err(error)) => chain(&error),
                None => "the server ended the stream".to_owned(),
            };
            let end = self.decoder.take().map(Decoder::finish);
            let cut = end.filter(|end| end.cut).map(|end| end.rest);
            return Err(broke(how, cut.unwrap_or_default()));
        }
    }
}

fn broke(detail: String, cut: Bytes) -> Ending {
    Ending::UpstreamBroke { detail, cut }
}
