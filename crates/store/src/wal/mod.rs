//! The write-ahead log on a disk: segments of frames.
//!
//! A segment is made under a temporary name, filled with zeros ahead of use, gets its first frame
//! (the state of the log) and only then its name, so a named segment always begins with a valid
//! frame. Its frames end where the next segment's first frame says, and in the last segment where
//! the first invalid frame is.

mod journal;
mod recover;
mod scan;
mod segment;
mod spare;

pub(crate) use journal::{WalJournal, WalOptions};
pub(crate) use recover::{RecoverError, Recovered, recover};
pub(crate) use scan::{OwnedFrame, ScanError, SegmentScan};
pub(crate) use segment::{SegmentName, list_segments};
