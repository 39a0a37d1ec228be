//! Files of what is verified, by their path relative to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::web::Web;

/// Where a log is: a folder, or a URL below which its files are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A data directory, or a copy of one published log.
    Folder(PathBuf),
    /// The prefix of one published log (C2SP tlog-tiles): `http` or `https`.
    Url(String),
}

impl Target {
    /// From what somebody typed: what begins with `http://` or `https://` is a URL.
    pub fn of(text: &Path) -> Self {
        match text.to_str() {
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                Self::Url(format!("{}/", url.trim_end_matches('/')))
            }
            _ => Self::Folder(text.to_owned()),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// What is verified, open.
#[derive(Debug)]
pub(crate) enum Source {
    Folder(PathBuf),
    Web(Web),
}

impl Source {
    pub(crate) fn open(target: &Target) -> io::Result<Self> {
        Ok(match target {
            Target::Folder(root) => Self::Folder(root.clone()),
            Target::Url(url) => Self::Web(Web::new(url)?),
        })
    }

    /// What to call a file of it.
    pub(crate) fn name(&self, path: &str) -> String {
        match self {
            Self::Folder(root) => root.join(path).display().to_string(),
            Self::Web(web) => web.url(path),
        }
    }

    /// A whole file; `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(root) => match fs::read(root.join(path)) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
            Self::Web(web) => web.read(path),
        }
    }

    /// Says that this file will be read soon.
    pub(crate) fn soon(&self, path: &str) {
        if let Self::Web(web) = self {
            web.soon(path);
        }
    }

    /// The names in a folder, sorted; none if there is no such folder. Nothing can be listed behind
    /// a URL.
    pub(crate) fn list(&self, path: &str) -> io::Result<Vec<String>> {
        let Self::Folder(root) = self else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(root.join(path)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<_>>()?;
        names.sort_unstable();
        Ok(names)
    }

    pub(crate) fn exists(&self, path: &str) -> io::Result<bool> {
        match self {
            Self::Folder(root) => Ok(root.join(path).exists()),
            Self::Web(web) => Ok(web.read(path)?.is_some()),
        }
    }
}
