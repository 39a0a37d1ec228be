//! The write-ahead log: its frames, the bodies of what is published, and what lies behind the
//! checkpoint.

use std::io;

use ledger::merkle::{leaf_hash, sha256};
use ledger::note::LogPublicKey;
use ledger::tile::{TILE_WIDTH, TileName, bundle_entries, tile_hashes};
use ledger::wal::{
    ALIGNMENT, EntryView, Frame, FrameHeader, FrameKind, Place, SegmentStart, chain_start,
};
use ledger::{Leaf, Sequencer};
use model::Digest;

use crate::published::{Trusted, count_session, read_tile};
use crate::purges::Purged;
use crate::report::{EpochReport, LeafVerdict, Progress};
use crate::source::Source;

/// The write-ahead log of one epoch.
#[derive(Debug)]
pub(crate) struct Journal<'a> {
    pub(crate) source: &'a Source,
    pub(crate) dir: &'a str,
    pub(crate) log: &'a str,
    pub(crate) key: &'a LogPublicKey,
    pub(crate) epoch: u32,
    /// The size under the checkpoint.
    pub(crate) size: u64,
    pub(crate) trusted: Trusted,
    pub(crate) purged: &'a Purged,
}

/// Where the walk stands.
struct Walk<'a> {
    /// The open sessions behind the checkpoint; `None` once leaves are missing.
    framing: &'a mut Option<Sequencer>,
    report: &'a mut EpochReport,
    purged: &'a Purged,
    progress: &'a mut dyn FnMut(Progress),
    /// The last valid frame.
    last: Option<FrameHeader>,
    /// The index of the next entry.
    next: u64,
    /// The size under the checkpoint.
    published: u64,
    /// Leaf hashes that the signed root vouches for, of the tile with this number.
    tile: Option<(u64, Vec<Digest>)>,
}

