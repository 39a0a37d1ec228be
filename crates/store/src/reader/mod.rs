//! Reading recordings: beside the process that writes, and on what a crash left behind.

mod follow;
mod records;
mod sessions;
mod view;

use std::path::Path;
use std::sync::Arc;

use ledger::merkle::leaf_hash;
use ledger::note::LogPublicKey;
use ledger::wal::Entry;
use ledger::{BodyError, BodyState, Key, RecordSecret, open_body};
use model::{EntryIndex, SessionId, TreeSize};

use crate::dir::{Identity, Layout};
use crate::disk::LocalDisk;
use crate::error::ReadError;
use crate::keys::{Keyring, load_log_key, load_root_key};
use crate::lookup::Lookup;

use follow::Follow;
use sessions::SessionTable;

pub use records::Records;
pub use view::{RecordView, SessionState, SessionView};

/// One node's recordings, for reading. Holds no lock and changes nothing.
#[derive(Debug)]
pub struct Reader {
    origin: String,
    vkey: String,
    keyring: Keyring,
    lookup: Lookup,
    follow: Follow,
    table: SessionTable,
}

impl Reader {
    /// Opens a data directory and takes in what is on record.
    ///
    /// # Errors
    ///
    /// If there is none, it was made by another version, its keys are missing, or the log is
    /// damaged.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let layout = Layout::new(path);
        let no_log = || ReadError::NoLog(path.to_owned());
        let identity = Identity::load(&layout.identity())?.ok_or_else(no_log)?;
        let origin = identity.origin();
        let root = load_root_key(&layout.keys())?.ok_or_else(no_log)?;
        let key = load_log_key(&layout.keys(), identity.epoch, &origin)?.ok_or_else(no_log)?;
        let public: LogPublicKey = key.public();
        let wal = layout.wal(identity.epoch);
        let mut reader = Self {
            origin,
            vkey: public.to_vkey(),
            keyring: Keyring::open_read_only(&layout.keyring(), root)?,
            lookup: Lookup::new(Arc::new(LocalDisk), &wal),
            follow: Follow::new(Arc::new(LocalDisk), &wal),
            table: SessionTable::default(),
        };
        reader.refresh()?;
        Ok(reader)
    }

    /// Takes in what was recorded since; poll this to follow a live session. Returns the number of
    /// entries that are known now.
    ///
    /// # Errors
    ///
    /// If the disk fails or the log is damaged.
    pub fn refresh(&mut self) -> Result<TreeSize, ReadError> {
        let Self { follow, table, .. } = self;
        follow.take_in(|segment, index, leaf| table.add(segment, index, leaf))?;
        Ok(self.size())
    }

    /// The number of entries that are known.
    pub const fn size(&self) -> TreeSize {
        TreeSize(self.follow.size())
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
        Ok(self.table.views())
    }

    /// One session.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn session(&self, id: SessionId) -> Result<Option<SessionView>, ReadError> {
        Ok(self.table.view(id))
    }

    /// A session's records in order, from the one with this number on.
    ///
    /// # Errors
    ///
    /// If there is no such session.
    pub fn records(&self, id: SessionId, from_seq: u64) -> Result<Records<'_>, ReadError> {
        let spans = self.table.spans(id).ok_or(ReadError::NoSession(id))?;
        let key = self.session_key(id)?;
        Ok(Records::new(self, spans.to_vec(), key, from_seq))
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
        Ok(view(index, &entry, key.as_ref()))
    }

    /// From the keyring, or still on its way in the log.
    fn session_key(&self, id: SessionId) -> Result<Option<Key>, ReadError> {
        if let Some(key) = self.keyring.session_key(id)? {
            return Ok(Some(key));
        }
        let Some(first) = self.table.first(id) else {
            return Ok(None);
        };
        match self.lookup.entry(first)?.carry {
            Some(carry) => Ok(self.keyring.carried_key(id, &carry)?),
            None => Ok(None),
        }
    }
}

fn view(index: EntryIndex, entry: &Entry, key: Option<&Key>) -> RecordView {
    let body = match key {
        None => BodyState::Unreadable(BodyError::NoKey),
        Some(key) => match open(entry, key) {
            Ok(body) => BodyState::Open(body),
            Err(error) => BodyState::Unreadable(error),
        },
    };
    RecordView {
        index,
        leaf_hash: leaf_hash(&entry.leaf_bytes),
        leaf: entry.leaf.clone(),
        body,
    }
}

fn open(entry: &Entry, key: &Key) -> Result<ledger::Body, BodyError> {
    let prefix = &entry.leaf.prefix;
    let secret = RecordSecret::unwrap(&entry.wrapped_secret, key, prefix.session, &prefix.record)?;
    open_body(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body)
}
