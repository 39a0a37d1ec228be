//! The evidence format and the only way to be on record: entries, Merkle tree, checkpoints, proofs,
//! sealed bodies, and [`Committed`], which exists only for what is durable.
//!
//! Deliberately absent: files and sockets (they come in through the storage ports), tokio, HTTP,
//! MCP, and clocks (time is an argument).

mod committed;
mod custody;
mod format;
mod handles;
mod health;
mod leaf;
mod path;
mod ports;
mod publish;
mod published;
mod queue;
mod record;
mod seal;
mod sequencer;
mod writer;

pub mod fields;
pub mod fuzzing;
pub mod merkle;
pub mod note;
pub mod org;
pub mod proof;
pub mod tile;
pub mod timestamp;
pub mod wal;
pub mod witness;

pub use committed::{Commit, CommitError, Committed, Receipt};
pub use custody::{CUSTODY_DOMAIN, PurgeNotice, PurgeScope, PurgeStep};
pub use format::FormatError;
pub use handles::{Ledger, Session, Start, Travelling, Writer};
pub use health::Health;
pub use leaf::{LEAF_BYTES, LEAF_BYTES_MAX, Leaf, PREFIX_BYTES, Prefix, Pseudonym};
pub use path::{LogFile, LogPath, VKEY_KEY};
pub use ports::{Appended, Batch, Head, Journal, JournalError, Objects, StorageError};
pub use publish::{Publication, PublishError, Publisher};
pub use published::{COSIGNED_KEY, CosignError, Published, stamped_key, timestamp_key};
pub use record::{
    CallerFacts, ClientFacts, CommandFacts, Direction, Draft, Facts, FindingFacts, HttpFacts, Kind,
    LinkFacts, MaskFacts, MessageFacts, PlaceFacts, Record, SseFacts, TimingFacts, TraceFacts,
    VerdictCode, VerdictFacts,
};
pub use seal::{
    Body, BodyError, BodyState, Derivation, FieldKey, Key, KeyError, Plaintext, RecordSecret,
    SessionCarry, TransferKey, WRAPPED_KEY_BYTES, open_body, open_plaintext,
};
pub use sequencer::{Cursor, ReplayError, Sequencer};
