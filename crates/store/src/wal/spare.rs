//! Files filled with zeros ahead of use, so that appending never changes a file's size.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::disk::{Disk, DiskFile};

/// How much is written at a time.
const CHUNK_BYTES: u64 = 1 << 20;

/// A file without a place yet.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// Makes the next blank file while the current segment is in use.
#[derive(Debug)]
pub(super) struct Spare {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    made: u64,
    making: Option<JoinHandle<io::Result<Blank>>>,
}

impl Spare {
    pub(super) fn new(disk: Arc<dyn Disk>, dir: &Path) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            made: 0,
            making: None,
        }
    }

    /// Begins to make a file of `bytes` bytes in the background.
    pub(super) fn prepare(&mut self, bytes: u64) {
        if self.making.is_some() {
            return;
        }
        let disk = Arc::clone(&self.disk);
        let path = self.next_path();
        // Without a thread the file is made when it is needed.
        self.making = thread::Builder::new()
            .name("wal-spare".to_owned())
            .spawn(move || make(&*disk, &path, bytes))
            .ok();
    }

    /// A file of at least `bytes` bytes: the prepared one, or one that is made now.
    pub(super) fn take(&mut self, bytes: u64) -> io::Result<Blank> {
        if let Some(thread) = self.making.take()
            && let Ok(Ok(blank)) = thread.join()
        {
            if blank.bytes >= bytes {
                return Ok(blank);
            }
            self.disk.remove(&blank.path)?;
        }
        let path = self.next_path();
        make(&*self.disk, &path, bytes)
    }

    fn next_path(&mut self) -> PathBuf {
        self.made += 1;
        self.dir.join(format!("spare-{}.tmp", self.made))
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if let Some(thread) = self.making.take()
            && let Ok(Ok(blank)) = thread.join()
        {
            // What is left over is removed at the next start anyway.
            let _ = self.disk.remove(&blank.path);
        }
    }
}

/// Removes what it began if it fails: a full disk is full enough.
fn make(disk: &dyn Disk, path: &Path, bytes: u64) -> io::Result<Blank> {
    let file = disk.create(path)?;
    match fill(&*file, bytes) {
        Ok(()) => Ok(Blank {
            file,
            path: path.to_owned(),
            bytes,
        }),
        Err(error) => {
            let _ = disk.remove(path);
            Err(error)
        }
    }
}

fn fill(file: &dyn DiskFile, bytes: u64) -> io::Result<()> {
    let zeros = vec![0; usize::try_from(CHUNK_BYTES.min(bytes)).unwrap_or(0)];
    let mut at = 0;
    while at < bytes {
        let chunk = usize::try_from(CHUNK_BYTES.min(bytes - at)).unwrap_or(0);
        file.write_at(zeros.get(..chunk).unwrap_or(&zeros), at)?;
        at += chunk as u64;
    }
    file.sync_data()
}
