//! The published log: bundles against tiles, tiles against tiles, the root against the checkpoint,
//! and what the entries say.

use std::io;

use ledger::merkle::{CompactRange, leaf_hash, root_at};
use ledger::note::Checkpoint;
use ledger::tile::{TILE_WIDTH, TileName, TileNodes, bundle_entries, root_of, tile_hashes};
use ledger::{FormatError, Kind, Leaf, Sequencer};
use model::Digest;

use crate::org::Compared;
use crate::purges::Purged;
use crate::report::{EpochReport, LeafVerdict, Progress};
use crate::source::Source;

/// So many tiles are announced ahead.
const AHEAD: u64 = 2;

/// Which leaf hashes the signed root vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trusted {
    /// Those of the tiles of level 0.
    Tiles,
    /// Those of the entries in the bundles.
    Bundles,
    /// None: the root fits neither.
    Nothing,
}

/// Judges the entries of a log, in their order.
pub(crate) trait Entries {
    /// Says what is wrong with an entry.
    fn take(
        &mut self,
        report: &mut EpochReport,
        index: u64,
        entry: &[u8],
        hash: Digest,
    ) -> Result<(), String>;

    /// The tree over the entries that were judged on earlier visits, if there were any.
    fn before(&self) -> Option<&CompactRange>;

    /// Entries are gone: nothing that comes can be judged by what was before.
    fn gap(&mut self);
}

/// The leaves of a node's log, with the open sessions; `None` once leaves are missing.
#[derive(Debug)]
pub(crate) struct Leaves<'a>(pub(crate) &'a mut Option<Sequencer>);

impl Entries for Leaves<'_> {
    fn take(
        &mut self,
        report: &mut EpochReport,
        index: u64,
        entry: &[u8],
        hash: Digest,
    ) -> Result<(), String> {
        let leaf = Leaf::decode(entry).map_err(|error| {
            self.gap();
            error.to_string()
        })?;
        count_session(report, &leaf);
        let opens_log = leaf.prefix.kind() == Some(Kind::LogOpened);
        match self.0 {
            None => Ok(()),
            Some(state) => state
                .replay(&leaf, hash)
                .inspect_err(|_| state.force(&leaf, hash))
                .map_err(|error| error.to_string()),
        }?;
        match (index, opens_log) {
            (0, false) => Err("the first entry does not open the log".to_owned()),
            (1.., true) => Err("the log is opened a second time".to_owned()),
            _ => Ok(()),
        }
    }

    fn before(&self) -> Option<&CompactRange> {
        self.0.as_ref().map(Sequencer::range)
    }

    fn gap(&mut self) {
        *self.0 = None;
    }
}

/// A published log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Log<'a> {
    /// Its folder.
    pub(crate) dir: &'a str,
    pub(crate) checkpoint: &'a Checkpoint,
    /// What in it was destroyed on record.
    pub(crate) purged: &'a Purged,
}

/// Verifies all that the checkpoint covers, and compares it with the checkpoints that are kept.
pub(crate) fn verify(
    source: &Source,
    log: Log<'_>,
    entries: &mut dyn Entries,
    compared: Compared<'_>,
    report: &mut EpochReport,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<Trusted> {
    let Log {
        dir,
        checkpoint,
        purged,
    } = log;
    let known = entries.before().map_or(0, CompactRange::size);
    let mut pass = Pass {
        source,
        dir,
        size: checkpoint.size.0,
        purged,
        known,
        entries,
        compared,
        report,
        tiles: CompactRange::new(),
        bundles: None,
        suspects: Vec::new(),
        levels: Vec::new(),
    };
    pass.resume()?;
    let mut number = known / TILE_WIDTH;
    while number * TILE_WIDTH < pass.size {
        pass.soon(number);
        pass.tile(number)?;
        number += 1;
        progress(Progress {
            step: "tiles",
            done: (number * TILE_WIDTH).min(pass.size),
            total: pass.size,
        });
    }
    pass.edges()?;
    Ok(pass.conclude(checkpoint))
}

struct Pass<'a> {
    source: &'a Source,
    dir: &'a str,
    size: u64,
    purged: &'a Purged,
    /// So many leaves were verified before.
    known: u64,
    entries: &'a mut dyn Entries,
    compared: Compared<'a>,
    report: &'a mut EpochReport,
    /// The tree over the tiles' hashes, where there are tiles.
    tiles: CompactRange,
    /// The tree over the bundles' entries, from where it first differs.
    bundles: Option<CompactRange>,
    /// Bundles that differ from their tile, with the first and the last entry that does.
    suspects: Vec<(TileName, (u64, u64))>,
    /// The roots of full tiles, level by level from 1: what the tiles above must hold.
    levels: Vec<Vec<Digest>>,
}

