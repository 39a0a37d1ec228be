//! A small file that is read and replaced as a whole, by several processes, and that a running gateway
//! watches.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::disk::{Disk as _, LocalDisk, replace_file};

/// Why a watched file could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum WatchedError {
    /// It could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file or its folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is not what this version wrote.
    #[error("`{path}` does not {says}: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should do: "hold API keys".
        says: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Tells one content of a file from another; a file that is not there from one that is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedStamp(Option<(SystemTime, u64, u64)>);

/// The file.
#[derive(Debug, Clone)]
pub(crate) struct WatchedFile {
    path: PathBuf,
    /// Held while the file is replaced.
    lock: PathBuf,
    says: &'static str,
}

impl WatchedFile {
    /// `name` in `dir`; `says`: what it should do, for errors.
    pub(crate) fn new(dir: &Path, name: &str, says: &'static str) -> Self {
        let path = dir.join(name);
        Self {
            lock: path.with_extension("lock"),
            path,
            says,
        }
    }

    /// Creates its folder where it is missing.
    pub(crate) fn create_folder(&self) -> Result<(), WatchedError> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        LocalDisk.create_dir(dir).map_err(io(dir))
    }

    /// Other processes that change the file wait until this is dropped.
    pub(crate) fn lock(&self) -> Result<File, WatchedError> {
        let open = File::options()
            .create(true)
            .append(true)
            .open(&self.lock)
            .and_then(|file| file.lock().map(|()| file));
        open.map_err(io(&self.lock))
    }

    /// What is in it; `None`: it is not there.
    pub(crate) fn read(&self) -> Result<Option<Vec<u8>>, WatchedError> {
        match std::fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io(&self.path)(error)),
        }
    }

    /// Puts other content in its place; durable on return.
    pub(crate) fn replace(&self, bytes: &[u8]) -> Result<(), WatchedError> {
        replace_file(&LocalDisk, &self.path, bytes).map_err(io(&self.path))
    }

    /// Changes whenever the content does: to notice it without reading it.
    pub(crate) fn stamp(&self) -> WatchedStamp {
        let metadata = std::fs::metadata(&self.path).ok();
        WatchedStamp(metadata.and_then(|m| Some((m.modified().ok()?, m.len(), m.ino()))))
    }

    /// It is not what this version wrote.
    pub(crate) fn wrong(&self, reason: impl ToString) -> WatchedError {
        WatchedError::Content {
            path: self.path.clone(),
            says: self.says,
            reason: reason.to_string(),
        }
    }
}

/// An error about this path.
pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> WatchedError {
    let path = path.to_owned();
    move |error| WatchedError::Io {
        path: path.clone(),
        error,
    }
}
