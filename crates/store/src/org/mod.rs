//! The org log: joins and leaves, epochs, and every checkpoint of the node's log, in a log of its own
//! with its own key. Its tiles are its point of durability: what a crash cuts off was not yet there.

mod last;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::note::{Checkpoint, CheckpointError, LogKey, LogPublicKey};
use ledger::org::{OrgEntry, OrgKind, Stated};
use ledger::tile::CHECKPOINT_KEY;
use ledger::{Objects, Publication, PublishError, Published, Publisher};
use model::TreeSize;

use crate::dir::{Identity, Layout, Lock, OpenError, now};
use crate::disk::Disk;
use crate::keys::{create_org_key, load_org_key, org_key_path};
use crate::publish::{LocalHead, LocalObjects};
use last::Last;

/// The org log of a data directory, open for appending.
#[derive(Debug)]
pub(crate) struct OrgLog {
    publisher: Publisher,
    vkey: String,
    last: Last,
    interval: Duration,
    since: Instant,
}

/// The node whose log this is about.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) key: &'a LogPublicKey,
}

impl OrgLog {
    /// Goes on with the org log; makes its key in a directory that has none. Changes nothing else.
    ///
    /// # Errors
    ///
    /// [`OpenError::Corrupt`] if the log is not what its own head says, [`OpenError::KeyMissing`]
    /// if there is a log without its key; else if the disk fails.
    pub(crate) fn open(
        disk: &Arc<dyn Disk>,
        path: &Path,
        identity: &Identity,
        interval: Duration,
        held: &Arc<Lock>,
    ) -> Result<Self, OpenError> {
        let layout = Layout::new(path);
        let number = identity.org_log;
        let objects = LocalObjects::held(Arc::clone(disk), &layout.org_log(number), held);
        let head = LocalHead::new(Arc::clone(disk), &layout.org_head(number));
        let shown = objects.get(CHECKPOINT_KEY).map_err(PublishError::from)?;
        let key = key(&layout, identity, shown.is_some())?;
        let (public, vkey) = (key.public(), key.public().to_vkey());
        let corrupt = |what: String| OpenError::Corrupt {
            path: path.to_owned(),
            what: format!("the org log: {what}"),
        };
        let publisher =
            Publisher::resume(key, Box::new(objects.clone()), Box::new(head)).map_err(|error| {
                match error {
                    PublishError::Storage(_) => error.into(),
                    error => corrupt(error.to_string()),
                }
            })?;
        if TreeSize(publisher.size()) != publisher.signed_size() {
            return Err(corrupt("its tiles are not those that were signed".into()));
        }
        if let Some(note) = shown {
            let shown =
                Checkpoint::open(&note, &public).map_err(|error| corrupt(error.to_string()))?;
            let forked = shown.size.0 == publisher.size() && shown.root != publisher.root();
            if shown.size.0 > publisher.size() || forked {
                return Err(corrupt(format!(
                    "its signer knows {} entries, and it shows a checkpoint of {}",
                    publisher.size(),
                    shown.size
                )));
            }
        }
        let last = last::read(&objects, publisher.size()).map_err(|error| match error {
            PublishError::Storage(error) => PublishError::Storage(error).into(),
            error => corrupt(error.to_string()),
        })?;
        Ok(Self {
            publisher,
            vkey,
            last,
            interval,
            since: Instant::now(),
        })
    }

    /// Its verifier key.
    pub(crate) fn vkey(&self) -> &str {
        &self.vkey
    }

    /// Its published side.
    pub(crate) fn published(&self) -> Arc<Published> {
        self.publisher.published()
    }

    /// The last checkpoint of the node's log that is in it.
    ///
    /// # Errors
    ///
    /// If the node did not sign it.
    pub(crate) fn kept(&self, node: &Node<'_>) -> Result<Option<Checkpoint>, CheckpointError> {
        let note = self.last.checkpoint_of(node.key.name());
        note.map(|note| Checkpoint::open(note.as_bytes(), node.key))
            .transpose()
    }