impl Pass<'_> {
    /// Takes in what was verified before, up to the last tile that was full then.
    fn resume(&mut self) -> io::Result<()> {
        let Some(before) = self.entries.before() else {
            return Ok(());
        };
        let full = self.known / TILE_WIDTH * TILE_WIDTH;
        let roots = before.roots().iter().take(full.count_ones() as usize);
        let roots: Vec<Digest> = roots.copied().collect();
        let mut left = roots.as_slice();
        if let Some(range) = CompactRange::from_parts(full, roots.clone()) {
            self.tiles = range;
        }
        for level in (1..8_u8).rev() {
            let in_level = (full >> (8 * u32::from(level))) % TILE_WIDTH;
            let (expected, rest) = left.split_at(in_level.count_ones() as usize);
            left = rest;
            let hashes = match TileName::edge(Some(level), full) {
                Some(name) => self.edge(name, expected)?,
                None => Vec::new(),
            };
            self.levels.insert(0, hashes);
        }
        while self.levels.last().is_some_and(Vec::is_empty) {
            self.levels.pop();
        }
        Ok(())
    }

    /// The hashes of a tile that was at the edge, if their tree is the one that was verified.
    fn edge(&mut self, name: TileName, expected: &[Digest]) -> io::Result<Vec<Digest>> {
        let leaves = TILE_WIDTH.saturating_pow(1 + u32::from(name.level.unwrap_or(0)));
        let first = name.number.saturating_mul(leaves);
        let range = (first, self.known.saturating_sub(1));
        let Some(hashes) = self.hashes(name, range)? else {
            return Ok(Vec::new());
        };
        let mut tree = CompactRange::new();
        hashes.iter().for_each(|hash| tree.push(*hash));
        if tree.roots() != expected {
            let file = format!("{}{}", self.dir, name.key());
            let what = "the tile is not the one that was there before";
            self.report
                .problem(LeafVerdict::Corrupt, &file, Some(range), what);
        }
        Ok(hashes)
    }

    /// Announces the files of the next few tiles.
    fn soon(&self, number: u64) {
        for number in number..number.saturating_add(AHEAD) {
            let first = number.saturating_mul(TILE_WIDTH);
            let Some(width) = self.size.checked_sub(first).filter(|left| *left > 0) else {
                return;
            };
            for level in [Some(0), None] {
                let name = TileName {
                    level,
                    number,
                    width: u16::try_from(width.min(TILE_WIDTH)).unwrap_or(0),
                };
                self.source.soon(&format!("{}{}", self.dir, name.key()));
            }
        }
    }

    /// One tile of level 0 and its bundle.
    fn tile(&mut self, number: u64) -> io::Result<()> {
        let first = number * TILE_WIDTH;
        let width = (self.size - first).min(TILE_WIDTH);
        let name = |level| TileName {
            level,
            number,
            width: u16::try_from(width).unwrap_or(0),
        };
        let range = (first, first + width - 1);
        let from_tile = self.hashes(name(Some(0)), range)?;
        let from_bundle = self.bundle(name(None), range)?;
        let hashes = match (from_tile, from_bundle) {
            (None, None) => {
                // Nothing is left to go on with: the root cannot be reached any more.
                let nothing = Digest::default();
                vec![nothing; usize::try_from(width).unwrap_or(0)]
            }
            (Some(tile), None) => tile,
            (None, Some(bundle)) => bundle,
            (Some(tile), Some(bundle)) => {
                self.compare(name(None), first, &tile, &bundle);
                tile
            }
        };
        for hash in &hashes {
            self.tiles.push(*hash);
            let tiles = &self.tiles;
            self.compared.at(tiles.size(), || tiles.root());
        }
        if width == TILE_WIDTH {
            self.ascend(0, number, root_of(&hashes))?;
        }
        Ok(())
    }

    fn hashes(&mut self, name: TileName, range: (u64, u64)) -> io::Result<Option<Vec<Digest>>> {
        let file = format!("{}{}", self.dir, name.key());
        let Some(bytes) = read_tile(self.source, self.dir, name)? else {
            let verdict = LeafVerdict::Missing;
            self.report
                .problem(verdict, &file, Some(range), "the tile is not there");
            return Ok(None);
        };
        match tile_hashes(&bytes, name.width) {
            Ok(hashes) => Ok(Some(hashes)),
            Err(error) => {
                let verdict = LeafVerdict::Corrupt;
                self.report.problem(verdict, &file, Some(range), error);
                Ok(None)
            }
        }
    }

    /// The hashes of a bundle's entries, which are judged.
    fn bundle(&mut self, name: TileName, range: (u64, u64)) -> io::Result<Option<Vec<Digest>>> {
        let file = format!("{}{}", self.dir, name.key());
        let Some(bytes) = read_tile(self.source, self.dir, name)? else {
            self.entries.gap();
            self.report.counts.missing += range.1 + 1 - range.0.max(self.known);
            let verdict = LeafVerdict::Missing;
            self.report
                .problem(verdict, &file, Some(range), "the bundle is not there");
            return Ok(None);
        };
        let entries: Result<Vec<_>, _> = bundle_entries(&bytes).collect();
        let entries = match entries {
            Ok(entries) if entries.len() == usize::from(name.width) => entries,
            _ => {
                self.entries.gap();
                self.report.counts.corrupt += range.1 + 1 - range.0.max(self.known);
                let verdict = LeafVerdict::Corrupt;
                let what = "the bundle does not hold the entries that its name says";
                self.report.problem(verdict, &file, Some(range), what);
                return Ok(None);
            }
        };
        let mut hashes = Vec::with_capacity(entries.len());
        for (index, entry) in (range.0..).zip(entries) {
            let hash = leaf_hash(entry);
            hashes.push(hash);
            if index < self.known {
                continue;
            }
            self.entry(&file, index, entry, hash);
        }
        Ok(Some(hashes))
    }

    fn entry(&mut self, file: &str, index: u64, entry: &[u8], hash: Digest) {
        match self.entries.take(self.report, index, entry, hash) {
            Ok(()) if self.purged.is_gone(index) => self.report.counts.purged += 1,
            Ok(()) => self.report.counts.intact += 1,
            Err(error) => {
                self.report.counts.corrupt += 1;
                let at = Some((index, index));
                self.report.problem(LeafVerdict::Corrupt, file, at, error);
            }
        }
    }

    fn compare(&mut self, name: TileName, first: u64, tile: &[Digest], bundle: &[Digest]) {
        let differs = || {
            (first..)
                .zip(tile.iter().zip(bundle))
                .filter(|(_, (tile, bundle))| tile != bundle)
                .map(|(index, _)| index)
        };
        if let (Some(from), Some(to)) = (differs().next(), differs().last()) {
            self.suspects.push((name, (from, to)));
            self.bundles.get_or_insert_with(|| self.tiles.clone());
        }
        if let Some(range) = &mut self.bundles {
            for hash in bundle {
                range.push(*hash);
            }
        }
    }

    /// The root of a full tile belongs into the tile above.
    fn ascend(&mut self, level: u8, number: u64, root: Digest) -> io::Result<()> {
        let at = usize::from(level);
        if self.levels.len() <= at {
            self.levels.push(Vec::new());
        }
        let Some(hashes) = self.levels.get_mut(at) else {
            return Ok(());
        };
        hashes.push(root);
        if (hashes.len() as u64) < TILE_WIDTH {
            return Ok(());
        }
        let hashes = std::mem::take(hashes);
        let above = TileName {
            level: Some(level + 1),
            number: number / TILE_WIDTH,
            width: 256,
        };
        self.above(above, &hashes)?;
        self.ascend(level + 1, number / TILE_WIDTH, root_of(&hashes))
    }

    /// A tile of a level from 1 on must hold these hashes.
    fn above(&mut self, name: TileName, expected: &[Digest]) -> io::Result<()> {
        let leaves = TILE_WIDTH.saturating_pow(1 + u32::from(name.level.unwrap_or(0)));
        let first = name.number.saturating_mul(leaves);
        let range = (first, (first.saturating_add(leaves) - 1).min(self.size - 1));
        if let Some(found) = self.hashes(name, range)?
            && found != expected
        {
            let file = format!("{}{}", self.dir, name.key());
            let what = "the tile does not hold the roots of the tiles below it";
            self.report
                .problem(LeafVerdict::Corrupt, &file, Some(range), what);
        }
        Ok(())
    }

    /// The unfinished tiles of the levels from 1 on.
    fn edges(&mut self) -> io::Result<()> {
        for (level, hashes) in (1_u8..).zip(std::mem::take(&mut self.levels)) {
            if let Some(name) = TileName::edge(Some(level), self.size) {
                self.above(name, &hashes)?;
            }
        }
        Ok(())
    }

    /// Which of two that differ the signed root vouches for.
    fn conclude(self, checkpoint: &Checkpoint) -> Trusted {
        let tiles = self.tiles.root() == checkpoint.root;
        let bundles = match &self.bundles {
            None => tiles,
            Some(range) => range.root() == checkpoint.root,
        };
        let report = self.report;
        let file = format!("{}{}", self.dir, ledger::tile::CHECKPOINT_KEY);
        self.compared.conclude(&file, tiles, report);
        for (name, range) in &self.suspects {
            let (level, what) = match (tiles, bundles) {
                (true, _) => (None, "entries are not those that the signed root covers"),
                (false, true) => (
                    Some(0),
                    "the tile is not that of the signed root; the bundle is",
                ),
                (false, false) => (None, "entries and their tile differ"),
            };
            if level.is_none() {
                let wrong = range.1 - range.0 + 1;
                report.counts.corrupt += wrong;
                self.purged.uncount(&mut report.counts, *range);
            }
            let file = format!("{}{}", self.dir, TileName { level, ..*name }.key());
            report.problem(LeafVerdict::Corrupt, &file, Some(*range), what);
        }
        if tiles {
            return Trusted::Tiles;
        }
        if bundles {
            return Trusted::Bundles;
        }
        let all = (0, self.size.saturating_sub(1));
        let what = "the entries do not have the root that was signed";
        report.problem(LeafVerdict::Corrupt, &file, Some(all), what);
        Trusted::Nothing
    }
}

