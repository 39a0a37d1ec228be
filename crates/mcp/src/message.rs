//! One JSON-RPC message: its bytes, and where the members of its envelope are in them.

mod batch;
mod envelope;
mod facts;
mod slots;
mod twins;

use std::borrow::Cow;

use bytes::Bytes;

pub use batch::{Batch, is_batch};
pub use facts::Implementation;
pub(crate) use facts::key;
pub use slots::Slot;

use crate::json::{Json, Limits, Span, scan};
use crate::{DecodeError, Method, RequestId};
use envelope::Envelope;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It has a method and an id: its receiver answers.
    Request,
    /// It has a method and no id.
    Notification,
    /// It has a result.
    Response,
    /// It has an error.
    ErrorResponse,
}

impl Kind {
    /// `request`, `notification`, `response` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Notification => "notification",
            Self::Response => "response",
            Self::ErrorResponse => "error",
        }
    }
}

/// A valid JSON-RPC message, kept as the bytes that came. Members that MCP does not know stay in
/// them. Cheap to clone.
#[derive(Clone)]
pub struct Message {
    bytes: Bytes,
    kind: Kind,
    method: Option<Method>,
    at: Envelope,
}

impl Message {
    /// Reads one message.
    ///
    /// # Errors
    ///
    /// Everything that two parsers could read differently, and everything that is not a request,
    /// a notification or an answer of JSON-RPC 2.0 with MCP's restrictions on ids.
    pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Self, DecodeError> {
        let mut at = Envelope::default();
        let root = match scan(&bytes, limits, |parent, name, span| {
            at.note(parent, name, span)
        }) {
            Ok(root) => root,
            Err(error) => return Err(at.undecodable(&bytes, error)),
        };
        match at.check(&bytes, root) {
            Ok((kind, method)) => Ok(Self {
                bytes,
                kind,
                method,
                at: at.of_kind(kind),
            }),
            Err((fault, offset)) => Err(DecodeError {
                fault,
                offset,
                id: at.id(&bytes),
            }),
        }
    }

    /// The bytes, as they came.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes, as they came.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The id; `None` for notifications, and for error replies without one.
    pub fn id(&self) -> Option<RequestId> {
        self.at.id(&self.bytes)
    }

    /// The id as it was written.
    pub fn id_lexeme(&self) -> Option<&str> {
        let id = self.json(self.at.id)?;
        (!id.is_null()).then(|| id.lexeme())
    }

    /// The method of a request or a notification; [`Method::Unknown`] where the table has it not.
    pub fn method(&self) -> Option<Method> {
        self.method
    }

    /// The method of a request or a notification, unescaped.
    pub fn method_name(&self) -> Option<Cow<'_, str>> {
        self.json(self.at.method)?.text()
    }

    /// The parameters of a request or a notification; `None` also where they are `null`.
    pub fn params(&self) -> Option<Json<'_>> {
        self.json(self.at.params)
            .filter(|params| params.is_object())
    }

    /// The result of an answer, of any shape.
    pub fn result(&self) -> Option<Json<'_>> {
        self.json(self.at.result)
    }

    /// The error of an answer, an object.
    pub fn error(&self) -> Option<Json<'_>> {
        self.json(self.at.error)
    }

    fn json(&self, span: Option<Span>) -> Option<Json<'_>> {
        span.map(|span| Json::of_valid(&self.bytes, span))
    }
}

/// The bytes as text, for people.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({})", String::from_utf8_lossy(&self.bytes))
    }
}
