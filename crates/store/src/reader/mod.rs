//! Reading recordings: beside the process that writes, and on what a crash left behind.

mod evidence;
mod purged;
mod records;
mod view;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::merkle::leaf_hash;
use ledger::note::LogPublicKey;
use ledger::wal::Entry;
use ledger::{Body, BodyError, BodyState, Leaf, RecordSecret, open_body};
use model::{EntryIndex, SessionId, TreeSize};

use crate::custody::HoldView;
use crate::dir::{Identity, Layout};
use crate::disk::LocalDisk;
use crate::error::ReadError;
use crate::follow::Follow;
use crate::index::{IndexReader, SessionTable, Span, merge};
use crate::keys::{FileRoot, Keyring, RootKey, SessionKey, load_log_key, load_root_key};
use crate::lookup::Lookup;

pub use evidence::{Evidence, ProveError};
pub use purged::PurgeView;
use purged::Purges;
pub use records::Records;
pub use view::{RecordView, SessionState, SessionView};

/// One node's recordings, for reading. Holds no lock and changes nothing.
#[derive(Debug)]
pub struct Reader {
    epoch: u32,
    origin: String,
    key: LogPublicKey,
    vkey: String,
    keyring: Keyring,
    lookup: Lookup,
    purges: Purges,
    path: PathBuf,
    root: Arc<dyn RootKey>,
    follow: Follow,
    index: Option<IndexReader>,
    /// What is on record behind the index.
    tail: SessionTable,
    wal: PathBuf,
    /// The published log.
    published: PathBuf,
}

/// So many entries behind the index are kept in memory before it is looked at again.
const TAIL_ENTRIES_MAX: u64 = 4_096;

