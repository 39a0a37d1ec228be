use std::path::{Path, PathBuf};

/// The folder of the org logs among those of the nodes.
pub(crate) const ORG: &str = "org";

/// What lies where in a data directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Held by the process that writes.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The node's name and its epoch.
    pub(crate) fn identity(&self) -> PathBuf {
        self.root.join("node.json")
    }

    /// Everything that must never be in a backup that lives long.
    pub(crate) fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    pub(crate) fn keyring(&self) -> PathBuf {
        self.keys().join("keyring.db")
    }

    /// The write-ahead log of an epoch, which also keeps the sealed bodies.
    pub(crate) fn wal(&self, epoch: u32) -> PathBuf {
        self.root.join("wal").join(epoch.to_string())
    }

    /// The published log of an epoch: what a stranger needs, and nothing else.
    pub(crate) fn log(&self, node: &str, epoch: u32) -> PathBuf {
        self.root.join("log").join(node).join(epoch.to_string())
    }

    /// The signer's own memory of the last head that it signed.
    pub(crate) fn head(&self, epoch: u32) -> PathBuf {
        self.root.join("head").join(epoch.to_string())
    }

    /// An org log. No node is named `org`.
    pub(crate) fn org_log(&self, number: u32) -> PathBuf {
        self.log(ORG, number)
    }

    /// The memory of the org log's signer.
    pub(crate) fn org_head(&self, number: u32) -> PathBuf {
        self.root.join("head").join(format!("org-{number}"))
    }

    /// Derived, and made again where it is missing.
    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index.db")
    }
}
