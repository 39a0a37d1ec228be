//! What the server saw, one JSON line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An HTTP request with its whole body.
    Request,
    /// A line on standard input, without its line feed.
    Line,
    /// The client closed the connection while the server was still answering.
    PeerClosed,
    /// Standard input ended.
    InputEnded,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// What happened.
    pub event: Event,
    /// Over HTTP: the method; otherwise empty.
    pub http_method: String,
    /// Over HTTP: the path with its query; otherwise empty.
    pub target: String,
    /// Over HTTP: the header fields as they were written.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body or line, in Base64.
    pub body_base64: String,
}

#[cfg(feature = "fixture")]
impl Received {
    pub(crate) fn line(bytes: &[u8]) -> Self {
        Self::of(Event::Line, "", "", Vec::new(), bytes)
    }

    pub(crate) fn of(
        event: Event,
        http_method: &str,
        target: &str,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Self {
        Self {
            event,
            http_method: http_method.to_owned(),
            target: target.to_owned(),
            headers,
            body_base64: STANDARD.encode(body),
        }
    }
}

impl Received {
    /// The exact bytes of the body or line.
    pub fn body(&self) -> Vec<u8> {
        STANDARD.decode(&self.body_base64).unwrap_or_default()
    }

    /// The first header field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}
