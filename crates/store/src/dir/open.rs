use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::note::LogKey;
use ledger::wal::Framer;
use ledger::{CommitError, Key, Kind, Ledger, Start, Writer};
use model::{EntryIndex, SessionId, TreeSize};

use super::abandon::abandon;
use super::identity::{Identity, IdentityError};
use super::layout::Layout;
use super::lock::{Lock, LockError};
use super::notes::{Note, new_session_id};
use super::options::Options;
use crate::disk::{Disk, LocalDisk};
use crate::keys::{
    KeyFileError, Keyring, KeyringError, ROOT_KEY, create_log_key, create_root_key, load_log_key,
    load_root_key, log_key_path,
};
use crate::lookup::Lookup;
use crate::wal::{RecoverError, Recovered, WalJournal, WalOptions, recover};

/// A directory that holds one node's log, its keys and its index.
#[derive(Debug)]
pub struct DataDir;

/// A data directory that this process holds, with its log open for writing.
#[derive(Debug)]
pub struct Opened {
    ledger: Ledger,
    writer: Writer,
    recovery: Recovery,
    vkey: String,
    log_dir: PathBuf,
    _lock: Lock,
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
}

/// Why closing did not end in order. What was acknowledged is durable all the same.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// The ledger was poisoned.
    #[error(transparent)]
    Commit(#[from] CommitError),
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

    fn open_on(disk: Arc<dyn Disk>, path: &Path, options: &Options) -> Result<Opened, OpenError> {
        let layout = Layout::new(path);
        create_dir(&*disk, &layout.keys())?;
        let lock = Lock::acquire(&layout.lock())?;
        let (identity, created) = match Identity::load(&layout.identity())? {
            Some(identity) => (identity, false),
            None => (Identity::new(&options.org, &options.node)?, true),
        };
        let keys = Keys::load_or_create(&layout, &identity, created)?;
        let wal = layout.wal(identity.epoch);
        create_dir(&*disk, &wal)?;
        if created {
            // Last: without it, the next start makes what is missing of all the above.
            identity.save(&layout.identity())?;
        }
        let public = keys.log.public();
        let found =
            recover(&disk, &wal, identity.epoch, &public).map_err(|error| refuse(path, error))?;
        let before = found.state.clone();
        let mut recovery = Recovery {
            created,
            torn_bytes: found.torn_bytes,
            sessions_abandoned: 0,
            outcomes_unknown: 0,
            size: TreeSize(before.size()),
        };
        let opening = Opening {
            disk: Arc::clone(&disk),
            options,
            identity: &identity,
            wal: wal.clone(),
        };
        let (ledger, writer) = opening.start(keys.log, &keys.ring, found)?;
        let lookup = Lookup::new(disk, &wal);
        let abandoned = abandon(&ledger, &before, |id, cursor| {
            session_key(&keys.ring, &lookup, id, cursor.first)
        })?;
        recovery.sessions_abandoned = abandoned.sessions;
        recovery.outcomes_unknown = abandoned.calls;
        Ok(Opened {
            recovery,
            ledger,
            writer,
            vkey: public.to_vkey(),
            log_dir: layout.log(&identity.node, identity.epoch),
            _lock: lock,
        })
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
        let closing = Note::new(Kind::SessionClosed, "the node stops");
        let closed = self.ledger.node_session().close(closing).wait();
        self.writer.close()?;
        closed?;
        Ok(())
    }
}

struct Keys {
    ring: Keyring,
    log: LogKey,
}

impl Keys {
    /// In a directory that is being made, what is missing is made.
    fn load_or_create(
        layout: &Layout,
        identity: &Identity,
        create: bool,
    ) -> Result<Self, OpenError> {
        let dir = layout.keys();
        let missing = |path| OpenError::KeyMissing { path };
        let root = match load_root_key(&dir)? {
            Some(root) => root,
            None if create => create_root_key(&dir)?,
            None => return Err(missing(dir.join(ROOT_KEY))),
        };
        let (epoch, origin) = (identity.epoch, identity.origin());
        let log = match load_log_key(&dir, epoch, &origin)? {
            Some(log) => log,
            None if create => create_log_key(&dir, epoch, &origin)?,
            None => return Err(missing(log_key_path(&dir, epoch))),
        };
        if !create && !layout.keyring().exists() {
            return Err(missing(layout.keyring()));
        }
        let ring = Keyring::open(&layout.keyring(), root)?;
        Ok(Self { ring, log })
    }
}

struct Opening<'a> {
    disk: Arc<dyn Disk>,
    options: &'a Options,
    identity: &'a Identity,
    wal: PathBuf,
}

impl Opening<'_> {
    /// Starts the writer behind what was found, and waits for the node's first record.
    fn start(
        self,
        key: LogKey,
        ring: &Keyring,
        found: Recovered,
    ) -> Result<(Ledger, Writer), OpenError> {
        let (options, identity) = (self.options, self.identity);
        let origin = identity.origin();
        let kind = match found.state.size() {
            0 => Kind::LogOpened,
            _ => Kind::SessionOpened,
        };
        let opening = Note::new(kind, "the node starts").with(serde_json::json!({
            "origin": origin,
            "grounds": identity.grounds,
            "torn_bytes": found.torn_bytes,
        }));
        let wal = WalOptions {
            dir: self.wal,
            segment_bytes: options.segment_bytes,
            ahead: true,
        };
        let framer = Framer::new(identity.epoch, key, found.next_frame, found.last_hash);
        let journal = WalJournal::new(self.disk, wal, framer, found.next_segment, found.end);
        let start = Start {
            origin: origin.into(),
            epoch: identity.epoch,
            state: found.state,
            pseudonym_key: ring.pseudonym_key()?,
            transfer: ring.create_transfer()?,
            queue_records_max: options.queue_records_max,
            queue_bytes_max: options.queue_bytes_max,
            record_bytes_max: options.record_bytes_max,
            node_session: new_session_id().ok_or(CommitError::Seal)?,
        };
        let (ledger, writer, opened) = Ledger::start(start, Box::new(journal), opening)?;
        opened.wait()?;
        Ok((ledger, writer))
    }
}

/// A session's key: from the keyring, or still on its way in the log.
fn session_key(ring: &Keyring, lookup: &Lookup, id: SessionId, first: u64) -> Option<Key> {
    if let Ok(Some(key)) = ring.session_key(id) {
        return Some(key);
    }
    let carry = lookup.entry(EntryIndex(first)).ok()?.carry?;
    ring.carried_key(id, &carry).ok()?
}

fn create_dir(disk: &dyn Disk, dir: &Path) -> Result<(), OpenError> {
    disk.create_dir(dir).map_err(|error| OpenError::Io {
        path: dir.to_owned(),
        error,
    })
}

fn refuse(path: &Path, error: RecoverError) -> OpenError {
    let path = path.to_owned();
    match error {
        RecoverError::Io(error) => OpenError::Io { path, error },
        error => OpenError::Corrupt {
            path,
            what: error.to_string(),
        },
    }
}
