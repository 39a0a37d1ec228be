use std::process::ExitCode;

use crate::config::Mistakes;

/// How the program ends: documented in `probity --help`. 2 is clap's, for a wrong command line; 3
/// to 5 and 8 are those of `probity-verify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It worked.
    Ok,
    /// It failed.
    Failed,
    /// The log is whole, and something was destroyed on record.
    Purged,
    /// Something is missing in the log.
    Missing,
    /// Something in the log is not as it was recorded.
    Corrupt,
    /// The configuration is wrong.
    Configuration,
    /// What was asked for does not exist.
    NotFound,
    /// A log contradicts what it showed before.
    Contradicted,
}

impl Exit {
    /// The status that belongs to an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if error.downcast_ref::<Mistakes>().is_some() {
            Self::Configuration
        } else if error.downcast_ref::<NotFound>().is_some() {
            Self::NotFound
        } else {
            Self::Failed
        }
    }
}

impl From<verify::Exit> for Exit {
    fn from(exit: verify::Exit) -> Self {
        match exit {
            verify::Exit::Intact => Self::Ok,
            verify::Exit::Purged => Self::Purged,
            verify::Exit::Missing => Self::Missing,
            verify::Exit::Corrupt => Self::Corrupt,
            verify::Exit::Contradicted => Self::Contradicted,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Purged => 3,
            Exit::Missing => 4,
            Exit::Corrupt => 5,
            Exit::Configuration => 6,
            Exit::NotFound => 7,
            Exit::Contradicted => 8,
        })
    }
}

/// What was asked for does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotFound(pub(crate) String);
