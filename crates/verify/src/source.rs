//! Files of what is verified, by their path relative to it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ledger::LogFile;

use crate::web::Web;

/// The most that is read of a segment of the write-ahead log; the product's have 64 MiB.
const SEGMENT_BYTES_MAX: u64 = 1 << 30;
/// The most that is read of a file of which the format says nothing, such as the signer's head.
const OTHER_BYTES_MAX: usize = 256 << 10;

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
            Self::Folder(root) => match read_file(&root.join(path), bytes_max(path)) {
                Err(error) if is_absent(&error) => Ok(None),
                read => read,
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
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
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

/// A file where a folder should be hides nothing more than one that is gone.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The most bytes that are read of a file. One that has more is cut behind them, and is then not
/// what its name says.
fn bytes_max(path: &str) -> u64 {
    if path.ends_with(".seg") {
        return SEGMENT_BYTES_MAX;
    }
    // Below `log/<node>/<epoch>/`, or of a published log alone.
    let below = path.strip_prefix("log/");
    let below = below.and_then(|rest| rest.splitn(3, '/').nth(2));
    let file = LogFile::parse(below.unwrap_or(path));
    let bytes_max = file.map_or(OTHER_BYTES_MAX, LogFile::bytes_max);
    u64::try_from(bytes_max).unwrap_or(u64::MAX)
}

/// `None` where something else than a file lies: a folder, or a pipe or device that never ends.
fn read_file(path: &Path, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
