//! Sealed bodies: per-record secrets, what is derived from them, and the keys that wrap them.

mod body;
mod derive;
mod keys;
mod sealer;

pub use body::{Body, BodyError, BodyState, Plaintext, open_body, open_plaintext};
pub use derive::{Derivation, FieldKey};
pub use keys::{Key, KeyError, RecordSecret, SessionCarry, TransferKey, WRAPPED_KEY_BYTES};
pub(crate) use sealer::{Sealed, Sealer, SessionFacts};
