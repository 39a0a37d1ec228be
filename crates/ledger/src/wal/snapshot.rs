//! What a segment begins with: enough to go on without reading any earlier segment.

use model::{CallId, Digest, SessionId};

use crate::format::{Fields, FormatError};
use crate::merkle::CompactRange;
use crate::sequencer::{Cursor, Sequencer};

/// The payload of a segment's first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentStart {
    /// Where the frames of the segment before this one end, in bytes; what lies behind is a torn
    /// tail that was never acknowledged, or padding.
    pub previous_end: u64,
    /// The tree and the open sessions.
    pub state: Sequencer,
}

impl SegmentStart {
    /// Appends its bytes. `state` is what [`SegmentStart::state`] would hold.
    pub fn encode(previous_end: u64, state: &Sequencer, out: &mut Vec<u8>) {
        out.extend_from_slice(&previous_end.to_be_bytes());
        encode_range(state.range(), out);
        let count = u32::try_from(state.sessions().len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&count.to_be_bytes());
        let mut sessions: Vec<_> = state.sessions().iter().collect();
        sessions.sort_unstable_by_key(|(id, _)| **id);
        for (id, cursor) in sessions {
            out.extend_from_slice(id.as_bytes());
            out.push(u8::from(cursor.node));
            out.extend_from_slice(&cursor.bucket.to_be_bytes());
            out.extend_from_slice(&cursor.first.to_be_bytes());
            out.extend_from_slice(&cursor.last.to_be_bytes());
            out.extend_from_slice(cursor.previous.as_bytes());
            encode_range(&cursor.range, out);
            let count = u32::try_from(cursor.open_calls.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&count.to_be_bytes());
            let mut calls: Vec<_> = cursor.open_calls.iter().collect();
            calls.sort_unstable();
            for (call, index) in calls {
                out.extend_from_slice(call.as_bytes());
                out.extend_from_slice(&index.to_be_bytes());
            }
        }
    }

    /// Only [`SegmentStart::previous_end`], without reading the rest.
    ///
    /// # Errors
    ///
    /// If there are too few bytes.
    pub fn previous_end(bytes: &[u8]) -> Result<u64, FormatError> {
        Fields::new(bytes, "a segment's snapshot").u64()
    }

    /// From its bytes; `epoch` is the log's.
    ///
    /// # Errors
    ///
    /// If they are not such a snapshot.
    pub fn decode(epoch: u32, bytes: &[u8]) -> Result<Self, FormatError> {
        let mut from = Fields::new(bytes, "a segment's snapshot");
        let previous_end = from.u64()?;
        let range = decode_range(&mut from)?;
        let mut state = Sequencer::new(epoch, range);
        for _ in 0..from.u32()? {
            let id = SessionId::from_bytes(from.array()?);
            state.restore(id, decode_cursor(&mut from)?);
        }
        from.end()?;
        Ok(Self {
            previous_end,
            state,
        })
    }
}

fn decode_cursor(from: &mut Fields<'_>) -> Result<Cursor, FormatError> {
    let node = from.u8()? != 0;
    let bucket = from.u32()?;
    let first = from.u64()?;
    let last = from.u64()?;
    let previous = from.digest()?;
    let range = decode_range(from)?;
    let mut cursor = Cursor {
        node,
        bucket,
        first,
        last,
        previous,
        range,
        open_calls: Default::default(),
    };
    for _ in 0..from.u32()? {
        let call = CallId::from_bytes(from.array()?);
        cursor.open_calls.insert(call, from.u64()?);
    }
    Ok(cursor)
}

fn encode_range(range: &CompactRange, out: &mut Vec<u8>) {
    out.extend_from_slice(&range.size().to_be_bytes());
    for root in range.roots() {
        out.extend_from_slice(root.as_bytes());
    }
}

fn decode_range(from: &mut Fields<'_>) -> Result<CompactRange, FormatError> {
    let size = from.u64()?;
    let roots: Vec<Digest> = (0..size.count_ones())
        .map(|_| from.digest())
        .collect::<Result<_, _>>()?;
    CompactRange::from_parts(size, roots).ok_or(FormatError::Value("a tree's size"))
}
