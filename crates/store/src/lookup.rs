//! Finding an entry by its index: no index is kept, the segments' names and the frames' headers
//! are one.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use ledger::FormatError;
use ledger::wal::{Entry, EntryView, FRAME_HEADER_BYTES, FrameHeader};
use model::EntryIndex;

use crate::disk::{Disk, DiskFile, read_range};
use crate::error::ReadError;
use crate::follow::previous_end;
use crate::wal::{ScanError, SegmentName, SegmentScan, list_segments};

/// How many segments' frame lists are remembered.
const SEGMENTS_KEPT: usize = 16;

/// Reads entries of one epoch's write-ahead log by their index.
#[derive(Debug)]
pub(crate) struct Lookup {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    names: RefCell<Vec<SegmentName>>,
    segments: RefCell<VecDeque<Rc<Segment>>>,
}

#[derive(Debug)]
struct Segment {
    name: SegmentName,
    file: Arc<dyn DiskFile>,
    /// First index and place of each frame that holds entries.
    frames: Vec<FrameHeader>,
    /// The index after its last entry.
    end_index: u64,
}

impl Lookup {
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: &Path) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            names: RefCell::default(),
            segments: RefCell::default(),
        }
    }

    /// The entry with this index. Its checksum is not looked at: whoever opens the body checks it
    /// against the leaf, and the verifier checks the leaf against the tree.
    pub(crate) fn entry(&self, index: EntryIndex) -> Result<Entry, ReadError> {
        let segment = self.segment_of(index)?;
        let number = segment
            .frames
            .partition_point(|frame| frame.end_index() <= index.0);
        let frame = segment
            .frames
            .get(number)
            .ok_or(ReadError::NoEntry(index))?;
        let damaged = |error| ReadError::Damaged {
            segment: segment.name.number,
            position: frame.place.position,
            error,
        };
        let bytes = entry_bytes(&*segment.file, frame, index.0 - frame.first_index)?;
        EntryView::decode(&bytes)
            .and_then(|view| view.to_entry())
            .map_err(damaged)
    }

    fn segment_of(&self, index: EntryIndex) -> Result<Rc<Segment>, ReadError> {
        let holds = |s: &Rc<Segment>| (s.name.first_index..s.end_index).contains(&index.0);
        if let Some(found) = self.segments.borrow().iter().find(|s| holds(s)) {
            return Ok(Rc::clone(found));
        }
        // Unknown, or the segment has grown: look again.
        *self.names.borrow_mut() = list_segments(&*self.disk, &self.dir)?;
        let name = {
            let names = self.names.borrow();
            let after = names.partition_point(|name| name.first_index <= index.0);
            let name = after.checked_sub(1).and_then(|at| names.get(at));
            *name.ok_or(ReadError::NoEntry(index))?
        };
        let segment = Rc::new(self.load(name)?);
        let mut kept = self.segments.borrow_mut();
        kept.retain(|s| s.name != name);
        kept.push_front(Rc::clone(&segment));
        kept.truncate(SEGMENTS_KEPT);
        if holds(&segment) {
            Ok(segment)
        } else {
            Err(ReadError::NoEntry(index))
        }
    }

    /// Hops from header to header, up to where the next segment says that this one ends; the last
    /// frame of the last segment may be torn, and is checked.
    fn load(&self, name: SegmentName) -> Result<Segment, ReadError> {
        let file = self.disk.open(&name.path(&self.dir), false)?;
        let mut scan = SegmentScan::new(Arc::clone(&file), name.number);
        let end = self.end_of(name)?;
        let mut frames: Vec<FrameHeader> = Vec::new();
        while end.is_none_or(|end| scan.position() < end) {
            match scan.peek() {
                Ok(header) => {
                    scan.seek(scan.position() + header.frame_bytes());
                    if header.count > 0 {
                        frames.push(header);
                    }
                }
                Err(ScanError::Frame(_)) => break,
                Err(ScanError::Io(error)) => return Err(error.into()),
            }
        }
        if let (None, Some(last)) = (end, frames.last()) {
            scan.seek(last.place.position);
            match scan.next() {
                Ok(_) => {}
                Err(ScanError::Frame(_)) => drop(frames.pop()),
                Err(ScanError::Io(error)) => return Err(error.into()),
            }
        }
        Ok(Segment {
            name,
            file,
            end_index: frames
                .last()
                .map_or(name.first_index, FrameHeader::end_index),
            frames,
        })
    }

    fn end_of(&self, name: SegmentName) -> Result<Option<u64>, ReadError> {
        let names = self.names.borrow();
        let Some(next) = names.iter().find(|next| next.number == name.number + 1) else {
            return Ok(None);
        };
        let file = self.disk.open(&next.path(&self.dir), false)?;
        previous_end(&SegmentScan::new(file, next.number), *next).map(Some)
    }
}

/// The bytes of one entry, found through the frame's offset table.
fn entry_bytes(
    file: &dyn DiskFile,
    frame: &FrameHeader,
    number: u64,
) -> Result<Vec<u8>, ReadError> {
    let damaged = || ReadError::Damaged {
        segment: frame.place.segment,
        position: frame.place.position,
        error: FormatError::Value("the offset table of a frame"),
    };
    let payload_at = frame.place.position + FRAME_HEADER_BYTES as u64;
    let table_bytes = 4 * u64::from(frame.count);
    let entries_bytes = u64::from(frame.payload_bytes)
        .checked_sub(table_bytes)
        .ok_or_else(damaged)?;
    let slot = payload_at + entries_bytes + 4 * number;
    let last = number + 1 >= u64::from(frame.count);
    let slots = read_range(file, slot, if last { 4 } else { 8 })?;
    let (offsets, _) = slots.as_chunks::<4>();
    let offset = |n: usize| offsets.get(n).map(|o| u64::from(u32::from_be_bytes(*o)));
    let start = offset(0).ok_or_else(damaged)?;
    let end = if last {
        entries_bytes
    } else {
        offset(1).ok_or_else(damaged)?
    };
    let bytes = end
        .checked_sub(start)
        .filter(|_| end <= entries_bytes)
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(damaged)?;
    Ok(read_range(file, payload_at + start, bytes)?)
}
