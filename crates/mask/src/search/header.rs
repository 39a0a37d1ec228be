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
