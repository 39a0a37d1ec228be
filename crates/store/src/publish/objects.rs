use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::{Objects, StorageError};

use crate::dir::Lock;
use crate::disk::{Disk, read_range, temporary_name};

/// From so many files on, one sync of the whole file system is cheaper than one for each.
const SYNC_ALL_FROM: usize = 8;

/// [`Objects`] as files under one folder. Each is written under a temporary name, synced, and
/// renamed, so that a reader finds the old one or the new one.
#[derive(Debug, Clone)]
pub(crate) struct LocalObjects {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// Whoever still writes holds the directory.
    _held: Arc<Lock>,
}

impl LocalObjects {
    pub(crate) fn held(disk: Arc<dyn Disk>, dir: &Path, held: &Arc<Lock>) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            _held: Arc::clone(held),
        }
    }

    fn put_all(&self, objects: &[(String, Vec<u8>)]) -> io::Result<()> {
        let paths: Vec<_> = objects.iter().map(|(key, _)| self.dir.join(key)).collect();
        let dirs: BTreeSet<_> = paths.iter().filter_map(|path| path.parent()).collect();
        for dir in &dirs {
            self.disk.create_dir(dir)?;
        }
        let one_by_one = objects.len() < SYNC_ALL_FROM;
        for (path, (_, bytes)) in paths.iter().zip(objects) {
            let temporary = temporary_name(path);
            match self.disk.remove(&temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = self.disk.create(&temporary)?;
            file.write_at(bytes, 0)?;
            if one_by_one {
                file.sync_data()?;
            }
        }
        if !one_by_one {
            self.disk.sync_all(&self.dir)?;
        }
        for path in &paths {
            self.disk.rename(&temporary_name(path), path)?;
        }
        dirs.iter().try_for_each(|dir| self.disk.sync_dir(dir))
    }

    fn read(&self, key: &str) -> io::Result<Option<Vec<u8>>> {
        match self.disk.open(&self.dir.join(key), false) {
            Ok(file) => {
                let bytes = usize::try_from(file.length()?).unwrap_or(usize::MAX);
                read_range(&*file, 0, bytes).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn failed(&self, error: &io::Error) -> StorageError {
        StorageError::Failed(format!("`{}`: {error}", self.dir.display()).into())
    }
}

impl Objects for LocalObjects {
    fn put(&self, objects: &[(String, Vec<u8>)]) -> Result<(), StorageError> {
        if objects.is_empty() {
            return Ok(());
        }
        self.put_all(objects).map_err(|error| self.failed(&error))
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        self.read(key).map_err(|error| self.failed(&error))
    }

    fn remove_folder(&self, key: &str) -> Result<(), StorageError> {
        let dir = self.dir.join(key);
        let names = match self.disk.list(&dir) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.failed(&error)),
        };
        names
            .iter()
            .try_for_each(|name| self.disk.remove(&dir.join(name)))
            .and_then(|()| self.disk.remove_dir(&dir))
            .map_err(|error| self.failed(&error))
    }
}
