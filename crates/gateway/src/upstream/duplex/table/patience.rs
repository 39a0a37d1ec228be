//! How long a request waits.

use std::time::{Duration, Instant};

use super::{Entry, Table};

/// Silence after a request was cancelled. Servers should not answer it then (MCP basic/utilities,
/// cancellation), so this is how long one that does anyway has for it.
const CANCELLED_MS_MAX: u64 = 10_000;

/// How long a request may go without hearing anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::upstream::duplex) enum Patience {
    /// Until then.
    Until { at: Instant, ms: u64 },
    /// For now without limit.
    Unlimited,
}

impl Table {
    /// How long request `number` may stay silent, counted from `heard_at`.
    pub(in crate::upstream::duplex) fn patience(
        &mut self,
        number: u64,
        heard_at: Instant,
        ms_max: u64,
    ) -> Patience {
        let now = Instant::now();
        let owed_for = self.owed_for;
        self.owed
            .retain(|_, owed| now.duration_since(owed.since) < owed_for);
        let until = |since: Instant, ms| Patience::Until {
            at: since + Duration::from_millis(ms),
            ms,
        };
        match self.entries.get(&number) {
            Some(Entry {
                cancelled_at: Some(at),
                ..
            }) => until((*at).max(heard_at), CANCELLED_MS_MAX.min(ms_max)),
            // A subscription is silent for as long as nothing changes.
            Some(entry) if entry.listens && entry.heard => Patience::Unlimited,
            // The server waits for the client, not the other way round.
            _ if self.owed.values().any(|owed| owed.latest >= number) => Patience::Unlimited,
            _ => {
                let since = self.client_answered_at.unwrap_or(heard_at).max(heard_at);
                until(since, ms_max)
            }
        }
    }
}
