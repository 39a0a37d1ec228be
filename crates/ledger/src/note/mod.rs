//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), and the cosignatures of
//! witnesses under them (C2SP tlog-cosignature).

mod checkpoint;
mod cosignature;
mod keys;
mod signed;
mod vkey;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{Cosignature, WitnessKey, WitnessSigner};
pub use keys::{LogKey, LogPublicKey, NoteKeyError};
pub use signed::{NoteError, SignedNote};
