use std::sync::Arc;

use bytes::Bytes;
use gate::{Ending, Exchange, Subject};
use http::header::{self, HeaderName, HeaderValue};
use http_body_util::Full;

use crate::config::HttpTarget;

/// `Mcp-Session-Id` (MCP 2025-11-25 transports, "Session Management").
pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a client sends that never reaches a server: its credentials, where it comes from, what is
/// about its own connection, and what the gateway sets itself.
const NOT_FORWARDED: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "last-event-id",
    "mcp-session-id",
    "origin",
    "proxy-authorization",
    "proxy-connection",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-real-ip",
];

const NOT_FORWARDED_PREFIXES: &[&str] = &["x-forwarded-", "sec-"];

/// The HTTP request that carries `subject`. `arrived`: the client's header fields as they may be sent
/// on.
pub(super) fn build(
    target: &HttpTarget,
    exchange: &Exchange,
    arrived: &[(Arc<str>, Arc<str>)],
    subject: &Subject,
    session: Option<&HeaderValue>,
) -> Result<http::Request<Full<Bytes>>, Ending> {
    let (method, body) = match subject {
        Subject::Message(message, _) => (http::Method::POST, message.bytes().clone()),
        Subject::Batch(batch) => (http::Method::POST, batch.bytes().clone()),
        Subject::Stream { .. } => (http::Method::GET, Bytes::new()),
        Subject::EndSession => (http::Method::DELETE, Bytes::new()),
    };
    let mut request = http::Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = target.url.clone();
    let headers = request.headers_mut();
    for (name, value) in arrived
        .iter()
        .filter(|(name, _)| !of_connection(arrived, name))
    {
        if let Some((name, value)) = forwarded(name, value) {
            headers.append(name, value);
        }
    }
    if exchange.arrival.transport != gate::Transport::StreamableHttp {
        own_headers(headers, exchange);
    }
    if let Some(session) = session {
        headers.insert(SESSION_ID, session.clone());
    }
    if let Subject::Stream {
        last_event_id: Some(id),
    } = subject
        && let Ok(value) = HeaderValue::from_str(id)
    {
        headers.insert(LAST_EVENT_ID, value);
    }
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    for (name, secret) in &target.headers {
        let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
            let detail = format!("the configured header `{name}` has a value that HTTP forbids");
            Ending::UpstreamUnreachable { detail }
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(request)
}

/// Whether `Connection` says that a field is about the connection only (RFC 9110 §7.6.1).
fn of_connection(headers: &[(Arc<str>, Arc<str>)], name: &str) -> bool {
    headers
        .iter()
        .filter(|(field, _)| &**field == "connection")
        .flat_map(|(_, options)| options.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case(name))
}

/// What a client of the HTTP+SSE transport does not send, and a Streamable HTTP server needs.
fn own_headers(headers: &mut http::HeaderMap, exchange: &Exchange) {
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("application/json, text/event-stream"),
    );
    if let Some(version) = &exchange.protocol_version
        && let Ok(value) = HeaderValue::from_str(version)
    {
        headers.insert("mcp-protocol-version", value);
    }
}

fn forwarded(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let stays = NOT_FORWARDED.contains(&name)
        || NOT_FORWARDED_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix));
    if stays || value == crate::arrival::CREDENTIAL {
        return None;
    }
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::forwarded;

    #[test]
    fn credentials_and_origins_stay_here() {
        for (name, goes) in [
            ("authorization", false),
            ("cookie", false),
            ("x-forwarded-for", false),
            ("sec-fetch-site", false),
            ("mcp-session-id", false),
            ("host", false),
            ("mcp-protocol-version", true),
            ("mcp-param-region", true),
            ("x-mcp-toolsets", true),
            ("traceparent", true),
            ("accept", true),
        ] {
            assert_eq!(forwarded(name, "v").is_some(), goes, "{name}");
        }
    }
}
