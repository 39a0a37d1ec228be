//! Publishing: tiles first, then read them back and compute the root by another path, then sign,
//! then remember the head, then show the checkpoint.
//!
//! A crash anywhere leaves a prefix of these steps; the next start goes on from the signer's head.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use model::{Digest, TreeSize};

use crate::format::FormatError;
use crate::merkle::{leaf_hash, root_at};
use crate::note::{Checkpoint, CheckpointError, LogKey, NoteError};
use crate::ports::{Head, Objects, StorageError};
use crate::published::Published;
use crate::tile::{
    CHECKPOINT_KEY, TILE_WIDTH, Tile, TileBuilder, TileName, TileNodes, bundle_entries,
    root_from_tiles, root_of, tile_hashes,
};

/// How many finished tiles may wait to be stored.
const PENDING_MAX: usize = 512;

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// It with its signature.
    pub note: String,
}

/// Why nothing was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The storage failed, or somebody else signs for this log.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A stored object is not laid out as it should be.
    #[error("a published object cannot be read: {0}")]
    Format(#[from] FormatError),
    /// The signer's own head cannot be read.
    #[error("the signer's head cannot be trusted: {0}")]
    Head(#[from] CheckpointError),
    /// The checkpoint could not be signed.
    #[error("the checkpoint could not be signed: {0}")]
    Note(#[from] NoteError),
    /// The log is smaller than a head that was signed: it was rolled back.
    #[error("a checkpoint of {signed} entries was signed, and the log has only {found}")]
    Smaller {
        /// The signed size.
        signed: TreeSize,
        /// The size found.
        found: TreeSize,
    },
    /// The log has other entries than a head that was signed: it was forked.
    #[error("the first {size} entries are not those that were signed")]
    Forked {
        /// The signed size.
        size: TreeSize,
    },
    /// What was stored is not what was read back.
    #[error("`{key}` was stored and reads back differently")]
    ReadBack {
        /// The object.
        key: String,
    },
    /// Somebody outside knows another history of the log.
    #[error("nothing is signed any more: {0}")]
    Stopped(Arc<str>),
    /// An object that should be there is not.
    #[error("`{key}` is missing")]
    Missing {
        /// The object.
        key: String,
    },
}

/// Publishes one log.
pub struct Publisher {
    key: LogKey,
    published: Arc<Published>,
    head: Box<dyn Head>,
    builder: TileBuilder,
    /// Finished and not yet stored.
    pending: Vec<Tile>,
    /// Full tiles and bundles that were stored since the last checkpoint.
    stored: BTreeSet<TileName>,
    signed: Option<Signed>,
    /// Checkpoints that somebody else kept, of sizes that are still to be reached.
    kept: Vec<Checkpoint>,
    /// A head of which it is unknown whether it was stored.
    attempted: Option<Signed>,
}

/// The last head that was signed.
#[derive(Debug, Clone)]
struct Signed {
    checkpoint: Checkpoint,
    note: Vec<u8>,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Publisher({} at {})", self.key.name(), self.size())
    }
}

impl Publisher {
    /// Goes on from the signer's head. If the published tiles do not give that head's root, or are
    /// not there, begins with an empty tree: all leaves are then pushed again, and compared with
    /// the head when its size is reached.
    ///
    /// # Errors
    ///
    /// If the storage fails, or the head is not signed by this key.
    pub fn resume(
        key: LogKey,
        objects: Box<dyn Objects>,
        head: Box<dyn Head>,
    ) -> Result<Self, PublishError> {
        let mut publisher = Self {
            signed: None,
            kept: Vec::new(),
            attempted: None,
            builder: TileBuilder::new(),
            pending: Vec::new(),
            stored: BTreeSet::new(),
            published: Arc::new(Published::open(key.public(), objects)?),
            key,
            head,
        };
        let Some(note) = publisher.head.fetch()? else {
            return match publisher.published.cosigned() {
                Some((cosigned, _)) => publisher.hold_to(&cosigned).map(|()| publisher),
                None => Ok(publisher),
            };
        };
        let checkpoint = Checkpoint::open(&note, &publisher.key.public())?;
        let (size, root) = (checkpoint.size, checkpoint.root);
        publisher.signed = Some(Signed { checkpoint, note });
        match TileBuilder::resume(size.0, |name| publisher.fetch(name)) {
            Ok(builder) if builder.root() == root => publisher.builder = builder,
            Ok(_) | Err(PublishError::Missing { .. } | PublishError::Format(_)) => {}
            Err(error) => return Err(error),
        }
        // What a witness cosigned was shown to it, so it was signed here.
        if let Some((cosigned, _)) = publisher.published.cosigned() {
            publisher.hold_to(&cosigned)?;
        }
        Ok(publisher)
    }

    /// The log's published side, for those who have it attested.
    pub fn published(&self) -> Arc<Published> {
        Arc::clone(&self.published)
    }

    /// The index of the leaf that is to be pushed next.
    pub const fn size(&self) -> u64 {
        self.builder.size()
    }

    /// The root over the leaves that were pushed.
    pub fn root(&self) -> Digest {
        self.builder.root()
    }

    /// The size of the last head that was signed.
    pub fn signed_size(&self) -> TreeSize {
        self.signed
            .as_ref()
            .map_or(TreeSize(0), |signed| signed.checkpoint.size)
    }

    /// The last head that was signed, as a note.
    pub fn signed_note(&self) -> Option<&[u8]> {
        self.signed.as_ref().map(|signed| signed.note.as_slice())
    }

    /// Holds the log to a checkpoint of it that somebody else kept: now, if the log has reached
    /// its size, else when it does.
    ///
    /// # Errors
    ///
    /// [`PublishError::Smaller`] if more was kept than this signer ever signed,
    /// [`PublishError::Forked`] if it has another root; else if the tiles cannot be read.
    pub fn hold_to(&mut self, kept: &Checkpoint) -> Result<(), PublishError> {
        if kept.size > self.signed_size() {
            return Err(PublishError::Smaller {
                signed: kept.size,
                found: self.signed_size(),
            });
        }
        let size = self.size();
        if kept.size.0 > size {
            self.kept.push(kept.clone());
            return Ok(());
        }
        let mut nodes = TileNodes::new(size, |name| self.fetch(name));
        if root_at(&mut nodes, kept.size.0)? == kept.root {
            Ok(())
        } else {
            Err(PublishError::Forked { size: kept.size })
        }
    }

    /// Appends a leaf. Stores finished tiles when many wait.
    ///
    /// # Errors
    ///
    /// [`PublishError::Forked`] if the tree has reached the size of the signed head with another
    /// root; else if the storage fails.
    pub fn push(&mut self, leaf: &[u8]) -> Result<(), PublishError> {
        let pending = &mut self.pending;
        self.builder.push(leaf, |tile| pending.push(tile));
        let signed = self.signed.as_ref().map(|signed| &signed.checkpoint);
        for known in signed.into_iter().chain(&self.kept) {
            if known.size.0 == self.builder.size() && known.root != self.builder.root() {
                return Err(PublishError::Forked { size: known.size });
            }
        }
        if self.pending.len() >= PENDING_MAX {
            self.store_pending()?;
        }
        Ok(())
    }

    /// Publishes the tree as it is, if that is more than was published, or if what was signed last
    /// may not have been shown.
    ///
    /// # Errors
    ///
    /// One variant of [`PublishError`] per reason. After [`StorageError::Failed`] it may be tried
    /// again; after anything else something is wrong that a retry does not mend.
    pub fn publish(&mut self) -> Result<Publication, PublishError> {
        if let Some(reason) = self.published.stopped() {
            return Err(PublishError::Stopped(reason));
        }
        self.settle_attempt()?;
        let size = TreeSize(self.size());
        if let Some(signed) = &self.signed {
            if size < signed.checkpoint.size {
                return Err(PublishError::Smaller {
                    signed: signed.checkpoint.size,
                    found: size,
                });
            }
            if size == signed.checkpoint.size {
                return self.show(signed.checkpoint.clone(), &signed.note);
            }
        }
        self.store_pending()?;
        let partials = self.builder.partials();
        self.store(&partials)?;
        let root = self.read_back(size)?;
        let checkpoint = Checkpoint {
            origin: self.key.name().to_owned(),
            size,
            root,
        };
        let note = checkpoint.sign(&self.key)?.to_text().into_bytes();
        let next = Signed {
            checkpoint: checkpoint.clone(),
            note: note.clone(),
        };
        let expected = self.signed.as_ref().map(|signed| signed.note.as_slice());
        match self.head.replace(expected, &note) {
            Ok(()) => self.signed = Some(next),
            Err(error) => {
                self.attempted = Some(next);
                return Err(error.into());
            }
        }
        let publication = self.show(checkpoint, &note)?;
        self.remove_partials();
        Ok(publication)
    }

    /// A write that failed may have been applied all the same: the storage knows.
    fn settle_attempt(&mut self) -> Result<(), PublishError> {
        let Some(attempted) = &self.attempted else {
            return Ok(());
        };
        if self.head.fetch()?.as_ref() == Some(&attempted.note) {
            self.signed = self.attempted.take();
        }
        self.attempted = None;
        Ok(())
    }

    fn show(&self, checkpoint: Checkpoint, note: &[u8]) -> Result<Publication, PublishError> {
        let publication = Publication {
            checkpoint,
            note: String::from_utf8_lossy(note).into_owned(),
        };
        self.published.show(&publication)?;
        Ok(publication)
    }

    fn store_pending(&mut self) -> Result<(), PublishError> {
        let pending = std::mem::take(&mut self.pending);
        if let Err(error) = self.store(&pending) {
            self.pending = pending;
            return Err(error);
        }
        self.stored.extend(pending.iter().map(|tile| tile.name));
        Ok(())
    }

    fn store(&self, tiles: &[Tile]) -> Result<(), PublishError> {
        let objects: Vec<_> = tiles
            .iter()
            .map(|tile| (tile.name.key(), tile.bytes.clone()))
            .collect();
        Ok(self.published.objects().put(&objects)?)
    }

    /// Reads back everything that was stored since the last checkpoint, hashes the entries again,
    /// and computes the root from the tiles.
    fn read_back(&self, size: TreeSize) -> Result<Digest, PublishError> {
        let edge = (0..8)
            .map(Some)
            .chain([None])
            .filter_map(|level| TileName::edge(level, size.0));
        for name in self.stored.iter().copied().chain(edge) {
            self.check_children(name)?;
        }
        let root = root_from_tiles(size.0, |name| self.fetch(name))?;
        if root != self.builder.root() {
            return Err(PublishError::ReadBack {
                key: CHECKPOINT_KEY.to_owned(),
            });
        }
        Ok(root)
    }

    /// A bundle hashes to its tile; a tile's hashes are the roots of the tiles below it.
    fn check_children(&self, name: TileName) -> Result<(), PublishError> {
        let differs = |name: TileName| PublishError::ReadBack { key: name.key() };
        let bytes = self.fetch(name)?;
        let Some(level) = name.level else {
            let hashes: Vec<Digest> = bundle_entries(&bytes)
                .map(|entry| entry.map(leaf_hash))
                .collect::<Result<_, _>>()?;
            let tile = TileName {
                level: Some(0),
                ..name
            };
            if tile_hashes(&self.fetch(tile)?, tile.width)? != hashes {
                return Err(differs(name));
            }
            return Ok(());
        };
        let hashes = tile_hashes(&bytes, name.width)?;
        let Some(below) = level.checked_sub(1) else {
            return Ok(());
        };
        // Children that were there before were checked before.
        for (number, hash) in (name.number * TILE_WIDTH..).zip(&hashes) {
            let child = TileName {
                level: Some(below),
                number,
                width: 256,
            };
            if self.stored.contains(&child)
                && root_of(&tile_hashes(&self.fetch(child)?, child.width)?) != *hash
            {
                return Err(differs(child));
            }
        }
        Ok(())
    }

    fn fetch(&self, name: TileName) -> Result<Vec<u8>, PublishError> {
        let key = name.key();
        self.published
            .objects()
            .get(&key)?
            .ok_or(PublishError::Missing { key })
    }

    /// A partial tile is of no use once its full tile exists. What cannot be removed now only
    /// takes room.
    fn remove_partials(&mut self) {
        for name in std::mem::take(&mut self.stored) {
            let _ = self.published.objects().remove_folder(&name.partials_key());
        }
    }
}
