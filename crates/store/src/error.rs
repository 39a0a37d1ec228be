use std::io;
use std::path::PathBuf;

use ledger::FormatError;
use model::{EntryIndex, SessionId};

use crate::dir::IdentityError;
use crate::keys::{KeyFileError, KeyringError};
use crate::wal::ScanError;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no log there.
    #[error("`{0}` is no data directory")]
    NoLog(PathBuf),
    /// The node's identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A key's file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The index.
    #[error("the index: {0}")]
    Index(#[from] rusqlite::Error),
    /// The disk failed.
    #[error("the log could not be read: {0}")]
    Io(#[from] io::Error),
    /// Bytes of the log are not what was written: `probity verify` says where.
    #[error("the log is damaged in segment {segment} at byte {position}: {error}")]
    Damaged {
        /// The number of the segment.
        segment: u64,
        /// Where in it.
        position: u64,
        /// What is wrong.
        error: FormatError,
    },
    /// The log has no such entry.
    #[error("the log has no entry {0}")]
    NoEntry(EntryIndex),
    /// The log has no such session.
    #[error("the log has no session {0}")]
    NoSession(SessionId),
}

impl ReadError {
    pub(crate) fn scan(segment: u64, position: u64, error: ScanError) -> Self {
        match error {
            ScanError::Io(error) => Self::Io(error),
            ScanError::Frame(error) => Self::Damaged {
                segment,
                position,
                error,
            },
        }
    }
}
