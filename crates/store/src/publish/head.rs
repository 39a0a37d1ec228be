use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{Head, StorageError};

use crate::disk::{Disk, read_range, replace_file};

/// The most bytes that a head can have.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// [`Head`] as a file. Compare-and-swap holds because only the process with the directory's lock
/// writes it.
#[derive(Debug)]
pub(crate) struct LocalHead {
    disk: Arc<dyn Disk>,
    path: PathBuf,
}

impl LocalHead {
    pub(crate) fn new(disk: Arc<dyn Disk>, path: &Path) -> Self {
        Self {
            disk,
            path: path.to_owned(),
        }
    }

    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        match self.disk.open(&self.path, false) {
            Ok(file) => read_range(&*file, 0, HEAD_BYTES_MAX).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn failed(&self, error: &io::Error) -> StorageError {
        StorageError::Failed(format!("`{}`: {error}", self.path.display()).into())
    }
}

impl Head for LocalHead {
    fn fetch(&self) -> Result<Option<Vec<u8>>, StorageError> {
        self.read().map_err(|error| self.failed(&error))
    }

    fn replace(&self, expected: Option<&[u8]>, next: &[u8]) -> Result<(), StorageError> {
        if self.fetch()?.as_deref() != expected {
            return Err(StorageError::Conflict);
        }
        let replaced = match self.path.parent() {
            Some(dir) => self
                .disk
                .create_dir(dir)
                .and_then(|()| replace_file(&*self.disk, &self.path, next)),
            None => replace_file(&*self.disk, &self.path, next),
        };
        replaced.map_err(|error| self.failed(&error))
    }
}
