//! Identifiers and times: where the data path touches chance and the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{CallId, ExchangeId, GrantId, SessionId, Timestamp};

/// Bytes of a session id that a client sees: 192 bits (MCP asks for a cryptographically secure,
/// visible-ASCII id).
const VISIBLE_SESSION_BYTES: usize = 24;

/// The operating system has no randomness to give: nothing can be identified any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub(crate) struct NoRandomness;

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix_us(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

pub(crate) fn call_id(at: Timestamp) -> Result<CallId, NoRandomness> {
    Ok(CallId::new(at, bytes()?))
}

pub(crate) fn exchange_id(at: Timestamp) -> Result<ExchangeId, NoRandomness> {
    Ok(ExchangeId::new(at, bytes()?))
}

pub(crate) fn session_id(at: Timestamp) -> Result<SessionId, NoRandomness> {
    Ok(SessionId::new(at, bytes()?))
}

pub(crate) fn grant_id(at: Timestamp) -> Result<GrantId, NoRandomness> {
    Ok(GrantId::new(at, bytes()?))
}

/// A nonce for sealing.
pub(crate) fn nonce() -> Result<[u8; 12], NoRandomness> {
    bytes()
}

/// The session id that a client sees: says nothing about the record's or the server's.
pub(crate) fn visible_session_id() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<VISIBLE_SESSION_BYTES>()?))
}
