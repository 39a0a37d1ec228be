//! An HTTP request becomes an [`Arrival`]: what is known before anybody asks who sent it.

use std::net::SocketAddr;
use std::sync::Arc;

use gate::{Arrival, Transport};
use http::request::Parts;
use ledger::HttpFacts;
use mask::{Crossing, MaskSet};

use crate::random::{self, NoRandomness};

/// What stands for a credential in records.
pub(crate) const CREDENTIAL: &str = "[credential]";

/// Parts of header names whose values are credentials.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "cookie",
    "token",
    "secret",
    "password",
    "api-key",
    "apikey",
];

pub(crate) fn arrival(
    parts: &Parts,
    peer: SocketAddr,
    upstream: &str,
    transport: Transport,
    masks: &MaskSet,
) -> Result<Arrival, NoRandomness> {
    let received_at = random::now();
    let headers = headers(&parts.headers);
    let http = HttpFacts {
        method: Some(parts.method.as_str().into()),
        path: Some(parts.uri.path().into()),
        status: None,
        headers: headers.clone(),
        peer: Some(peer.to_string().into()),
    };
    let at = Crossing::to_server(upstream);
    Ok(Arrival {
        id: random::exchange_id(received_at)?,
        upstream: upstream.into(),
        transport,
        received_at,
        http: gate::masked_http(http, masks, &at),
        headers: headers
            .into_iter()
            .map(|(name, value)| {
                if gate::is_mirrored(&name) {
                    return (name, value);
                }
                let shown = gate::relayed_header(&name, &value, masks, &at);
                (name, shown.unwrap_or(value))
            })
            .collect(),
    })
}

fn headers(headers: &http::HeaderMap) -> Vec<(Arc<str>, Arc<str>)> {
    headers
        .iter()
        .map(|(name, value)| {
            let name = name.as_str();
            let value: Arc<str> = if is_credential(name) {
                CREDENTIAL.into()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into()
            };
            (name.into(), value)
        })
        .collect()
}

/// A session id opens nothing without its caller's credential, but is not for a record's readers
/// either.
fn is_credential(name: &str) -> bool {
    name == "mcp-session-id"
        || (!name.starts_with("mcp-") && CREDENTIALS.iter().any(|part| name.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::is_credential;

    #[test]
    fn which_header_fields_are_credentials() {
        for (name, is) in [
            ("authorization", true),
            ("proxy-authorization", true),
            ("cookie", true),
            ("x-api-key", true),
            ("x-auth-token", true),
            ("mcp-session-id", true),
            ("mcp-param-token", false),
            ("mcp-method", false),
            ("user-agent", false),
        ] {
            assert_eq!(is_credential(name), is, "{name}");
        }
    }
}
