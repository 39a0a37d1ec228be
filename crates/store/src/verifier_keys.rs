use std::path::Path;

use ledger::note::LogPublicKey;

use crate::dir::{Identity, Layout};
use crate::error::ReadError;
use crate::keys::{load_log_key, load_org_key};

/// The keys that verify the logs of a data directory: one per epoch of the node's log, in their
/// order, then one per org log. They are derived from the signing keys, not read from beside the
/// published logs; a key whose file is gone is left out.
///
/// # Errors
///
/// If there is no data directory, or a key's file cannot be read.
pub fn verifier_keys(path: &Path) -> Result<Vec<LogPublicKey>, ReadError> {
    let layout = Layout::new(path);
    let no_log = || ReadError::NoLog(path.to_owned());
    let identity = Identity::load(&layout.identity())?.ok_or_else(no_log)?;
    let mut keys = Vec::new();
    for epoch in 1..=identity.epoch {
        let origin = identity.in_epoch(epoch).origin();
        keys.extend(load_log_key(&layout.keys(), epoch, &origin)?);
    }
    for number in 1..=identity.org_log {
        let origin = identity.in_org_log(number).org_origin();
        keys.extend(load_org_key(&layout.keys(), number, &origin)?);
    }
    Ok(keys.iter().map(ledger::note::LogKey::public).collect())
}
