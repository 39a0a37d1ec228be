//! A disk whose syncs take longer, as those of networked storage do.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use store::{Disk, DiskFile, LocalDisk};

/// The local disk, with this much added to each sync.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlowDisk(pub(crate) Duration);

#[derive(Debug)]
struct SlowFile(Arc<dyn DiskFile>, Duration);

impl SlowDisk {
    fn slow(self, file: io::Result<Arc<dyn DiskFile>>) -> io::Result<Arc<dyn DiskFile>> {
        file.map(|file| Arc::new(SlowFile(file, self.0)) as Arc<dyn DiskFile>)
    }
}

impl Disk for SlowDisk {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.slow(LocalDisk.create(path))
    }

    fn open(&self, path: &Path, write: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.slow(LocalDisk.open(path, write))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        LocalDisk.list(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        LocalDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        LocalDisk.remove(path)
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        LocalDisk.remove_dir(dir)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        LocalDisk.create_dir(dir)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        thread::sleep(self.0);
        LocalDisk.sync_dir(dir)
    }

    fn sync_all(&self, dir: &Path) -> io::Result<()> {
        thread::sleep(self.0);
        LocalDisk.sync_all(dir)
    }
}

impl DiskFile for SlowFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }

    fn write_at(&self, buffer: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_at(buffer, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        thread::sleep(self.1);
        self.0.sync_data()
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.0.set_length(bytes)
    }
}