impl Reader {
    /// Opens the current epoch of a data directory and takes in what is on record.
    ///
    /// # Errors
    ///
    /// If there is none, it was made by another version, its keys are missing, or the log is
    /// damaged.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::open_epoch(path, None)
    }

    /// The same for an epoch that may have ended; `None` stands for the current one, which is the
    /// last: epochs are counted from 1.
    ///
    /// # Errors
    ///
    /// As [`Reader::open`]. Of an epoch whose log is damaged nothing is read; `probity verify` says
    /// what is left of it.
    pub fn open_epoch(path: &Path, epoch: Option<u32>) -> Result<Self, ReadError> {
        Self::open_under(path, epoch, None)
    }

    /// The same under a root key that is not in the data directory.
    ///
    /// # Errors
    ///
    /// As [`Reader::open_epoch`], and if the root key cannot be used.
    pub fn open_under(
        path: &Path,
        epoch: Option<u32>,
        root: Option<Arc<dyn RootKey>>,
    ) -> Result<Self, ReadError> {
        let layout = Layout::new(path);
        let no_log = || ReadError::NoLog(path.to_owned());
        let current = Identity::load(&layout.identity())?.ok_or_else(no_log)?;
        let identity = current.in_epoch(epoch.unwrap_or(current.epoch));
        let origin = identity.origin();
        let root: Arc<dyn RootKey> = match root {
            Some(root) => root,
            None => {
                let Some(key) = load_root_key(&layout.keys())? else {
                    Keyring::refuse_elsewhere(&layout.keyring())?;
                    return Err(no_log());
                };
                Arc::new(FileRoot::new(key))
            }
        };
        let key = load_log_key(&layout.keys(), identity.epoch, &origin)?.ok_or_else(no_log)?;
        let public: LogPublicKey = key.public();
        let wal = layout.wal(identity.epoch);
        let index = IndexReader::open(&layout.index(), &origin);
        let base = index.as_ref().map_or(Ok(0), IndexReader::size)?;
        let mut reader = Self {
            epoch: identity.epoch,
            origin,
            vkey: public.to_vkey(),
            keyring: Keyring::open_read_only(&layout.keyring(), Arc::clone(&root))?,
            purges: Purges::default(),
            path: path.to_owned(),
            root,
            lookup: Lookup::new(Arc::new(LocalDisk), &wal),
            follow: Follow::new(Arc::new(LocalDisk), &wal, base),
            tail: SessionTable::default(),
            index,
            wal,
            published: layout.log(&identity.node, identity.epoch),
            key: public,
        };
        reader.take_in()?;
        Ok(reader)
    }

    /// Takes in what was recorded since; poll this to follow a live session. Returns the number of
    /// entries that are known now. A reader that is kept for long without it keeps the index's
    /// files from being tidied.
    ///
    /// # Errors
    ///
    /// If the disk fails or the log is damaged.
    pub fn refresh(&mut self) -> Result<TreeSize, ReadError> {
        if let Some(index) = &self.index
            && self.follow.taken() > TAIL_ENTRIES_MAX
        {
            let base = index.renew()?;
            self.follow = Follow::new(Arc::new(LocalDisk), &self.wal, base);
            self.tail = SessionTable::default();
        }
        self.take_in()?;
        Ok(self.size())
    }

    fn take_in(&mut self) -> Result<(), ReadError> {
        let Self { follow, tail, .. } = self;
        follow.take_in(u64::MAX, |entry| {
            tail.add(entry.segment, entry.index, entry.leaf);
            Ok(())
        })
    }

    /// The number of entries that are known.
    pub const fn size(&self) -> TreeSize {
        TreeSize(self.follow.size())
    }

    /// The epoch that is read.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The log's origin: `<org>/gw/<node>/<epoch>`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The verifier key, as C2SP signed-note writes it.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// All sessions, the newest first; the node's own are among them.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionView>, ReadError> {
        let mut views = match &self.index {
            Some(index) => index.views()?,
            None => Vec::new(),
        };
        for view in &mut views {
            if let Some((newer, _)) = self.tail.row(view.id) {
                *view = merge(view.clone(), newer);
            }
        }
        // What the index does not know at all began behind it.
        let known: HashSet<_> = views.iter().map(|view| view.id).collect();
        let newer = self.tail.rows().map(|(view, _)| view);
        views.extend(newer.filter(|view| !known.contains(&view.id)).cloned());
        views.sort_unstable_by_key(|view| std::cmp::Reverse(view.first));
        Ok(views)
    }

    /// One session.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn session(&self, id: SessionId) -> Result<Option<SessionView>, ReadError> {
        let older = match &self.index {
            Some(index) => index.view(id)?,
            None => None,
        };
        let newer = self.tail.row(id).map(|(view, _)| view);
        Ok(match (older, newer) {
            (Some(older), Some(newer)) => Some(merge(older, newer)),
            (older, newer) => older.or_else(|| newer.cloned()),
        })
    }

    /// A session's records in order, from the one with this number on.
    ///
    /// # Errors
    ///
    /// If there is no such session.
    pub fn records(&self, id: SessionId, from_seq: u64) -> Result<Records<'_>, ReadError> {
        let mut spans: Vec<Span> = match &self.index {
            Some(index) => index.spans(id)?,
            None => Vec::new(),
        };
        if let Some((_, newer)) = self.tail.row(id) {
            spans.extend_from_slice(newer);
        }
        if spans.is_empty() {
            return Err(ReadError::NoSession(id));
        }
        let key = self.session_key(id)?;
        Ok(Records::new(self, spans, key, from_seq))
    }

    /// The first record of a session: who opened it, to which server.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn opening(&self, session: &SessionView) -> Result<RecordView, ReadError> {
        self.entry(session.first)
    }

    /// The entry with this index.
    ///
    /// # Errors
    ///
    /// If there is none, or it is damaged.
    pub fn entry(&self, index: EntryIndex) -> Result<RecordView, ReadError> {
        let entry = self.lookup.entry(index)?;
        let key = self.session_key(entry.leaf.prefix.session)?;
        self.view(index, &entry, key.as_ref())
    }

    /// The leaf of the entry with this index.
    pub(crate) fn leaf(&self, index: EntryIndex) -> Result<Leaf, ReadError> {
        Ok(self.lookup.entry(index)?.leaf)
    }

    /// From the keyring, or still on its way in the log.
    fn session_key(&self, id: SessionId) -> Result<Option<SessionKey>, ReadError> {
        if let Some(key) = self.keyring.session_key(id)? {
            return Ok(Some(key));
        }
        let Some(session) = self.session(id)? else {
            return Ok(None);
        };
        match self.lookup.entry(session.first)?.carry {
            Some(carry) => Ok(self.keyring.carried_key(id, &carry)?.map(SessionKey::first)),
            None => Ok(None),
        }
    }

    /// The holds that are in force.
    ///
    /// # Errors
    ///
    /// If the keyring cannot be read.
    pub fn holds(&self) -> Result<Vec<HoldView>, ReadError> {
        Ok(HoldView::all(&self.keyring)?)
    }

    fn view(
        &self,
        index: EntryIndex,
        entry: &Entry,
        key: Option<&SessionKey>,
    ) -> Result<RecordView, ReadError> {
        let body = match key {
            None => Err(BodyError::NoKey),
            Some(key) => self.body(entry, key)?,
        };
        let purged = match body {
            Err(BodyError::NoKey) => self.purges.of(self, &entry.leaf)?,
            _ => None,
        };
        Ok(RecordView {
            index,
            leaf_hash: leaf_hash(&entry.leaf_bytes),
            leaf: entry.leaf.clone(),
            body: match body {
                Ok(body) => BodyState::Open(Box::new(body)),
                Err(error) => BodyState::Unreadable(error),
            },
            purged,
        })
    }

    fn body(&self, entry: &Entry, key: &SessionKey) -> Result<Result<Body, BodyError>, ReadError> {
        let open = |secret| open_body(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body);
        Ok(self.secret(entry, key)?.and_then(open))
    }

    fn secret(
        &self,
        entry: &Entry,
        key: &SessionKey,
    ) -> Result<Result<RecordSecret, BodyError>, ReadError> {
        let prefix = &entry.leaf.prefix;
        let wrapped = if key.rekeyed {
            match self.keyring.record_secret(prefix.session, &prefix.record)? {
                Some(wrapped) => wrapped,
                None => return Ok(Err(BodyError::NoKey)),
            }
        } else {
            entry.wrapped_secret
        };
        let secret = RecordSecret::unwrap(&wrapped, &key.key, prefix.session, &prefix.record);
        Ok(secret.map_err(Into::into))
    }
}
