//! Opening a new epoch where the log cannot go on: it says why, and what the one before it was.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::TreeSize;

use super::errors::{OpenError, io_error};
use super::identity::Identity;
use super::layout::Layout;
use super::lock::Lock;
use super::open::DataDir;
use crate::disk::{Disk, LocalDisk};
use crate::keys::{
    FileRoot, Keyring, create_log_key, create_root_key, load_log_key, load_org_key, load_root_key,
};
use crate::org::OrgLog;
use ledger::note::Checkpoint;

/// A new epoch: the next start begins its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEpoch {
    /// The origin of its log.
    pub origin: String,
    /// The last checkpoint of the epoch before, if one is known.
    pub previous: Option<TreeSize>,
}

impl DataDir {
    /// Gives up the current epoch and prepares the next: a new signing key, an empty log, of which
    /// the first record states `grounds` and the last checkpoint of the old epoch. The old epoch's
    /// files stay as they are.
    ///
    /// # Errors
    ///
    /// If there is no data directory, another process uses it, or it cannot be written.
    pub fn new_epoch(path: &Path, grounds: &str) -> Result<NewEpoch, OpenError> {
        let layout = Layout::new(path);
        let lock = Arc::new(Lock::acquire(&layout.lock())?);
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let Some(mut identity) = Identity::load(&layout.identity())? else {
            return Err(OpenError::Io {
                path: layout.identity(),
                error: std::io::ErrorKind::NotFound.into(),
            });
        };
        let head = std::fs::read_to_string(layout.head(identity.epoch)).unwrap_or_default();
        let key = load_log_key(&layout.keys(), identity.epoch, &identity.origin()).ok();
        let checkpoint = key
            .flatten()
            .and_then(|key| Checkpoint::open(head.as_bytes(), &key.public()).ok());
        // Before the epoch: the org log is judged by what it says, not by the node's log.
        match OrgLog::open(&disk, path, &identity, Duration::ZERO, &lock) {
            Ok(_) => {}
            Err(OpenError::Org(error)) => return Err(error.into()),
            Err(_) => give_up_org_log(&layout, &mut identity),
        }
        identity.epoch += 1;
        grounds.clone_into(&mut identity.grounds);
        identity.previous = head;
        let keyring = layout.keyring();
        let by_file = Keyring::root_elsewhere(&keyring)?.is_none();
        if by_file && load_root_key(&layout.keys())?.is_none() {
            set_keyring_aside(&layout, identity.epoch)?;
            let root = FileRoot::new(create_root_key(&layout.keys())?);
            Keyring::open(&keyring, Arc::new(root))?;
        }
        let origin = identity.origin();
        if load_log_key(&layout.keys(), identity.epoch, &origin)?.is_none() {
            create_log_key(&layout.keys(), identity.epoch, &origin)?;
        }
        // Last: a crash before this leaves the old epoch, and a key that the next try uses.
        identity.save(&layout.identity())?;
        Ok(NewEpoch {
            origin,
            previous: checkpoint.map(|checkpoint| checkpoint.size),
        })
    }
}

/// An org log that cannot go on is followed by another, which begins with its last checkpoint, or
/// says that none is known.
fn give_up_org_log(layout: &Layout, identity: &mut Identity) {
    let head = std::fs::read_to_string(layout.org_head(identity.org_log)).unwrap_or_default();
    let key = load_org_key(&layout.keys(), identity.org_log, &identity.org_origin());
    let signed = key
        .ok()
        .flatten()
        .is_some_and(|key| Checkpoint::open(head.as_bytes(), &key.public()).is_ok());
    identity.org_previous = if signed { head } else { String::new() };
    identity.org_log += 1;
}

/// Without its root key the keyring opens nothing; it is kept in case the key is found.
fn set_keyring_aside(layout: &Layout, epoch: u32) -> Result<(), OpenError> {
    let from = layout.keyring();
    if from.exists() {
        let to = from.with_extension(format!("db.before-epoch-{epoch}"));
        std::fs::rename(&from, to).map_err(|error| io_error(&from, error))?;
    }
    Ok(())
}
