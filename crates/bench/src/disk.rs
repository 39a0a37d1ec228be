//! The disk alone: one small write and one sync, again and again, as the log writes.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::cells::quantile_us;

/// How many are measured at a time.
const SYNCS: usize = 50;

/// The log's batches are padded to this, in bytes.
const BLOCK: usize = 4_096;

/// What a sync takes, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

impl Disk {
    /// From what single syncs took, in nanoseconds.
    pub(crate) fn of(mut syncs_ns: Vec<u64>) -> Self {
        syncs_ns.sort_unstable();
        Self {
            p50_us: quantile_us(&syncs_ns, 0.5),
            p99_us: quantile_us(&syncs_ns, 0.99),
        }
    }
}

/// What `fdatasync` takes after a write of one block, in a file that has its size already, in
/// nanoseconds.
///
/// # Errors
///
/// The disk's.
pub(crate) fn syncs(folder: &Path) -> Result<Vec<u64>> {
    let folder = tempfile::TempDir::with_prefix_in("bench-disk-", folder)
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    let file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(folder.path().join("file"))?;
    file.write_all_at(&[0; SYNCS * BLOCK], 0)?;
    file.sync_all()?;
    let mut took_ns = Vec::with_capacity(SYNCS);
    for at in 0..SYNCS {
        let begun = Instant::now();
        file.write_all_at(&[0xA5; BLOCK], u64::try_from(at * BLOCK)?)?;
        file.sync_data()?;
        took_ns.push(u64::try_from(begun.elapsed().as_nanos())?);
    }
    Ok(took_ns)
}
