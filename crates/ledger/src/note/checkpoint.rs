use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Digest, TreeSize};

use super::keys::{LogKey, LogPublicKey};
use super::signed::{NoteError, SignedNote};

/// The size and root of a log, as a text that can be signed (C2SP tlog-checkpoint); no extension
/// lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's origin, which is also its key's name.
    pub origin: String,
    /// The number of entries.
    pub size: TreeSize,
    /// The root over them.
    pub root: Digest,
}

/// Why a checkpoint cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note that carries it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not laid out as a checkpoint.
    #[error("the note is not a checkpoint")]
    Shape,
    /// It is of another log.
    #[error("it is a checkpoint of `{found}`, not of `{expected}`")]
    Origin {
        /// The key's name.
        expected: String,
        /// The first line.
        found: String,
    },
}

impl Checkpoint {
    /// Its text.
    pub fn to_text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root.as_bytes())
        )
    }

    /// Signs it.
    ///
    /// # Errors
    ///
    /// If the origin cannot be in a note.
    pub fn sign(&self, key: &LogKey) -> Result<SignedNote, NoteError> {
        SignedNote::sign(&self.to_text(), key)
    }

    /// From a signed note, if the key signed it and it is of the log that the key is named for.
    /// Extension lines are allowed and ignored.
    ///
    /// # Errors
    ///
    /// One variant of [`CheckpointError`] per check.
    pub fn open(note: &[u8], key: &LogPublicKey) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Self::parse(note.verified_by(key)?)?;
        if checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin {
                expected: key.name().to_owned(),
                found: checkpoint.origin,
            });
        }
        Ok(checkpoint)
    }

    fn parse(text: &str) -> Result<Self, CheckpointError> {
        // Not `lines`, which takes a carriage return for a part of the line's end.
        let mut lines = text.split_terminator('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Shape);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number: u64 = size.parse().map_err(|_| CheckpointError::Shape)?;
        let root = STANDARD.decode(root).map_err(|_| CheckpointError::Shape)?;
        let root: [u8; 32] = root.try_into().map_err(|_| CheckpointError::Shape)?;
        // `+1` and `01` parse as numbers and are no sizes.
        if origin.is_empty() || number.to_string() != size || lines.any(str::is_empty) {
            return Err(CheckpointError::Shape);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: TreeSize(number),
            root: Digest::from_bytes(root),
        })
    }
}
