//! Who may come in: host, origin, upstream, credential. No later code reads these headers.

use std::sync::Arc;

use gate::Refusal;
use http::header;
use http::request::Parts;
use identity::{AuthError, Credential};
use model::{Caller, Timestamp};

use crate::shared::Shared;
use crate::upstreams::Upstream;

/// The caller and the server of a request, or why it stops here.
pub(crate) fn admit(
    shared: &Shared,
    parts: &Parts,
    upstream: &str,
    now: Timestamp,
) -> Result<(Caller, Arc<Upstream>), Refusal> {
    check_host(shared, parts)?;
    check_origin(shared, parts)?;
    let upstream = upstream
        .parse()
        .ok()
        .and_then(|name| shared.upstreams.get(&name))
        .ok_or(Refusal::UpstreamUnknown)?;
    let caller = authenticate(shared, parts, upstream, now).map_err(|error| {
        let detail = error.to_string();
        Refusal::Unauthenticated { detail }
    })?;
    Ok((caller, upstream.clone()))
}

fn authenticate(
    shared: &Shared,
    parts: &Parts,
    upstream: &Upstream,
    now: Timestamp,
) -> Result<Caller, AuthError> {
    let headers = parts.headers.get_all(header::AUTHORIZATION);
    let credential = identity::authorization(headers.iter().map(|value| value.as_bytes()))?;
    // A credential that is shown is checked, also where none is needed: a wrong one never becomes
    // an anonymous caller.
    if credential == Credential::None && upstream.anonymous {
        return Ok(Caller::anonymous());
    }
    shared
        .wiring
        .keys
        .load()
        .authenticate(&credential, &upstream.name, now)
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
        || shared.config.hosts.iter().any(|allowed| **allowed == *host);
    if known {
        Ok(())
    } else {
        Err(Refusal::HostNotAllowed)
    }
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
