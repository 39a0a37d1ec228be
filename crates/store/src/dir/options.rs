use std::sync::Arc;

use crate::keys::RootKey;

/// How a data directory is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// The organisation in the log's origin; used when the directory is made.
    pub org: String,
    /// The node in the log's origin; used when the directory is made.
    pub node: String,
    /// The most records that may wait for the disk; one more is refused.
    pub queue_records_max: usize,
    /// The most bytes of bodies that may wait for the disk.
    pub queue_bytes_max: usize,
    /// The most bytes that one record's body may have before compression.
    pub record_bytes_max: usize,
    /// The size to which segments of the write-ahead log grow, in bytes.
    pub segment_bytes: u64,
    /// How often tiles and a checkpoint are published, if there is anything new.
    pub publish_interval_ms: u64,
    /// How often the org log takes in the checkpoints that were published since.
    pub org_interval_ms: u64,
    /// After how long without a record a heartbeat is recorded.
    pub heartbeat_ms: u64,
    /// The root key; `None`: a file in the data directory, made with it.
    pub root: Option<Arc<dyn RootKey>>,
    /// How many people must approve a purge.
    pub purge_approvals_min: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            org: "localhost".to_owned(),
            node: "n1".to_owned(),
            queue_records_max: 65_536,
            queue_bytes_max: 64 << 20,
            record_bytes_max: 32 << 20,
            segment_bytes: 64 << 20,
            publish_interval_ms: 1_000,
            org_interval_ms: 10_000,
            heartbeat_ms: 60_000,
            root: None,
            purge_approvals_min: 1,
        }
    }
}
