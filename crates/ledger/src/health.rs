use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use model::TreeSize;

/// How the ledger is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The storage error that ended it: refuse everything and exit.
    pub poisoned: Option<Arc<str>>,
    /// It was closed.
    pub closed: bool,
    /// Records that wait for the disk.
    pub queue_records: u64,
    /// Bytes of their bodies.
    pub queue_bytes: u64,
    /// The most records that may wait.
    pub queue_records_max: u64,
    /// The most bytes that may wait.
    pub queue_bytes_max: u64,
    /// Open sessions, the node's own included.
    pub sessions_open: u64,
    /// Entries that are on disk.
    pub durable: TreeSize,
    /// Entries that are under a signed, published checkpoint.
    pub published: TreeSize,
    /// Batches written since the start.
    pub batches: u64,
    /// How long the last batch's write and sync took, in microseconds.
    pub sync_last_us: u64,
    /// How long all of them took, in microseconds.
    pub sync_total_us: u64,
}

/// The counters behind [`Health`].
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    pub(crate) poisoned: OnceLock<Arc<str>>,
    pub(crate) sessions_open: AtomicU64,
    pub(crate) durable: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) sync_last_us: AtomicU64,
    pub(crate) sync_total_us: AtomicU64,
}

impl Gauges {
    pub(crate) fn health(&self, load: (usize, usize), max: (usize, usize), closed: bool) -> Health {
        let get = |gauge: &AtomicU64| gauge.load(Ordering::Acquire);
        Health {
            poisoned: self.poisoned.get().cloned(),
            closed,
            queue_records: load.0 as u64,
            queue_bytes: load.1 as u64,
            queue_records_max: max.0 as u64,
            queue_bytes_max: max.1 as u64,
            sessions_open: get(&self.sessions_open),
            durable: TreeSize(get(&self.durable)),
            published: TreeSize(get(&self.published)),
            batches: get(&self.batches),
            sync_last_us: get(&self.sync_last_us),
            sync_total_us: get(&self.sync_total_us),
        }
    }
}
