//! Reading the frames of one segment, one after the other.

use std::io;
use std::sync::Arc;

use ledger::FormatError;
use ledger::wal::{ALIGNMENT, FRAME_HEADER_BYTES, Frame, FrameHeader, Place};

use crate::disk::{DiskFile, read_range};

/// A frame whose checksum fits and that lies where it says, with its bytes.
#[derive(Debug)]
pub(crate) struct OwnedFrame {
    bytes: Vec<u8>,
    pub(crate) header: FrameHeader,
}

impl OwnedFrame {
    /// Borrows it to look at its entries.
    pub(crate) fn frame(&self) -> Result<Frame<'_>, FormatError> {
        Frame::decode_checked(&self.bytes, &self.header)
    }
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScanError {
    /// The disk failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The bytes are no frame, or not one that belongs here.
    #[error(transparent)]
    Frame(#[from] FormatError),
}

/// A position in a segment.
#[derive(Debug, Clone)]
pub(crate) struct SegmentScan {
    file: Arc<dyn DiskFile>,
    number: u64,
    position: u64,
}

impl SegmentScan {
    pub(crate) fn new(file: Arc<dyn DiskFile>, number: u64) -> Self {
        Self {
            file,
            number,
            position: 0,
        }
    }

    /// Where the next frame is expected.
    pub(crate) const fn position(&self) -> u64 {
        self.position
    }

    pub(crate) const fn seek(&mut self, position: u64) {
        self.position = position;
    }

    /// The header at the position, unchecked; stays where it is.
    pub(crate) fn peek(&self) -> Result<FrameHeader, ScanError> {
        let bytes = read_range(&*self.file, self.position, FRAME_HEADER_BYTES)?;
        let header = FrameHeader::decode(&bytes)?;
        let here = Place {
            segment: self.number,
            position: self.position,
        };
        if header.place != here {
            return Err(FormatError::Value("a frame's place").into());
        }
        Ok(header)
    }

    /// The frame at the position, checked; moves behind it. Stays where it is on an error.
    pub(crate) fn next(&mut self) -> Result<OwnedFrame, ScanError> {
        let header = self.peek()?;
        let bytes = usize::try_from(header.payload_bytes)
            .map_err(|_| FormatError::Value("a frame's length"))?;
        let bytes = read_range(&*self.file, self.position, FRAME_HEADER_BYTES + bytes)?;
        let header = Frame::decode(&bytes)?.header;
        self.position += header.frame_bytes();
        Ok(OwnedFrame { bytes, header })
    }

    /// Whether any valid frame lies at or behind `position`.
    pub(crate) fn any_valid_from(&self, position: u64) -> io::Result<bool> {
        let length = self.file.length()?;
        let mut scan = self.clone();
        scan.position = position.next_multiple_of(ALIGNMENT);
        while scan.position < length {
            match scan.next() {
                Ok(_) => return Ok(true),
                Err(ScanError::Io(error)) => return Err(error),
                Err(ScanError::Frame(_)) => scan.position += ALIGNMENT,
            }
        }
        Ok(false)
    }

    /// The number of bytes from `position` to the last byte that is not zero.
    pub(crate) fn written_from(&self, position: u64) -> io::Result<u64> {
        const CHUNK_BYTES: u64 = 1 << 20;
        let length = self.file.length()?;
        let (mut at, mut end) = (position, position);
        while at < length {
            let want = usize::try_from(CHUNK_BYTES.min(length - at)).unwrap_or(0);
            let chunk = read_range(&*self.file, at, want)?;
            if chunk.is_empty() {
                break;
            }
            if let Some(last) = chunk.iter().rposition(|byte| *byte != 0) {
                end = at + last as u64 + 1;
            }
            at += chunk.len() as u64;
        }
        Ok(end - position)
    }
}
