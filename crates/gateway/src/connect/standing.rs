//! Streams that outlive a connection: the session's own, and an answer that is resumed (MCP
//! 2025-11-25 transports, Resumability and Redelivery).

use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use tokio::time::sleep;

use super::answer::{Fault, Open, media_type};
use super::bridge::Bridge;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Time between a stream's end and the next try, unless the server says another.
const RETRY_MS: u64 = 1_000;

/// Longest time between two tries.
const RETRY_MS_MAX: u64 = 30_000;

/// Tries in a row that bring no event before an answer counts as lost.
const TRIES_MAX: u32 = 5;

impl Bridge {
    /// Reads the session's own stream, and opens it again whenever it ends. Returns where the
    /// server has none, or no longer knows the session.
    pub(super) async fn listen(&self) {
        let mut place = Open::default();
        let mut tries = 0;
        loop {
            match self.continue_stream(&mut place).await {
                Ok(()) => tries = 0,
                Err(Fault::Status(status, _)) if is_final(status) => return,
                Err(_) => tries += 1,
            }
            sleep(pause(place.retry_ms, tries)).await;
        }
    }

    /// Asks for the rest of an answer whose stream ended early, as long as the server numbers its
    /// events and continues.
    ///
    /// # Errors
    ///
    /// Where the server says that it does not.
    pub(super) async fn resume(&self, open: &mut Open) -> Result<(), Fault> {
        let mut tries = 0;
        while !open.requests.is_empty() && open.last_event_id.is_some() && tries < TRIES_MAX {
            sleep(pause(open.retry_ms, tries)).await;
            let before = open.last_event_id.clone();
            match self.continue_stream(open).await {
                Err(Fault::Status(status, error)) if is_final(status) => {
                    return Err(Fault::Status(status, error));
                }
                _ if open.last_event_id != before => tries = 0,
                _ => tries += 1,
            }
        }
        Ok(())
    }

    /// Opens a stream from where the last one ended, and reads it to its end.
    async fn continue_stream(&self, place: &mut Open) -> Result<(), Fault> {
        let mut fields = self.conversation().session_fields();
        if let Some(id) = &place.last_event_id
            && let Ok(id) = HeaderValue::from_str(id)
        {
            fields.push((LAST_EVENT_ID, id));
        }
        let response = self.endpoint.get(fields).await.map_err(Fault::Connection)?;
        let status = response.status();
        if !status.is_success() {
            return Err(Fault::Status(status, None));
        }
        if media_type(&response).as_deref() != Some("text/event-stream") {
            return Err(Fault::Status(StatusCode::METHOD_NOT_ALLOWED, None));
        }
        self.relay_stream(response.into_body(), place).await
    }
}

/// Whether asking again cannot help. 405: the server has no such stream; 404: no such session.
fn is_final(status: StatusCode) -> bool {
    status.is_client_error()
        && !matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
}

fn pause(retry_ms: Option<u64>, tries: u32) -> Duration {
    let first = retry_ms.unwrap_or(RETRY_MS);
    let ms = first
        .saturating_mul(1 << tries.min(5))
        .min(RETRY_MS_MAX.max(first));
    Duration::from_millis(ms)
}
