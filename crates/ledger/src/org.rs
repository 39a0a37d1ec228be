//! The entries of the org log: short texts that say what happened to nodes and their logs.
//!
//! Nothing in them is personal: names of logs, times, public keys, checkpoints.

use model::Timestamp;

use crate::format::FormatError;

/// How the first line of each entry begins.
const HEADER: &str = "probity/v1/org ";
/// What errors name.
const PART: &str = "an entry of the org log";

/// What an entry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrgKind {
    /// The org log begins.
    LogOpened,
    /// A node's log begins.
    EpochOpened,
    /// A node's log ended for good; the node goes on in another epoch.
    EpochClosed,
    /// A process began to write the log.
    NodeJoined,
    /// The process stopped in order.
    NodeLeft,
    /// A checkpoint of a node's log was published.
    NodeCheckpoint,
}

/// A checkpoint that an entry states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// There is nothing that could have one.
    None,
    /// There ought to be one, and none is known: a gap.
    Unknown,
    /// It, signed.
    Note(String),
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgEntry {
    /// What it says.
    pub kind: OrgKind,
    /// When, by the node's wall clock; says nothing about order.
    pub at: Timestamp,
    /// The origin of the log that it is about.
    pub log: String,
    /// The log's verifier key, in entries that open a log; else empty.
    pub key: String,
    /// In entries that open a log, the last checkpoint of the log before it; else of `log` itself.
    pub checkpoint: Stated,
}

impl OrgKind {
    const ALL: [Self; 6] = [
        Self::LogOpened,
        Self::EpochOpened,
        Self::EpochClosed,
        Self::NodeJoined,
        Self::NodeLeft,
        Self::NodeCheckpoint,
    ];

    /// Its name in entries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LogOpened => "log-opened",
            Self::EpochOpened => "epoch-opened",
            Self::EpochClosed => "epoch-closed",
            Self::NodeJoined => "node-joined",
            Self::NodeLeft => "node-left",
            Self::NodeCheckpoint => "node-checkpoint",
        }
    }

    /// Whether entries of this kind carry a key.
    const fn has_key(self) -> bool {
        matches!(self, Self::LogOpened | Self::EpochOpened)
    }
}

impl OrgEntry {
    /// The entry's bytes: the leaf of the org log.
    pub fn encode(&self) -> Vec<u8> {
        let Self {
            kind, at, log, key, ..
        } = self;
        let mut text = format!(
            "{HEADER}{}\ntime {}\nlog {log}\n",
            kind.as_str(),
            at.unix_us()
        );
        if kind.has_key() {
            text.push_str(&format!("key {key}\n"));
        }
        text.push_str(match &self.checkpoint {
            Stated::None => "checkpoint none\n",
            Stated::Unknown => "checkpoint unknown\n",
            Stated::Note(_) => "checkpoint below\n\n",
        });
        if let Stated::Note(note) = &self.checkpoint {
            text.push_str(note);
        }
        text.into_bytes()
    }

    /// From an entry's bytes. Says nothing about the signature of a note in it.
    ///
    /// # Errors
    ///
    /// If they are not exactly what [`OrgEntry::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let wrong = || FormatError::Value(PART);
        let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
        let entry = parse(text).ok_or_else(wrong)?;
        // One text for one entry: `time 01` is none.
        if entry.encode() == bytes {
            Ok(entry)
        } else {
            Err(wrong())
        }
    }

    /// The signed checkpoint in it, if there is one.
    pub fn note(&self) -> Option<&str> {
        match &self.checkpoint {
            Stated::Note(note) => Some(note),
            Stated::None | Stated::Unknown => None,
        }
    }
}

fn parse(text: &str) -> Option<OrgEntry> {
    let (kind, rest) = text.strip_prefix(HEADER)?.split_once('\n')?;
    let kind = OrgKind::ALL.into_iter().find(|k| k.as_str() == kind)?;
    let (time, rest) = line(rest, "time ")?;
    let (log, mut rest) = line(rest, "log ")?;
    let mut key = "";
    if kind.has_key() {
        (key, rest) = line(rest, "key ")?;
    }
    let (checkpoint, rest) = line(rest, "checkpoint ")?;
    let checkpoint = match checkpoint {
        "none" => Stated::None,
        "unknown" => Stated::Unknown,
        "below" => Stated::Note(rest.strip_prefix('\n')?.to_owned()),
        _ => return None,
    };
    Some(OrgEntry {
        kind,
        at: Timestamp::from_unix_us(time.parse().ok()?),
        log: log.to_owned(),
        key: key.to_owned(),
        checkpoint,
    })
}

fn line<'a>(text: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(start)?.split_once('\n')
}
