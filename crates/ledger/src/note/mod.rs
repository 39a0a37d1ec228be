//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint).

mod checkpoint;
mod keys;
mod signed;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use keys::{LogKey, LogPublicKey, NoteKeyError};
pub use signed::{NoteError, SignedNote};
