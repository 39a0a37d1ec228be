//! A published log as those see it who attest it: its newest checkpoint, proofs from its tiles, and
//! what witnesses said about it. Shared by the publisher and by whoever asks the witnesses; one lock
//! orders what they write.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Digest;

use crate::merkle::consistency_proof;
use crate::note::{Checkpoint, Cosignature, LogPublicKey, NoteError, SignedNote, WitnessKey};
use crate::ports::{Objects, StorageError};
use crate::publish::{Publication, PublishError};
use crate::tile::{CHECKPOINT_KEY, TileName, TileNodes};

/// Where the newest checkpoint is published that witnesses cosigned.
pub const COSIGNED_KEY: &str = "checkpoint.cosigned";

/// Where a note lies that was timestamped, by the size of its checkpoint.
pub fn stamped_key(size: u64) -> String {
    format!("timestamps/{size}.note")
}

/// Where the timestamp of the authority in a slot lies; slots are counted from 1.
pub fn timestamp_key(size: u64, slot: u32) -> String {
    match slot {
        0 | 1 => format!("timestamps/{size}.tsr"),
        slot => format!("timestamps/{size}-{slot}.tsr"),
    }
}

/// One log's published files.
pub struct Published {
    key: LogPublicKey,
    objects: Box<dyn Objects>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    latest: Option<Publication>,
    /// The newest checkpoint that has cosignatures, with them.
    cosigned: Option<(Checkpoint, String)>,
    /// What was written as the checkpoint.
    shown: Option<String>,
    stopped: Option<Arc<str>>,
}

/// Why a witness's answer was not stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// It does not hold a cosignature of that witness over that checkpoint.
    #[error("the answer is no cosignature: {0}")]
    Note(#[from] NoteError),
    /// It could not be stored.
    #[error("the cosignature could not be stored: {0}")]
    Storage(#[from] StorageError),
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Published({})", self.key.name())
    }
}

impl Published {
    /// What is published of the log with this key. Nothing is known as its newest checkpoint yet.
    ///
    /// # Errors
    ///
    /// If the storage fails.
    pub fn open(key: LogPublicKey, objects: Box<dyn Objects>) -> Result<Self, StorageError> {
        let cosigned = objects.get(COSIGNED_KEY)?.and_then(|note| {
            let checkpoint = Checkpoint::open(&note, &key).ok()?;
            Some((checkpoint, String::from_utf8(note).ok()?))
        });
        let state = State {
            cosigned,
            ..State::default()
        };
        Ok(Self {
            key,
            objects,
            state: Mutex::new(state),
        })
    }

    /// The same, of a log that nobody writes: `latest` is its signer's head.
    ///
    /// # Errors
    ///
    /// If the storage fails.
    pub fn at_rest(
        key: LogPublicKey,
        objects: Box<dyn Objects>,
        latest: Publication,
    ) -> Result<Self, StorageError> {
        let published = Self::open(key, objects)?;
        published.state().latest = Some(latest);
        Ok(published)
    }

    /// The log's verifier key.
    pub const fn key(&self) -> &LogPublicKey {
        &self.key
    }

    /// Whether it is an org log: `<org>/org/…`.
    pub fn is_org(&self) -> bool {
        self.key.name().split('/').nth(1) == Some("org")
    }

    /// The newest checkpoint, with its log's signature alone.
    pub fn latest(&self) -> Option<Publication> {
        self.state().latest.clone()
    }

    /// The newest checkpoint that was cosigned, and its note with the cosignatures.
    pub fn cosigned(&self) -> Option<(Checkpoint, String)> {
        self.state().cosigned.clone()
    }

