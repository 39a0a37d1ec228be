//! The root key, as a port: everything in the keyring hangs from it.

use std::fmt::Debug;

use aws_lc_rs::rand;
use ledger::{Key, KeyError, WRAPPED_KEY_BYTES};
use zeroize::Zeroizing;

/// Length of a nonce of AES-256-GCM in bytes.
const NONCE_BYTES: usize = 12;

/// What wraps the keys at the top of the keyring: a local file's key, or a key that lives in a
/// service and never leaves it. Calls may block; they happen at the start and behind the writer,
/// never on the path of a call.
pub trait RootKey: Debug + Send + Sync + 'static {
    /// Names the key, so that a keyring is not used with another one: `file`, or where the service
    /// is and what the key is called there.
    fn name(&self) -> &str;

    /// Wraps a key. `place` says what it belongs to, and must be given again to unwrap it.
    ///
    /// # Errors
    ///
    /// If it could not be wrapped; the caller may try again.
    fn wrap(&self, key: &[u8; 32], place: &[u8]) -> Result<Vec<u8>, RootKeyError>;

    /// The opposite.
    ///
    /// # Errors
    ///
    /// [`RootKeyError::Away`] may pass; the others do not.
    fn unwrap(&self, wrapped: &[u8], place: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootKeyError>;
}

/// Why the root key could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootKeyError {
    /// The service that holds it cannot be reached, or cannot answer now.
    #[error("the root key cannot be reached: {0}")]
    Away(String),
    /// The service that holds it refuses.
    #[error("the root key may not be used: {0}")]
    Refused(String),
    /// A key does not open, or there are no random numbers.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A root key out of a file. What it wraps is a nonce and the wrapped key.
#[derive(Debug)]
pub(crate) struct FileRoot(Key);

impl FileRoot {
    pub(crate) const NAME: &'static str = "file";

    pub(crate) const fn new(key: Key) -> Self {
        Self(key)
    }
}

impl RootKey for FileRoot {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn wrap(&self, key: &[u8; 32], place: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        let nonce = nonce()?;
        let wrapped = self.0.wrap(key, nonce, place)?;
        Ok([nonce.as_slice(), &wrapped].concat())
    }

    fn unwrap(&self, wrapped: &[u8], place: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
        let (nonce, wrapped) = split(wrapped).ok_or(KeyError::Unwrap)?;
        Ok(self.0.unwrap(&wrapped, nonce, place)?)
    }
}

/// A random nonce.
pub(super) fn nonce() -> Result<[u8; NONCE_BYTES], KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    rand::fill(&mut nonce).map_err(|_| KeyError::Random)?;
    Ok(nonce)
}

fn split(bytes: &[u8]) -> Option<([u8; NONCE_BYTES], [u8; WRAPPED_KEY_BYTES])> {
    let (nonce, wrapped) = bytes.split_first_chunk()?;
    Some((*nonce, wrapped.try_into().ok()?))
}
