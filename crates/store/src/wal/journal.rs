use std::any::Any;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use ledger::wal::{
    ALIGNMENT, FRAME_HEADER_BYTES, FrameFacts, FrameKind, Framer, Place, SegmentStart,
};
use ledger::{Appended, Batch, Journal, JournalError, Sequencer};

use super::segment::SegmentName;
use super::spare::{Blank, Spare};
use crate::disk::{Disk, DiskFile};

/// Each segment is this many times as large as the one before, up to the configured size: a short
/// run does not pay for a long one's.
const GROWTH: u64 = 4;
/// The size of the first segment after a start, in bytes, if less than the configured size.
const FIRST_BYTES: u64 = 4 << 20;

/// How the write-ahead log is laid out.
#[derive(Debug, Clone)]
pub(crate) struct WalOptions {
    /// The directory of its segments.
    pub(crate) dir: PathBuf,
    /// The size of a segment in bytes.
    pub(crate) segment_bytes: u64,
    /// Whether the next segment is prepared by another thread.
    pub(crate) ahead: bool,
}

/// The segment that is being written.
#[derive(Debug)]
struct Current {
    file: Arc<dyn DiskFile>,
    position: u64,
    bytes: u64,
}

/// [`Journal`] on a disk.
pub(crate) struct WalJournal {
    disk: Arc<dyn Disk>,
    options: WalOptions,
    framer: Framer,
    spare: Spare,
    /// The number of the next segment.
    next_segment: u64,
    /// Where the frames of the segment before `current` end; of the last one if there is none.
    previous_end: u64,
    current: Option<Current>,
    next_bytes: u64,
    /// Whoever may still write holds the directory, also if nobody closed it.
    _held: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for WalJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WalJournal({})", self.options.dir.display())
    }
}

impl WalJournal {
    /// Goes on behind what recovery found. The first batch opens a segment.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        options: WalOptions,
        framer: Framer,
        next_segment: u64,
        previous_end: u64,
        held: Arc<dyn Any + Send + Sync>,
    ) -> Self {
        Self {
            spare: Spare::new(Arc::clone(&disk), &options.dir),
            disk,
            framer,
            next_segment,
            previous_end,
            current: None,
            next_bytes: options.segment_bytes.min(FIRST_BYTES),
            options,
            _held: held,
        }
    }

    /// Ends the current segment and begins the next, with room for `bytes` of frames.
    fn rotate(&mut self, bytes: u64, state: &Sequencer) -> Result<(), JournalError> {
        let previous_end = self
            .current
            .as_ref()
            .map_or(self.previous_end, |current| current.position);
        let mut frame = vec![0; FRAME_HEADER_BYTES];
        SegmentStart::encode(previous_end, state, &mut frame);
        let start_bytes = (frame.len() as u64).next_multiple_of(ALIGNMENT);
        let needed = (start_bytes + bytes)
            .max(self.next_bytes)
            .next_multiple_of(ALIGNMENT);
        let blank = self
            .spare
            .take(needed)
            .map_err(|error| full_or_failed(&error))?;

        let name = SegmentName {
            number: self.next_segment,
            first_index: state.size(),
        };
        let place = Place {
            segment: name.number,
            position: 0,
        };
        let facts = FrameFacts {
            kind: FrameKind::SegmentStart,
            count: 0,
            first_index: state.size(),
            root: state.root(),
        };
        self.framer
            .complete(&mut frame, place, facts)
            .map_err(|error| JournalError::Failed(error.to_string().into()))?;
        // A crash before the rename leaves a temporary file, which recovery removes; after it, an
        // empty segment, behind which recovery goes on.
        self.install(&blank, &frame, name).map_err(|e| failed(&e))?;
        self.finish_current();
        self.previous_end = previous_end;
        self.next_segment += 1;
        self.current = Some(Current {
            file: blank.file,
            position: start_bytes,
            bytes: blank.bytes,
        });
        self.next_bytes = (self.next_bytes * GROWTH).min(self.options.segment_bytes);
        if self.options.ahead {
            self.spare.prepare(self.next_bytes);
        }
        Ok(())
    }

    fn install(&self, blank: &Blank, frame: &[u8], name: SegmentName) -> io::Result<()> {
        blank.file.write_at(frame, 0)?;
        blank.file.sync_data()?;
        self.disk
            .rename(&blank.path, &name.path(&self.options.dir))?;
        self.disk.sync_dir(&self.options.dir)
    }

    /// Gives back the zeros behind the last frame. Nothing depends on it: an error is no loss.
    fn finish_current(&self) {
        if let Some(current) = &self.current {
            let _ = current.file.set_length(current.position);
        }
    }
}

impl Journal for WalJournal {
    fn reserve(&mut self, bytes: u64, state: &Sequencer) -> Result<(), JournalError> {
        let bytes = bytes.next_multiple_of(ALIGNMENT);
        match &self.current {
            Some(current) if current.position + bytes <= current.bytes => Ok(()),
            _ => self.rotate(bytes, state),
        }
    }

    fn append(&mut self, batch: Batch<'_>) -> Result<Appended, JournalError> {
        let Some(current) = &mut self.current else {
            return Err(JournalError::Failed("no segment was reserved".into()));
        };
        let place = Place {
            segment: self.next_segment - 1,
            position: current.position,
        };
        let facts = FrameFacts {
            kind: FrameKind::Batch,
            count: batch.count,
            first_index: batch.first_index,
            root: batch.state.root(),
        };
        self.framer
            .complete(batch.buffer, place, facts)
            .map_err(|error| JournalError::Failed(error.to_string().into()))?;
        let started = Instant::now();
        let written = current
            .file
            .write_at(batch.buffer, current.position)
            .and_then(|()| current.file.sync_data());
        written.map_err(|e| failed(&e))?;
        current.position += batch.buffer.len() as u64;
        Ok(Appended {
            took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        })
    }
}

impl Drop for WalJournal {
    fn drop(&mut self) {
        self.finish_current();
    }
}

fn failed(error: &io::Error) -> JournalError {
    JournalError::Failed(format!("the write-ahead log could not be written: {error}").into())
}

fn full_or_failed(error: &io::Error) -> JournalError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalError::Full,
        _ => failed(error),
    }
}
