use std::io;
use std::path::{Path, PathBuf};

use ledger::note::{LogKey, NoteKeyError};
use ledger::{Key, KeyError};
use zeroize::Zeroizing;

use crate::disk::{LocalDisk, replace_file};

/// The root key's file in the directory of keys.
pub(crate) const ROOT_KEY: &str = "root.key";

/// Why a key's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Others than the owner may read the file.
    #[error("`{path}` may be read by others than its owner: chmod 600 it")]
    Mode {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold a root key.
    #[error("`{path}` is not 64 hexadecimal digits")]
    Root {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold a signing key of this log.
    #[error("`{path}` does not hold the log's key: {error}")]
    Log {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: NoteKeyError,
    },
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Makes the root key's file.
pub(crate) fn create_root_key(dir: &Path) -> Result<Key, KeyFileError> {
    let key = Key::generate()?;
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in key.expose() {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('\n');
    write(&dir.join(ROOT_KEY), text.as_bytes())?;
    Ok(key)
}

/// Reads the root key's file; `None` if there is none.
pub(crate) fn load_root_key(dir: &Path) -> Result<Option<Key>, KeyFileError> {
    let path = dir.join(ROOT_KEY);
    let Some(text) = read(&path)? else {
        return Ok(None);
    };
    let wrong = || KeyFileError::Root { path: path.clone() };
    let text = text.trim_ascii();
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Zeroizing::new([0; 32]);
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return Err(wrong());
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |c: u8| char::from(c).to_digit(16).ok_or_else(wrong);
        *byte = u8::try_from(digit(*high)? << 4 | digit(*low)?).map_err(|_| wrong())?;
    }
    Ok(Some(Key::from_bytes(bytes)?))
}

/// Makes the signing key's file of an epoch.
pub(crate) fn create_log_key(dir: &Path, epoch: u32, origin: &str) -> Result<LogKey, KeyFileError> {
    create(log_key_path(dir, epoch), origin)
}

/// Makes the signing key's file of an org log.
pub(crate) fn create_org_key(
    dir: &Path,
    number: u32,
    origin: &str,
) -> Result<LogKey, KeyFileError> {
    create(org_key_path(dir, number), origin)
}

fn create(path: PathBuf, origin: &str) -> Result<LogKey, KeyFileError> {
    let key = LogKey::generate(origin).map_err(|error| KeyFileError::Log {
        path: path.clone(),
        error,
    })?;
    let mut text = key.to_secret_text();
    text.push('\n');
    write(&path, text.as_bytes())?;
    Ok(key)
}

/// Reads the signing key's file of an epoch; `None` if there is none.
pub(crate) fn load_log_key(
    dir: &Path,
    epoch: u32,
    origin: &str,
) -> Result<Option<LogKey>, KeyFileError> {
    load(log_key_path(dir, epoch), origin)
}

/// Reads the signing key's file of an org log; `None` if there is none.
pub(crate) fn load_org_key(
    dir: &Path,
    number: u32,
    origin: &str,
) -> Result<Option<LogKey>, KeyFileError> {
    load(org_key_path(dir, number), origin)
}

fn load(path: PathBuf, origin: &str) -> Result<Option<LogKey>, KeyFileError> {
    let Some(text) = read(&path)? else {
        return Ok(None);
    };
    match LogKey::from_secret_text(&text) {
        Ok(key) if key.name() == origin => Ok(Some(key)),
        Ok(_) => Err(KeyFileError::Log {
            path,
            error: NoteKeyError::Id,
        }),
        Err(error) => Err(KeyFileError::Log { path, error }),
    }
}

/// The signing key's file of an epoch.
pub(crate) fn log_key_path(dir: &Path, epoch: u32) -> PathBuf {
    dir.join(format!("log-{epoch}.key"))
}

/// The signing key's file of an org log.
pub(crate) fn org_key_path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("org-{number}.key"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), KeyFileError> {
    replace_file(&LocalDisk, path, bytes).map_err(|error| KeyFileError::Io {
        path: path.to_owned(),
        error,
    })
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeyFileError> {
    use std::os::unix::fs::MetadataExt;
    let io = |error| KeyFileError::Io {
        path: path.to_owned(),
        error,
    };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
        Ok(metadata) if metadata.mode() & 0o077 != 0 => {
            return Err(KeyFileError::Mode {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
    }
    std::fs::read_to_string(path)
        .map(|text| Some(Zeroizing::new(text)))
        .map_err(io)
}
