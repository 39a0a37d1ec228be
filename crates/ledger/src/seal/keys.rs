//! Keys that wrap keys: AES-256-GCM, each use with its own label.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;
use model::SessionId;
use zeroize::Zeroizing;

use crate::format::{Fields, FormatError};

/// Length of a key in bytes.
const KEY_BYTES: usize = 32;
/// Length of an authentication tag of AES-GCM in bytes.
pub(crate) const TAG_BYTES: usize = 16;
/// Length of a wrapped key in bytes: ciphertext and tag.
pub const WRAPPED_KEY_BYTES: usize = KEY_BYTES + TAG_BYTES;

/// Why a key could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system's random number generator failed.
    #[error("the system's random number generator failed")]
    Random,
    /// The cipher refused; it does not do so for keys and lengths of this format.
    #[error("the cipher refused to work")]
    Cipher,
    /// The wrapped key was not made with this key, or not for this place, or was changed.
    #[error("the wrapped key does not open with this key")]
    Unwrap,
}

/// A 32-byte key that wraps other keys. Wiped from memory when dropped.
pub struct Key {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    cipher: LessSafeKey,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

impl Key {
    /// A new random key.
    ///
    /// # Errors
    ///
    /// If the system gives no random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| KeyError::Random)?;
        Self::from_bytes(bytes)
    }

    /// From its bytes.
    ///
    /// # Errors
    ///
    /// [`KeyError::Cipher`], which AES-256 never gives for 32 bytes.
    pub fn from_bytes(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Result<Self, KeyError> {
        Ok(Self {
            cipher: cipher(&bytes)?,
            bytes,
        })
    }

    /// Its bytes, to be wrapped or kept in a file that only the owner reads.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// Wraps another key. The pair of this key and `nonce` is used once; `place` says what the
    /// wrapped key belongs to and must be given again to unwrap it.
    ///
    /// # Errors
    ///
    /// [`KeyError::Cipher`], which AES-256-GCM never gives for 32 bytes.
    pub fn wrap(
        &self,
        key: &[u8; KEY_BYTES],
        nonce: [u8; NONCE_LEN],
        place: &[u8],
    ) -> Result<[u8; WRAPPED_KEY_BYTES], KeyError> {
        let mut wrapped = [0; WRAPPED_KEY_BYTES];
        let (text, tag_place) = wrapped.split_at_mut(KEY_BYTES);
        text.copy_from_slice(key);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .cipher
            .seal_in_place_separate_tag(nonce, Aad::from(place), text)
            .map_err(|_| KeyError::Cipher)?;
        tag_place.copy_from_slice(tag.as_ref());
        Ok(wrapped)
    }

    /// The opposite of [`Key::wrap`].
    ///
    /// # Errors
    ///
    /// [`KeyError::Unwrap`] if anything differs from what was wrapped.
    pub fn unwrap(
        &self,
        wrapped: &[u8; WRAPPED_KEY_BYTES],
        nonce: [u8; NONCE_LEN],
        place: &[u8],
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
        let mut buffer = Zeroizing::new(*wrapped);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self
            .cipher
            .open_in_place(nonce, Aad::from(place), buffer.as_mut_slice())
            .map_err(|_| KeyError::Unwrap)?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(opened);
        Ok(key)
    }
}

pub(crate) fn cipher(bytes: &[u8; KEY_BYTES]) -> Result<LessSafeKey, KeyError> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .map(LessSafeKey::new)
        .map_err(|_| KeyError::Cipher)
}

/// The secret of one record, from which everything else of the record is derived.
pub struct RecordSecret(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for RecordSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordSecret")
    }
}

impl RecordSecret {
    /// From a disclosure, or from where the secret was unwrapped elsewhere.
    pub fn from_bytes(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        Self(bytes)
    }

    /// Its bytes: to be disclosed to whoever may read the whole record.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Wraps the secret under its session's key.
    ///
    /// # Errors
    ///
    /// As [`Key::wrap`].
    pub fn wrap(
        &self,
        session_key: &Key,
        session: SessionId,
        record: &[u8; 16],
    ) -> Result<[u8; WRAPPED_KEY_BYTES], KeyError> {
        session_key.wrap(
            &self.0,
            record_nonce(record),
            &record_place(session, record),
        )
    }

    /// The opposite of [`RecordSecret::wrap`].
    ///
    /// # Errors
    ///
    /// As [`Key::unwrap`].
    pub fn unwrap(
        wrapped: &[u8; WRAPPED_KEY_BYTES],
        session_key: &Key,
        session: SessionId,
        record: &[u8; 16],
    ) -> Result<Self, KeyError> {
        session_key
            .unwrap(
                wrapped,
                record_nonce(record),
                &record_place(session, record),
            )
            .map(Self)
    }
}

/// The first 12 bytes of the record's random id.
fn record_nonce(record: &[u8; 16]) -> [u8; NONCE_LEN] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *record;
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

fn record_place(session: SessionId, record: &[u8; 16]) -> Vec<u8> {
    [
        b"probity/v1/record-secret".as_slice(),
        session.as_bytes(),
        record,
    ]
    .concat()
}

/// A short-lived key under which a session's key travels in the write-ahead log until it has
/// reached the keyring. Destroyed afterwards, so that the log opens nothing by itself.
#[derive(Debug)]
pub struct TransferKey {
    id: u64,
    key: Key,
}

impl TransferKey {
    /// A key under a number that is never used again.
    pub const fn new(id: u64, key: Key) -> Self {
        Self { id, key }
    }

    /// Its number.
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// Wraps a session's key for its way through the log.
    pub(crate) fn carry(&self, session: SessionId, key: &Key) -> Result<SessionCarry, KeyError> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| KeyError::Random)?;
        let wrapped = self
            .key
            .wrap(key.expose(), nonce, &carry_place(self.id, session))?;
        Ok(SessionCarry {
            transfer: self.id,
            nonce,
            wrapped,
        })
    }

    /// Takes a session's key out of the log's wrapping.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unwrap`] if the session's key travelled under another transfer key.
    pub fn receive(&self, session: SessionId, carry: &SessionCarry) -> Result<Key, KeyError> {
        if carry.transfer != self.id {
            return Err(KeyError::Unwrap);
        }
        let place = carry_place(self.id, session);
        Key::from_bytes(self.key.unwrap(&carry.wrapped, carry.nonce, &place)?)
    }
}

fn carry_place(transfer: u64, session: SessionId) -> Vec<u8> {
    [
        b"probity/v1/session-carry".as_slice(),
        &transfer.to_be_bytes(),
        session.as_bytes(),
    ]
    .concat()
}

/// A session's key as it travels in the log with the session's first record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCarry {
    /// The number of the transfer key.
    pub transfer: u64,
    nonce: [u8; NONCE_LEN],
    wrapped: [u8; WRAPPED_KEY_BYTES],
}

impl SessionCarry {
    /// Length of its bytes.
    pub(crate) const BYTES: usize = 8 + NONCE_LEN + WRAPPED_KEY_BYTES;

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.transfer.to_be_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.wrapped);
    }

    pub(crate) fn decode(from: &mut Fields<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            transfer: from.u64()?,
            nonce: from.array()?,
            wrapped: from.array()?,
        })
    }
}
