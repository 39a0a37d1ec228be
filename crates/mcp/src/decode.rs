//! Why bytes are not a message, and what the peer may be told about it.

use std::fmt;

use crate::RequestId;
use crate::json::{JsonError, JsonFault};
use crate::reply::code;

/// Bytes that are not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub fault: DecodeFault,
    /// The byte where it was noticed, counted from 0.
    pub offset: usize,
    /// The id that the error reply can carry, if the bytes name one beyond doubt.
    pub id: Option<RequestId>,
}

/// What can be wrong with bytes that should be one JSON-RPC message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeFault {
    /// Not a JSON document that all parsers would read alike.
    Json(JsonFault),
    /// An array: a batch, where the revision has none, or a batch inside of a batch.
    Batch,
    /// A batch without a message in it.
    EmptyBatch,
    /// `initialize` inside of a batch (MCP 2025-03-26 lifecycle).
    InitializeInBatch,
    /// A document that is neither an object nor an array.
    NotAnObject,
    /// `jsonrpc` is missing, or not `"2.0"`.
    Version,
    /// A request whose id is `null` (MCP basic, Requests).
    NullId,
    /// An id that is neither a string nor a number.
    IdType,
    /// `method` is not a string.
    MethodType,
    /// `params` is neither an object nor `null`.
    ParamsType,
    /// `error` is not an object.
    ErrorType,
    /// Neither a method, nor a result, nor an error.
    Shapeless,
    /// More than one of a method, a result and an error.
    Ambiguous,
    /// A result without an id.
    ResultWithoutId,
    /// A member whose name differs from one of the protocol's only in case: some readers take it
    /// for that one.
    CaseVariant,
}

impl From<JsonError> for DecodeError {
    fn from(error: JsonError) -> Self {
        Self {
            fault: DecodeFault::Json(error.fault),
            offset: error.offset,
            id: None,
        }
    }
}

impl DecodeError {
    /// The JSON-RPC code of the error reply: `-32700` for bytes that are not JSON text, `-32600`
    /// for all else.
    pub fn code(&self) -> i64 {
        match self.fault {
            DecodeFault::Json(
                JsonFault::DuplicateKey | JsonFault::TooLarge(_) | JsonFault::TooDeep(_),
            ) => code::INVALID_REQUEST,
            DecodeFault::Json(_) => code::PARSE_ERROR,
            _ => code::INVALID_REQUEST,
        }
    }

    /// What the peer is told.
    pub fn public_message(&self) -> &'static str {
        match self.fault {
            DecodeFault::Json(fault) => match fault {
                JsonFault::TooLarge(_) => "Invalid request: the message is too large",
                JsonFault::TooDeep(_) => "Invalid request: the message is nested too deeply",
                JsonFault::DuplicateKey => "Invalid request: an object has the same name twice",
                JsonFault::ByteOrderMark => "Parse error: byte order mark",
                JsonFault::NotUtf8 => "Parse error: not UTF-8",
                JsonFault::LoneSurrogate => "Parse error: half of a surrogate pair",
                _ => "Parse error",
            },
            DecodeFault::Batch => "Invalid request: a batch is not supported here",
            DecodeFault::EmptyBatch => "Invalid request: empty batch",
            DecodeFault::InitializeInBatch => "Invalid request: initialize in a batch",
            DecodeFault::NotAnObject => "Invalid request: not an object",
            DecodeFault::Version => "Invalid request: jsonrpc must be \"2.0\"",
            DecodeFault::NullId => "Invalid request: id must not be null",
            DecodeFault::IdType => "Invalid request: id must be a string or a number",
            DecodeFault::MethodType => "Invalid request: method must be a string",
            DecodeFault::ParamsType => "Invalid request: params must be an object",
            DecodeFault::ErrorType => "Invalid request: error must be an object",
            DecodeFault::Shapeless => "Invalid request: no method, result or error",
            DecodeFault::Ambiguous => "Invalid request: more than one of method, result, error",
            DecodeFault::ResultWithoutId => "Invalid request: a result without an id",
            DecodeFault::CaseVariant => "Invalid request: a name differs from MCP's only in case",
        }
    }
}

/// For the operator.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        let text = match self.fault {
            DecodeFault::Json(fault) => return JsonError { fault, offset }.fmt(f),
            DecodeFault::Batch => "an array where one message is expected",
            DecodeFault::EmptyBatch => "a batch without a message",
            DecodeFault::InitializeInBatch => "`initialize` in a batch",
            DecodeFault::NotAnObject => "neither an object nor an array",
            DecodeFault::Version => "`jsonrpc` is not \"2.0\"",
            DecodeFault::NullId => "the id of a request is `null`",
            DecodeFault::IdType => "the id is neither a string nor a number",
            DecodeFault::MethodType => "`method` is not a string",
            DecodeFault::ParamsType => "`params` is not an object",
            DecodeFault::ErrorType => "`error` is not an object",
            DecodeFault::Shapeless => "no `method`, `result` or `error`",
            DecodeFault::Ambiguous => "more than one of `method`, `result` and `error`",
            DecodeFault::ResultWithoutId => "a `result` without an `id`",
            DecodeFault::CaseVariant => "a name that differs from one of MCP's only in case",
        };
        write!(f, "{text} at byte {offset}")
    }
}

impl std::error::Error for DecodeError {}
