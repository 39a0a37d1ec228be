//! Reading the last segment after a start: where the log stands, and what tore.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::merkle::{CompactRange, leaf_hash};
use ledger::note::LogPublicKey;
use ledger::wal::{Frame, FrameHeader, FrameKind, SegmentStart, chain_start};
use ledger::{FormatError, Leaf, ReplayError, Sequencer};
use model::Digest;

use super::scan::{OwnedFrame, ScanError, SegmentScan};
use super::segment::{SegmentName, list_segments};
use crate::disk::Disk;

/// Where a log stands.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The tree and the open sessions.
    pub(crate) state: Sequencer,
    /// The number of the next frame.
    pub(crate) next_frame: u64,
    /// The hash of the last frame.
    pub(crate) last_hash: Digest,
    /// The number of the next segment; 0 in a new log.
    pub(crate) next_segment: u64,
    /// Where the frames of the last segment end.
    pub(crate) end: u64,
    /// How many bytes behind that were written and never acknowledged.
    pub(crate) torn_bytes: u64,
}

/// Why the log cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoverError {
    /// The disk failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Acknowledged bytes are not what was written.
    #[error("`{path}` is damaged at byte {position}: {what}")]
    Damaged {
        /// The segment's file.
        path: PathBuf,
        /// Where in it.
        position: u64,
        /// What is wrong there.
        what: String,
    },
    /// Segments are missing.
    #[error("segment {number} of the write-ahead log is missing")]
    Missing {
        /// The first one that is.
        number: u64,
    },
}

/// Finds out where the log stands. Changes nothing but to remove files that never got a name.
pub(crate) fn recover(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    epoch: u32,
    key: &LogPublicKey,
) -> Result<Recovered, RecoverError> {
    for name in disk.list(dir)?.iter().filter(|name| name.ends_with(".tmp")) {
        disk.remove(&dir.join(name))?;
    }
    let segments = list_segments(&**disk, dir)?;
    if let Some((number, _)) = (0..).zip(&segments).find(|(n, s)| *n != s.number) {
        return Err(RecoverError::Missing { number });
    }
    let Some(last) = segments.last() else {
        return Ok(Recovered {
            state: Sequencer::new(epoch, CompactRange::new()),
            next_frame: 0,
            last_hash: chain_start(key.name()),
            next_segment: 0,
            end: 0,
            torn_bytes: 0,
        });
    };
    Replay::segment(&**disk, dir, *last, epoch, key)
}

struct Replay<'a> {
    path: PathBuf,
    scan: SegmentScan,
    epoch: u32,
    key: &'a LogPublicKey,
}

impl Replay<'_> {
    fn segment(
        disk: &dyn Disk,
        dir: &Path,
        name: SegmentName,
        epoch: u32,
        key: &LogPublicKey,
    ) -> Result<Recovered, RecoverError> {
        let path = name.path(dir);
        let scan = SegmentScan::new(disk.open(&path, false)?, name.number);
        Replay {
            path,
            scan,
            epoch,
            key,
        }
        .run(name)
    }

    fn run(mut self, name: SegmentName) -> Result<Recovered, RecoverError> {
        let start = match self.scan.next() {
            Ok(frame) => frame,
            Err(error) => return Err(self.scan_error(error)),
        };
        let mut state = self.first(&start, name)?;
        let mut last = start.header;
        loop {
            let at = self.scan.position();
            match self.scan.next() {
                Ok(frame) => {
                    self.follows(&frame.header, &last)?;
                    self.replay(&frame, &mut state, at)?;
                    last = frame.header;
                }
                Err(ScanError::Io(error)) => return Err(error.into()),
                Err(ScanError::Frame(error)) => {
                    // A torn tail has nothing valid behind it.
                    if self.scan.any_valid_from(at + 1)? {
                        return Err(self.damaged(at, &error));
                    }
                    break;
                }
            }
        }
        let end = self.scan.position();
        Ok(Recovered {
            state,
            next_frame: last.number + 1,
            last_hash: last.hash,
            next_segment: name.number + 1,
            end,
            torn_bytes: self.scan.written_from(end)?,
        })
    }

    fn first(&self, start: &OwnedFrame, name: SegmentName) -> Result<Sequencer, RecoverError> {
        let header = &start.header;
        let frame = start.frame().map_err(|e| self.damaged(0, &e))?;
        let right_kind =
            header.kind == FrameKind::SegmentStart && header.first_index == name.first_index;
        if !right_kind || header.epoch != self.epoch || !header.is_signed_by(self.key) {
            return Err(self.damaged(0, &"the segment's first frame is not this log's"));
        }
        let state = SegmentStart::decode(self.epoch, frame.payload())
            .map_err(|e| self.damaged(0, &e))?
            .state;
        if state.size() != header.first_index || state.root() != header.root {
            return Err(self.damaged(0, &"the snapshot is not of the stated tree"));
        }
        Ok(state)
    }

    fn follows(&self, header: &FrameHeader, last: &FrameHeader) -> Result<(), RecoverError> {
        let position = header.place.position;
        if header.kind != FrameKind::Batch
            || header.epoch != self.epoch
            || header.number != last.number + 1
            || header.previous != last.hash
            || header.first_index != last.end_index()
        {
            return Err(self.damaged(position, &"the frame does not follow the one before it"));
        }
        if !header.is_signed_by(self.key) {
            return Err(self.damaged(position, &"the frame is not signed by the log's key"));
        }
        Ok(())
    }

    fn replay(
        &self,
        frame: &OwnedFrame,
        state: &mut Sequencer,
        at: u64,
    ) -> Result<(), RecoverError> {
        let frame = frame.frame().map_err(|e| self.damaged(at, &e))?;
        replay_frame(&frame, state).map_err(|e| self.damaged(at, &e))?;
        if state.root() != frame.header.root {
            return Err(self.damaged(at, &"the frame states another root"));
        }
        Ok(())
    }

    fn damaged(&self, position: u64, what: &dyn std::fmt::Display) -> RecoverError {
        RecoverError::Damaged {
            path: self.path.clone(),
            position,
            what: what.to_string(),
        }
    }

    fn scan_error(&self, error: ScanError) -> RecoverError {
        match error {
            ScanError::Io(error) => error.into(),
            ScanError::Frame(error) => self.damaged(self.scan.position(), &error),
        }
    }
}

/// Why the entries of a frame do not follow.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    /// An entry or a leaf cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A leaf does not follow.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// Takes in all entries of a frame.
pub(crate) fn replay_frame(frame: &Frame<'_>, state: &mut Sequencer) -> Result<(), EntryError> {
    for entry in frame.entries() {
        let entry = entry?;
        state.replay(&Leaf::decode(entry.leaf)?, leaf_hash(entry.leaf))?;
    }
    Ok(())
}
