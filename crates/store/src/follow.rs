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
    at: Option<At>,
    base: u64,
    size: u64,
}

/// A position in a segment.
#[derive(Debug)]
struct At {
    name: SegmentName,
    scan: SegmentScan,
    /// Where its frames end, once the next segment says so.
    end: Option<u64>,
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
            at: None,
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
                let entry = NewEntry {
                    segment: place.segment,
                    index: EntryIndex(index),
                    leaf: &leaf,
                    view: &view,
                };
                if let Err(error) = each(entry) {
                    // The rest of the frame is given again, with the entry that was not taken.
                    if let Some(at) = &mut self.at {
                        at.scan.seek(place.position);
                    }
                    return Err(error);
                }
                self.size = index + 1;
            }
        }
        Ok(())
    }

    /// The next frame with entries that are new and before `limit`; `None` where the log ends now.
    fn next_frame(&mut self, limit: u64) -> Result<Option<OwnedFrame>, ReadError> {
        loop {
            let Some(at) = &mut self.at else {
                match self.open_at_base()? {
                    Some(first) => self.at = Some(first),
                    None => return Ok(None),
                }
                continue;
            };
            let position = at.scan.position();
            let error = if at.end.is_some_and(|end| position >= end) {
                // Behind its end a segment may hold a torn frame: it is not looked at.
                None
            } else {
                match at.scan.peek() {
                    Ok(header) if header.end_index() > limit => None,
                    Ok(header) if header.count == 0 || header.end_index() <= self.size => {
                        at.scan.seek(position + header.frame_bytes());
                        continue;
                    }
                    Ok(_) => match at.scan.next() {
                        Ok(frame) => return Ok(Some(frame)),
                        Err(error) => Some(error),
                    },
                    Err(error) => Some(error),
                }
            };
            if !self.go_on(position, error)? {
                return Ok(None);
            }
        }
    }

    /// There is nothing to be had at this position: the log ends here, or the segment does, or a
    /// writer has gone on while we looked. False if there is nothing more now.
    fn go_on(&mut self, position: u64, error: Option<ScanError>) -> Result<bool, ReadError> {
        let Some(at) = &mut self.at else {
            return Ok(false);
        };
        let number = at.name.number;
        if let Some(error @ ScanError::Io(_)) = error {
            return Err(ReadError::scan(number, position, error));
        }
        let known_end = at.end;
        let Some(next) = self.open_after(number)? else {
            return Ok(false);
        };
        let end = previous_end(&next.scan, next.name)?;
        if end == position {
            self.at = Some(next);
            return Ok(true);
        }
        match (known_end, error) {
            // The next segment began while we looked: look again.
            (None, _) => {
                if let Some(at) = &mut self.at {
                    at.end = Some(end);
                }
                Ok(true)
            }
            // What is there is behind the limit.
            (Some(_), None) => Ok(false),
            (Some(_), Some(error)) => Err(ReadError::scan(number, position, error)),
        }
    }

    fn open_at_base(&self) -> Result<Option<At>, ReadError> {
        let names = list_segments(&*self.disk, &self.dir)?;
        let after = names.partition_point(|name| name.first_index <= self.base);
        match after.checked_sub(1).and_then(|at| names.get(at)) {
            Some(name) => self.open(*name).map(Some),
            None => Ok(None),
        }
    }

    fn open_after(&self, number: u64) -> Result<Option<At>, ReadError> {
        let names = list_segments(&*self.disk, &self.dir)?;
        match names.into_iter().find(|name| name.number == number + 1) {
            Some(name) => self.open(name).map(Some),
            None => Ok(None),
        }
    }

    fn open(&self, name: SegmentName) -> Result<At, ReadError> {
        let file = self.disk.open(&name.path(&self.dir), false)?;
        Ok(At {
            name,
            scan: SegmentScan::new(file, name.number),
            end: None,
        })
    }
}

/// Where a segment says that the one before it ends.
pub(crate) fn previous_end(scan: &SegmentScan, name: SegmentName) -> Result<u64, ReadError> {
    let damaged = |error| ReadError::scan(name.number, 0, error);
    let start = scan.clone().next().map_err(damaged)?;
    let frame = start.frame().map_err(|e| damaged(e.into()))?;
    SegmentStart::previous_end(frame.payload()).map_err(|e| damaged(e.into()))
}
