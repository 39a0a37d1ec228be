//! A data directory before anything in it goes on: what its signers knew last.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ledger::note::{Checkpoint, LogKey};
use ledger::{Publication, Published};

use super::errors::OpenError;
use super::identity::Identity;
use super::layout::Layout;
use super::lock::Lock;
use super::open::DataDir;
use crate::disk::LocalDisk;
use crate::keys::{load_log_key, load_org_key};
use crate::publish::LocalObjects;

/// The published logs of a directory in which nothing is written; holds it.
#[derive(Debug)]
pub struct AtRest {
    published: Vec<Arc<Published>>,
}

impl AtRest {
    /// The logs that have a head: their newest checkpoint is that.
    pub fn published(&self) -> &[Arc<Published>] {
        &self.published
    }
}

impl DataDir {
    /// Looks at a data directory before it is opened, to ask others what they know of its logs.
    /// What cannot be read is left out: opening says what is wrong with it. `None` if there is no
    /// directory.
    ///
    /// # Errors
    ///
    /// If another process uses it, or its identity cannot be read.
    pub fn at_rest(path: &Path) -> Result<Option<AtRest>, OpenError> {
        let layout = Layout::new(path);
        let Some(identity) = Identity::load(&layout.identity())? else {
            return Ok(None);
        };
        let lock = Arc::new(Lock::acquire(&layout.lock())?);
        let (dir, epoch, number) = (layout.keys(), identity.epoch, identity.org_log);
        let org = load_org_key(&dir, number, &identity.org_origin()).ok();
        let node = load_log_key(&dir, epoch, &identity.origin()).ok();
        let logs = [
            (org, layout.org_log(number), layout.org_head(number)),
            (node, layout.log(&identity.node, epoch), layout.head(epoch)),
        ];
        let published = logs.into_iter().filter_map(|(key, log, head)| {
            let published = published(&key??, &log, &head, &lock)?;
            Some(Arc::new(published))
        });
        Ok(Some(AtRest {
            published: published.collect(),
        }))
    }
}

fn published(key: &LogKey, log: &Path, head: &Path, held: &Arc<Lock>) -> Option<Published> {
    let note = fs::read_to_string(head).ok()?;
    let public = key.public();
    let latest = Publication {
        checkpoint: Checkpoint::open(note.as_bytes(), &public).ok()?,
        note,
    };
    let objects = LocalObjects::held(Arc::new(LocalDisk), log, held);
    Published::at_rest(public, Box::new(objects), latest).ok()
}
