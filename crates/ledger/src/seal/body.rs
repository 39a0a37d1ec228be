//! The plaintext of a body, and opening a sealed one.

use aws_lc_rs::aead::{Aad, Nonce};
use aws_lc_rs::constant_time::verify_slices_are_equal;

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

fn read_plaintext(plaintext: &[u8]) -> Result<Body, BodyError> {
    let short = || BodyError::Layout("it ends too early".to_owned());
    let (length, rest) = plaintext.split_first_chunk::<4>().ok_or_else(short)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short())?;
    let (facts, payload) = rest.split_at_checked(length).ok_or_else(short)?;
    Ok(Body {
        facts: serde_json::from_slice(facts).map_err(|e| BodyError::Layout(e.to_string()))?,
        payload: payload.to_vec(),
    })
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
    if sha256(&[sealed]) != leaf.body_hash {
        return Err(BodyError::Altered);
    }
    let derived = secret.derive(&leaf.prefix.record)?;
    verify_slices_are_equal(
        derived.key_commitment.as_bytes(),
        leaf.prefix.key_commitment.as_bytes(),
    )
    .map_err(|_| BodyError::OtherKey)?;
    let prefix = leaf_bytes.get(..PREFIX_BYTES).ok_or(BodyError::Cipher)?;
    let mut buffer = sealed.to_vec();
    let plaintext = cipher(&derived.data_key)?
        .open_in_place(body_nonce(), Aad::from(prefix), &mut buffer)
        .map_err(|_| BodyError::Cipher)?;
    if leaf.prefix.compressed {
        let plaintext = zstd::bulk::decompress(plaintext, PLAINTEXT_BYTES_MAX)
            .map_err(|_| BodyError::Cipher)?;
        read_plaintext(&plaintext)
    } else {
        read_plaintext(plaintext)
    }
}

/// All zeros: each data key encrypts exactly one body.
pub(super) fn body_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Length of the sealed body for a plaintext of `length` bytes.
pub(super) const fn sealed_bytes(length: usize) -> usize {
    length + TAG_BYTES
}
