//! Starting a log behind what recovery found: the keys, the writer, the keeper.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::note::{Checkpoint, LogKey};
use ledger::wal::Framer;
use ledger::{
    CommitError, Key, Kind, Ledger, Prefix, PublishError, Publisher, Start, StorageError,
    TransferKey, Writer,
};
use model::{EntryIndex, SessionId, TreeSize};

use super::abandon::abandon;
use super::errors::{OpenError, io_error};
use super::identity::Identity;
use super::layout::Layout;
use super::lock::Lock;
use super::notes::{Note, new_session_id};
use super::open::{Opened, Recovery, create_dir};
use super::options::Options;
use crate::custody::Custody;
use crate::disk::{Disk, read_range, replace_file};
use crate::error::ReadError;
use crate::follow::Follow;
use crate::index::IndexWriter;
use crate::keeper::{Keeper, KeeperError, Transfers, catch_up};
use crate::keys::{
    FileRoot, Keyring, ROOT_KEY, RootKey, create_log_key, create_root_key, load_log_key,
    load_root_key, log_key_path,
};
use crate::lookup::Lookup;
use crate::org::{Node, OrgLog};
use crate::publish::{LocalHead, LocalObjects};
use crate::wal::{Recovered, WalJournal, WalOptions};

/// The keys of a data directory.
pub(super) struct Keys {
    pub(super) ring: Keyring,
    pub(super) root: Arc<dyn RootKey>,
    pub(super) log: LogKey,
}

impl Keys {
    /// In a directory that is being made, what is missing is made.
    pub(super) fn load_or_create(
        layout: &Layout,
        identity: &Identity,
        root: Option<&Arc<dyn RootKey>>,
        create: bool,
    ) -> Result<Self, OpenError> {
        let dir = layout.keys();
        let missing = |path| OpenError::KeyMissing { path };
        let root: Arc<dyn RootKey> = match root {
            Some(root) => Arc::clone(root),
            None => Arc::new(FileRoot::new(match load_root_key(&dir)? {
                Some(root) => root,
                None if create => create_root_key(&dir)?,
                None => {
                    Keyring::refuse_elsewhere(&layout.keyring())?;
                    return Err(missing(dir.join(ROOT_KEY)));
                }
            })),
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
        let ring = Keyring::open(&layout.keyring(), Arc::clone(&root))?;
        Ok(Self { ring, root, log })
    }
}

/// A data directory of which the log was recovered and is not yet open.
pub(super) struct Opening<'a> {
    pub(super) path: &'a Path,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) options: &'a Options,
    pub(super) layout: Layout,
    pub(super) identity: Identity,
    pub(super) wal: PathBuf,
}

