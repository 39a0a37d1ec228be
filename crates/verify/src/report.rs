//! What was found, for people and for programs.

use std::fmt::{self, Write as _};

use model::{Digest, Timestamp, TreeSize};

use crate::org_report::OrgReport;
use crate::witness::Witnessed;

/// So many problems are listed one by one; all are counted.
const PROBLEMS_LISTED_MAX: usize = 1_000;

/// What became of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeafVerdict {
    /// It is there, as it was recorded.
    Intact,
    /// Its body was destroyed on record.
    PurgedAuthorised,
    /// It is not there.
    Missing,
    /// It is not as it was recorded.
    Corrupt,
}

impl LeafVerdict {
    /// Its name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intact => "INTACT",
            Self::PurgedAuthorised => "PURGED-AUTHORISED",
            Self::Missing => "MISSING",
            Self::Corrupt => "CORRUPT",
        }
    }
}

/// How many leaves have which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// There, as recorded.
    pub intact: u64,
    /// Destroyed on record.
    pub purged: u64,
    /// Not there.
    pub missing: u64,
    /// Not as recorded.
    pub corrupt: u64,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether something is gone or changed.
    pub verdict: LeafVerdict,
    /// The file, relative to what was verified.
    pub file: String,
    /// The first and the last index of the leaves that it is about, if it is about leaves.
    pub leaves: Option<(u64, u64)>,
    /// What is wrong.
    pub what: String,
}

/// What a visit found that contradicts an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// The log is smaller than it was.
    RolledBack {
        /// The size that was verified before.
        seen: TreeSize,
        /// The size that is signed here.
        shown: TreeSize,
    },
    /// The log has another past than it had.
    Forked {
        /// The size that was verified before.
        seen: TreeSize,
        /// The size that is signed here.
        shown: TreeSize,
    },
    /// The log has another key than it had.
    OtherKey {
        /// The key that was trusted before.
        seen: String,
    },
    /// The log is not there any more.
    Gone {
        /// The size that was verified before.
        seen: TreeSize,
    },
}

impl Contradiction {
    /// Its name in reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::RolledBack { .. } => "ROLLED-BACK",
            Self::Forked { .. } => "FORKED",
            Self::OtherKey { .. } => "OTHER-KEY",
            Self::Gone { .. } => "GONE",
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack { seen, shown } => write!(
                f,
                "{seen} entries were signed and verified before, and the log shows {shown}"
            ),
            Self::Forked { seen, shown } => write!(
                f,
                "the {seen} entries that were verified before are not the beginning of the {shown} \
                 that are signed here"
            ),
            Self::OtherKey { seen } => write!(f, "the key was {seen} before"),
            Self::Gone { seen } => write!(
                f,
                "a log of {seen} entries was verified here before, and is not here any more"
            ),
        }
    }
}

/// The sessions of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sessions {
    /// How many began.
    pub opened: u64,
    /// How many ended, in order or by recovery.
    pub ended: u64,
}

/// A timestamp of a third party over a checkpoint of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attested {
    /// When, by the authority's clock: seconds since 1970-01-01T00:00:00Z.
    pub time_s: u64,
    /// The size of the checkpoint.
    pub size: TreeSize,
}

impl Attested {
    pub(crate) fn at(self) -> Timestamp {
        Timestamp::from_unix_us(self.time_s.saturating_mul(1_000_000))
    }
}

/// The result for one epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochReport {
    /// The log's origin.
    pub origin: String,
    /// The key that was trusted.
    pub vkey: String,
    /// The key came with the log itself: it proves consistency, not authorship.
    pub key_from_log: bool,
    /// The size under the checkpoint.
    pub size: TreeSize,
    /// The root under the checkpoint.
    pub root: Digest,
    /// Entries behind the checkpoint, under signed frames of the write-ahead log.
    pub tail: u64,
    /// Bytes at the very end that were being written when the node stopped.
    pub torn_bytes: u64,
    /// Whether the sealed bodies were there to be verified.
    pub bodies: bool,
    /// The times that third parties attest, the earliest first.
    pub attested: Vec<Attested>,
    /// How many checkpoints in the org log are of this very log.
    pub kept: u64,
    /// It lies in a directory with others, which an org log ought to name.
    pub in_directory: bool,
    /// Verdicts over all leaves, the tail included.
    pub counts: Counts,
    /// Sessions.
    pub sessions: Sessions,
    /// What witnesses attest.
    pub witnessed: Witnessed,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// How many there are.
    pub problems_total: u64,
    /// The worst of them, listed or not.
    pub worst: Option<LeafVerdict>,
    /// So many leaves were verified on earlier visits, and are in no count here.
    pub verified_before: TreeSize,
    /// What contradicts an earlier visit; nothing else was then verified.
    pub contradiction: Option<Contradiction>,
}

/// The result for all epochs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// One per org log, in their order.
    pub orgs: Vec<OrgReport>,
    /// One per epoch, in their order.
    pub epochs: Vec<EpochReport>,
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything is intact.
    Intact,
    /// Something was destroyed on record, and the rest is intact.
    Purged,
    /// Something is missing, and nothing is corrupt.
    Missing,
    /// Something is corrupt.
    Corrupt,
    /// The log contradicts what it showed on an earlier visit.
    Contradicted,
}

