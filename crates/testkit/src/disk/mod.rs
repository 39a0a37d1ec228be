//! A disk in memory that keeps its promises and nothing more: what was not synced is lost, kept,
//! reordered or torn when the power fails, and any operation fails on command.

mod faults;
mod files;
mod held;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::{Disk, DiskFile};

use faults::Faults;
pub use faults::{Fault, Lie, Operation};
use files::{Inode, Random};
pub use held::Held;
use held::Holds;

/// A disk in memory. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct SimDisk(Arc<Mutex<State>>, Holds);

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    /// What a running process sees.
    names: BTreeMap<PathBuf, usize>,
    /// What is on the platter.
    durable_names: BTreeMap<PathBuf, usize>,
    /// Changes of names that no sync has covered, in their order.
    pending_names: Vec<NameChange>,
    dirs: BTreeMap<PathBuf, ()>,
    faults: Faults,
}

#[derive(Debug, Clone)]
enum NameChange {
    Link(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Unlink(PathBuf),
}

impl NameChange {
    fn is_in(&self, dir: &Path) -> bool {
        let in_dir = |path: &PathBuf| path.parent() == Some(dir);
        match self {
            Self::Link(path, _) | Self::Unlink(path) => in_dir(path),
            Self::Rename(from, to) => in_dir(from) || in_dir(to),
        }
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Link(path, inode) => {
                names.insert(path.clone(), *inode);
            }
            Self::Rename(from, to) => {
                if let Some(inode) = names.remove(from) {
                    names.insert(to.clone(), inode);
                }
            }
            Self::Unlink(path) => {
                names.remove(path);
            }
        }
    }
}

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets an operation fail.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Takes all faults back.
    pub fn heal(&self) {
        self.lock().faults = Faults::default();
    }

    /// Lets every operation fail after so many more: the power is off.
    pub fn power_off_after(&self, operations: u64) {
        self.lock().faults.power_off_after(operations);
    }

    /// From here on an operation of this kind does nothing and says that it did.
    pub fn lie_about(&self, operation: Operation) {
        self.lie(Lie {
            operation,
            path: "",
            after: 0,
            times: u64::MAX,
        });
    }

    /// From here on these operations do nothing and say that they did.
    pub fn lie(&self, lie: Lie) {
        self.lock().faults.lie(lie);
    }

    /// Lets the power fail so many operations after the first lie.
    pub fn power_off_after_lie(&self, operations: u64) {
        self.lock().faults.power_off_after_lie(operations);
    }

    /// How many operations were lies.
    pub fn lied(&self) -> u64 {
        self.lock().faults.lied()
    }

    /// Lets operations of this kind on paths that contain `path` hang until the value is dropped:
    /// a disk that takes as long as a test says.
    pub fn hold(&self, operation: Operation, path: &'static str) -> Held {
        self.1.hold(operation, path)
    }

    /// How many operations there were.
    pub fn operations(&self) -> u64 {
        self.lock().faults.seen()
    }

    /// The disk after the power came back: of what was not synced, the seed decides what is there.
    /// Sectors of 512 bytes survive one by one; changes of names survive up to some point.
    pub fn after_power_failure(&self, seed: u64) -> Self {
        let state = self.lock();
        let mut random = Random::new(seed);
        let mut names = state.durable_names.clone();
        let kept = random.below(state.pending_names.len() as u64 + 1);
        for change in state.pending_names.iter().take(kept as usize) {
            change.apply(&mut names);
        }
        let inodes = state
            .inodes
            .iter()
            .map(|inode| inode.after_power_failure(&mut random))
            .collect();
        Self(
            Arc::new(Mutex::new(State {
                inodes,
                durable_names: names.clone(),
                names,
                dirs: state.dirs.clone(),
                ..State::default()
            })),
            Holds::default(),
        )
    }

    /// Writes all files to a real file system, for those who read there.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub fn export(&self) -> io::Result<()> {
        let state = self.lock();
        for (path, inode) in &state.names {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            let content = state.inodes.get(*inode).map(Inode::content);
            fs::write(path, content.unwrap_or_default())?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation and lets it fail if it should; false if it is to do nothing.
    fn begin(&self, operation: Operation, path: &Path) -> io::Result<bool> {
        self.1.pass(operation, path);
        self.lock().faults.begin(operation, path)
    }
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Disk for SimDisk {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.begin(Operation::Create, path)?;
        let mut state = self.lock();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.names.insert(path.to_owned(), inode);
        state
            .pending_names
            .push(NameChange::Link(path.to_owned(), inode));
        Ok(self.handle(inode, path))
    }

    fn open(&self, path: &Path, _write: bool) -> io::Result<Arc<dyn DiskFile>> {
        self.begin(Operation::Open, path)?;
        let inode = self.lock().names.get(path).copied().ok_or_else(not_found)?;
        Ok(self.handle(inode, path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.begin(Operation::List, dir)?;
        let state = self.lock();
        if !state.dirs.contains_key(dir) {
            return Err(not_found());
        }
        Ok(state
            .names
            .keys()
            .filter(|path| path.parent() == Some(dir))
            .filter_map(|path| path.file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.begin(Operation::Rename, to)?;
        let mut state = self.lock();
        let inode = state.names.remove(from).ok_or_else(not_found)?;
        state.names.insert(to.to_owned(), inode);
        state
            .pending_names
            .push(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.begin(Operation::Remove, path)?;
        let mut state = self.lock();
        state.names.remove(path).ok_or_else(not_found)?;
        state
            .pending_names
            .push(NameChange::Unlink(path.to_owned()));
        Ok(())
    }

    fn remove_dir(&self, dir: &Path) -> io::Result<()> {
        self.begin(Operation::Remove, dir)?;
        self.lock().dirs.remove(dir).ok_or_else(not_found)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.lock();
        for ancestor in dir.ancestors() {
            state.dirs.insert(ancestor.to_owned(), ());
        }
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        if !self.begin(Operation::SyncDir, dir)? {
            return Ok(());
        }
        let mut state = self.lock();
        let state = &mut *state;
        let (synced, left) = std::mem::take(&mut state.pending_names)
            .into_iter()
            .partition(|change| change.is_in(dir));
        let synced: Vec<NameChange> = synced;
        for change in &synced {
            change.apply(&mut state.durable_names);
        }
        state.pending_names = left;
        Ok(())
    }

    fn sync_all(&self, dir: &Path) -> io::Result<()> {
        if !self.begin(Operation::SyncAll, dir)? {
            return Ok(());
        }
        let mut state = self.lock();
        state.durable_names = state.names.clone();
        state.pending_names.clear();
        state.inodes.iter_mut().for_each(Inode::sync);
        Ok(())
    }
}

impl SimDisk {
    fn handle(&self, inode: usize, path: &Path) -> Arc<dyn DiskFile> {
        Arc::new(SimFile {
            disk: self.clone(),
            inode,
            path: path.to_owned(),
        })
    }
}

/// An open file.
#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    inode: usize,
    path: PathBuf,
}

impl SimFile {
    fn with<T>(&self, act: impl FnOnce(&mut Inode) -> T) -> io::Result<T> {
        self.disk
            .lock()
            .inodes
            .get_mut(self.inode)
            .map(act)
            .ok_or_else(not_found)
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.disk.begin(Operation::Read, &self.path)?;
        self.with(|inode| inode.read(buffer, offset))
    }

    fn write_at(&self, buffer: &[u8], offset: u64) -> io::Result<()> {
        self.disk.begin(Operation::Write, &self.path)?;
        self.with(|inode| inode.write(buffer, offset))
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.disk.begin(Operation::SyncData, &self.path)? {
            self.with(Inode::sync)?;
        }
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.with(|inode| inode.content().len() as u64)
    }

    fn set_length(&self, bytes: u64) -> io::Result<()> {
        self.disk.begin(Operation::SetLength, &self.path)?;
        self.with(|inode| inode.set_length(bytes))
    }
}