impl Opening<'_> {
    pub(super) fn run(
        self,
        keys: Keys,
        found: Recovered,
        lock: Arc<Lock>,
        created: bool,
    ) -> Result<Opened, OpenError> {
        let custody = Custody {
            path: self.path.to_owned(),
            epoch: self.identity.epoch,
            root: Arc::clone(&keys.root),
            approvals_min: self.options.purge_approvals_min,
            disk: Arc::clone(&self.disk),
        };
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
        let org = OrgLog::open(
            &self.disk,
            self.path,
            &self.identity,
            Duration::from_millis(self.options.org_interval_ms),
            &lock,
        )?;
        let (public, org_vkey) = (keys.log.public(), org.vkey().to_owned());
        let node = Node {
            identity: &self.identity,
            key: &public,
        };
        let kept = org.kept(&node).map_err(|error| OpenError::Corrupt {
            path: self.path.to_owned(),
            what: format!("its last checkpoint in the org log: {error}"),
        })?;
        let publisher = self.publisher(&keys.log, &log_dir, &found, kept, &lock)?;
        let published = [org.published(), publisher.published()];
        let transfer = keys.ring.create_transfer()?;
        let transfers = Transfers {
            current: transfer.id(),
            previous: None,
            since: Instant::now(),
            started_at: Some(before.size()),
        };
        let (ledger, writer) =
            self.start(keys.log, &keys.ring, transfer, found, Arc::clone(&lock))?;
        let begun = || {
            let lookup = Lookup::new(Arc::clone(&self.disk), &self.wal);
            let abandoned = abandon(&ledger, &before, |id, cursor| {
                opening_of(&keys.ring, &lookup, id, cursor.first)
            })?;
            recovery.sessions_abandoned = abandoned.sessions;
            recovery.outcomes_unknown = abandoned.calls;
            publish_vkey(&*self.disk, &log_dir, &vkey)?;
            let org = self.join(&node, org, publisher.signed_note())?;
            let keeper = self.keeper(&ledger, keys.ring, publisher, org, transfers)?;
            Ok::<_, OpenError>(keeper.start()?)
        };
        match begun() {
            Ok(keeper) => Ok(Opened {
                custody,
                ledger,
                writer,
                keeper,
                recovery,
                vkey,
                org_vkey,
                published,
                log_dir,
                _lock: lock,
            }),
            Err(error) => Err(given_up(writer, error)),
        }
    }

    /// The publisher, at the log's end: refuses a log that contradicts what was signed.
    fn publisher(
        &self,
        key: &LogKey,
        log_dir: &Path,
        found: &Recovered,
        kept: Option<Checkpoint>,
        held: &Arc<Lock>,
    ) -> Result<Publisher, OpenError> {
        let size = TreeSize(found.state.size());
        let objects = LocalObjects::held(Arc::clone(&self.disk), log_dir, held);
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
                PublishError::Storage(_) => KeeperError::from(error).into(),
                error => contradiction(error),
            })?;
        if let Some(kept) = kept {
            publisher.hold_to(&kept).map_err(|error| match error {
                PublishError::Storage(_) => OpenError::from(error),
                error => contradiction(error),
            })?;
        }
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

    /// The node joins the org log.
    fn join(
        &self,
        node: &Node<'_>,
        mut org: OrgLog,
        signed: Option<&[u8]>,
    ) -> Result<OrgLog, OpenError> {
        let dir = self.layout.org_log(self.identity.org_log);
        publish_vkey(&*self.disk, &dir, org.vkey())?;
        match org.join(node, signed) {
            // Lag, as with every other checkpoint: no call waits for it.
            Err(PublishError::Storage(error @ StorageError::Failed(_))) => {
                tracing::warn!(%error, "the org log lags");
            }
            joined => joined?,
        }
        Ok(org)
    }

    /// Starts the writer behind what was found, and waits for the node's first record.
    fn start(
        &self,
        key: LogKey,
        ring: &Keyring,
        transfer: TransferKey,
        found: Recovered,
        held: Arc<Lock>,
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
            held,
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
        match opened.wait() {
            Ok(_) => Ok((ledger, writer)),
            Err(error) => Err(given_up(writer, error.into())),
        }
    }

    fn keeper(
        &self,
        ledger: &Ledger,
        keyring: Keyring,
        publisher: Publisher,
        org: OrgLog,
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
            org,
            publish_interval: Duration::from_millis(self.options.publish_interval_ms.max(1)),
            heartbeat: Duration::from_millis(self.options.heartbeat_ms.max(1)),
            transfer,
            moved,
            arrivals: Vec::new(),
        })
    }
}

/// The writer of a log that could not be opened ends, and lets go of the directory.
fn given_up(writer: Writer, error: OpenError) -> OpenError {
    if let Err(also) = writer.close() {
        tracing::warn!(error = %also, "the writer of a log that could not be opened failed, too");
    }
    error
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

/// A session's first leaf, and its key: from the keyring, or still on its way in the log; none if
/// it was destroyed.
fn opening_of(
    ring: &Keyring,
    lookup: &Lookup,
    id: SessionId,
    first: u64,
) -> Result<(Prefix, Option<Key>), KeeperError> {
    let entry = lookup.entry(EntryIndex(first))?;
    let key = match (ring.session_key(id)?, &entry.carry) {
        (None, Some(carry)) => ring.carried_key(id, carry)?,
        (key, _) => key.map(|found| found.key),
    };
    Ok((entry.leaf.prefix, key))
}
