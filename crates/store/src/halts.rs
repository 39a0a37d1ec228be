//! What an operator stopped: one file, which a running gateway watches.

use std::path::Path;

use model::{Halt, HaltTarget, Timestamp};
use serde::{Deserialize, Serialize};

use crate::watched::{WatchedError, WatchedFile, WatchedStamp};

const HALTS: &str = "stops.json";
/// So many liftings are kept, until a running gateway has put them on record.
const LIFTS_MAX: usize = 256;

/// The list of a data directory. Several processes may use it at once.
#[derive(Debug, Clone)]
pub struct HaltFile {
    file: WatchedFile,
}

/// What is stopped, and what was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HaltList {
    /// What is stopped, the oldest first.
    pub halts: Vec<Halt>,
    /// What was lifted of late: who lifted it, when and why. The log has all of them.
    pub lifts: Vec<Halt>,
}

impl HaltFile {
    /// Opens the list of `data`, which is created if it is missing: from then on a file that is not
    /// there was taken away.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: the file cannot be made.
    pub fn open(data: &Path) -> Result<Self, WatchedError> {
        let file = Self {
            file: WatchedFile::new(data, HALTS, "say what is stopped"),
        };
        file.file.create_folder()?;
        let _lock = file.file.lock()?;
        if file.file.read()?.is_none() {
            file.save(&HaltList::default())?;
        }
        Ok(file)
    }

    /// What the file says.
    ///
    /// # Errors
    ///
    /// [`WatchedError`]: the file is not there, cannot be read, or is not what this version wrote.
    pub fn load(&self) -> Result<HaltList, WatchedError> {
        let bytes = self.file.read()?;
        let bytes = bytes.ok_or_else(|| self.file.wrong("it is not there"))?;
        serde_json::from_slice::<KeptList>(&bytes)
            .map_err(|error| error.to_string())
            .and_then(KeptList::into_list)
            .map_err(|reason| self.file.wrong(reason))
    }

    /// Stops something; durable on return. What is stopped already stays as it was: `false`.
    ///
    /// # Errors
    ///
    /// As [`HaltFile::load`], and the file cannot be written.
    pub fn place(&self, halt: Halt) -> Result<bool, WatchedError> {
        let _lock = self.file.lock()?;
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
    pub fn lift(&self, lift: Halt) -> Result<bool, WatchedError> {
        let _lock = self.file.lock()?;
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
    pub fn stamp(&self) -> WatchedStamp {
        self.file.stamp()
    }

    fn save(&self, list: &HaltList) -> Result<(), WatchedError> {
        let all = |halts: &[Halt]| halts.iter().map(Kept::from_halt).collect();
        let kept = KeptList {
            stopped: all(&list.halts),
            lifted: all(&list.lifts),
        };
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| self.file.wrong(error))?;
        self.file.replace(&text)
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
