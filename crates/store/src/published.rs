use std::fs;
use std::io;
use std::path::Path;

use ledger::LogPath;

use crate::dir::{Identity, IdentityError, Layout, ORG};

/// The published logs of a data directory, for serving. Holds no lock and changes nothing.
#[derive(Debug, Clone)]
pub struct PublishedLogs {
    layout: Layout,
    node: String,
    epoch: u32,
    org_log: u32,
}

impl PublishedLogs {
    /// Of this data directory; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the node's identity cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>, IdentityError> {
        let layout = Layout::new(path);
        Ok(Identity::load(&layout.identity())?.map(|identity| Self {
            layout,
            node: identity.node,
            epoch: identity.epoch,
            org_log: identity.org_log,
        }))
    }

    /// A published file; `None` if there is none. The path on disk is made of this directory's
    /// own names and of what [`LogPath`] writes, never of what somebody sent.
    ///
    /// # Errors
    ///
    /// If it is unknown whether there is one.
    pub fn read(&self, path: &LogPath) -> io::Result<Option<Vec<u8>>> {
        let dir = match path.epoch {
            number if path.name == ORG => self.layout.org_log(number.unwrap_or(self.org_log)),
            epoch if path.name == self.node => {
                self.layout.log(&self.node, epoch.unwrap_or(self.epoch))
            }
            _ => return Ok(None),
        };
        match fs::read(dir.join(path.file.key())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