impl Exit {
    /// The exit code; 1 stands for "could not verify" and 2 for a wrong command line.
    pub const fn code(self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::Purged => 3,
            Self::Missing => 4,
            Self::Corrupt => 5,
            Self::Contradicted => 8,
        }
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done: `tiles` or `bodies`.
    pub step: &'static str,
    /// Leaves done.
    pub done: u64,
    /// Leaves to do, as far as known.
    pub total: u64,
}

impl EpochReport {
    pub(crate) fn new(origin: &str, vkey: String, key_from_log: bool) -> Self {
        Self {
            origin: origin.to_owned(),
            vkey,
            key_from_log,
            size: TreeSize(0),
            root: Digest::default(),
            tail: 0,
            torn_bytes: 0,
            bodies: false,
            attested: Vec::new(),
            kept: 0,
            in_directory: false,
            counts: Counts::default(),
            sessions: Sessions::default(),
            witnessed: Witnessed::default(),
            problems: Vec::new(),
            problems_total: 0,
            worst: None,
            verified_before: TreeSize(0),
            contradiction: None,
        }
    }

    pub(crate) fn problem(
        &mut self,
        verdict: LeafVerdict,
        file: &str,
        leaves: Option<(u64, u64)>,
        what: impl fmt::Display,
    ) {
        self.problems_total += 1;
        self.worst = self.worst.max(Some(verdict));
        if self.problems.len() < PROBLEMS_LISTED_MAX {
            self.problems.push(Problem {
                verdict,
                file: file.to_owned(),
                leaves,
                what: what.to_string(),
            });
        }
    }

    /// Whether all that was looked at is as it was recorded.
    pub(crate) fn is_whole(&self) -> bool {
        self.exit() <= Exit::Purged
    }

    fn exit(&self) -> Exit {
        if self.contradiction.is_some() {
            return Exit::Contradicted;
        }
        if self.counts.corrupt > 0 || self.worst == Some(LeafVerdict::Corrupt) {
            Exit::Corrupt
        } else if self.counts.missing > 0 || self.worst == Some(LeafVerdict::Missing) {
            Exit::Missing
        } else if self.counts.purged > 0 {
            Exit::Purged
        } else {
            Exit::Intact
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let attested = self.attested.iter();
        let attested: Vec<_> = attested
            .map(|a| format!("{{\"size\":{},\"time\":\"{}\"}}", a.size, a.at()))
            .collect();
        let problems: Vec<_> = self.problems.iter().map(Problem::to_json).collect();
        let contradiction = match &self.contradiction {
            Some(found) => format!(
                "{{\"name\":\"{}\",\"what\":{}}}",
                found.as_str(),
                quoted(&found.to_string())
            ),
            None => "null".to_owned(),
        };
        format!(
            "{{\"origin\":{},\"vkey\":{},\"key_from_log\":{},\"size\":{},\"root\":\"{}\",\
             \"attested\":[{}],\"kept\":{},\"tail\":{},\"torn_bytes\":{},\"bodies\":{},\
             \"leaves\":{{\"intact\":{},\"purged_authorised\":{},\"missing\":{},\"corrupt\":{}}},\
             \"sessions\":{{\"opened\":{},\"ended\":{}}},\"verified_before\":{},\"contradiction\":{},\
             \"witnessed\":{},\"problems_total\":{},\"problems\":[{}]}}",
            quoted(&self.origin),
            quoted(&self.vkey),
            self.key_from_log,
            self.size,
            self.root,
            attested.join(","),
            self.kept,
            self.tail,
            self.torn_bytes,
            self.bodies,
            self.counts.intact,
            self.counts.purged,
            self.counts.missing,
            self.counts.corrupt,
            self.sessions.opened,
            self.sessions.ended,
            self.verified_before,
            contradiction,
            self.witnessed.to_json(),
            self.problems_total,
            problems.join(","),
        )
    }
}

impl Problem {
    fn to_json(&self) -> String {
        let leaves = match self.leaves {
            Some((first, last)) => format!("[{first},{last}]"),
            None => "null".to_owned(),
        };
        format!(
            "{{\"verdict\":\"{}\",\"file\":{},\"leaves\":{leaves},\"what\":{}}}",
            self.verdict.as_str(),
            quoted(&self.file),
            quoted(&self.what),
        )
    }
}

impl Report {
    /// The worst of all epochs.
    pub fn exit(&self) -> Exit {
        let orgs = self.orgs.iter().map(|org| &org.log);
        let exits = self.epochs.iter().chain(orgs).map(EpochReport::exit);
        exits.max().unwrap_or(Exit::Missing)
    }

    /// One JSON object.
    pub fn to_json(&self) -> String {
        let epochs: Vec<_> = self.epochs.iter().map(EpochReport::to_json).collect();
        let orgs: Vec<_> = self.orgs.iter().map(OrgReport::to_json).collect();
        let exit = format!("{:?}", self.exit()).to_lowercase();
        format!(
            "{{\"result\":\"{exit}\",\"orgs\":[{}],\"epochs\":[{}]}}",
            orgs.join(","),
            epochs.join(",")
        )
    }
}

/// A text of somebody else's, so that it can neither steer a terminal nor look like a line of a
/// report.
pub(crate) fn printable(text: &str) -> String {
    let steers = |c: char| {
        // Beside control characters: what turns the direction of a text (Unicode UAX #9).
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
