//! What was destroyed on record. Read out of the published logs before anything is judged: a purge
//! stands behind what it covers, and may stand in a later epoch.

use std::collections::{HashMap, HashSet};
use std::io;

use ledger::tile::{TILE_WIDTH, TileName, bundle_entries};
use ledger::{CUSTODY_DOMAIN, Kind, Leaf, PurgeScope, PurgeStep};
use model::SessionId;

use crate::published::read_tile;
use crate::report::Counts;
use crate::source::Source;

/// Where a published log lies and how much of it a checkpoint covers.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// The log's folder.
    pub(crate) dir: String,
    /// The size under its checkpoint.
    pub(crate) size: u64,
}

/// The purges that are on record.
#[derive(Debug, Default)]
pub(crate) struct Purges {
    /// By what they cover: the last place that is before the purge.
    covers: HashMap<Cover, (Place, PurgeStep)>,
    /// Those that begin one, with what they cover.
    begun: HashSet<([u8; 16], PurgeScope)>,
    invalid: Vec<(usize, Invalid)>,
}

/// A purge that counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invalid {
    /// The index of its leaf.
    pub(crate) index: u64,
    pub(crate) what: &'static str,
}

/// A position: of the log among those that were read, and of the leaf in it.
type Place = (usize, u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cover {
    Record(SessionId, u64),
    Session(SessionId),
    Bucket(u32, u32),
}

/// Which leaves of one log were destroyed on record.
#[derive(Debug, Default)]
pub(crate) struct Purged {
    /// Ranges of indexes, ascending: from, to, whether the keys are certainly gone.
    ranges: Vec<(u64, u64, bool)>,
    /// Purges in it that were completed and never began, or that cover what nobody may purge.
    pub(crate) invalid: Vec<Invalid>,
}

impl Purges {
    /// Reads the purges out of all logs, the oldest first.
    pub(crate) fn read(source: &Source, logs: &[Published]) -> io::Result<Self> {
        let mut purges = Self::default();
        for (at, log) in logs.iter().enumerate() {
            each_leaf(source, log, is_purge, |index, leaf| {
                purges.add((at, index), leaf)
            })?;
        }
        Ok(purges)
    }

    fn add(&mut self, place: Place, leaf: &Leaf) {
        let Some(notice) = leaf.purge else { return };
        let mut invalid = |what| {
            let (log, index) = place;
            self.invalid.push((log, Invalid { index, what }));
        };
        if leaf.prefix.domain != CUSTODY_DOMAIN || !leaf.prefix.node {
            return invalid("the purge does not stand where purges are recorded");
        }
        let cover = match notice.scope {
            PurgeScope::Record { session, seq } => Cover::Record(session, seq),
            PurgeScope::Session(session) => Cover::Session(session),
            PurgeScope::Bucket { domain, bucket } => Cover::Bucket(domain, bucket),
        };
        if matches!(cover, Cover::Bucket(CUSTODY_DOMAIN, _)) {
            return invalid("the purge covers what is never purged");
        }
        let begun = (notice.id, notice.scope);
        match notice.step {
            PurgeStep::Begun => drop(self.begun.insert(begun)),
            PurgeStep::Completed if self.begun.contains(&begun) => {}
            PurgeStep::Completed => return invalid("the purge was completed and never began"),
        }
        let known = self.covers.entry(cover).or_insert((place, notice.step));
        if known.1 == PurgeStep::Begun || notice.step == PurgeStep::Completed {
            *known = (place, notice.step);
        }
    }

    /// Which leaves of one of the logs they cover.
    pub(crate) fn of(&self, source: &Source, logs: &[Published], at: usize) -> io::Result<Purged> {
        let invalid = self.invalid.iter().filter(|(log, _)| *log == at);
        let mut purged = Purged {
            ranges: Vec::new(),
            invalid: invalid.map(|(_, invalid)| *invalid).collect(),
        };
        let Some(log) = logs.get(at).filter(|_| !self.covers.is_empty()) else {
            return Ok(purged);
        };
        each_leaf(
            source,
            log,
            |_| true,
            |index, leaf| {
                if let Some(gone) = self.covers((at, index), leaf) {
                    purged.push(index, gone);
                }
            },
        )?;
        Ok(purged)
    }

    /// `None`: it is not covered; else whether its key is certainly gone.
    fn covers(&self, place: Place, leaf: &Leaf) -> Option<bool> {
        let prefix = &leaf.prefix;
        if prefix.domain == CUSTODY_DOMAIN {
            return None;
        }
        let covers = [
            Cover::Record(prefix.session, leaf.session_seq),
            Cover::Session(prefix.session),
            Cover::Bucket(prefix.domain, prefix.bucket),
        ];
        covers
            .iter()
            .filter_map(|cover| self.covers.get(cover))
            .filter(|(purge, _)| place < *purge)
            .map(|(_, step)| *step == PurgeStep::Completed)
            .max()
    }
}

impl Purged {
    fn push(&mut self, index: u64, gone: bool) {
        match self.ranges.last_mut() {
            Some((_, to, same)) if *to + 1 == index && *same == gone => *to = index,
            _ => self.ranges.push((index, index, gone)),
        }
    }

    /// Whether the key of this leaf's body is certainly gone.
    pub(crate) fn is_gone(&self, index: u64) -> bool {
        self.range(index).is_some_and(|(_, _, gone)| gone)
    }

    /// Of a range whose bodies are not there, the parts that no purge accounts for.
    pub(crate) fn unaccounted(&self, (first, last): (u64, u64)) -> Vec<(u64, u64)> {
        let mut parts = Vec::new();
        let mut next = first;
        while next <= last {
            match self.range(next) {
                Some((_, to, _)) => next = to + 1,
                None => {
                    let after = self.ranges.partition_point(|(from, _, _)| *from <= next);
                    let end = self.ranges.get(after).map_or(last, |(from, _, _)| from - 1);
                    parts.push((next, end.min(last)));
                    next = end + 1;
                }
            }
        }
        parts
    }

    /// Of a range whose bodies are not there, moves those to the purged ones that a purge accounts
    /// for and that were counted as intact, because it was not known to be completed.
    pub(crate) fn recount(&self, counts: &mut Counts, range: (u64, u64)) {
        let begun = self.within(range, false);
        counts.intact = counts.intact.saturating_sub(begun);
        counts.purged += begun;
    }

    /// Takes leaves out of the counts that turned out not to be what they were counted as.
    pub(crate) fn uncount(&self, counts: &mut Counts, (first, last): (u64, u64)) {
        let gone = self.within((first, last), true);
        counts.purged = counts.purged.saturating_sub(gone);
        counts.intact = counts.intact.saturating_sub(last - first + 1 - gone);
    }

    fn within(&self, (first, last): (u64, u64), gone: bool) -> u64 {
        self.ranges
            .iter()
            .filter(|(from, to, is)| *is == gone && *from <= last && *to >= first)
            .map(|(from, to, _)| (*to).min(last) - (*from).max(first) + 1)
            .sum()
    }

    fn range(&self, index: u64) -> Option<(u64, u64, bool)> {
        let at = self.ranges.partition_point(|(_, to, _)| *to < index);
        let range = self.ranges.get(at).copied();
        range.filter(|(from, _, _)| *from <= index)
    }
}

/// Gives each leaf that can be read and whose bytes are wanted. What cannot be read is reported
/// where the log itself is verified.
fn each_leaf(
    source: &Source,
    log: &Published,
    wanted: impl Fn(&[u8]) -> bool,
    mut each: impl FnMut(u64, &Leaf),
) -> io::Result<()> {
    for number in 0..log.size.div_ceil(TILE_WIDTH) {
        let first = number * TILE_WIDTH;
        let name = TileName {
            level: None,
            number,
            width: u16::try_from((log.size - first).min(TILE_WIDTH)).unwrap_or(0),
        };
        let Some(bytes) = read_tile(source, &log.dir, name)? else {
            continue;
        };
        for (index, entry) in (first..log.size).zip(bundle_entries(&bytes)) {
            let Ok(entry) = entry else { break };
            if wanted(entry)
                && let Ok(leaf) = Leaf::decode(entry)
            {
                each(index, &leaf);
            }
        }
    }
    Ok(())
}

/// The kind is the leaf's second byte.
fn is_purge(leaf: &[u8]) -> bool {
    leaf.get(1) == Some(&Kind::Purge.code())
}
