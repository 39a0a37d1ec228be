//! The org log: what it says about the nodes' logs, and whether they agree with it.

use std::collections::BTreeMap;

use ledger::merkle::CompactRange;
use ledger::note::{Checkpoint, LogPublicKey};
use ledger::org::{OrgEntry, OrgKind, Stated};
use model::Digest;

use crate::org_report::{NodeReport, NodeState};
use crate::published::Entries;
use crate::report::{EpochReport, LeafVerdict};
use crate::state::epoch_of;

/// Whether it is the key of an org log: `<org>/org/…`.
pub(crate) fn is_org(key: &LogPublicKey) -> bool {
    key.name().split('/').nth(1) == Some("org")
}

/// A checkpoint of a node's log that the org log keeps.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The entry of the org log that has it.
    pub(crate) entry: u64,
    pub(crate) checkpoint: Checkpoint,
}

/// What the org logs say about one node's log.
#[derive(Debug, Clone)]
struct NodeLog {
    key: LogPublicKey,
    /// The org log that opened it, counted from 0.
    opened_in: usize,
    /// In the order of their sizes.
    kept: Vec<Kept>,
    report: NodeReport,
}

/// What all org logs say, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    logs: BTreeMap<String, NodeLog>,
    /// The origin and key of each org log, and how many entries it has.
    orgs: Vec<(LogPublicKey, u64)>,
    /// The node's log that was opened last.
    latest: Option<String>,
    /// Entries are missing: what comes cannot be judged.
    broken: bool,
    /// Entries of any org log are missing.
    incomplete: bool,
}

impl Entries for Nodes {
    fn take(
        &mut self,
        _: &mut EpochReport,
        index: u64,
        entry: &[u8],
        _: Digest,
    ) -> Result<(), String> {
        if self.broken {
            return OrgEntry::decode(entry)
                .map(|_| ())
                .map_err(|error| error.to_string());
        }
        self.entry(index, entry)
    }

    fn before(&self) -> Option<&CompactRange> {
        None
    }

    fn gap(&mut self) {
        self.broken = true;
        self.incomplete = true;
    }
}

impl Nodes {
    /// The next org log begins.
    pub(crate) fn begin(&mut self, key: &LogPublicKey) {
        self.orgs.push((key.clone(), 0));
        self.latest = None;
        self.broken = false;
    }

