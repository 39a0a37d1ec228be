//! A root key in Vault: introduces the keyring to the client that asks the server.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use gateway::{Transit, TransitConfig, TransitError};
use store::{RootKey, RootKeyError};
use zeroize::Zeroizing;

/// The root key in Vault's transit engine.
#[derive(Debug)]
struct VaultRoot(Transit);

impl RootKey for VaultRoot {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn wrap(&self, key: &[u8; 32], place: &[u8]) -> Result<Vec<u8>, RootKeyError> {
        self.0.encrypt(key, place).map_err(told)
    }

    fn unwrap(&self, wrapped: &[u8], place: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootKeyError> {
        let key = self.0.decrypt(wrapped, place).map_err(told)?;
        Ok(Zeroizing::new(key))
    }
}

/// The root key that is configured, not asked for anything yet.
pub(crate) fn open(config: &TransitConfig) -> Result<Arc<dyn RootKey>> {
    let transit = Transit::new(config).context("the root key's server cannot be used")?;
    Ok(Arc::new(VaultRoot(transit)))
}

/// Tries the key: it opens what it wrapped, and only in its place. An engine without associated
/// data, which old servers are, would let wrapped keys be swapped.
pub(crate) fn try_out(root: &dyn RootKey) -> Result<()> {
    let (key, here, there) = ([0x5a; 32], b"probity/v1/try", b"probity/v1/elsewhere");
    let wrapped = root.wrap(&key, here)?;
    ensure!(
        *root.unwrap(&wrapped, here)? == key,
        "the root key does not open what it wrapped"
    );
    ensure!(
        matches!(root.unwrap(&wrapped, there), Err(RootKeyError::Refused(_))),
        "the root key's server ignores associated data: it takes Vault 1.13 or OpenBao, and a key \
         of type aes256-gcm96"
    );
    Ok(())
}

fn told(error: TransitError) -> RootKeyError {
    match error {
        TransitError::Away(what) => RootKeyError::Away(what),
        error => RootKeyError::Refused(error.to_string()),
    }
}
