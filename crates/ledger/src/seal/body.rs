//! The plaintext of a body, and opening a sealed one.

use aws_lc_rs::aead::{Aad, Nonce};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::derive::Derivation;
use super::keys::{KeyError, RecordSecret, TAG_BYTES, cipher};
use crate::leaf::{Leaf, PREFIX_BYTES};
use crate::merkle::sha256;
use crate::record::Facts;

/// The largest plaintext that is taken out of a compressed body, in bytes; the limit on records
/// when they are made is lower.
const PLAINTEXT_BYTES_MAX: usize = 1 << 30;

/// What a body says, in the clear.
#[derive(Debug, Clone)]
pub struct Body {
    /// The facts.
    pub facts: Facts,
    /// The message as it crossed, masked where masking applied.
    pub payload: Vec<u8>,
}

/// Whether a body can be read.
#[derive(Debug, Clone)]
pub enum BodyState {
    /// It can.
    Open(Box<Body>),
    /// It cannot.
    Unreadable(BodyError),
}

impl BodyState {
    /// The body, if it can be read.
    pub const fn open(&self) -> Option<&Body> {
        match self {
            Self::Open(body) => Some(body),
            Self::Unreadable(_) => None,
        }
    }
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The bytes are not those that the leaf states.
    #[error("the sealed body is not the one that the leaf states")]
    Altered,
    /// No key for it exists: it was destroyed, or never reached this place.
    #[error("the key of the record does not exist")]
    NoKey,
    /// The key exists and is not the one that the leaf commits to.
    #[error("the key is not the one that the leaf commits to")]
    OtherKey,
    /// The cipher or the compression refused the bytes.
    #[error("the sealed body does not open")]
    Cipher,
    /// The plaintext is not laid out as this version knows it.
    #[error("the body's facts cannot be read: {0}")]
    Layout(String),
}

impl From<KeyError> for BodyError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unwrap => Self::OtherKey,
            KeyError::Random | KeyError::Cipher => Self::Cipher,
        }
    }
}

/// Appends `uint32 length || facts || payload`.
pub(super) fn write_plaintext(
    facts: &Facts,
    payload: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    out.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *out, facts)?;
    let length = u32::try_from(out.len() - 4).unwrap_or(u32::MAX);
    if let Some(place) = out.first_chunk_mut::<4>() {
        *place = length.to_be_bytes();
    }
    out.extend_from_slice(payload);
    Ok(())
}

/// The plaintext of a body, as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plaintext {
    bytes: Vec<u8>,
    facts_bytes: usize,
}

impl Plaintext {
    fn new(bytes: Vec<u8>) -> Result<Self, BodyError> {
        let short = || BodyError::Layout("it ends too early".to_owned());
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
        let facts_bytes = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short())?;
        if facts_bytes > rest.len() {
            return Err(short());
        }
        Ok(Self { bytes, facts_bytes })
    }

    /// From its parts, as they were sealed; `None` if the facts' length does not fit in 32 bits.
    pub fn from_parts(facts: &[u8], payload: &[u8]) -> Option<Self> {
        let length = u32::try_from(facts.len()).ok()?;
        Some(Self {
            bytes: [&length.to_be_bytes(), facts, payload].concat(),
            facts_bytes: facts.len(),
        })
    }

    /// The facts: one JSON object.
    pub fn facts(&self) -> &[u8] {
        self.parts().0
    }

    /// The message as it crossed, masked where masking applied.
    pub fn payload(&self) -> &[u8] {
        self.parts().1
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        let rest = self.bytes.get(4..).unwrap_or_default();
        rest.split_at_checked(self.facts_bytes).unwrap_or_default()
    }

    fn into_body(mut self) -> Result<Body, BodyError> {
        let facts = serde_json::from_slice(self.facts());
        Ok(Body {
            facts: facts.map_err(|error| BodyError::Layout(error.to_string()))?,
            payload: self.bytes.split_off(4 + self.facts_bytes),
        })
    }
}

/// Opens a sealed body with its record's secret, after checking that it is the body and that is
/// the key that the leaf names.
///
/// # Errors
///
/// One variant of [`BodyError`] per check.
pub fn open_body(
    leaf_bytes: &[u8],
    leaf: &Leaf,
    secret: &RecordSecret,
    sealed: &[u8],
) -> Result<Body, BodyError> {
    open_plaintext(leaf_bytes, leaf, secret, sealed)?.into_body()
}

/// The same, and gives the bytes that were sealed: what field commitments are made over.
///
/// # Errors
///
/// One variant of [`BodyError`] per check.
pub fn open_plaintext(
    leaf_bytes: &[u8],
    leaf: &Leaf,
    secret: &RecordSecret,
    sealed: &[u8],
) -> Result<Plaintext, BodyError> {
    if sha256(&[sealed]) != leaf.body_hash {
        return Err(BodyError::Altered);
    }
    let derivation = Derivation::new(secret, &leaf.prefix.record);
    verify_slices_are_equal(
        derivation.key_commitment().as_bytes(),
        leaf.prefix.key_commitment.as_bytes(),
    )
    .map_err(|_| BodyError::OtherKey)?;
    let prefix = leaf_bytes.get(..PREFIX_BYTES).ok_or(BodyError::Cipher)?;
    let mut buffer = sealed.to_vec();
    let plaintext = cipher(&derivation.data_key())?
        .open_in_place(body_nonce(), Aad::from(prefix), &mut buffer)
        .map_err(|_| BodyError::Cipher)?;
    let plaintext = if leaf.prefix.compressed {
        zstd::bulk::decompress(plaintext, PLAINTEXT_BYTES_MAX).map_err(|_| BodyError::Cipher)?
    } else {
        plaintext.to_vec()
    };
    Plaintext::new(plaintext)
}

/// All zeros: each data key encrypts exactly one body.
pub(super) fn body_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Length of the sealed body for a plaintext of `length` bytes.
pub(super) const fn sealed_bytes(length: usize) -> usize {
    length + TAG_BYTES
}
