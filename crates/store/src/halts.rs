//! What an operator stopped: one file, which a running gateway watches.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use model::{Halt, HaltTarget, Timestamp};
use serde::{Deserialize, Serialize};

use crate::disk::{Disk as _, LocalDisk, replace_file};

const HALTS: &str = "stops.json";
/// So many liftings are kept, until a running gateway has put them on record.
const LIFTS_MAX: usize = 256;
/// Held while the file is replaced.
const LOCK: &str = "stops.lock";

/// Why the list of what is stopped could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum HaltError {
    /// The file could not be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not what this version wrote.
    #[error("`{path}` does not say what is stopped: {reason}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The list of a data directory. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct HaltFile {
    dir: PathBuf,
}

/// What is stopped, and what was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HaltList {
    /// What is stopped, the oldest first.
    pub halts: Vec<Halt>,
    /// What was lifted of late: who lifted it, when and why. The log has all of them.
    pub lifts: Vec<Halt>,
}

/// Tells one content of the file from another; a file that is not there from one that is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltStamp(Option<(SystemTime, u64, u64)>);

impl HaltFile {
    /// Opens the list of `data`, which is created if it is missing: from then on a file that is not
    /// there was taken away.
    ///
    /// # Errors
    ///
    /// [`HaltError`]: the file cannot be made.
    pub fn open(data: &Path) -> Result<Self, HaltError> {
        LocalDisk.create_dir(data).map_err(at(data))?;
        let file = Self {
            dir: data.to_owned(),
        };
        let _lock = file.lock()?;
        let path = file.path();
        if !path.try_exists().map_err(at(&path))? {
            file.save(&HaltList::default())?;
        }
        Ok(file)
    }

    /// What the file says.
    ///
    /// # Errors
    ///
    /// [`HaltError`]: the file is not there, cannot be read, or is not what this version wrote.
    pub fn load(&self) -> Result<HaltList, HaltError> {
        let path = self.path();
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        serde_json::from_str::<KeptList>(&text)
            .map_err(|error| error.to_string())
            .and_then(KeptList::into_list)
            .map_err(|reason| HaltError::Content { path, reason })
    }

    /// Stops something; durable on return. What is stopped already stays as it was: `false`.
    ///
    /// # Errors
    ///
    /// As [`HaltFile::load`], and the file cannot be written.
    pub fn place(&self, halt: Halt) -> Result<bool, HaltError> {
        let _lock = self.lock()?;
        let mut list = self.load()?;
        if list.halts.iter().any(|other| other.target == halt.target) {
            return Ok(false);
        }
        list.halts.push(halt);
        self.save(&list)?;
        Ok(true)
    }

    /// Lets something go on, on this one's word; durable on return. `false`: it was not stopped.
    ///
    /// # Errors
    ///
    /// As [`HaltFile::load`], and the file cannot be written.
    pub fn lift(&self, lift: Halt) -> Result<bool, HaltError> {
        let _lock = self.lock()?;
        let mut list = self.load()?;
        let before = list.halts.len();
        list.halts.retain(|halt| halt.target != lift.target);
        if list.halts.len() == before {
            return Ok(false);
        }
        list.lifts.push(lift);
        let old = list.lifts.len().saturating_sub(LIFTS_MAX);
        list.lifts.drain(..old);
        self.save(&list)?;
        Ok(true)
    }

    /// Changes whenever the list changes: to notice it without reading it.
    pub fn stamp(&self) -> HaltStamp {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(self.path()).ok();
        HaltStamp(metadata.and_then(|m| Some((m.modified().ok()?, m.len(), m.ino()))))
    }

    fn path(&self) -> PathBuf {
        self.dir.join(HALTS)
    }

    fn save(&self, list: &HaltList) -> Result<(), HaltError> {
        let path = self.path();
        let all = |halts: &[Halt]| halts.iter().map(Kept::from_halt).collect();
        let kept = KeptList {
            stopped: all(&list.halts),
            lifted: all(&list.lifts),
        };
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| HaltError::Content {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        replace_file(&LocalDisk, &path, &text).map_err(at(&path))
    }

    fn lock(&self) -> Result<File, HaltError> {
        let path = self.dir.join(LOCK);
        let open = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|file| file.lock().map(|()| file));
        open.map_err(at(&path))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptList {
    stopped: Vec<Kept>,
    lifted: Vec<Kept>,
}

impl KeptList {
    fn into_list(self) -> Result<HaltList, String> {
        let all = |kept: Vec<Kept>| kept.into_iter().map(Kept::into_halt).collect();
        let (halts, lifts): (Result<_, _>, Result<_, _>) = (all(self.stopped), all(self.lifted));
        Ok(HaltList {
            halts: halts?,
            lifts: lifts?,
        })
    }
}

/// One line of a list as it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    what: KeptKind,
    id: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    at_us: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptKind {
    Everything,
    Server,
    Person,
    Session,
}

impl Kept {
    fn from_halt(halt: &Halt) -> Self {
        Self {
            what: match &halt.target {
                HaltTarget::Everything => KeptKind::Everything,
                HaltTarget::Server(_) => KeptKind::Server,
                HaltTarget::Person(_) => KeptKind::Person,
                HaltTarget::Session(_) => KeptKind::Session,
            },
            id: halt.target.id(),
            by: halt.by.to_string(),
            reason: halt.reason.as_deref().map(str::to_owned),
            at_us: halt.at.unix_us(),
        }
    }

    fn into_halt(self) -> Result<Halt, String> {
        let id = self.id;
        let told = |error: &dyn std::fmt::Display| format!("`{id}`: {error}");
        Ok(Halt {
            target: match self.what {
                KeptKind::Everything => HaltTarget::Everything,
                KeptKind::Server => HaltTarget::Server(id.parse().map_err(|error| told(&error))?),
                KeptKind::Session => HaltTarget::Session(id.parse().map_err(|error| told(&error))?),
                KeptKind::Person => HaltTarget::Person(id.into()),
            },
            by: self.by.into(),
            reason: self.reason.map(Into::into),
            at: Timestamp::from_unix_us(self.at_us),
        })
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> HaltError {
    let path = path.to_owned();
    move |error| HaltError::Io {
        path: path.clone(),
        error,
    }
}
