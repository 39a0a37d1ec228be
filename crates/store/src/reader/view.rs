use std::sync::Arc;

use ledger::{BodyState, Leaf};
use model::{Digest, EntryIndex, SessionId, Timestamp};

use super::purged::PurgeView;

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It has no end yet.
    Open,
    /// It was ended in order.
    Closed,
    /// The node stopped while it was open.
    Abandoned,
}

impl SessionState {
    /// Its number in the index.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Closed => 1,
            Self::Abandoned => 2,
        }
    }

    /// From its number in the index.
    pub(crate) const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Open,
            1 => Self::Closed,
            _ => Self::Abandoned,
        }
    }

    /// Its name in listings and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// What is known of a session without opening any body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// It is the node's own: it holds what belongs to no MCP session.
    pub node: bool,
    /// How far it is.
    pub state: SessionState,
    /// The number of its records.
    pub records: u64,
    /// When its first record says that it happened.
    pub opened_at: Timestamp,
    /// When its last record says that it happened.
    pub last_at: Timestamp,
    /// The index of its first record.
    pub first: EntryIndex,
    /// The index of its last record.
    pub last: EntryIndex,
}

/// One record, its body opened if that is possible.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Its index in the log.
    pub index: EntryIndex,
    /// The RFC 6962 hash of its leaf.
    pub leaf_hash: Digest,
    /// Its leaf.
    pub leaf: Leaf,
    /// Its body.
    pub body: BodyState,
    /// The purge that destroyed its key, if one did.
    pub purged: Option<Arc<PurgeView>>,
}