impl Journal<'_> {
    pub(crate) fn verify(
        &self,
        framing: &mut Option<Sequencer>,
        report: &mut EpochReport,
        progress: &mut dyn FnMut(Progress),
    ) -> io::Result<()> {
        let names: Vec<String> = self
            .source
            .list(self.dir)?
            .into_iter()
            .filter(|name| name.ends_with(".seg"))
            .collect();
        report.bodies = !names.is_empty();
        let mut walk = Walk {
            framing,
            report,
            purged: self.purged,
            progress,
            last: None,
            next: 0,
            published: self.size,
            tile: None,
        };
        for (at, name) in names.iter().enumerate() {
            let file = format!("{}/{name}", self.dir);
            let Some(bytes) = self.source.read(&file)? else {
                continue;
            };
            // The next segment says where this one ends.
            let end = match names.get(at + 1) {
                None => None,
                Some(next) => self.end_stated_by(&format!("{}/{next}", self.dir))?,
            };
            self.segment(&mut walk, &file, &bytes, end)?;
        }
        if walk.next < self.size {
            let lost = (walk.next, self.size - 1);
            walk.lost(
                self.dir,
                lost,
                LeafVerdict::Missing,
                "the sealed bodies are not there",
            );
        }
        Ok(())
    }

    fn end_stated_by(&self, file: &str) -> io::Result<Option<u64>> {
        let Some(bytes) = self.source.read(file)? else {
            return Ok(None);
        };
        Ok(Frame::decode(&bytes)
            .and_then(|frame| SegmentStart::previous_end(frame.payload()))
            .ok())
    }

    fn segment(
        &self,
        walk: &mut Walk<'_>,
        file: &str,
        bytes: &[u8],
        end: Option<u64>,
    ) -> io::Result<()> {
        let mut position = 0;
        let length = bytes.len() as u64;
        while position < end.unwrap_or(length) {
            let frame = frame_at(bytes, position);
            match frame {
                Ok(frame) => {
                    let header = frame.header.clone();
                    self.header(walk, file, &header, position);
                    self.padding(walk, file, bytes, &header);
                    if header.kind == FrameKind::Batch {
                        self.entries(walk, file, &frame)?;
                    }
                    position += header.frame_bytes();
                    walk.last = Some(header);
                }
                Err(error) => {
                    let what = format!("byte {position}: {error}");
                    match next_valid(bytes, position + ALIGNMENT) {
                        Some(next) => {
                            walk.report.problem(LeafVerdict::Corrupt, file, None, what);
                            self.damaged(walk, file, bytes, position)?;
                            position = next;
                        }
                        None => {
                            let torn = written(bytes, position);
                            let acknowledged = end.is_some() || walk.next < self.size;
                            if torn > 0 && acknowledged {
                                walk.report.problem(LeafVerdict::Corrupt, file, None, what);
                                self.damaged(walk, file, bytes, position)?;
                            } else {
                                walk.report.torn_bytes += torn;
                            }
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// A frame whose checksum is wrong may hold entries that are right.
    fn damaged(
        &self,
        walk: &mut Walk<'_>,
        file: &str,
        bytes: &[u8],
        position: u64,
    ) -> io::Result<()> {
        let at = usize::try_from(position).unwrap_or(usize::MAX);
        let bytes = bytes.get(at..).unwrap_or_default();
        let frame =
            FrameHeader::decode(bytes).and_then(|header| Frame::decode_checked(bytes, &header));
        match frame {
            // Only what the published log vouches for can be told apart.
            Ok(frame)
                if frame.header.kind == FrameKind::Batch
                    && frame.header.first_index == walk.next
                    && frame.header.end_index() <= self.size =>
            {
                self.entries(walk, file, &frame)?;
                walk.last = Some(frame.header);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A frame follows the one before it and is signed.
    fn header(&self, walk: &mut Walk<'_>, file: &str, header: &FrameHeader, position: u64) {
        let mut wrong = |what: &str| {
            let what = format!("byte {position}: {what}");
            walk.report.problem(LeafVerdict::Corrupt, file, None, what);
        };
        if !header.is_signed_by(self.key) {
            wrong("the frame is not signed by the log's key");
        }
        if header.epoch != self.epoch {
            wrong("the frame is of another epoch");
        }
        let (number, previous) = match &walk.last {
            None => (0, chain_start(self.key.name())),
            Some(last) => (last.number + 1, last.hash),
        };
        // A segment in which everything was purged may be gone as a whole.
        let purged = header.number > number && walk.is_purged_up_to(header.first_index);
        if !purged && (header.number != number || header.previous != previous) {
            let what = match header.number.cmp(&number) {
                std::cmp::Ordering::Less => "a frame is there twice or out of order",
                std::cmp::Ordering::Equal => "the frame does not follow the one before it",
                std::cmp::Ordering::Greater => "frames are missing before this one",
            };
            let verdict = match header.number > number {
                true => LeafVerdict::Missing,
                false => LeafVerdict::Corrupt,
            };
            walk.report
                .problem(verdict, file, None, format!("byte {position}: {what}"));
        }
    }

    fn padding(&self, walk: &mut Walk<'_>, file: &str, bytes: &[u8], header: &FrameHeader) {
        let from = header.place.position
            + ledger::wal::FRAME_HEADER_BYTES as u64
            + u64::from(header.payload_bytes);
        let to = header.place.position + header.frame_bytes();
        let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        let padding = range.and_then(|(from, to)| bytes.get(from..to.min(bytes.len())));
        if padding.is_some_and(|padding| padding.iter().any(|b| *b != 0)) {
            let what = format!("byte {from}: the padding is not empty");
            walk.report.problem(LeafVerdict::Corrupt, file, None, what);
        }
    }

    fn entries(&self, walk: &mut Walk<'_>, file: &str, frame: &Frame<'_>) -> io::Result<()> {
        let header = &frame.header;
        if header.first_index > walk.next {
            let lost = (walk.next, header.first_index - 1);
            walk.lost(
                file,
                lost,
                LeafVerdict::Missing,
                "records are missing before this frame",
            );
        }
        if header.first_index < walk.next {
            let what = format!(
                "the frame at byte {} holds entries that frames before it hold",
                header.place.position
            );
            walk.report.problem(LeafVerdict::Corrupt, file, None, what);
        }
        for (index, entry) in (header.first_index..).zip(frame.entries()) {
            match entry {
                Ok(entry) => self.entry(walk, file, index, &entry)?,
                Err(error) => walk.wrong(file, index, index < self.size, &error.to_string()),
            }
            walk.next = walk.next.max(index + 1);
        }
        let root = walk
            .framing
            .as_ref()
            .filter(|state| header.end_index() > self.size && state.size() == header.end_index())
            .map(Sequencer::root);
        if root.is_some_and(|root| root != header.root) {
            let what = "the frame states another root than its entries have";
            walk.report.problem(LeafVerdict::Corrupt, file, None, what);
        }
        (walk.progress)(Progress {
            step: "bodies",
            done: walk.next,
            total: self.size.max(walk.next),
        });
        Ok(())
    }

    fn entry(
        &self,
        walk: &mut Walk<'_>,
        file: &str,
        index: u64,
        entry: &EntryView<'_>,
    ) -> io::Result<()> {
        let published = index < self.size;
        let hash = leaf_hash(entry.leaf);
        let leaf = match Leaf::decode(entry.leaf) {
            Ok(leaf) => leaf,
            Err(error) => {
                walk.wrong(file, index, published, &error.to_string());
                return Ok(());
            }
        };
        if published {
            if self.trusted_hash(walk, index)?.is_some_and(|t| t != hash) {
                walk.wrong(file, index, true, "the leaf is not the one that was signed");
                return Ok(());
            }
        } else if index >= walk.next {
            walk.report.tail += 1;
            count_session(walk.report, &leaf);
            let follows = match walk.framing {
                None => Ok(()),
                Some(state) => state
                    .replay(&leaf, hash)
                    .inspect_err(|_| state.force(&leaf, hash)),
            };
            if let Err(error) = follows {
                walk.wrong(file, index, false, &error.to_string());
                return Ok(());
            }
            walk.report.counts.intact += 1;
        }
        let right_length = entry.body.len() as u64 == u64::from(leaf.prefix.body_bytes);
        if !right_length || sha256(&[entry.body]) != leaf.body_hash {
            walk.wrong(
                file,
                index,
                true,
                "the sealed body is not the one in the leaf",
            );
        }
        Ok(())
    }

    /// The hash of a published leaf that the signed root vouches for.
    fn trusted_hash(&self, walk: &mut Walk<'_>, index: u64) -> io::Result<Option<Digest>> {
        let number = index / TILE_WIDTH;
        if walk.tile.as_ref().is_none_or(|(n, _)| *n != number) {
            walk.tile = Some((number, self.trusted_tile(number)?));
        }
        let at = usize::try_from(index % TILE_WIDTH).unwrap_or(0);
        Ok(walk
            .tile
            .as_ref()
            .and_then(|(_, hashes)| hashes.get(at).copied()))
    }

    /// Empty where there is nothing to compare with; that was reported before.
    fn trusted_tile(&self, number: u64) -> io::Result<Vec<Digest>> {
        let width = (self.size - number * TILE_WIDTH).min(TILE_WIDTH);
        let level = match self.trusted {
            Trusted::Tiles => Some(0),
            Trusted::Bundles => None,
            Trusted::Nothing => return Ok(Vec::new()),
        };
        let name = TileName {
            level,
            number,
            width: u16::try_from(width).unwrap_or(0),
        };
        let Some(bytes) = read_tile(self.source, self.log, name)? else {
            return Ok(Vec::new());
        };
        Ok(match level {
            Some(_) => tile_hashes(&bytes, name.width).unwrap_or_default(),
            None => bundle_entries(&bytes)
                .map_while(|entry| entry.ok().map(leaf_hash))
                .collect(),
        })
    }
}

impl Walk<'_> {
    /// A leaf that was counted as intact where the published log was verified, and is not.
    fn wrong(&mut self, file: &str, index: u64, counted: bool, what: &str) {
        if counted {
            self.purged.uncount(&mut self.report.counts, (index, index));
        }
        self.report.counts.corrupt += 1;
        self.report
            .problem(LeafVerdict::Corrupt, file, Some((index, index)), what);
    }

    /// Bodies that are not there: destroyed on record, or missing.
    fn lost(&mut self, file: &str, range: (u64, u64), verdict: LeafVerdict, what: &str) {
        self.purged.recount(&mut self.report.counts, range);
        for range in self.purged.unaccounted(range) {
            let lost = range.1 - range.0 + 1;
            self.report.counts.missing += lost;
            // Those behind the checkpoint were never counted as intact.
            let counted = (range.1 + 1).min(self.published).saturating_sub(range.0);
            self.report.counts.intact = self.report.counts.intact.saturating_sub(counted);
            self.report.problem(verdict, file, Some(range), what);
        }
    }

    /// Whether all records that should be before this index were purged on record.
    fn is_purged_up_to(&self, index: u64) -> bool {
        index > self.next && self.purged.unaccounted((self.next, index - 1)).is_empty()
    }
}

/// The frame at a position that says that it lies there.
fn frame_at(bytes: &[u8], position: u64) -> Result<Frame<'_>, ledger::FormatError> {
    let at = usize::try_from(position).unwrap_or(usize::MAX);
    let frame = Frame::decode(bytes.get(at..).unwrap_or_default())?;
    let Place { position: said, .. } = frame.header.place;
    if said != position {
        return Err(ledger::FormatError::Value("a frame's place"));
    }
    Ok(frame)
}

fn next_valid(bytes: &[u8], from: u64) -> Option<u64> {
    let mut position = from;
    while position < bytes.len() as u64 {
        if frame_at(bytes, position).is_ok() {
            return Some(position);
        }
        position += ALIGNMENT;
    }
    None
}

/// Bytes from `position` to the last that is not zero.
fn written(bytes: &[u8], position: u64) -> u64 {
    let at = usize::try_from(position).unwrap_or(usize::MAX);
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .rposition(|b| *b != 0)
        .map_or(0, |last| last as u64 + 1)
}