    /// Takes in an entry.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    fn entry(&mut self, index: u64, bytes: &[u8]) -> Result<(), String> {
        let entry = OrgEntry::decode(bytes).map_err(|error| error.to_string())?;
        if let Some((_, entries)) = self.orgs.last_mut() {
            *entries = index + 1;
        }
        match entry.kind {
            OrgKind::LogOpened => self.log_opened(index, &entry),
            _ if index == 0 => Err("the first entry does not open the org log".to_owned()),
            OrgKind::EpochOpened => self.epoch_opened(&entry),
            OrgKind::EpochClosed
            | OrgKind::NodeJoined
            | OrgKind::NodeLeft
            | OrgKind::NodeCheckpoint => self.of_open_log(index, &entry),
        }
    }

    fn log_opened(&self, index: u64, entry: &OrgEntry) -> Result<(), String> {
        let Some((before, (key, _))) = self.orgs.split_last().map(|(last, rest)| (rest, last))
        else {
            return Ok(());
        };
        if index != 0 || entry.log != key.name() || entry.key != key.to_vkey() {
            return Err("it opens another log than this one".to_owned());
        }
        let first = epoch_of(key.name()) == 1;
        if first != (entry.checkpoint == Stated::None) {
            return Err("it does not say what became of the org log before it".to_owned());
        }
        let Some(note) = entry.note() else {
            return Ok(());
        };
        let Some((previous, size)) = before.last() else {
            return Err("the org log before this one is not here".to_owned());
        };
        let last = Checkpoint::open(note.as_bytes(), previous).map_err(|e| e.to_string())?;
        if last.size.0 > *size {
            return Err(format!(
                "the org log before this one had {} entries, and has {size}",
                last.size
            ));
        }
        Ok(())
    }

    fn epoch_opened(&mut self, entry: &OrgEntry) -> Result<(), String> {
        let key = LogPublicKey::from_vkey(&entry.key).map_err(|e| e.to_string())?;
        if key.name() != entry.log {
            return Err(format!("the key is named for `{}`", key.name()));
        }
        let (opened_in, kept, report) = match self.logs.remove(&entry.log) {
            // Another org log goes on with what the one before it began.
            Some(known) if known.opened_in + 1 < self.orgs.len() && known.key == key => {
                (self.orgs.len() - 1, known.kept, known.report)
            }
            Some(known) => {
                self.logs.insert(entry.log.clone(), known);
                return Err(format!("`{}` is opened twice", entry.log));
            }
            None => (
                self.orgs.len().saturating_sub(1),
                Vec::new(),
                NodeReport::new(&entry.log),
            ),
        };
        self.chain(entry)?;
        let log = NodeLog {
            key,
            opened_in,
            kept,
            report,
        };
        self.latest = Some(entry.log.clone());
        self.logs.insert(entry.log.clone(), log);
        Ok(())
    }

    /// An epoch follows the node's epoch before it, which was closed, and states where it ended.
    fn chain(&self, entry: &OrgEntry) -> Result<(), String> {
        if let Some(latest) = self.latest.as_ref().and_then(|name| self.logs.get(name))
            && latest.report.state != NodeState::Closed
        {
            return Err(format!("`{}` was not closed before", latest.report.log));
        }
        let epoch = |log: &str| {
            log.rsplit_once('/')
                .map(|(node, n)| (node.to_owned(), n.parse::<u32>().ok()))
        };
        let Some((node, Some(number))) = epoch(&entry.log) else {
            return Err(format!(
                "`{}` is not named for a node and an epoch",
                entry.log
            ));
        };
        let Stated::Note(note) = &entry.checkpoint else {
            let first = number == 1;
            let said = entry.checkpoint == Stated::None;
            return if first == said {
                Ok(())
            } else {
                Err("it does not say what became of the epoch before it".to_owned())
            };
        };
        let named = note.split('\n').next().unwrap_or_default();
        match epoch(named) {
            Some((of, Some(n))) if of == node && n < number => {}
            _ => return Err(format!("it follows `{named}`, which is no epoch before it")),
        }
        match self.logs.get(named) {
            Some(before) => Checkpoint::open(note.as_bytes(), &before.key)
                .map(|_| ())
                .map_err(|error| error.to_string()),
            None => Err(format!(
                "it follows `{named}`, which the org log does not name"
            )),
        }
    }

    /// Anything about a log that was opened and not closed.
    fn of_open_log(&mut self, index: u64, entry: &OrgEntry) -> Result<(), String> {
        let open = self.latest.as_deref() == Some(&*entry.log);
        let log = self
            .logs
            .get_mut(&entry.log)
            .filter(|log| open && log.report.state != NodeState::Closed)
            .ok_or_else(|| format!("`{}` is not open here", entry.log))?;
        match entry.kind {
            OrgKind::EpochClosed => log.report.state = NodeState::Closed,
            OrgKind::NodeJoined => {
                log.report.joined += 1;
                log.report.state = NodeState::Joined;
            }
            OrgKind::NodeLeft => {
                log.report.left += 1;
                log.report.state = NodeState::Left;
            }
            _ => {}
        }
        let Some(note) = entry.note() else {
            return Ok(());
        };
        let checkpoint =
            Checkpoint::open(note.as_bytes(), &log.key).map_err(|error| error.to_string())?;
        if let Some(last) = log.kept.last().map(|kept| &kept.checkpoint) {
            let forked = last.size == checkpoint.size && last.root != checkpoint.root;
            // An epoch that is given up may end with less than was published: that is why.
            if forked || (last.size > checkpoint.size && entry.kind != OrgKind::EpochClosed) {
                return Err(format!(
                    "the checkpoint of {} entries contradicts the one of {} before it",
                    checkpoint.size, last.size
                ));
            }
            if last.size >= checkpoint.size {
                return Ok(());
            }
        }
        log.report.checkpoints += 1;
        log.kept.push(Kept {
            entry: index,
            checkpoint,
        });
        Ok(())
    }

    /// The checkpoints of a log that are kept.
    pub(crate) fn kept(&self, log: &str) -> &[Kept] {
        self.logs.get(log).map_or(&[], |log| &log.kept)
    }

    /// Whether an org log names this log, or may do so where entries are missing.
    pub(crate) fn names(&self, log: &str) -> bool {
        self.incomplete || self.logs.contains_key(log)
    }

    /// The key that an org log names for this log.
    pub(crate) fn key(&self, log: &str) -> Option<&LogPublicKey> {
        self.logs.get(log).map(|log| &log.key)
    }

    /// What is said about each node's log.
    pub(crate) fn reports(&self) -> Vec<NodeReport> {
        self.logs.values().map(|log| log.report.clone()).collect()
    }
}

/// Compares a tree that grows with the checkpoints of it that are kept.
#[derive(Debug)]
pub(crate) struct Compared<'a> {
    rest: std::slice::Iter<'a, Kept>,
    next: Option<&'a Kept>,
    wrong: Vec<&'a Kept>,
    right: u64,
}

impl<'a> Compared<'a> {
    pub(crate) fn new(kept: &'a [Kept]) -> Self {
        let mut rest = kept.iter();
        Self {
            next: rest.next(),
            rest,
            wrong: Vec::new(),
            right: 0,
        }
    }

    /// The tree has this many leaves; `root` is computed only where it matters.
    pub(crate) fn at(&mut self, size: u64, root: impl FnOnce() -> Digest) {
        let Some(kept) = self.next.filter(|kept| kept.checkpoint.size.0 == size) else {
            return;
        };
        if root() == kept.checkpoint.root {
            self.right += 1;
        } else {
            self.wrong.push(kept);
        }
        self.next = self.rest.next();
    }

    /// Says what does not agree. `whole`: the tree has the root that was signed; else it is known
    /// already that something is wrong with it.
    pub(crate) fn conclude(self, file: &str, whole: bool, report: &mut EpochReport) {
        report.kept = self.right;
        for kept in self.wrong.into_iter().filter(|_| whole) {
            let what = format!(
                "entry {} of the org log has another root for the first {} entries: the log is forked",
                kept.entry, kept.checkpoint.size
            );
            report.problem(LeafVerdict::Corrupt, file, None, what);
        }
        if let Some(kept) = self.next {
            let largest = self.rest.last().unwrap_or(kept);
            let size = report.size.0;
            let lost = (size, largest.checkpoint.size.0.saturating_sub(1));
            let what = format!(
                "entry {} of the org log has a checkpoint of {} entries, and the log shows {size}: \
                 it was rolled back",
                largest.entry, largest.checkpoint.size
            );
            report.problem(LeafVerdict::Missing, file, Some(lost), what);
        }
    }
}
