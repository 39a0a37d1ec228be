//! The write-ahead log's bytes: entries, the frames that hold a batch of them, and the snapshot
//! that opens a segment.

mod entry;
mod frame;
mod snapshot;

pub use entry::{Entry, EntryView};
pub(crate) use entry::{encode_entry, entry_bytes_max};
pub use frame::{
    ALIGNMENT, FRAME_HEADER_BYTES, Frame, FrameFacts, FrameHeader, FrameKind, Framer, Place,
    chain_start,
};
pub use snapshot::SegmentStart;
