//! The definitions that were seen, in one file: what a server's tools were like, and who accepted them.

mod kept;

use std::path::Path;

use inspect::pins::Pins;

use crate::watched::{WatchedError, WatchedFile, WatchedStamp};

/// The file of all definitions in a data directory.
const DEFINITIONS: &str = "pins/definitions.json";

/// The definitions of a data directory. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct PinFile {
    file: WatchedFile,
}

impl PinFile {
    /// Opens the definitions of `data`, creating the folder on first use.
    ///
    /// # Errors
    ///
    /// [`WatchedError::Io`]: the folder cannot be made.
    pub fn open(data: &Path) -> Result<Self, WatchedError> {
        let pins = Self::to_read(data);
        pins.file.create_folder()?;
        Ok(pins)
    }

    /// The definitions of `data`, to be read only: nothing is created.
    pub fn to_read(data: &Path) -> Self {
        Self {
            file: WatchedFile::new(data, DEFINITIONS, "hold definitions"),
        }
    }

    /// All definitions; none if there is no file yet.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: the file cannot be read, or is not what this version wrote.
    pub fn load(&self) -> Result<Pins, WatchedError> {
        match self.file.read()? {
            Some(text) => kept::read(&text).map_err(|reason| self.file.wrong(reason)),
            None => Ok(Pins::default()),
        }
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
    ) -> Result<(Pins, Option<T>), WatchedError> {
        let _lock = self.file.lock()?;
        let mut pins = self.load()?;
        let done = change(&mut pins);
        if done.is_some() {
            let text = kept::write(&pins).map_err(|reason| self.file.wrong(reason))?;
            self.file.replace(&text)?;
        }
        Ok((pins, done))
    }

    /// Changes whenever the definitions change: to notice it without reading them.
    pub fn stamp(&self) -> WatchedStamp {
        self.file.stamp()
    }
}
