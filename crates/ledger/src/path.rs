//! Paths of published files, as they stand in a URL below `/log/` (C2SP tlog-tiles). A path becomes
//! a value or is refused; nothing else of it is ever used.

use crate::published::{COSIGNED_KEY, stamped_key, timestamp_key};
use crate::tile::{CHECKPOINT_KEY, TileName};

/// Where the text of the verifier key is published.
pub const VKEY_KEY: &str = "vkey";

/// The highest level of a tile that a path can have (C2SP tlog-tiles).
const LEVEL_MAX: u8 = 63;
/// How many groups of three digits the number of a tile can have.
const GROUPS_MAX: usize = 7;
/// Most bytes of the name of a log.
const NAME_BYTES_MAX: usize = 128;

/// A file of one published log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogFile {
    /// The newest checkpoint, signed: it changes.
    Checkpoint,
    /// The verifier key.
    VerifierKey,
    /// The newest checkpoint with the cosignatures of witnesses: it changes.
    Cosigned,
    /// A note that was timestamped, by the size of its checkpoint.
    Stamped(u64),
    /// The timestamp over it of the authority with this number, counted from 1.
    Timestamp(u64, u32),
    /// A tile or a bundle: it never changes.
    Tile(TileName),
}

impl LogFile {
    /// From a path below the log's prefix. Exactly one path names a file: what [`LogFile::key`]
    /// would not write is refused.
    pub fn parse(path: &str) -> Option<Self> {
        match path {
            CHECKPOINT_KEY => Some(Self::Checkpoint),
            VKEY_KEY => Some(Self::VerifierKey),
            COSIGNED_KEY => Some(Self::Cosigned),
            path => match path.strip_prefix("timestamps/") {
                Some(name) => parse_timestamp(name).filter(|file| file.key() == path),
                None => TileName::parse(path).map(Self::Tile),
            },
        }
    }

    /// Its path below the log's prefix.
    pub fn key(self) -> String {
        match self {
            Self::Checkpoint => CHECKPOINT_KEY.to_owned(),
            Self::VerifierKey => VKEY_KEY.to_owned(),
            Self::Cosigned => COSIGNED_KEY.to_owned(),
            Self::Stamped(size) => stamped_key(size),
            Self::Timestamp(size, slot) => timestamp_key(size, slot),
            Self::Tile(name) => name.key(),
        }
    }

    /// The most bytes that it can have.
    pub fn bytes_max(self) -> usize {
        match self {
            // A signed note of any witness's size; C2SP signed-note sets no limit.
            Self::Checkpoint | Self::VerifierKey | Self::Cosigned | Self::Stamped(_) => 64 << 10,
            // With certificates; gateways take no larger answer.
            Self::Timestamp(..) => 256 << 10,
            Self::Tile(TileName {
                level: Some(_),
                width,
                ..
            }) => usize::from(width) * 32,
            Self::Tile(TileName {
                level: None, width, ..
            }) => usize::from(width) * (2 + usize::from(u16::MAX)),
        }
    }
}

impl TileName {
    /// From `tile/<L>/<N>[.p/<W>]`, where `<L>` may be `entries`. Only the path that
    /// [`TileName::key`] writes is accepted.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => None,
            level => Some(level.parse().ok().filter(|l| *l <= LEVEL_MAX)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, 256),
            Some((number, width)) => (number, width.parse().ok()?),
        };
        let name = Self {
            level,
            number: parse_number(number)?,
            width,
        };
        // Leading zeros, signs and superfluous groups do not come back the same.
        let widths = 1..=256;
        (widths.contains(&width) && name.key() == path).then_some(name)
    }
}

fn parse_timestamp(name: &str) -> Option<LogFile> {
    if let Some(size) = name.strip_suffix(".note") {
        return Some(LogFile::Stamped(size.parse().ok()?));
    }
    let name = name.strip_suffix(".tsr")?;
    Some(match name.split_once('-') {
        None => LogFile::Timestamp(name.parse().ok()?, 1),
        Some((size, slot)) => LogFile::Timestamp(size.parse().ok()?, slot.parse().ok()?),
    })
}

fn parse_number(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split('/').collect();
    if groups.len() > GROUPS_MAX {
        return None;
    }
    groups.iter().try_fold(0_u64, |number, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let value: u64 = digits.parse().ok().filter(|_| digits.len() == 3)?;
        number.checked_mul(1_000)?.checked_add(value)
    })
}

/// A file of one of several published logs: `<name>/<epoch>/<file>` or, in the newest epoch,
/// `<name>/<file>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogPath {
    /// The node's name, or `org`.
    pub name: String,
    /// The epoch; `None`: the newest.
    pub epoch: Option<u32>,
    /// The file.
    pub file: LogFile,
}

impl LogPath {
    /// From a path below `/log/`. A name is made of `a-z`, `A-Z`, `0-9`, `-`, `_` and `.`, and
    /// begins with a letter or a digit.
    pub fn parse(path: &str) -> Option<Self> {
        let (name, rest) = path.split_once('/')?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || name.len() > NAME_BYTES_MAX || !name.chars().all(fits) {
            return None;
        }
        let of = |epoch, file| Self {
            name: name.to_owned(),
            epoch,
            file,
        };
        if let Some(file) = LogFile::parse(rest) {
            return Some(of(None, file));
        }
        let (epoch, rest) = rest.split_once('/')?;
        let number: u32 = epoch.parse().ok()?;
        (number.to_string() == epoch).then_some(())?;
        LogFile::parse(rest).map(|file| of(Some(number), file))
    }

    /// Whether what is there will always be there: a tile under a path that names its epoch.
    pub fn is_immutable(&self) -> bool {
        matches!(self.file, LogFile::Tile(_)) && self.epoch.is_some()
    }
}
