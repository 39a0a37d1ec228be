use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Digest;

use crate::format::FormatError;
use crate::merkle::{ProofError, inclusion_proof, leaf_hash, verify_inclusion};
use crate::note::Checkpoint;
use crate::tile::{TileName, TileNodes};

/// The first line (C2SP tlog-proof).
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// No tree of 2^64 entries needs more hashes.
const HASHES_MAX: usize = 64;

/// That an entry is in a log, to be checked without the log (C2SP tlog-proof).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// What comes along and is covered by nothing.
    pub extra: Option<Vec<u8>>,
    /// The entry's index.
    pub index: u64,
    /// The path from the entry to the root (RFC 6962 §2.1.1).
    pub hashes: Vec<Digest>,
    /// The checkpoint as the log shows it: a signed note with any cosignatures.
    pub checkpoint: String,
}

/// Why a proof is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// It is not laid out as a proof.
    #[error("it is not a `c2sp.org/tlog-proof@v1`")]
    Shape,
    /// It does not hold for this entry under this checkpoint.
    #[error("the entry is not in the log under this checkpoint: {0}")]
    Inclusion(#[from] ProofError),
}

impl TlogProof {
    /// The proof for the entry at `index`, which is under the checkpoint of this note; `fetch` reads the
    /// log's tiles.
    ///
    /// # Errors
    ///
    /// If a tile cannot be read.
    pub fn from_tiles<E: From<FormatError>>(
        index: u64,
        checkpoint: &Checkpoint,
        note: String,
        fetch: impl FnMut(TileName) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let size = checkpoint.size.0;
        Ok(Self {
            extra: None,
            index,
            hashes: inclusion_proof(&mut TileNodes::new(size, fetch), index, size)?,
            checkpoint: note,
        })
    }

    /// From the text of a `.tlog-proof`. Says nothing yet about the signatures.
    ///
    /// # Errors
    ///
    /// [`TlogProofError::Shape`] if it is not laid out as one.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let shape = || TlogProofError::Shape;
        let text = std::str::from_utf8(bytes).map_err(|_| shape())?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(shape)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(shape());
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .and_then(|line| line.strip_prefix("extra "))
            .map(|encoded| STANDARD.decode(encoded).map_err(|_| shape()))
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .ok_or_else(shape)?;
        let number: u64 = index.parse().map_err(|_| shape())?;
        // `+1` and `01` parse as numbers and are no indexes.
        if number.to_string() != index {
            return Err(shape());
        }
        let hashes = lines
            .take(HASHES_MAX + 1)
            .map(|line| decode_hash(line).ok_or_else(shape))
            .collect::<Result<Vec<_>, _>>()?;
        if hashes.len() > HASHES_MAX {
            return Err(shape());
        }
        Ok(Self {
            extra,
            index: number,
            hashes,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        let mut out = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            out.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        out.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            STANDARD.encode_string(hash.as_bytes(), &mut out);
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.checkpoint);
        out
    }

    /// Checks that the entry is in the log under the checkpoint, which is this proof's own, opened
    /// with a key that the caller trusts.
    ///
    /// # Errors
    ///
    /// [`TlogProofError::Inclusion`] if it is not.
    pub fn verify(&self, entry: &[u8], checkpoint: &Checkpoint) -> Result<(), TlogProofError> {
        let leaf = leaf_hash(entry);
        let Checkpoint { size, root, .. } = checkpoint;
        Ok(verify_inclusion(
            self.index,
            size.0,
            leaf,
            &self.hashes,
            *root,
        )?)
    }
}

/// One line of the proof.
pub(super) fn decode_hash(line: &str) -> Option<Digest> {
    let bytes = STANDARD.decode(line).ok()?;
    Some(Digest::from_bytes(bytes.try_into().ok()?))
}
