//! One JSON-RPC message: its bytes, and where the members of its envelope are in them.

mod batch;
mod facts;
mod slots;

use std::borrow::Cow;
use std::sync::OnceLock;

use bytes::Bytes;

pub use batch::{Batch, is_batch};
pub use facts::Implementation;
pub(crate) use facts::key;
pub use slots::Slot;

use crate::json::{self, Json, JsonError, JsonFault, Kind as JsonKind, Limits, Span, scan};
use crate::{DecodeError, DecodeFault, Method, RequestId};

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
    /// Where `_meta` is, once somebody has looked for it.
    meta: OnceLock<Option<Span>>,
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
        let root = match scan(&bytes, limits, |name, span| at.note(name, span)) {
            Ok(root) => root,
            Err(error) => return Err(at.undecodable(&bytes, error)),
        };
        match at.check(&bytes, root) {
            Ok((kind, method)) => Ok(Self {
                bytes,
                kind,
                method,
                at,
                meta: OnceLock::new(),
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

/// Where the values of the envelope's members are.
#[derive(Debug, Clone, Copy, Default)]
struct Envelope {
    jsonrpc: Option<Span>,
    id: Option<Span>,
    method: Option<Span>,
    params: Option<Span>,
    result: Option<Span>,
    error: Option<Span>,
}

/// An id that is allowed in some messages.
enum Id {
    Absent,
    Null(usize),
    Present,
}

impl Envelope {
    fn note(&mut self, name: &str, span: Span) {
        let place = match name {
            "jsonrpc" => &mut self.jsonrpc,
            "id" => &mut self.id,
            "method" => &mut self.method,
            "params" => &mut self.params,
            "result" => &mut self.result,
            "error" => &mut self.error,
            _ => return,
        };
        *place = Some(span);
    }

    fn id(&self, bytes: &[u8]) -> Option<RequestId> {
        RequestId::of(Json::of_valid(bytes, self.id?))
    }

    /// Which kind of message this is, or what is wrong and where; `root` is the whole document.
    fn check(
        &self,
        bytes: &[u8],
        root: Span,
    ) -> Result<(Kind, Option<Method>), (DecodeFault, usize)> {
        let of = |span| Json::of_valid(bytes, span);
        match of(root).kind() {
            JsonKind::Object => {}
            JsonKind::Array => return Err((DecodeFault::Batch, root.start)),
            _ => return Err((DecodeFault::NotAnObject, root.start)),
        }
        if self.jsonrpc.and_then(|span| of(span).text()).as_deref() != Some("2.0") {
            let at = self.jsonrpc.unwrap_or(root).start;
            return Err((DecodeFault::Version, at));
        }
        let id = match self.id {
            None => Id::Absent,
            Some(span) => match of(span).kind() {
                JsonKind::String | JsonKind::Number => Id::Present,
                JsonKind::Null => Id::Null(span.start),
                _ => return Err((DecodeFault::IdType, span.start)),
            },
        };
        match (self.method, self.result, self.error) {
            (Some(method), None, None) => {
                let name = of(method).text();
                let name = name.ok_or((DecodeFault::MethodType, method.start))?;
                if let Some(params) = self.params
                    && !matches!(of(params).kind(), JsonKind::Object | JsonKind::Null)
                {
                    return Err((DecodeFault::ParamsType, params.start));
                }
                let kind = match id {
                    Id::Absent => Kind::Notification,
                    Id::Present => Kind::Request,
                    Id::Null(at) => return Err((DecodeFault::NullId, at)),
                };
                Ok((kind, Some(Method::of(&name))))
            }
            (None, Some(result), None) => match id {
                Id::Present => Ok((Kind::Response, None)),
                Id::Absent | Id::Null(_) => Err((DecodeFault::ResultWithoutId, result.start)),
            },
            (None, None, Some(error)) => match of(error).kind() {
                JsonKind::Object => Ok((Kind::ErrorResponse, None)),
                _ => Err((DecodeFault::ErrorType, error.start)),
            },
            (None, None, None) => Err((DecodeFault::Shapeless, root.start)),
            (_, Some(second), _) | (_, _, Some(second)) => {
                Err((DecodeFault::Ambiguous, second.start))
            }
        }
    }

    /// The error for bytes that are not JSON. An id that has a second value is not given.
    fn undecodable(&self, bytes: &[u8], error: JsonError) -> DecodeError {
        let twice = error.fault == JsonFault::DuplicateKey && {
            let end = json::string_end(bytes, error.offset);
            let start = error.offset;
            Json::of_valid(bytes, Span { start, end }).text().as_deref() == Some("id")
        };
        DecodeError {
            id: if twice { None } else { self.id(bytes) },
            ..error.into()
        }
    }
}
