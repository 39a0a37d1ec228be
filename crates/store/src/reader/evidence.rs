//! What can be handed to somebody outside: the proof of one entry, and what opens it.

use std::path::Path;

use ledger::note::{Checkpoint, CheckpointError, LogPublicKey};
use ledger::proof::TlogProof;
use ledger::tile::{CHECKPOINT_KEY, TileName};
use ledger::wal::Entry;
use ledger::{BodyError, COSIGNED_KEY, FormatError, RecordSecret};
use model::EntryIndex;

use super::Reader;
use crate::error::ReadError;

/// One entry as it lies in the log, with what opens it.
#[derive(Debug)]
pub struct Evidence {
    /// The entry: leaf and sealed body.
    pub entry: Entry,
    /// The record's secret, if its key still exists.
    pub secret: Result<RecordSecret, BodyError>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No checkpoint covers the entry yet.
    #[error("entry {0} is not under a checkpoint yet; the log is published about once a second")]
    Unpublished(EntryIndex),
    /// The checkpoint is not one of this log.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A tile is missing or damaged: `probity verify` says which.
    #[error("the published log: {0}")]
    Tiles(#[from] FormatError),
}

impl Reader {
    /// The entry with this index, and what opens it.
    ///
    /// # Errors
    ///
    /// If there is none, or it is damaged.
    pub fn evidence(&self, index: EntryIndex) -> Result<Evidence, ReadError> {
        let entry = self.lookup.entry(index)?;
        let secret = match self.session_key(entry.leaf.prefix.session)? {
            None => Err(BodyError::NoKey),
            Some(key) => self.secret(&entry, &key)?,
        };
        Ok(Evidence { entry, secret })
    }

    /// The proof that the entry is in the published log: under the checkpoint that witnesses have
    /// cosigned, if that covers it, else under the newest one.
    ///
    /// # Errors
    ///
    /// If no checkpoint covers it, or the published log is damaged.
    pub fn proof(&self, index: EntryIndex) -> Result<TlogProof, ProveError> {
        for name in [COSIGNED_KEY, CHECKPOINT_KEY] {
            let Some(note) = read(&self.published, name)? else {
                continue;
            };
            let checkpoint = Checkpoint::open(&note, &self.key)?;
            if checkpoint.size.0 > index.0 {
                let note = String::from_utf8_lossy(&note).into_owned();
                let fetch = |name| self.tile(name);
                return TlogProof::from_tiles(index.0, &checkpoint, note, fetch);
            }
        }
        Err(ProveError::Unpublished(index))
    }

    /// The verifier key.
    pub const fn key(&self) -> &LogPublicKey {
        &self.key
    }

    /// A tile of hashes; where the full one has replaced a partial one, the beginning of that.
    fn tile(&self, name: TileName) -> Result<Vec<u8>, ProveError> {
        if let Some(bytes) = read(&self.published, &name.key())? {
            return Ok(bytes);
        }
        let full = TileName { width: 256, ..name };
        let mut bytes = read(&self.published, &full.key())?
            .ok_or(FormatError::Truncated("a tile that is missing"))?;
        bytes.truncate(usize::from(name.width) * 32);
        Ok(bytes)
    }
}

fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
    match std::fs::read(dir.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
