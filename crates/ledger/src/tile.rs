//! Tiles and bundles: the published form of a log (C2SP tlog-tiles, height 8).

use model::Digest;

use crate::format::{Fields, FormatError};
use crate::merkle::{CompactRange, Nodes, empty_root, leaf_hash};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;
/// Where a checkpoint is published.
pub const CHECKPOINT_KEY: &str = "checkpoint";

/// Names a tile of hashes or a bundle of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileName {
    /// `None`: a bundle of entries; else the level of the tile, 0 for leaf hashes.
    pub level: Option<u8>,
    /// Its number on its level.
    pub number: u64,
    /// How many hashes or entries it has, 1 to 256.
    pub width: u16,
}

impl TileName {
    /// Its path: `tile/<L>/<N>[.p/<W>]`.
    pub fn key(self) -> String {
        let mut key = self.full_key();
        if !self.is_full() {
            key.push_str(&format!(".p/{}", self.width));
        }
        key
    }

    /// The path of the full tile that this is or will become.
    fn full_key(self) -> String {
        let level = match self.level {
            None => "entries".to_owned(),
            Some(level) => level.to_string(),
        };
        format!("tile/{level}/{}", tile_number(self.number))
    }

    /// The folder of all partial tiles that will become this full tile.
    pub fn partials_key(self) -> String {
        format!("{}.p", self.full_key())
    }

    /// Whether it is complete.
    pub fn is_full(self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// The tile or bundle at the right edge of a tree of this size; `None` where the edge falls
    /// between two.
    pub fn edge(level: Option<u8>, size: u64) -> Option<Self> {
        let nodes = size >> (8 * u32::from(level.unwrap_or(0))).min(63);
        let width = u16::try_from(nodes % TILE_WIDTH).ok().filter(|w| *w > 0)?;
        Some(Self {
            level,
            number: nodes / TILE_WIDTH,
            width,
        })
    }
}

/// A number in groups of three digits, all but the last with `x`: 1234067 is `x001/x234/067`.
fn tile_number(number: u64) -> String {
    let mut text = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    text
}

/// A tile or bundle with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its name.
    pub name: TileName,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Turns leaves into tiles and bundles, one leaf at a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TileBuilder {
    range: CompactRange,
    bundle: Vec<u8>,
    /// The hashes of the unfinished tile of each level.
    levels: Vec<Vec<Digest>>,
}

impl TileBuilder {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on from a published tree; `fetch` reads its tiles at the right edge.
    ///
    /// # Errors
    ///
    /// If `fetch` does, or a tile has another length than its name says.
    pub fn resume<E: From<FormatError>>(
        size: u64,
        mut fetch: impl FnMut(TileName) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut builder = Self::default();
        let mut unfinished = Vec::new();
        if let Some(name) = TileName::edge(None, size) {
            builder.bundle = fetch(name)?;
            for entry in bundle_entries(&builder.bundle) {
                unfinished.push(leaf_hash(entry?));
            }
        }
        for level in 0..levels_of(size) {
            let hashes = match TileName::edge(Some(level), size) {
                Some(name) => tile_hashes(&fetch(name)?, name.width)?,
                None => Vec::new(),
            };
            builder.levels.push(hashes);
        }
        // The root covers the tiles only: the bundle must agree with its own.
        if builder.levels.first().unwrap_or(&Vec::new()) != &unfinished {
            return Err(FormatError::Value("the entries of a bundle").into());
        }
        let roots = builder
            .levels
            .iter()
            .rev()
            .flat_map(|hashes| subtree_roots(hashes))
            .collect();
        builder.range = CompactRange::from_parts(size, roots)
            .ok_or(FormatError::Value("the number of hashes of a tile"))?;
        Ok(builder)
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.range.size()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Digest {
        self.range.root()
    }

    /// Appends a leaf; gives the bundle and the tiles that it completes.
    pub fn push(&mut self, leaf: &[u8], mut complete: impl FnMut(Tile)) {
        let length = u16::try_from(leaf.len()).unwrap_or(u16::MAX);
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(leaf);
        let index = self.range.size();
        let hash = leaf_hash(leaf);
        self.range.push(hash);
        let full = |level, number| TileName {
            level,
            number,
            width: 256,
        };
        if index % TILE_WIDTH == TILE_WIDTH - 1 {
            complete(Tile {
                name: full(None, index / TILE_WIDTH),
                bytes: std::mem::take(&mut self.bundle),
            });
        }
        let mut node = hash;
        let mut number = index;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(at) else {
                return;
            };
            hashes.push(node);
            number /= TILE_WIDTH;
            if (hashes.len() as u64) < TILE_WIDTH {
                return;
            }
            node = root_of(hashes);
            complete(Tile {
                name: full(Some(level), number),
                bytes: concat(hashes),
            });
            hashes.clear();
        }
    }

