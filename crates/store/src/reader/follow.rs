//! Reading the log forward, across segments, up to where it ends now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::Leaf;
use ledger::wal::{FrameKind, SegmentStart};
use model::EntryIndex;

use crate::disk::Disk;
use crate::error::ReadError;
use crate::wal::{OwnedFrame, ScanError, SegmentName, SegmentScan, list_segments};

/// A position in a log that grows.
#[derive(Debug)]
pub(crate) struct Follow {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    scan: Option<(SegmentName, SegmentScan)>,
    size: u64,
}

impl Follow {
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: &Path) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            scan: None,
            size: 0,
        }
    }

    /// The number of entries behind it.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Gives each leaf that is new, with its segment and index.
    pub(crate) fn take_in(
        &mut self,
        mut each: impl FnMut(u64, EntryIndex, &Leaf),
    ) -> Result<(), ReadError> {
        while let Some(frame) = self.next_frame()? {
            let header = &frame.header;
            if header.kind != FrameKind::Batch {
                continue;
            }
            let place = header.place;
            let damaged = |error| ReadError::Damaged {
                segment: place.segment,
                position: place.position,
                error,
            };
            let view = frame.frame().map_err(damaged)?;
            for (index, entry) in (header.first_index..).zip(view.entries()) {
                let leaf = Leaf::decode(entry.map_err(damaged)?.leaf).map_err(damaged)?;
                each(place.segment, EntryIndex(index), &leaf);
            }
            self.size = header.end_index();
        }
        Ok(())
    }

    /// The next frame; `None` where the log ends now.
    pub(crate) fn next_frame(&mut self) -> Result<Option<OwnedFrame>, ReadError> {
        loop {
            let Some((name, scan)) = &mut self.scan else {
                match self.open_after(None)? {
                    Some(first) => self.scan = Some(first),
                    None => return Ok(None),
                }
                continue;
            };
            let (number, position) = (name.number, scan.position());
            match scan.next() {
                Ok(frame) => return Ok(Some(frame)),
                Err(ScanError::Io(error)) => return Err(error.into()),
                Err(ScanError::Frame(error)) => {
                    // Where the next segment says that this one ends, it does; otherwise a writer
                    // is in the middle of a frame, or has gone on while we looked.
                    let Some((next_name, next_scan)) = self.open_after(Some(number))? else {
                        return Ok(None);
                    };
                    let ends = previous_end(&next_scan, next_name)?;
                    if ends == position {
                        self.scan = Some((next_name, next_scan));
                        continue;
                    }
                    let Some((_, scan)) = &mut self.scan else {
                        return Ok(None);
                    };
                    match scan.next() {
                        Ok(frame) => return Ok(Some(frame)),
                        Err(_) => {
                            return Err(ReadError::Damaged {
                                segment: number,
                                position,
                                error,
                            });
                        }
                    }
                }
            }
        }
    }

    fn open_after(
        &self,
        number: Option<u64>,
    ) -> Result<Option<(SegmentName, SegmentScan)>, ReadError> {
        let wanted = number.map_or(0, |n| n + 1);
        let names = list_segments(&*self.disk, &self.dir)?;
        let Some(name) = names.into_iter().find(|name| name.number == wanted) else {
            return Ok(None);
        };
        let file = self.disk.open(&name.path(&self.dir), false)?;
        Ok(Some((name, SegmentScan::new(file, name.number))))
    }
}

/// Where a segment says that the one before it ends.
fn previous_end(scan: &SegmentScan, name: SegmentName) -> Result<u64, ReadError> {
    let damaged = |error| ReadError::scan(name.number, 0, error);
    let start = scan.clone().next().map_err(damaged)?;
    let frame = start.frame().map_err(|e| damaged(e.into()))?;
    SegmentStart::previous_end(frame.payload()).map_err(|e| damaged(e.into()))
}
