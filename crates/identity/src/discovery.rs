//! Where an issuer says what it offers (RFC 8414 §3, OpenID Connect Discovery §4; MCP 2026-07-28
//! authorization, "Authorization Server Metadata Discovery").

use serde_json::Value;

use crate::jose::object;
use crate::{Ask, Document, Fetch};

/// What counts of an issuer's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Metadata {
    pub(crate) jwks_uri: Option<String>,
    pub(crate) introspection_endpoint: Option<String>,
}

/// Where its metadata may be, in the order in which they are asked.
pub(crate) fn places(issuer: &str) -> Vec<String> {
    let (scheme, rest) = issuer.split_once("://").unwrap_or(("https", issuer));
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, path.trim_end_matches('/')),
        None => (rest, ""),
    };
    let root = format!("{scheme}://{authority}");
    if path.is_empty() {
        return ["oauth-authorization-server", "openid-configuration"]
            .map(|name| format!("{root}/.well-known/{name}"))
            .to_vec();
    }
    vec![
        format!("{root}/.well-known/oauth-authorization-server/{path}"),
        format!("{root}/.well-known/openid-configuration/{path}"),
        format!("{root}/{path}/.well-known/openid-configuration"),
    ]
}

/// Asks at one place after the other. A document that names another issuer ends the search: it would
/// let one issuer speak for another (RFC 8414 §3.3).
pub(crate) async fn discover(issuer: &str, fetch: &dyn Fetch) -> Result<Metadata, String> {
    let mut last = String::new();
    for url in places(issuer) {
        match fetch.fetch(Ask::get(&url)).await {
            Ok(document) if document.status == 200 => return read(issuer, &url, &document),
            Ok(document) => last = format!("`{url}` answers {}", document.status),
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

fn read(issuer: &str, url: &str, document: &Document) -> Result<Metadata, String> {
    let map = object(&document.body).ok_or_else(|| format!("`{url}` has no JSON object"))?;
    let text = |name: &str| map.get(name).and_then(Value::as_str);
    match text("issuer") {
        Some(named) if named == issuer => {}
        named => {
            let named = named.unwrap_or_default();
            return Err(format!(
                "`{url}` is about the issuer `{named}`, not `{issuer}`"
            ));
        }
    }
    Ok(Metadata {
        jwks_uri: text("jwks_uri").map(str::to_owned),
        introspection_endpoint: text("introspection_endpoint").map(str::to_owned),
    })
}
