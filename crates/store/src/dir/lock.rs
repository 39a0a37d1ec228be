use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Why a data directory cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process writes to it.
    #[error("another process uses the data directory `{path}`: stop it first")]
    Held {
        /// The directory's lock file.
        path: PathBuf,
    },
    /// The lock file could not be made.
    #[error("`{path}`: {error}")]
    Io {
        /// The directory's lock file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// Holds a data directory until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn acquire(path: &Path) -> Result<Self, LockError> {
        let io = |error| LockError::Io {
            path: path.to_owned(),
            error,
        };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(Errno::WOULDBLOCK) => Err(LockError::Held {
                path: path.to_owned(),
            }),
            Err(error) => Err(io(error.into())),
        }
    }
}
