//! Keys that sign notes: Ed25519 signatures, type 0x01.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::vkey::{self, check_name, split_key};

/// C2SP signed-note: the type of Ed25519 signatures.
const ED25519_TYPE: u8 = 0x01;

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteKeyError {
    /// The text does not have the parts of a key.
    #[error("a key is `<name>+<8 hexadecimal digits>+<base64>`")]
    Shape,
    /// The name has a character that a key's name cannot have, or is empty.
    #[error("`{0}` cannot be the name of a key: no spaces, no `+`, not empty")]
    Name(String),
    /// The key is of another type than the one that is needed here.
    #[error("the key's type does not fit: logs have type 0x01, Ed25519; witnesses type 0x04")]
    Type,
    /// The key's id is not the one that its name and bytes give.
    #[error("the id in the key's text does not belong to this name and key")]
    Id,
    /// The system's random number generator failed.
    #[error("the system's random number generator failed")]
    Random,
}

/// A log's signing key: an Ed25519 key with a name, which is the log's origin.
pub struct LogKey {
    name: String,
    seed: Zeroizing<[u8; 32]>,
    pair: Arc<Ed25519KeyPair>,
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.name)
    }
}

impl Clone for LogKey {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            seed: self.seed.clone(),
            pair: Arc::clone(&self.pair),
        }
    }
}

impl LogKey {
    /// A new random key.
    ///
    /// # Errors
    ///
    /// If the name cannot be one, or there are no random numbers.
    pub fn generate(name: &str) -> Result<Self, NoteKeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        rand::fill(seed.as_mut_slice()).map_err(|_| NoteKeyError::Random)?;
        Self::from_seed(name, seed)
    }

    /// From an Ed25519 seed (RFC 8032).
    ///
    /// # Errors
    ///
    /// If the name cannot be one.
    pub fn from_seed(name: &str, seed: Zeroizing<[u8; 32]>) -> Result<Self, NoteKeyError> {
        check_name(name)?;
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| NoteKeyError::Type)?;
        Ok(Self {
            name: name.to_owned(),
            seed,
            pair: Arc::new(pair),
        })
    }

    /// From the text of [`LogKey::to_secret_text`].
    ///
    /// # Errors
    ///
    /// If it is not such a text.
    pub fn from_secret_text(text: &str) -> Result<Self, NoteKeyError> {
        let rest = text
            .trim()
            .strip_prefix("PRIVATE+KEY+")
            .ok_or(NoteKeyError::Shape)?;
        let (name, id, bytes) = split_key(rest)?;
        let bytes = Zeroizing::new(bytes);
        let (kind, seed) = bytes.split_first().ok_or(NoteKeyError::Shape)?;
        let seed: [u8; 32] = seed.try_into().map_err(|_| NoteKeyError::Shape)?;
        if *kind != ED25519_TYPE {
            return Err(NoteKeyError::Type);
        }
        let key = Self::from_seed(name, Zeroizing::new(seed))?;
        if key.public().id() != id {
            return Err(NoteKeyError::Id);
        }
        Ok(key)
    }

    /// The key as text, as Go's `golang.org/x/mod/sumdb/note` writes signers:
    /// `PRIVATE+KEY+<name>+<id>+<base64(0x01 || seed)>`.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(vec![ED25519_TYPE]);
        bytes.extend_from_slice(self.seed.as_slice());
        let public = self.public();
        Zeroizing::new(format!(
            "PRIVATE+KEY+{}+{:08x}+{}",
            self.name,
            u32::from_be_bytes(public.id()),
            STANDARD.encode(bytes.as_slice())
        ))
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    pub fn public(&self) -> LogPublicKey {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        LogPublicKey {
            name: self.name.clone(),
            key,
        }
    }

    /// The Ed25519 signature over the bytes.
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        for (to, from) in signature.iter_mut().zip(self.pair.sign(bytes).as_ref()) {
            *to = *from;
        }
        signature
    }
}

/// The public half of a [`LogKey`]: all that a verifier needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPublicKey {
    name: String,
    key: [u8; 32],
}

impl LogPublicKey {
    /// From a verifier key's text: `<name>+<8 hex>+base64(0x01 || public key)`.
    ///
    /// # Errors
    ///
    /// If it is not such a text.
    pub fn from_vkey(text: &str) -> Result<Self, NoteKeyError> {
        let (name, key) = vkey::parse(text, ED25519_TYPE)?;
        Ok(Self { name, key })
    }

    pub(super) const fn from_parts(name: String, key: [u8; 32]) -> Self {
        Self { name, key }
    }

    /// The verifier key's text.
    pub fn to_vkey(&self) -> String {
        vkey::write(&self.name, ED25519_TYPE, &self.key)
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `SHA-256(name || 0x0A || 0x01 || public key)`, the first four bytes.
    pub fn id(&self) -> [u8; 4] {
        vkey::id(&self.name, ED25519_TYPE, &self.key)
    }

    /// The Ed25519 public key (RFC 8032).
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Whether it is this key's signature over these bytes.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.key)
            .verify(bytes, signature)
            .is_ok()
    }
}