    /// Says that the node is there, and all that was not said before: that this log and the node's
    /// began, and the last checkpoint of the node's log. Durable on return.
    ///
    /// # Errors
    ///
    /// If it may not be durable; [`OrgLog::note`] tries again.
    pub(crate) fn join(
        &mut self,
        node: &Node<'_>,
        signed: Option<&[u8]>,
    ) -> Result<(), PublishError> {
        let (identity, log) = (node.identity, node.key.name());
        if self.publisher.size() == 0 {
            let before = match identity.org_log {
                1 => Stated::None,
                _ => stated(&identity.org_previous),
            };
            let (own, key) = (identity.org_origin(), self.vkey.clone());
            self.push(OrgKind::LogOpened, &own, key, before)?;
        }
        if self.last.log.as_deref() != Some(log) {
            if let Some(old) = self.last.log.take() {
                let of_old = identity.previous.split('\n').next() == Some(&*old);
                let previous = if of_old { &*identity.previous } else { "" };
                let closed = OrgKind::EpochClosed;
                self.push(closed, &old, String::new(), stated(previous))?;
            }
            let before = match identity.epoch {
                1 => Stated::None,
                _ => stated(&identity.previous),
            };
            let key = node.key.to_vkey();
            self.push(OrgKind::EpochOpened, log, key, before)?;
        }
        if let Some(note) = signed {
            self.add(&String::from_utf8_lossy(note))?;
        }
        self.push(OrgKind::NodeJoined, log, String::new(), Stated::None)?;
        self.publish()
    }

    /// Takes in a checkpoint of the node's log, if it is not there; makes what was taken in
    /// durable once per interval.
    ///
    /// # Errors
    ///
    /// If it may not be durable; the next call tries again.
    pub(crate) fn note(&mut self, publication: &Publication) -> Result<(), PublishError> {
        self.add(&publication.note)?;
        if self.since.elapsed() >= self.interval {
            self.publish()?;
        }
        Ok(())
    }

    /// Says that the node stops in order. Durable on return.
    ///
    /// # Errors
    ///
    /// If it may not be durable.
    pub(crate) fn leave(&mut self) -> Result<(), PublishError> {
        if let Some(log) = self.last.log.clone() {
            let last = stated(self.last.note.as_deref().unwrap_or_default());
            self.push(OrgKind::NodeLeft, &log, String::new(), last)?;
        }
        self.publish()
    }

    fn add(&mut self, note: &str) -> Result<(), PublishError> {
        let Some(log) = self.last.log.clone() else {
            return Ok(());
        };
        if self.last.note.as_deref() == Some(note) {
            return Ok(());
        }
        let kind = OrgKind::NodeCheckpoint;
        self.push(kind, &log, String::new(), Stated::Note(note.to_owned()))
    }

    fn push(
        &mut self,
        kind: OrgKind,
        log: &str,
        key: String,
        checkpoint: Stated,
    ) -> Result<(), PublishError> {
        let entry = OrgEntry {
            kind,
            at: now(),
            log: log.to_owned(),
            key,
            checkpoint,
        };
        self.last.take(&entry);
        self.publisher.push(&entry.encode())
    }

    fn publish(&mut self) -> Result<(), PublishError> {
        self.publisher.publish()?;
        self.since = Instant::now();
        Ok(())
    }
}

/// The org log's key; made in a directory that has neither it nor a log that it signed.
fn key(layout: &Layout, identity: &Identity, shown: bool) -> Result<LogKey, OpenError> {
    let (number, origin, dir) = (identity.org_log, identity.org_origin(), layout.keys());
    match load_org_key(&dir, number, &origin)? {
        Some(key) => Ok(key),
        None if shown || layout.org_head(number).exists() => Err(OpenError::KeyMissing {
            path: org_key_path(&dir, number),
        }),
        None => Ok(create_org_key(&dir, number, &origin)?),
    }
}

fn stated(note: &str) -> Stated {
    match note {
        "" => Stated::Unknown,
        note => Stated::Note(note.to_owned()),
    }
}
