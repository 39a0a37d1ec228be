//! What is kept: the data directory with the write-ahead log, the keys, the published log and the
//! index, and reading them.
//!
//! Deliberately absent: sockets, MCP, decisions. The only crate that opens files or databases.

mod api_keys;
mod approvals;
mod custody;
mod dir;
mod disk;
mod error;
mod follow;
mod halts;
mod index;
mod keeper;
mod keys;
mod lookup;
mod org;
mod pins;
mod publish;
mod published;
mod reader;
mod verifier_keys;
mod wal;
mod watched;

pub use api_keys::ApiKeyFile;
pub use approvals::{ApprovalKeys, Approvals};
pub use custody::{
    CustodyError, HoldRequest, HoldScope, HoldView, PurgeOutcome, PurgeRequest, PurgeRun,
    PurgeTarget, Scoped,
};
pub use dir::{
    AtRest, CloseError, DataDir, IdentityError, LockError, NewEpoch, OpenError, Opened, Options,
    Recovery,
};
pub use disk::{Disk, DiskFile, LocalDisk};
pub use error::ReadError;
pub use halts::{HaltFile, HaltList};
pub use keeper::KeeperError;
pub use keys::{KeyFileError, KeyringError, KeysDestroyed, RootKey, RootKeyError};
pub use pins::PinFile;
pub use published::PublishedLogs;
pub use reader::{
    Evidence, ProveError, PurgeView, Reader, RecordView, Records, SessionState, SessionView,
};
pub use verifier_keys::verifier_keys;
pub use watched::{WatchedError, WatchedStamp};
