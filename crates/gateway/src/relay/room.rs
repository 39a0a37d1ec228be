use std::time::Duration;

use crate::shared::Shared;

/// Pause between two looks at a full queue.
const ROOM_PAUSE: Duration = Duration::from_millis(1);

/// Waits until half of the ledger's queue is free: what a server says is slowed down before it
/// would have to be withheld.
pub(super) async fn room(shared: &Shared) {
    loop {
        let health = shared.ledger().health();
        let busy = health.queue_bytes > health.queue_bytes_max / 2
            || health.queue_records > health.queue_records_max / 2;
        if !busy || health.poisoned.is_some() || health.closed {
            return;
        }
        tokio::time::sleep(ROOM_PAUSE).await;
    }
}
