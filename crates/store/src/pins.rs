//! The definitions that were seen, in one file: what a server's tools were like, and who accepted them.

mod kept;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use inspect::pins::Pins;

use crate::disk::{Disk as _, LocalDisk, replace_file};

/// The folder of pins in a data directory.
const PINS_DIR: &str = "pins";
/// The file of all definitions.
const DEFINITIONS: &str = "definitions.json";
/// Held while the file is replaced.
const LOCK: &str = "definitions.lock";

/// Why definitions could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// A file could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not what this version wrote.
    #[error("`{path}` does not hold definitions: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The definitions of a data directory. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct PinFile {
    dir: PathBuf,
}

/// Tells one content of the file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinStamp(Option<(SystemTime, u64)>);

impl PinFile {
    /// Opens the definitions of `data`, creating the folder on first use.
    ///
    /// # Errors
    ///
    /// [`PinError::Io`]: the folder cannot be made.
    pub fn open(data: &Path) -> Result<Self, PinError> {
        let dir = data.join(PINS_DIR);
        LocalDisk.create_dir(&dir).map_err(at(&dir))?;
        Ok(Self { dir })
    }

    /// The definitions of `data`, to be read only: nothing is created.
    pub fn to_read(data: &Path) -> Self {
        Self {
            dir: data.join(PINS_DIR),
        }
    }

    /// All definitions; none if there is no file yet.
    ///
    /// # Errors
    ///
    /// [`PinError`]: the file cannot be read, or is not what this version wrote.
    pub fn load(&self) -> Result<Pins, PinError> {
        let path = self.dir.join(DEFINITIONS);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Pins::default()),
            Err(error) => return Err(at(&path)(error)),
        };
        kept::read(&text).map_err(|reason| PinError::Content { path, reason })
    }

    /// Changes the definitions; durable on return, unless `change` says that there was nothing to
    /// do. Gives them as they are now, and what `change` gave.
    ///
    /// # Errors
    ///
    /// As [`PinFile::load`], and the file cannot be written: then nothing changed.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut Pins) -> Option<T>,
    ) -> Result<(Pins, Option<T>), PinError> {
        let _lock = lock(&self.dir)?;
        let mut pins = self.load()?;
        let done = change(&mut pins);
        if done.is_some() {
            let path = self.dir.join(DEFINITIONS);
            let text = kept::write(&pins).map_err(|reason| PinError::Content {
                path: path.clone(),
                reason,
            })?;
            replace_file(&LocalDisk, &path, &text).map_err(at(&path))?;
        }
        Ok((pins, done))
    }

    /// Changes whenever the definitions change: to notice it without reading them.
    pub fn stamp(&self) -> PinStamp {
        let metadata = std::fs::metadata(self.dir.join(DEFINITIONS)).ok();
        PinStamp(metadata.and_then(|m| Some((m.modified().ok()?, m.len()))))
    }
}

/// Other processes that change the definitions wait until this is dropped.
fn lock(dir: &Path) -> Result<File, PinError> {
    let path = dir.join(LOCK);
    let open = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|file| file.lock().map(|()| file));
    open.map_err(at(&path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> PinError {
    let path = path.to_owned();
    move |error| PinError::Io {
        path: path.clone(),
        error,
    }
}
