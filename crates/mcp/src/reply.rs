//! Messages of our own: error replies, blocked tools, cancellations.

use bytes::Bytes;

use crate::json::write_string;
use crate::{Era, RequestId};

/// Error codes. Those below -32000 are JSON-RPC's and MCP's, the others are ours.
pub mod code {
    /// Not JSON (JSON-RPC 2.0).
    pub const PARSE_ERROR: i64 = -32700;
    /// Not a message (JSON-RPC 2.0).
    pub const INVALID_REQUEST: i64 = -32600;
    /// No such method (JSON-RPC 2.0).
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// Parameters that the method does not take (JSON-RPC 2.0); unknown tools and prompts.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The receiver failed (JSON-RPC 2.0).
    pub const INTERNAL_ERROR: i64 = -32603;
    /// No such resource (MCP up to 2025-11-25); modern peers say [`INVALID_PARAMS`].
    pub const RESOURCE_NOT_FOUND: i64 = -32002;
    /// Header fields and body disagree (MCP 2026-07-28).
    pub const HEADER_MISMATCH: i64 = -32020;
    /// The client did not declare what the request needs (MCP 2026-07-28).
    pub const MISSING_CAPABILITY: i64 = -32021;
    /// The server does not have the revision (MCP 2026-07-28).
    pub const UNSUPPORTED_VERSION: i64 = -32022;
    /// Policy does not let it pass.
    pub const BLOCKED: i64 = 4403;
    /// Nobody approved it in time.
    pub const APPROVAL_EXPIRED: i64 = 4408;
    /// The tool is not the one that was reviewed.
    pub const DEFINITION_DRIFT: i64 = 4409;
}

/// An error reply. Without an id the member is left out: MCP has no `null` id.
///
/// `data` is JSON text of its own.
pub fn error(id: Option<&RequestId>, code: i64, message: &str, data: Option<&str>) -> Bytes {
    let mut out = opening(id);
    out.push_str(",\"error\":{\"code\":");
    out.push_str(&code.to_string());
    out.push_str(",\"message\":");
    write_string(&mut out, message);
    if let Some(data) = data {
        out.push_str(",\"data\":");
        out.push_str(data);
    }
    out.push_str("}}");
    out.into()
}

/// A reply with a result, which is JSON text of its own.
pub fn result(id: &RequestId, result: &str) -> Bytes {
    let mut out = opening(Some(id));
    out.push_str(",\"result\":");
    out.push_str(result);
    out.push('}');
    out.into()
}

/// Asks the client to send the same request once more with this `requestState` (MCP 2026-07-28, multi
/// round-trip requests): nothing is asked of it besides.
pub fn input_required(id: &RequestId, state: &str) -> Bytes {
    let mut body = String::from("{\"resultType\":\"input_required\",\"requestState\":");
    write_string(&mut body, state);
    body.push('}');
    result(id, &body)
}

/// What the agent learns about a call that did not pass.
#[derive(Debug, Clone, Copy)]
pub struct Blocked<'a> {
    /// One or two sentences for the model.
    pub text: &'a str,
    /// A member of `_meta` for programs: its key and its JSON text.
    pub decision: Option<(&'a str, &'a str)>,
}

/// The result of a tool that failed, which agents give to their model (MCP server/tools, Error
/// handling). Only modern peers know `resultType`.
pub fn blocked_tool(id: &RequestId, era: Era, blocked: &Blocked<'_>) -> Bytes {
    let mut body = String::from("{");
    if era == Era::Modern {
        body.push_str("\"resultType\":\"complete\",");
    }
    body.push_str("\"content\":[{\"type\":\"text\",\"text\":");
    write_string(&mut body, blocked.text);
    body.push_str("}],\"isError\":true");
    if let Some((key, json)) = blocked.decision {
        body.push_str(",\"_meta\":{");
        write_string(&mut body, key);
        body.push(':');
        body.push_str(json);
        body.push('}');
    }
    body.push('}');
    result(id, &body)
}

/// `notifications/cancelled` for a request of ours.
pub fn cancelled(request: &RequestId, reason: Option<&str>) -> Bytes {
    let mut out = opening(None);
    out.push_str(",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":");
    out.push_str(request.lexeme());
    if let Some(reason) = reason {
        out.push_str(",\"reason\":");
        write_string(&mut out, reason);
    }
    out.push_str("}}");
    out.into()
}

fn opening(id: Option<&RequestId>) -> String {
    let mut out = String::from("{\"jsonrpc\":\"2.0\"");
    if let Some(id) = id {
        out.push_str(",\"id\":");
        out.push_str(id.lexeme());
    }
    out
}
