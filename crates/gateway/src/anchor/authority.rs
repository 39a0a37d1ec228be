use std::sync::Arc;

use aws_lc_rs::rand;
use ledger::timestamp::{QUERY_TYPE, Request, TimestampError};
use ledger::{Published, StorageError};

use super::post::post;
use super::{Authority, Due, blocking};
use crate::upstream::HttpClient;

/// Why there is no timestamp this time.
#[derive(Debug, thiserror::Error)]
pub(super) enum StampError {
    /// It is away, or slow, or what it says is no HTTP.
    #[error("the authority cannot be reached: {0}")]
    Away(String),
    /// It answers with an error status.
    #[error("the authority answers with status {0}")]
    Status(u16),
    /// Its answer attests nothing.
    #[error(transparent)]
    Answer(#[from] TimestampError),
    /// It could not be stored.
    #[error("the timestamp could not be stored: {0}")]
    Storage(#[from] StorageError),
    /// The system gives no random bytes for a nonce.
    #[error("the operating system gives no random bytes")]
    Random,
}

/// Has the newest checkpoint timestamped, unless it is; gives its size. `slot` is the authority's
/// number among those that are configured.
pub(super) async fn stamp(
    client: &HttpClient,
    authority: &Authority,
    slot: u32,
    log: &Arc<Published>,
) -> Result<Option<u64>, StampError> {
    let Some(latest) = log.latest() else {
        return Ok(None);
    };
    let size = latest.checkpoint.size.0;
    let from = log.clone();
    let note = blocking(move || from.note_to_stamp(&latest, slot))
        .await
        .map_err(StampError::Away)??;
    let Some(note) = note else {
        return Ok(Some(size));
    };
    let mut random = [0; 8];
    rand::fill(&mut random).map_err(|_| StampError::Random)?;
    let request = Request::new(&note, random)?;
    let reply = post(client, &authority.url, QUERY_TYPE, request.to_der()?)
        .await
        .map_err(StampError::Away)?;
    if reply.status != 200 {
        return Err(StampError::Status(reply.status));
    }
    request.check(&reply.body)?;
    let to = log.clone();
    blocking(move || to.put_timestamp(size, slot, &note, &reply.body))
        .await
        .map_err(StampError::Away)??;
    Ok(Some(size))
}

/// Asks once per interval, if there is something new.
pub(super) async fn watch(
    client: HttpClient,
    authority: Authority,
    slot: u32,
    log: Arc<Published>,
) {
    let mut due = Due::new(authority.interval_ms);
    let mut stamped = None;
    let labels = [
        ("authority", authority.url.to_string()),
        ("log", log.key().name().to_owned()),
    ];
    loop {
        let latest = log.latest().map(|latest| latest.checkpoint.size.0);
        let fresh = latest.is_some() && latest != stamped;
        metrics::gauge!("probity_timestamp_lag_seconds", &labels).set(due.lag_s(!fresh));
        if fresh && due.now() {
            match stamp(&client, &authority, slot, &log).await {
                Ok(size) => stamped = size,
                Err(error) => {
                    metrics::counter!("probity_timestamp_failures_total", &labels).increment(1);
                    report(&log, &authority, &error);
                }
            }
        }
        tokio::time::sleep(due.step()).await;
    }
}

/// The alarm.
pub(super) fn report(log: &Published, authority: &Authority, error: &StampError) {
    let (url, log) = (&authority.url, log.key().name());
    tracing::warn!(authority = %url, log, %error, "a checkpoint was not timestamped");
}
