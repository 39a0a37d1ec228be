//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), and the cosignatures of
//! witnesses under them (C2SP tlog-cosignature), and whom to trust (C2SP tlog-policy).

mod checkpoint;
mod cosignature;
mod keys;
mod policy;
mod signed;
mod vkey;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{Cosignature, WitnessKey, WitnessSigner};
pub use keys::{LogKey, LogPublicKey, NoteKeyError};
pub use policy::{Policy, PolicyError, PolicyFault, Witnessed};
pub use signed::{NoteError, SignedNote};
