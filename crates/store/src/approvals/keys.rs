use std::path::Path;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

use crate::watched::{WatchedError, WatchedFile};

/// The file of the secret in a data directory: 32 bytes.
const SECRET: &str = "keys/approvals.key";

/// The keys of approvals: of the digests that they are bound to, and of what clients are given while they
/// wait.
pub struct ApprovalKeys {
    /// For the digests of arguments.
    pub binding: Zeroizing<[u8; 32]>,
    /// For what clients are given.
    pub state: Zeroizing<[u8; 32]>,
}

impl ApprovalKeys {
    /// The keys of `data`, from a secret that is made from `random` on first use.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: the file cannot be used, or the secret has another length than 32 bytes.
    pub fn open(data: &Path, random: impl FnOnce() -> [u8; 32]) -> Result<Self, WatchedError> {
        let file = WatchedFile::new(data, SECRET, "hold a secret");
        file.create_folder()?;
        let secret = {
            let _lock = file.lock()?;
            match file.read()? {
                Some(secret) => Zeroizing::new(secret),
                None => {
                    let secret = Zeroizing::new(random().to_vec());
                    file.replace(&secret)?;
                    secret
                }
            }
        };
        if secret.len() != 32 {
            return Err(file.wrong(format!("{} bytes, and a secret has 32", secret.len())));
        }
        let key = |of: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            Salt::new(HKDF_SHA256, b"probity approvals")
                .extract(&secret)
                .expand(&[of], Length)
                .and_then(|okm| okm.fill(&mut *key))
                .map_err(|_| file.wrong("no key can be derived from it".to_owned()))?;
            Ok::<_, WatchedError>(key)
        };
        Ok(Self {
            binding: key(b"binding")?,
            state: key(b"state")?,
        })
    }
}

/// The length of the keys in bytes.
struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}
