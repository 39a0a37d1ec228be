//! The values of HTTP header fields.

use std::ops::Range;

use crate::view::Codec;

/// Whether HTTP or MCP needs a header field as it is: then it is never changed on the wire.
pub(super) fn is_fixed(name: &str) -> bool {
    const FIXED: &[&str] = &[
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "last-event-id",
        "mcp-method",
        "mcp-protocol-version",
        "mcp-session-id",
        "traceparent",
        "tracestate",
        "transfer-encoding",
    ];
    FIXED.iter().any(|fixed| fixed.eq_ignore_ascii_case(name))
}

/// A value written as `=?base64?…?=` (MCP 2026-07-28 streamable-http, Value Encoding): where its
/// base 64 stands, how it is written, and the text that it stands for.
pub(super) fn encoded(value: &str) -> Option<(Range<usize>, Codec, String)> {
    const PREFIX: &str = "=?base64?";
    let word = value.strip_prefix(PREFIX)?.strip_suffix("?=")?;
    let codec = Codec::base64();
    let text = String::from_utf8(codec.text.decode(word)?).ok()?;
    Some((PREFIX.len()..PREFIX.len() + word.len(), codec, text))
}
