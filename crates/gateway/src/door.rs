//! Who may come in: host, origin, upstream, credential. No later code reads these headers.

use std::sync::Arc;

use gate::{Refusal, Transport};
use http::request::Parts;
use http::{Response, StatusCode, header};
use identity::{AuthError, Challenge, Credential, LoginFault, ProtectedResource};
use model::{Caller, Timestamp};

use crate::ops;
use crate::respond::{Body, plain};
use crate::shared::Shared;
use crate::upstreams::Upstream;

/// The caller and the server of a request, or why it stops here.
pub(crate) async fn admit(
    shared: &Shared,
    parts: &Parts,
    upstream: &str,
    transport: Transport,
    now: Timestamp,
) -> Result<(Caller, Arc<Upstream>), Refusal> {
    check(shared, parts)?;
    let upstream = upstream
        .parse()
        .ok()
        .and_then(|name| shared.upstreams.get(&name))
        .ok_or(Refusal::UpstreamUnknown)?;
    let resource = upstream.resource(transport);
    let caller = authenticate(shared, parts, upstream, resource, now)
        .await
        .map_err(|error| {
            let challenge = resource.challenge(&Challenge::Login(error.fault()));
            Refusal::Unauthenticated {
                fault: match error.fault() {
                    LoginFault::NoCredential | LoginFault::InvalidToken => {
                        gate::LoginFault::Unknown
                    }
                    LoginFault::InvalidRequest => gate::LoginFault::Malformed,
                    LoginFault::Unavailable => gate::LoginFault::Undecidable,
                },
                challenge: challenge.into(),
                detail: error.to_string(),
            }
        })?;
    Ok((caller, upstream.clone()))
}

/// Whether the request is for this host, and from no other web page.
pub(crate) fn check(shared: &Shared, parts: &Parts) -> Result<(), Refusal> {
    check_host(shared, parts)?;
    check_origin(shared, parts)
}

/// What a call is refused with whose credential stopped being good while it waited.
pub(crate) fn lapsed(upstream: &Upstream, transport: Transport) -> Refusal {
    let resource = upstream.resource(transport);
    let challenge = resource.challenge(&Challenge::Login(LoginFault::InvalidToken));
    Refusal::Unauthenticated {
        fault: gate::LoginFault::Unknown,
        challenge: challenge.into(),
        detail: "the credential is not valid any more".to_owned(),
    }
}

/// Why the caller's token does not cover calls of these tools, if it does not.
pub(crate) fn covered<'a>(
    caller: &Caller,
    upstream: &Upstream,
    transport: Transport,
    tools: impl Iterator<Item = &'a str>,
) -> Option<Refusal> {
    let resource = upstream.resource(transport);
    let needed = resource.lacking(caller, tools)?;
    let challenge = resource.challenge(&Challenge::Scopes(needed.clone()));
    Some(Refusal::ScopeInsufficient {
        challenge: challenge.into(),
        needed,
    })
}

async fn authenticate(
    shared: &Shared,
    parts: &Parts,
    upstream: &Upstream,
    resource: &ProtectedResource,
    now: Timestamp,
) -> Result<Caller, AuthError> {
    if parts.uri.query().is_some_and(identity::token_in_query) {
        return Err(AuthError::InQuery);
    }
    let headers = parts.headers.get_all(header::AUTHORIZATION);
    let credential = identity::authorization(headers.iter().map(|value| value.as_bytes()))?;
    // A credential that is shown is checked, also where none is needed: a wrong one never becomes
    // an anonymous caller.
    let token = match credential {
        Credential::None if upstream.access.anonymous => return Ok(Caller::anonymous()),
        Credential::None => return Err(AuthError::Missing),
        Credential::Bearer(token) => token,
    };
    if resource.takes_tokens() && !identity::is_key(token) {
        return shared.issuers.authenticate(token, resource, now).await;
    }
    if !upstream.access.keys {
        return Err(AuthError::KeysNotTaken);
    }
    let keys = shared.wiring.keys.load();
    keys.authenticate(&credential, &upstream.name, now)
}

/// Where an endpoint says who issues tokens for it (RFC 9728). `path` begins with the transport.
pub(crate) fn metadata(shared: &Shared, path: &[&str]) -> Response<Body> {
    let (transport, name) = match path {
        ["mcp", name] => (Transport::StreamableHttp, name),
        ["sse", name] => (Transport::HttpSse, name),
        _ => return ops::not_found(),
    };
    let upstream = name.parse().ok();
    let upstream = upstream.and_then(|name| shared.upstreams.get(&name));
    let resource = upstream.map(|upstream| upstream.resource(transport));
    match resource.filter(|resource| resource.takes_tokens()) {
        Some(resource) => plain(StatusCode::OK, "application/json", resource.metadata()),
        None => ops::not_found(),
    }
}

/// DNS rebinding: a page of `evil.example` that resolves to loopback still names `evil.example`
/// (MCP 2025-11-25 transports, "Security Warning").
fn check_host(shared: &Shared, parts: &Parts) -> Result<(), Refusal> {
    let host = match parts.uri.authority() {
        Some(authority) => authority.host().to_owned(),
        None => {
            let mut values = parts.headers.get_all(header::HOST).iter();
            let (Some(value), None) = (values.next(), values.next()) else {
                return Err(Refusal::HostNotAllowed);
            };
            let authority = value
                .to_str()
                .ok()
                .and_then(|text| text.parse::<http::uri::Authority>().ok())
                .ok_or(Refusal::HostNotAllowed)?;
            authority.host().to_owned()
        }
    };
    let host = host.to_ascii_lowercase();
    let known = is_loopback(&host)
        || host.trim_matches(['[', ']']) == shared.config.listen.ip().to_string()
        || shared.config.hosts.iter().any(|allowed| **allowed == *host)
        || public_host(shared).is_some_and(|public| public.eq_ignore_ascii_case(&host));
    if known {
        Ok(())
    } else {
        Err(Refusal::HostNotAllowed)
    }
}

fn public_host(shared: &Shared) -> Option<String> {
    let uri = shared.config.public_url.as_ref()?;
    let uri = uri.parse::<http::Uri>().ok()?;
    uri.host().map(str::to_owned)
}

/// Present and not allowed is refused, in both eras. Programs send none.
fn check_origin(shared: &Shared, parts: &Parts) -> Result<(), Refusal> {
    for value in parts.headers.get_all(header::ORIGIN) {
        let origin = value.to_str().map_err(|_| Refusal::OriginNotAllowed)?;
        let listed = shared
            .config
            .origins
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin));
        let local = origin
            .parse::<http::Uri>()
            .ok()
            .and_then(|uri| uri.host().map(str::to_ascii_lowercase))
            .is_some_and(|host| is_loopback(&host));
        if !listed && !local {
            return Err(Refusal::OriginNotAllowed);
        }
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1")
}
