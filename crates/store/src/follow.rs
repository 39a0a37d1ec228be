//! Reading the log forward, across segments, up to where it ends now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::Leaf;
use ledger::wal::{EntryView, SegmentStart};
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
    base: u64,
    size: u64,
}

/// An entry that is new.
#[derive(Debug)]
pub(crate) struct NewEntry<'a> {
    pub(crate) segment: u64,
    pub(crate) index: EntryIndex,
    pub(crate) leaf: &'a Leaf,
    pub(crate) view: &'a EntryView<'a>,
}

impl Follow {
    /// Begins at the entry with the index `base`.
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: &Path, base: u64) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            scan: None,
            base,
            size: base,
        }
    }

    /// The number of entries behind it.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// The number of entries that it gave.
    pub(crate) const fn taken(&self) -> u64 {
        self.size - self.base
    }

    /// Gives each entry that is new, up to the one before `limit`.
    pub(crate) fn take_in<E: From<ReadError>>(
        &mut self,
        limit: u64,
        mut each: impl FnMut(NewEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(frame) = self.next_frame(limit)? {
            let header = &frame.header;
            let place = header.place;
            let damaged = |error| ReadError::Damaged {
                segment: place.segment,
                position: place.position,
                error,
            };
            let batch = frame.frame().map_err(damaged)?;
            for (index, view) in (header.first_index..).zip(batch.entries()) {
                // A batch of which the first entries are known already.
                if index < self.size {
                    continue;
                }
                let view = view.map_err(damaged)?;
                let leaf = Leaf::decode(view.leaf).map_err(damaged)?;
                each(NewEntry {
                    segment: place.segment,
                    index: EntryIndex(index),
                    leaf: &leaf,
                    view: &view,
                })?;
                self.size = index + 1;
            }
        }
        Ok(())
    }

    /// The next frame with entries that are new and before `limit`; `None` where the log ends now.
    fn next_frame(&mut self, limit: u64) -> Result<Option<OwnedFrame>, ReadError> {
        loop {
            let Some((name, scan)) = &mut self.scan else {
                match self.open_at_base()? {
                    Some(first) => self.scan = Some(first),
                    None => return Ok(None),
                }
                continue;
            };
            let number = name.number;
            let error = match scan.peek() {
                Ok(header) if header.end_index() > limit => return Ok(None),
                Ok(header) if header.count == 0 || header.end_index() <= self.size => {
                    scan.seek(scan.position() + header.frame_bytes());
                    continue;
                }
                Ok(_) => match scan.next() {
                    Ok(frame) => return Ok(Some(frame)),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let ScanError::Frame(error) = error else {
                return Err(ReadError::scan(number, scan.position(), error));
            };
            // Where the next segment says that this one ends, it does; otherwise a writer is in
            // the middle of a frame, or has gone on while we looked.
            let position = scan.position();
            let Some((next_name, next_scan)) = self.open_after(number)? else {
                return Ok(None);
            };
            let end = previous_end(&next_scan, next_name)?;
            if end == position {
                self.scan = Some((next_name, next_scan));
                continue;
            }
            let went_on = self
                .scan
                .as_ref()
                .is_some_and(|(_, scan)| end > position && scan.clone().next().is_ok());
            if !went_on {
                return Err(ReadError::Damaged {
                    segment: number,
                    position,
                    error,
                });
            }
        }
    }

    fn open_at_base(&self) -> Result<Option<(SegmentName, SegmentScan)>, ReadError> {
        let names = list_segments(&*self.disk, &self.dir)?;
        let after = names.partition_point(|name| name.first_index <= self.base);
        match after.checked_sub(1).and_then(|at| names.get(at)) {
            Some(name) => self.open(*name).map(Some),
            None => Ok(None),
        }
    }

    fn open_after(&self, number: u64) -> Result<Option<(SegmentName, SegmentScan)>, ReadError> {
        let names = list_segments(&*self.disk, &self.dir)?;
        match names.into_iter().find(|name| name.number == number + 1) {
            Some(name) => self.open(name).map(Some),
            None => Ok(None),
        }
    }

    fn open(&self, name: SegmentName) -> Result<(SegmentName, SegmentScan), ReadError> {
        let file = self.disk.open(&name.path(&self.dir), false)?;
        Ok((name, SegmentScan::new(file, name.number)))
    }
}

/// Where a segment says that the one before it ends.
fn previous_end(scan: &SegmentScan, name: SegmentName) -> Result<u64, ReadError> {
    let damaged = |error| ReadError::scan(name.number, 0, error);
    let start = scan.clone().next().map_err(damaged)?;
    let frame = start.frame().map_err(|e| damaged(e.into()))?;
    SegmentStart::previous_end(frame.payload()).map_err(|e| damaged(e.into()))
}
