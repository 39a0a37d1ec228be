use std::io;
use std::path::{Path, PathBuf};

use ledger::{CommitError, PublishError};

use super::identity::IdentityError;
use super::lock::LockError;
use crate::custody::CustodyError;
use crate::keeper::KeeperError;
use crate::keys::{KeyFileError, KeyringError};
use crate::wal::RecoverError;

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The node's identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A key's file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A key's file is gone although the log exists.
    #[error("the key in `{path}` is missing: restore it, or run `probity recover --new-epoch`")]
    KeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The directory could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Acknowledged records are damaged, missing or were replaced by an older state.
    #[error(
        "the log in `{path}` is not as it was acknowledged: {what}; nothing was changed; \
         `probity recover --new-epoch` opens a new epoch that states the gap"
    )]
    Corrupt {
        /// The data directory.
        path: PathBuf,
        /// What is wrong and where.
        what: String,
    },
    /// The first records could not be written.
    #[error("the log could not be started: {0}")]
    Commit(#[from] CommitError),
    /// A purge or a hold that a crash interrupted could not be brought to its end.
    #[error("a purge or a hold that was under way could not be brought to its end: {0}")]
    Custody(#[from] CustodyError),
    /// The published log could not be read or written.
    #[error("the log could not be published: {0}")]
    Keeper(#[from] KeeperError),
    /// The org log could not be read or written.
    #[error("the org log: {0}")]
    Org(#[from] PublishError),
}

/// Why closing did not end in order. What was acknowledged is durable all the same.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The ledger was poisoned.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Not everything that is durable could be published; the next start does it.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
}

pub(super) fn refuse(path: &Path, error: RecoverError) -> OpenError {
    let path = path.to_owned();
    match error {
        RecoverError::Io(error) => OpenError::Io { path, error },
        error => OpenError::Corrupt {
            path,
            what: error.to_string(),
        },
    }
}

pub(super) fn io_error(path: &Path, error: io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        error,
    }
}