    /// The proof that the tree of `old` leaves is the beginning of the one of `new` leaves.
    ///
    /// # Errors
    ///
    /// If a tile cannot be read.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>, PublishError> {
        let mut nodes = TileNodes::new(new, |name| self.tile(name));
        consistency_proof(&mut nodes, old, new)
    }

    /// Takes over a witness's cosignature of `of` from the witness's answer, and stores it: in
    /// `checkpoint.cosigned`, and in `checkpoint` while that is still of this size.
    ///
    /// # Errors
    ///
    /// One variant of [`CosignError`] per reason; nothing is stored then, or it is unknown.
    pub fn cosign(
        &self,
        of: &Publication,
        answer: &[u8],
        witness: &WitnessKey,
    ) -> Result<Cosignature, CosignError> {
        let mut state = self.state();
        let known = state.cosigned.as_ref();
        let base = match known.filter(|(checkpoint, _)| *checkpoint == of.checkpoint) {
            Some((_, note)) => note,
            None => &of.note,
        };
        let mut note = SignedNote::parse(base.as_bytes())?;
        let cosignature = note.add_cosignature(answer, witness)?;
        if known.is_some_and(|(checkpoint, _)| checkpoint.size > of.checkpoint.size) {
            return Ok(cosignature);
        }
        let text = note.to_text();
        let mut objects = vec![(COSIGNED_KEY.to_owned(), text.clone().into_bytes())];
        let newest = state
            .latest
            .as_ref()
            .is_some_and(|l| l.checkpoint == of.checkpoint);
        if newest {
            objects.push((CHECKPOINT_KEY.to_owned(), text.clone().into_bytes()));
        }
        state.shown = None;
        self.objects.put(&objects)?;
        state.shown = newest.then(|| text.clone());
        state.cosigned = Some((of.checkpoint.clone(), text));
        Ok(cosignature)
    }

    /// Nothing more is signed: somebody outside knows another history of this log.
    pub fn stop(&self, reason: &str) {
        self.state().stopped.get_or_insert_with(|| reason.into());
    }

    /// Why nothing more is signed.
    pub fn stopped(&self) -> Option<Arc<str>> {
        self.state().stopped.clone()
    }

    /// What the authority in this slot is to timestamp of a checkpoint: its note with the
    /// cosignatures that it has, the same for every slot. `None` if the authority did already.
    ///
    /// # Errors
    ///
    /// If the storage fails.
    pub fn note_to_stamp(
        &self,
        of: &Publication,
        slot: u32,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let size = of.checkpoint.size.0;
        let state = self.state();
        if self.objects.get(&timestamp_key(size, slot))?.is_some() {
            return Ok(None);
        }
        if let Some(note) = self.objects.get(&stamped_key(size))? {
            return Ok(Some(note));
        }
        let note = match &state.cosigned {
            Some((checkpoint, note)) if *checkpoint == of.checkpoint => note,
            _ => &of.note,
        };
        let note = note.clone().into_bytes();
        self.objects.put(&[(stamped_key(size), note.clone())])?;
        Ok(Some(note))
    }

    /// Stores an authority's answer beside the note that it covers.
    ///
    /// # Errors
    ///
    /// If it may not be durable.
    pub fn put_timestamp(
        &self,
        size: u64,
        slot: u32,
        note: &[u8],
        answer: &[u8],
    ) -> Result<(), StorageError> {
        self.objects.put(&[
            (stamped_key(size), note.to_vec()),
            (timestamp_key(size, slot), answer.to_vec()),
        ])
    }

    /// Shows a checkpoint, with the cosignatures that it has already; writes nothing if that is
    /// what was shown last.
    pub(crate) fn show(&self, publication: &Publication) -> Result<(), StorageError> {
        let mut state = self.state();
        let text = match &state.cosigned {
            Some((checkpoint, note)) if *checkpoint == publication.checkpoint => note.clone(),
            _ => publication.note.clone(),
        };
        if state.shown.as_ref() != Some(&text) {
            state.shown = None;
            self.objects
                .put(&[(CHECKPOINT_KEY.to_owned(), text.clone().into_bytes())])?;
            state.shown = Some(text);
        }
        state.latest = Some(publication.clone());
        Ok(())
    }

    pub(crate) fn objects(&self) -> &dyn Objects {
        &*self.objects
    }

    /// A tile; one that became full meanwhile is cut (C2SP tlog-tiles).
    fn tile(&self, name: TileName) -> Result<Vec<u8>, PublishError> {
        if let Some(bytes) = self.objects.get(&name.key())? {
            return Ok(bytes);
        }
        let full = TileName { width: 256, ..name };
        let key = full.key();
        let mut bytes = self
            .objects
            .get(&key)?
            .ok_or(PublishError::Missing { key })?;
        bytes.truncate(usize::from(name.width) * 32);
        Ok(bytes)
    }

    /// A thread that panicked while it held the lock left nothing half done but `shown`, which is
    /// `None` then.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
