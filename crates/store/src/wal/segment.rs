use std::io;
use std::path::{Path, PathBuf};

use crate::disk::Disk;

/// What a segment's file name says: its number and the index of its first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SegmentName {
    /// Counted from 0 within an epoch, without gaps.
    pub(crate) number: u64,
    /// The index of the first entry that it holds, or would hold.
    pub(crate) first_index: u64,
}

impl SegmentName {
    pub(crate) fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("{:010}-{:016}.seg", self.number, self.first_index))
    }

    fn parse(name: &str) -> Option<Self> {
        let (number, first_index) = name.strip_suffix(".seg")?.split_once('-')?;
        Some(Self {
            number: number.parse().ok()?,
            first_index: first_index.parse().ok()?,
        })
    }
}

/// The segments in a directory, in their order.
pub(crate) fn list_segments(disk: &dyn Disk, dir: &Path) -> io::Result<Vec<SegmentName>> {
    let mut names: Vec<_> = disk
        .list(dir)?
        .iter()
        .filter_map(|name| SegmentName::parse(name))
        .collect();
    names.sort_unstable();
    Ok(names)
}
