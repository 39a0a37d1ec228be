use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ledger::{CommitError, Kind, Ledger, Published, Writer};
use model::TreeSize;

use super::errors::{CloseError, OpenError, io_error, refuse};
use super::identity::Identity;
use super::layout::Layout;
use super::lock::Lock;
use super::notes::Note;
use super::options::Options;
use super::start::{Keys, Opening};
use crate::custody::Custody;
use crate::disk::{Disk, LocalDisk};
use crate::keeper::Running;
use crate::wal::recover;

/// How long the node's last record waits for room in the queue.
const CLOSE_WAIT: Duration = Duration::from_secs(10);

/// A directory that holds one node's log, its keys and its index.
#[derive(Debug)]
pub struct DataDir;

/// A data directory that this process holds, with its log open for writing.
#[derive(Debug)]
pub struct Opened {
    pub(crate) custody: Custody,
    pub(crate) ledger: Ledger,
    pub(super) writer: Writer,
    pub(crate) keeper: Running,
    pub(super) recovery: Recovery,
    pub(super) vkey: String,
    pub(super) org_vkey: String,
    pub(super) published: [Arc<Published>; 2],
    pub(super) log_dir: PathBuf,
    pub(super) _lock: Arc<Lock>,
}

/// What was found at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The directory was made.
    pub created: bool,
    /// Bytes at the end that were written and never acknowledged.
    pub torn_bytes: u64,
    /// Sessions that a crash left open; they have a `session_abandoned` record now.
    pub sessions_abandoned: u64,
    /// Calls that a crash left without an outcome; they have an `outcome_unknown` record now.
    pub outcomes_unknown: u64,
    /// Entries that were found.
    pub size: TreeSize,
}

impl DataDir {
    /// Opens a data directory and holds it; makes it, with new keys, if it does not exist. Ends
    /// the sessions that a crash left open. Blocks until that is durable.
    ///
    /// # Errors
    ///
    /// One variant of [`OpenError`] per reason; none of them changes what is on record.
    pub fn open(path: &Path, options: &Options) -> Result<Opened, OpenError> {
        Self::open_on(Arc::new(LocalDisk), path, options)
    }

    /// The same with the log, its tiles and the signer's head on another disk; the lock, the keys
    /// and the index stay on the local one.
    ///
    /// # Errors
    ///
    /// As [`DataDir::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        path: &Path,
        options: &Options,
    ) -> Result<Opened, OpenError> {
        let layout = Layout::new(path);
        create_dir(&LocalDisk, &layout.keys())?;
        owner_only(&layout.keys())?;
        let lock = Arc::new(Lock::acquire(&layout.lock())?);
        let (identity, created) = match Identity::load(&layout.identity())? {
            Some(identity) => (identity, false),
            None => (Identity::new(&options.org, &options.node)?, true),
        };
        let root = options.root.as_ref();
        let keys = Keys::load_or_create(&layout, &identity, root, created)?;
        let wal = layout.wal(identity.epoch);
        create_dir(&*disk, &wal)?;
        if created {
            // Last: without it, the next start makes what is missing of all the above.
            identity.save(&layout.identity())?;
        }
        let public = keys.log.public();
        let found =
            recover(&disk, &wal, identity.epoch, &public).map_err(|error| refuse(path, error))?;
        let opening = Opening {
            path,
            disk,
            options,
            layout,
            identity,
            wal,
        };
        let opened = opening.run(keys, found, lock, created)?;
        match opened.resume_custody() {
            Ok(()) => Ok(opened),
            Err(error) => {
                let _ = opened.close();
                Err(error.into())
            }
        }
    }
}

impl Opened {
    /// The log.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What was found at the start.
    pub const fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The verifier key, as C2SP signed-note writes it: all that a stranger needs.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The verifier key of the org log, in the same form.
    pub fn org_vkey(&self) -> &str {
        &self.org_vkey
    }

    /// The org log and the node's log, for those who attest them. They hold the directory as long
    /// as they live.
    pub fn published(&self) -> Vec<Arc<Published>> {
        self.published.to_vec()
    }

    /// The folder with the published log (C2SP tlog-tiles), to be served read-only.
    pub fn log_dir(&self) -> &Path {
        &self.log_dir
    }

    /// Ends the node's session, writes what is queued, publishes it, and gives the directory free.
    /// Blocks until then.
    ///
    /// # Errors
    ///
    /// If not all of that could be done.
    pub fn close(self) -> Result<(), CloseError> {
        let closed = close_node_session(&self.ledger);
        let written = self.writer.close();
        let published = self.keeper.stop();
        written?;
        closed?;
        Ok(published?)
    }
}

/// A queue that is full of the last calls empties; the node's last record waits for that.
fn close_node_session(ledger: &Ledger) -> Result<(), CommitError> {
    let deadline = Instant::now() + CLOSE_WAIT;
    loop {
        let closing = Note::new(Kind::SessionClosed, "the node stops");
        match ledger.node_session().close(closing).wait() {
            Err(CommitError::QueueFull) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(1));
            }
            closed => return closed.map(|_| ()),
        }
    }
}

pub(super) fn create_dir(disk: &dyn Disk, dir: &Path) -> Result<(), OpenError> {
    disk.create_dir(dir).map_err(|error| io_error(dir, error))
}

/// Nobody else has any business among the keys.
fn owner_only(dir: &Path) -> Result<(), OpenError> {
    std::fs::set_permissions(dir, Permissions::from_mode(0o700))
        .map_err(|error| io_error(dir, error))
}