/// A tile or bundle; a partial one that is gone because the full one exists is cut out of that
/// (C2SP tlog-tiles).
pub(crate) fn read_tile(source: &Source, dir: &str, name: TileName) -> io::Result<Option<Vec<u8>>> {
    if let Some(bytes) = source.read(&format!("{dir}{}", name.key()))? {
        return Ok(Some(bytes));
    }
    let full = TileName { width: 256, ..name };
    if name.is_full() {
        return Ok(None);
    }
    let Some(mut bytes) = source.read(&format!("{dir}{}", full.key()))? else {
        return Ok(None);
    };
    let width = usize::from(name.width);
    let length = match name.level {
        Some(_) => width * 32,
        None => bundle_entries(&bytes)
            .take(width)
            .map(|entry| entry.map_or(0, |entry| entry.len() + 2))
            .sum(),
    };
    bytes.truncate(length);
    Ok(Some(bytes))
}

/// The root of the first `covered` entries of a log that shows `size` of them; an error where tiles
/// are not there, which is said elsewhere, or do not fit.
pub(crate) fn earlier_root(
    source: &Source,
    dir: &str,
    size: u64,
    covered: u64,
) -> Result<Digest, FormatError> {
    let mut nodes = TileNodes::new(size, |name| {
        let read = read_tile(source, dir, name).ok().flatten();
        read.ok_or(FormatError::Value("a tile that is not there"))
    });
    root_at(&mut nodes, covered)
}

pub(crate) fn count_session(report: &mut EpochReport, leaf: &Leaf) {
    match leaf.prefix.kind() {
        Some(Kind::SessionOpened | Kind::LogOpened) => report.sessions.opened += 1,
        Some(Kind::SessionClosed | Kind::SessionAbandoned) => report.sessions.ended += 1,
        _ => {}
    }
}
