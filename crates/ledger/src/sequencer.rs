//! Giving records their places: the index, the session's number, the links, the tree.
//!
//! Recovery runs the same code over what it reads back.

use std::collections::HashMap;

use model::{CallId, Digest, EntryIndex, SessionId};

use crate::committed::CommitError;
use crate::leaf::{Leaf, ends_session, opens_session};
use crate::merkle::{CompactRange, leaf_hash};
use crate::record::Kind;
use crate::seal::Sealed;
use crate::wal::encode_entry;

/// The state of a log where its next entry goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequencer {
    epoch: u32,
    range: CompactRange,
    sessions: HashMap<SessionId, Cursor>,
}

/// Where an open session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The session is the node's own.
    pub node: bool,
    /// The retention bucket of its keyring.
    pub bucket: u32,
    /// The index of its first record.
    pub first: u64,
    /// The index of its last record.
    pub last: u64,
    /// The hash of its last leaf.
    pub previous: Digest,
    /// The tree over its leaf hashes; its size is the number of its records.
    pub range: CompactRange,
    /// Calls with an intent and no outcome, and the index of the intent.
    pub open_calls: HashMap<CallId, u64>,
}

/// Where a record was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) index: EntryIndex,
    pub(crate) leaf: Digest,
}

/// Why a leaf cannot follow what came before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// It states another epoch.
    #[error("the leaf states epoch {found}, the log has epoch {expected}")]
    Epoch {
        /// The log's.
        expected: u32,
        /// The leaf's.
        found: u32,
    },
    /// Its session was never opened, or has ended.
    #[error("session {0} is not open")]
    NotOpen(SessionId),
    /// Its session is open already.
    #[error("session {0} is opened twice")]
    Opened(SessionId),
    /// Its number is not the next one of its session.
    #[error("session {session} has {expected} records, and the leaf states number {found}")]
    SessionSeq {
        /// The session.
        session: SessionId,
        /// What should follow.
        expected: u64,
        /// What the leaf states.
        found: u64,
    },
    /// It does not link to the session's previous leaf.
    #[error("the leaf does not link to the previous leaf of session {0}")]
    Link(SessionId),
    /// It ends the session over other leaves than there are.
    #[error("the last leaf of session {0} states another root than its leaves have")]
    SessionRoot(SessionId),
}

impl Sequencer {
    /// A log of these leaves with no session open.
    pub fn new(epoch: u32, range: CompactRange) -> Self {
        Self {
            epoch,
            range,
            sessions: HashMap::new(),
        }
    }

    /// The number of entries.
    pub const fn size(&self) -> u64 {
        self.range.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        self.range.root()
    }

    /// The tree.
    pub const fn range(&self) -> &CompactRange {
        &self.range
    }

    /// The open sessions.
    pub const fn sessions(&self) -> &HashMap<SessionId, Cursor> {
        &self.sessions
    }

    pub(crate) fn restore(&mut self, id: SessionId, cursor: Cursor) {
        self.sessions.insert(id, cursor);
    }

    /// Gives a sealed record the next place and appends its entry to `out`.
    pub(crate) fn place(
        &mut self,
        sealed: &mut Sealed,
        out: &mut Vec<u8>,
    ) -> Result<Placed, CommitError> {
        let id = sealed.prefix.session;
        let cursor = self.sessions.get(&id);
        if cursor.is_some() == opens_session(sealed.prefix.kind_code) {
            return Err(CommitError::SessionClosed);
        }
        let previous_index = cursor.map(|cursor| cursor.last);
        let leaf = Leaf {
            session_seq: cursor.map_or(0, |cursor| cursor.range.size()),
            previous: cursor.map_or_else(Digest::default, |cursor| cursor.previous),
            session_root: cursor
                .filter(|_| ends_session(sealed.prefix.kind_code))
                .map(|cursor| cursor.range.root()),
            purge: sealed.purge,
            body_hash: sealed.body_hash,
            prefix: sealed.prefix.clone(),
        };
        let bytes = leaf.encode_after(std::mem::take(&mut sealed.prefix_bytes));
        let hash = leaf_hash(&bytes);
        encode_entry(out, &bytes, previous_index, sealed);
        let index = EntryIndex(self.size());
        self.advance(&leaf, hash);
        Ok(Placed { index, leaf: hash })
    }

    /// Takes in a leaf that was read back, after checking that it follows.
    ///
    /// # Errors
    ///
    /// One variant of [`ReplayError`] per check.
    pub fn replay(&mut self, leaf: &Leaf, hash: Digest) -> Result<(), ReplayError> {
        self.check(leaf)?;
        self.advance(leaf, hash);
        Ok(())
    }

    /// Takes in a leaf whether it follows or not: a verifier reports that and goes on.
    pub fn force(&mut self, leaf: &Leaf, hash: Digest) {
        self.advance(leaf, hash);
    }

    fn check(&self, leaf: &Leaf) -> Result<(), ReplayError> {
        let id = leaf.prefix.session;
        if leaf.prefix.epoch != self.epoch {
            return Err(ReplayError::Epoch {
                expected: self.epoch,
                found: leaf.prefix.epoch,
            });
        }
        let opens = opens_session(leaf.prefix.kind_code);
        let (expected, previous) = match self.sessions.get(&id) {
            Some(_) if opens => return Err(ReplayError::Opened(id)),
            None if !opens => return Err(ReplayError::NotOpen(id)),
            Some(cursor) => (cursor.range.size(), cursor.previous),
            None => (0, Digest::default()),
        };
        if leaf.session_seq != expected {
            return Err(ReplayError::SessionSeq {
                session: id,
                expected,
                found: leaf.session_seq,
            });
        }
        if leaf.previous != previous {
            return Err(ReplayError::Link(id));
        }
        let root = self.sessions.get(&id).map(|cursor| cursor.range.root());
        if leaf.session_root.is_some() && leaf.session_root != root {
            return Err(ReplayError::SessionRoot(id));
        }
        Ok(())
    }

    fn advance(&mut self, leaf: &Leaf, hash: Digest) {
        let index = self.range.size();
        self.range.push(hash);
        let prefix = &leaf.prefix;
        if ends_session(prefix.kind_code) {
            self.sessions.remove(&prefix.session);
            return;
        }
        let cursor = self
            .sessions
            .entry(prefix.session)
            .or_insert_with(|| Cursor {
                node: prefix.node,
                bucket: prefix.bucket,
                first: index,
                last: index,
                previous: Digest::default(),
                range: CompactRange::new(),
                open_calls: HashMap::new(),
            });
        cursor.last = index;
        cursor.previous = hash;
        cursor.range.push(hash);
        let Some(call) = prefix.call else { return };
        match prefix.kind() {
            Some(Kind::Intent) if prefix.awaits_outcome => {
                cursor.open_calls.insert(call, index);
            }
            kind if settles_call(kind) && !prefix.awaits_outcome => {
                cursor.open_calls.remove(&call);
            }
            _ => {}
        }
    }
}

/// Whether a record of this kind says how its call ended.
fn settles_call(kind: Option<Kind>) -> bool {
    matches!(
        kind,
        Some(Kind::Outcome | Kind::Failure | Kind::Refusal | Kind::OutcomeUnknown)
    )
}
