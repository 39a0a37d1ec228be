//! The members that make a message of an object, and what they say together.

use super::Kind;
use super::twins::{is_variant_of, twin};
use crate::json::{self, Json, JsonError, JsonFault, Kind as JsonKind, Span};
use crate::{DecodeError, DecodeFault, Method, RequestId};

/// Where the values of the envelope's members are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Envelope {
    jsonrpc: Option<Span>,
    pub(super) id: Option<Span>,
    pub(super) method: Option<Span>,
    pub(super) params: Option<Span>,
    pub(super) result: Option<Span>,
    pub(super) error: Option<Span>,
    /// `_meta` of the parameters.
    pub(super) params_meta: Option<Span>,
    /// `_meta` of the result.
    pub(super) result_meta: Option<Span>,
    /// A member that differs from one of the above only in case.
    variant: Option<Span>,
    /// Whether a member of the parameters or of the result differs only in case from one of MCP.
    inner_variant: bool,
}

const NAMES: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// Members of parameters and results that decisions are made by.
const INNER_NAMES: [&str; 24] = [
    "_meta",
    "name",
    "uri",
    "arguments",
    "taskId",
    "task",
    "requestId",
    "progressToken",
    "requestState",
    "inputResponses",
    "inputRequests",
    "protocolVersion",
    "capabilities",
    "clientInfo",
    "serverInfo",
    "resultType",
    "isError",
    "content",
    "structuredContent",
    "tools",
    "prompts",
    "resources",
    "resourceTemplates",
    "contents",
];

/// An id that is allowed in some messages.
enum Id {
    Absent,
    Null(usize),
    Present,
}

impl Envelope {
    /// Takes note of a member of the message, or of one of its parameters or result.
    pub(super) fn note(&mut self, parent: Option<&str>, name: &str, span: Span) {
        let place = match (parent, name) {
            (None, "jsonrpc") => &mut self.jsonrpc,
            (None, "id") => &mut self.id,
            (None, "method") => &mut self.method,
            (None, "params") => &mut self.params,
            (None, "result") => &mut self.result,
            (None, "error") => &mut self.error,
            (None, _) if is_variant_of(name, &NAMES) => &mut self.variant,
            (Some("params"), "_meta") => &mut self.params_meta,
            (Some("result"), "_meta") => &mut self.result_meta,
            (Some("params" | "result"), _) => {
                self.inner_variant |= is_variant_of(name, &INNER_NAMES);
                return;
            }
            _ => return,
        };
        *place = Some(span);
    }

    pub(super) fn id(&self, bytes: &[u8]) -> Option<RequestId> {
        RequestId::of(Json::of_valid(bytes, self.id?))
    }

    /// Which kind of message this is, or what is wrong and where; `root` is the whole document.
    pub(super) fn check(
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
        if let Some(variant) = self.variant {
            return Err((DecodeFault::CaseVariant, variant.start));
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
                let method = Method::of(&name);
                self.check_inner(self.params.map(of), method != Method::Unknown)?;
                Ok((kind, Some(method)))
            }
            (None, Some(result), None) => match id {
                Id::Present => {
                    self.check_inner(Some(of(result)), false)?;
                    Ok((Kind::Response, None))
                }
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

    /// Without the members that mean nothing in this kind of message.
    pub(super) fn of_kind(self, kind: Kind) -> Self {
        match kind {
            Kind::Request | Kind::Notification => self,
            Kind::Response | Kind::ErrorResponse => Self {
                params: None,
                params_meta: None,
                ..self
            },
        }
    }

    /// Whether readers that do not mind case take the same values from the parameters or the result.
    /// Where MCP says which members there are, a variant alone is one too many.
    fn check_inner(
        &self,
        body: Option<Json<'_>>,
        is_known: bool,
    ) -> Result<(), (DecodeFault, usize)> {
        let found = body.filter(|_| self.inner_variant);
        match found.and_then(|body| twin(body, &INNER_NAMES, is_known)) {
            Some(span) => Err((DecodeFault::CaseVariant, span.start)),
            None => Ok(()),
        }
    }

    /// The error for bytes that are not JSON. An id that has a second value is not given.
    pub(super) fn undecodable(&self, bytes: &[u8], error: JsonError) -> DecodeError {
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
