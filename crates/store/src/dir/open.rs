use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ledger::note::LogKey;
use ledger::wal::Framer;
use ledger::{CommitError, Key, Kind, Ledger, PublishError, Publisher, Start, TransferKey, Writer};
use model::{EntryIndex, SessionId, TreeSize};

use super::abandon::abandon;
use super::identity::{Identity, IdentityError};
use super::layout::Layout;
use super::lock::{Lock, LockError};
use super::notes::{Note, new_session_id};
use super::options::Options;
use crate::disk::{Disk, LocalDisk, read_range, replace_file};
use crate::error::ReadError;
use crate::follow::Follow;
use crate::index::IndexWriter;
use crate::keeper::{Keeper, KeeperError, Running, Transfers, catch_up};
use crate::keys::{
    KeyFileError, Keyring, KeyringError, ROOT_KEY, create_log_key, create_root_key, load_log_key,
    load_root_key, log_key_path,
};
use crate::lookup::Lookup;
use crate::publish::{LocalHead, LocalObjects};
use crate::wal::{RecoverError, Recovered, WalJournal, WalOptions, recover};

/// How long the node's last record waits for room in the queue.
const CLOSE_WAIT: Duration = Duration::from_secs(10);

/// A directory that holds one node's log, its keys and its index.
#[derive(Debug)]
pub struct DataDir;

/// A data directory that this process holds, with its log open for writing.
#[derive(Debug)]
pub struct Opened {
    ledger: Ledger,
    writer: Writer,
    keeper: Running,
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
    /// The published log could not be read or written.
    #[error("the log could not be published: {0}")]
    Keeper(#[from] KeeperError),
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
        let opening = Opening {
            path,
            disk,
            options,
            layout,
            identity,
            wal,
        };
        opening.run(keys, found, lock, created)
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
    path: &'a Path,
    disk: Arc<dyn Disk>,
    options: &'a Options,
    layout: Layout,
    identity: Identity,
    wal: PathBuf,
}

impl Opening<'_> {
    fn run(
        self,
        keys: Keys,
        found: Recovered,
        lock: Lock,
        created: bool,
    ) -> Result<Opened, OpenError> {
        let before = found.state.clone();
        let mut recovery = Recovery {
            created,
            torn_bytes: found.torn_bytes,
            sessions_abandoned: 0,
            outcomes_unknown: 0,
            size: TreeSize(before.size()),
        };
        let vkey = keys.log.public().to_vkey();
        let log_dir = self.layout.log(&self.identity.node, self.identity.epoch);
        let publisher = self.publisher(&keys.log, &log_dir, &found)?;
        let transfer = keys.ring.create_transfer()?;
        let transfers = Transfers {
            current: transfer.id(),
            previous: None,
            since: Instant::now(),
            started_at: Some(before.size()),
        };
        let (ledger, writer) = self.start(keys.log, &keys.ring, transfer, found)?;
        let lookup = Lookup::new(Arc::clone(&self.disk), &self.wal);
        let abandoned = abandon(&ledger, &before, |id, cursor| {
            session_key(&keys.ring, &lookup, id, cursor.first)
        })?;
        recovery.sessions_abandoned = abandoned.sessions;
        recovery.outcomes_unknown = abandoned.calls;
        publish_vkey(&*self.disk, &log_dir, &vkey)?;
        let keeper = self.keeper(&ledger, keys.ring, publisher, transfers)?;
        Ok(Opened {
            ledger,
            writer,
            keeper: keeper.start()?,
            recovery,
            vkey,
            log_dir,
            _lock: lock,
        })
    }