    /// The partial bundle and tiles of the tree as it is.
    pub fn partials(&self) -> Vec<Tile> {
        let size = self.size();
        let bundle = TileName::edge(None, size).map(|name| Tile {
            name,
            bytes: self.bundle.clone(),
        });
        let tiles = (0_u8..).zip(&self.levels).filter_map(|(level, hashes)| {
            TileName::edge(Some(level), size).map(|name| Tile {
                name,
                bytes: concat(hashes),
            })
        });
        bundle.into_iter().chain(tiles).collect()
    }
}

/// The root of a tree, computed from nothing but the published tiles at its right edge.
///
/// # Errors
///
/// If `fetch` does, or a tile has another length than its name says.
pub fn root_from_tiles<E: From<FormatError>>(
    size: u64,
    mut fetch: impl FnMut(TileName) -> Result<Vec<u8>, E>,
) -> Result<Digest, E> {
    // From the smallest subtree, at the right, to the largest.
    let mut root: Option<Digest> = None;
    for level in 0..levels_of(size) {
        let Some(name) = TileName::edge(Some(level), size) else {
            continue;
        };
        let hashes = tile_hashes(&fetch(name)?, name.width)?;
        for left in subtree_roots(&hashes).iter().rev() {
            root = Some(match root {
                None => *left,
                Some(right) => crate::merkle::node_hash(left, &right),
            });
        }
    }
    Ok(root.unwrap_or_else(empty_root))
}

/// The nodes of a published tree, for proofs; `fetch` reads its tiles.
#[derive(Debug)]
pub struct TileNodes<F> {
    size: u64,
    fetch: F,
    /// The last tile that was read.
    last: Option<(TileName, Vec<Digest>)>,
}

impl<F> TileNodes<F> {
    /// Of the tree with this size.
    pub const fn new(size: u64, fetch: F) -> Self {
        Self {
            size,
            fetch,
            last: None,
        }
    }
}

impl<E, F> Nodes for TileNodes<F>
where
    E: From<FormatError>,
    F: FnMut(TileName) -> Result<Vec<u8>, E>,
{
    type Error = E;

    fn node(&mut self, level: u8, number: u64) -> Result<Digest, E> {
        let (tile_level, within) = (level / 8, level % 8);
        let first = number << within;
        let known =
            (self.size >> (8 * u32::from(tile_level)).min(63)) - first / TILE_WIDTH * TILE_WIDTH;
        let name = TileName {
            level: Some(tile_level),
            number: first / TILE_WIDTH,
            width: u16::try_from(known.min(TILE_WIDTH)).unwrap_or(256),
        };
        if self.last.as_ref().is_none_or(|(last, _)| *last != name) {
            let hashes = tile_hashes(&(self.fetch)(name)?, name.width)?;
            self.last = Some((name, hashes));
        }
        let from = usize::try_from(first % TILE_WIDTH).unwrap_or(0);
        self.last
            .as_ref()
            .and_then(|(_, hashes)| hashes.get(from..from + (1 << within)))
            .map(root_of)
            .ok_or_else(|| FormatError::Value("a node that is not in the tree").into())
    }
}

/// The hashes of a tile.
///
/// # Errors
///
/// If there are not exactly `width` of them.
pub fn tile_hashes(bytes: &[u8], width: u16) -> Result<Vec<Digest>, FormatError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.len() != usize::from(width) || !rest.is_empty() {
        return Err(FormatError::Value("the length of a tile"));
    }
    Ok(hashes.iter().map(|h| Digest::from_bytes(*h)).collect())
}

/// The entries of a bundle; ends with an error where its bytes do not fit.
pub fn bundle_entries(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], FormatError>> {
    let mut rest = bundle;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = Fields::new(rest, "a bundle");
        let entry = from.u16().and_then(|length| from.take(usize::from(length)));
        rest = match entry {
            Ok(_) => from.rest(),
            Err(_) => &[],
        };
        Some(entry)
    })
}

/// The root over the hashes of a tile.
pub fn root_of(hashes: &[Digest]) -> Digest {
    let mut range = CompactRange::new();
    for hash in hashes {
        range.push(*hash);
    }
    range.root()
}

/// The roots of the perfect subtrees over a tile's hashes, the largest first.
fn subtree_roots(hashes: &[Digest]) -> Vec<Digest> {
    let mut range = CompactRange::new();
    for hash in hashes {
        range.push(*hash);
    }
    range.roots().to_vec()
}

fn concat(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// How many levels of tiles a tree has.
fn levels_of(size: u64) -> u8 {
    u8::try_from((64 - size.leading_zeros()).div_ceil(8)).unwrap_or(8)
}
