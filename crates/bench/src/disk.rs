//! The disk alone: one small write and one sync, again and again, as the log writes.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};

/// How many are measured.
pub(crate) const SYNCS: usize = 300;

/// The log's batches are padded to this, in bytes.
const BLOCK: usize = 4_096;

/// What a sync takes, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disk {
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// Measures `fdatasync` after a write of one block, in a file that has its size already.
///
/// # Errors
///
/// The disk's.
pub(crate) fn measure(folder: &Path, syncs: usize) -> Result<Disk> {
    let folder = tempfile::TempDir::with_prefix_in("bench-disk-", folder)
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    let file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(folder.path().join("file"))?;
    file.write_all_at(&vec![0; syncs * BLOCK], 0)?;
    file.sync_all()?;
    let mut took_ns = Vec::with_capacity(syncs);
    for at in 0..syncs {
        let begun = Instant::now();
        file.write_all_at(&[0xA5; BLOCK], u64::try_from(at * BLOCK)?)?;
        file.sync_data()?;
        took_ns.push(u64::try_from(begun.elapsed().as_nanos())?);
    }
    took_ns.sort_unstable();
    Ok(Disk {
        p50_us: crate::cells::quantile_us(&took_ns, 0.5),
        p99_us: crate::cells::quantile_us(&took_ns, 0.99),
    })
}