    /// The publisher, at the log's end: refuses a log that contradicts what was signed.
    fn publisher(
        &self,
        key: &LogKey,
        log_dir: &Path,
        found: &Recovered,
    ) -> Result<Publisher, OpenError> {
        let size = TreeSize(found.state.size());
        let objects = LocalObjects::new(Arc::clone(&self.disk), log_dir);
        let head = LocalHead::new(
            Arc::clone(&self.disk),
            &self.layout.head(self.identity.epoch),
        );
        let contradiction = |error: PublishError| OpenError::Corrupt {
            path: self.path.to_owned(),
            what: error.to_string(),
        };
        let mut publisher = Publisher::resume(key.clone(), Box::new(objects), Box::new(head))
            .map_err(|error| match error {
                PublishError::Head(_) => contradiction(error),
                error => KeeperError::from(error).into(),
            })?;
        if publisher.signed_size() > size {
            return Err(contradiction(PublishError::Smaller {
                signed: publisher.signed_size(),
                found: size,
            }));
        }
        let mut follow = Follow::new(Arc::clone(&self.disk), &self.wal, publisher.size());
        match catch_up(&mut publisher, &mut follow, size) {
            Ok(()) if publisher.root() == found.state.root() => Ok(publisher),
            Ok(()) => Err(contradiction(PublishError::Forked { size })),
            Err(KeeperError::Publish(error @ PublishError::Forked { .. })) => {
                Err(contradiction(error))
            }
            Err(KeeperError::Read(ReadError::Io(error))) => Err(io_error(&self.wal, error)),
            Err(KeeperError::Read(error)) => Err(OpenError::Corrupt {
                path: self.path.to_owned(),
                what: error.to_string(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Starts the writer behind what was found, and waits for the node's first record.
    fn start(
        &self,
        key: LogKey,
        ring: &Keyring,
        transfer: TransferKey,
        found: Recovered,
    ) -> Result<(Ledger, Writer), OpenError> {
        let (options, identity) = (self.options, &self.identity);
        let origin = identity.origin();
        let kind = match found.state.size() {
            0 => Kind::LogOpened,
            _ => Kind::SessionOpened,
        };
        let opening = Note::new(kind, "the node starts").with(serde_json::json!({
            "origin": origin,
            "node": identity.node,
            "grounds": identity.grounds,
            "previous_checkpoint": identity.previous,
            "torn_bytes": found.torn_bytes,
        }));
        let wal = WalOptions {
            dir: self.wal.clone(),
            segment_bytes: options.segment_bytes,
            ahead: true,
        };
        let framer = Framer::new(identity.epoch, key, found.next_frame, found.last_hash);
        let journal = WalJournal::new(
            Arc::clone(&self.disk),
            wal,
            framer,
            found.next_segment,
            found.end,
        );
        let start = Start {
            origin: origin.into(),
            epoch: identity.epoch,
            state: found.state,
            pseudonym_key: ring.pseudonym_key()?,
            transfer,
            queue_records_max: options.queue_records_max,
            queue_bytes_max: options.queue_bytes_max,
            record_bytes_max: options.record_bytes_max,
            node_session: new_session_id().ok_or(CommitError::Seal)?,
        };
        let (ledger, writer, opened) = Ledger::start(start, Box::new(journal), opening)?;
        opened.wait()?;
        Ok((ledger, writer))
    }

    fn keeper(
        &self,
        ledger: &Ledger,
        keyring: Keyring,
        publisher: Publisher,
        transfer: Transfers,
    ) -> Result<Keeper, OpenError> {
        let epoch = self.identity.epoch;
        let size = ledger.health().durable.0;
        let index = IndexWriter::open(&self.layout.index(), ledger.origin(), size)
            .inspect_err(|error| tracing::warn!(%error, "there is no index"))
            .ok();
        let moved = keyring.moved(epoch)?;
        let base = index
            .as_ref()
            .map_or(size, IndexWriter::size)
            .min(moved)
            .min(publisher.size());
        Ok(Keeper {
            ledger: ledger.clone(),
            epoch,
            follow: Follow::new(Arc::clone(&self.disk), &self.wal, base),
            keyring,
            index,
            publisher,
            publish_interval: Duration::from_millis(self.options.publish_interval_ms.max(1)),
            heartbeat: Duration::from_millis(self.options.heartbeat_ms.max(1)),
            transfer,
            moved,
            arrivals: Vec::new(),
        })
    }
}

/// What a verifier needs besides the log itself lies beside it.
fn publish_vkey(disk: &dyn Disk, log_dir: &Path, vkey: &str) -> Result<(), OpenError> {
    let path = log_dir.join("vkey");
    let text = format!("{vkey}\n");
    let found = disk
        .open(&path, false)
        .and_then(|file| read_range(&*file, 0, text.len() + 1));
    if found.is_ok_and(|found| found == text.as_bytes()) {
        return Ok(());
    }
    create_dir(disk, log_dir)?;
    replace_file(disk, &path, text.as_bytes()).map_err(|error| io_error(&path, error))
}

pub(super) fn io_error(path: &Path, error: io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        error,
    }
}

/// A session's key: from the keyring, or still on its way in the log; `None` if it was destroyed.
fn session_key(
    ring: &Keyring,
    lookup: &Lookup,
    id: SessionId,
    first: u64,
) -> Result<Option<Key>, KeeperError> {
    if let Some(key) = ring.session_key(id)? {
        return Ok(Some(key));
    }
    match lookup.entry(EntryIndex(first))?.carry {
        Some(carry) => Ok(ring.carried_key(id, &carry)?),
        None => Ok(None),
    }
}

fn create_dir(disk: &dyn Disk, dir: &Path) -> Result<(), OpenError> {
    disk.create_dir(dir).map_err(|error| io_error(dir, error))
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
