//! What only the operating system knows: the time, randomness, who runs this.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

/// The instant now, by the wall clock.
pub(crate) fn now() -> Timestamp {
    at(SystemTime::now())
}

/// An instant of the wall clock.
pub(crate) fn at(time: SystemTime) -> Timestamp {
    let since = time.duration_since(UNIX_EPOCH);
    let us = since.map_or(0, |since| {
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    });
    Timestamp::from_unix_us(us)
}

/// Who runs this process.
pub(crate) fn user() -> String {
    let uid = rustix::process::getuid().as_raw();
    match std::env::var("USER") {
        Ok(name) if !name.is_empty() => format!("{name} (uid {uid})"),
        _ => format!("uid {uid}"),
    }
}

/// Random bytes that nobody can guess.
///
/// The process ends if the operating system gives none: nothing here is safe without them.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the operating system gives no random bytes");
        std::process::abort();
    }
    bytes
}
