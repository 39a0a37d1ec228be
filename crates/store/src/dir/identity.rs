use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::layout::ORG;
use crate::disk::{LocalDisk, replace_file};

/// The version of the directory's layout.
const FORMAT: u32 = 1;

/// Which node's log this is, and which epoch of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    format: u32,
    pub(crate) org: String,
    pub(crate) node: String,
    pub(crate) epoch: u32,
    /// Why this epoch began although the one before it was not ended in order; empty for the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) grounds: String,
    /// The last checkpoint of the epoch before this one, signed; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) previous: String,
    /// Which org log of this directory is written.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub(crate) org_log: u32,
    /// The last checkpoint of the org log before this one, signed; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) org_previous: String,
}

const fn first() -> u32 {
    1
}

const fn is_first(number: &u32) -> bool {
    *number == 1
}

/// Why the node's identity could not be read, written or made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not what this program wrote.
    #[error("`{path}` cannot be read: {error}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// The directory was made by another version.
    #[error("the data directory has format {0}, and this program knows format 1")]
    Format(u32),
    /// A name that cannot be part of an origin.
    #[error("`{0}` cannot be part of a log's origin: use a-z, 0-9, `-`, `_` and `.`")]
    Name(String),
    /// A node's name that stands for something else.
    #[error("a node cannot be called `{0}`: below `log/` that is the folder of the org log")]
    Taken(String),
}

impl Identity {
    /// The first epoch of a node.
    pub(crate) fn new(org: &str, node: &str) -> Result<Self, IdentityError> {
        for name in [org, node] {
            let fits = |c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.');
            if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(fits) {
                return Err(IdentityError::Name(name.to_owned()));
            }
        }
        if node == ORG {
            return Err(IdentityError::Taken(node.to_owned()));
        }
        Ok(Self {
            format: FORMAT,
            org: org.to_owned(),
            node: node.to_owned(),
            epoch: 1,
            grounds: String::new(),
            previous: String::new(),
            org_log: first(),
            org_previous: String::new(),
        })
    }

    /// `<org>/gw/<node>/<epoch>`.
    pub(crate) fn origin(&self) -> String {
        format!("{}/gw/{}/{}", self.org, self.node, self.epoch)
    }

    /// `<org>/org/<node>/<number>`: the node's name says which directory keeps it.
    pub(crate) fn org_origin(&self) -> String {
        format!("{}/{ORG}/{}/{}", self.org, self.node, self.org_log)
    }

    /// The same node in another epoch.
    pub(crate) fn in_epoch(&self, epoch: u32) -> Self {
        Self {
            epoch,
            ..self.clone()
        }
    }

    /// The same node where it writes, or wrote, this org log.
    pub(crate) fn in_org_log(&self, number: u32) -> Self {
        Self {
            org_log: number,
            ..self.clone()
        }
    }

    pub(crate) fn load(path: &Path) -> Result<Option<Self>, IdentityError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(IdentityError::Io {
                    path: path.to_owned(),
                    error,
                });
            }
        };
        let identity: Self =
            serde_json::from_slice(&text).map_err(|error| IdentityError::Content {
                path: path.to_owned(),
                error,
            })?;
        if identity.format != FORMAT {
            return Err(IdentityError::Format(identity.format));
        }
        Ok(Some(identity))
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), IdentityError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| IdentityError::Content {
            path: path.to_owned(),
            error,
        })?;
        text.push(b'\n');
        replace_file(&LocalDisk, path, &text).map_err(|error| IdentityError::Io {
            path: path.to_owned(),
            error,
        })
    }
}
