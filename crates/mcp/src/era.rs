//! Which era an HTTP request belongs to, and whether its header fields agree with its body.

mod agree;
mod headers;
mod schema;
mod value;

pub use agree::{ModernFault, check_modern, required_headers};
pub use headers::{Headers, TransportFault, check_get, check_post};
pub use schema::{HeaderSchema, SchemaFault};
pub use value::{ValueFault, decode_value, encode_value};

use crate::message::key;
use crate::reply::code;
use crate::{Kind, Message, Method, Revision};

/// What an HTTP request opens or continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A stateless request of 2026-07-28 or later.
    Modern,
    /// `initialize`: a new session of 2025-11-25 or earlier.
    Initialize,
    /// A message of a session of 2025-11-25 or earlier. Its routing headers mean nothing.
    Legacy,
}

/// Which era a POST belongs to (MCP 2026-07-28 versioning, Backward Compatibility): a body with
/// per-request metadata or a modern version header is modern, even if it is an `initialize`.
pub fn classify(headers: &Headers<'_>, message: &Message) -> Class {
    let body = message.request_meta(key::PROTOCOL_VERSION).is_some();
    if body || headers.protocol_version().is_some_and(is_modern_version) {
        return Class::Modern;
    }
    match (message.kind(), message.method()) {
        (Kind::Request, Some(Method::Initialize)) => Class::Initialize,
        _ => Class::Legacy,
    }
}

/// Whether a version is 2026-07-28 or a later date.
pub fn is_modern_version(version: &str) -> bool {
    let is_date = version.len() == 10
        && version.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_date && version >= Revision::V2026_07_28.as_str()
}

/// Whether an answer proves that its server is modern (MCP 2026-07-28 streamable-http, Backward
/// Compatibility): clients do not fall back to `initialize` after it.
pub fn is_modern_error(message: &Message) -> bool {
    matches!(
        message.error_code(),
        Some(code::HEADER_MISMATCH | code::MISSING_CAPABILITY | code::UNSUPPORTED_VERSION)
    )
}
