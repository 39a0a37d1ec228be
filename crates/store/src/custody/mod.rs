//! What may be forgotten, and what must not: purges by key destruction, and legal holds. Both are
//! on record, and go on where a crash interrupted them. `spec/purge.md` has the steps.

mod hold;
mod people;
mod purge;
mod refuse;
mod target;

use std::path::PathBuf;
use std::sync::Arc;

use ledger::{Commit, CommitError, Committed, Kind, PurgeNotice, Session};
use model::{EntryIndex, SessionId};
use serde_json::Value;

use crate::dir::{Note, Opened, new_session_id};
use crate::disk::Disk;
use crate::error::ReadError;
use crate::keeper::KeeperError;
use crate::keys::{Keyring, KeyringError, RootKey};
use crate::reader::Reader;

pub use hold::{HoldRequest, HoldScope, HoldView, Scoped};
pub use purge::{PurgeOutcome, PurgeRequest, PurgeRun};
pub use target::PurgeTarget;

/// What custody needs of the data directory besides the log.
#[derive(Debug)]
pub(crate) struct Custody {
    pub(crate) path: PathBuf,
    pub(crate) epoch: u32,
    pub(crate) root: Arc<dyn RootKey>,
    pub(crate) approvals_min: usize,
    pub(crate) disk: Arc<dyn Disk>,
}

/// Why nothing was purged, held or released.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// No grounds were given.
    #[error("an auditor will ask why: give the grounds")]
    Grounds,
    /// Too few people stand for it.
    #[error("{given} people stand for it, and it takes {min}: name each of them")]
    People {
        /// How many different people were named.
        given: usize,
        /// How many it takes.
        min: usize,
    },
    /// No case was named.
    #[error("a hold is for a case: name it")]
    Matter,
    /// Holds are in force over it.
    #[error(
        "it is held for `{}`: nothing was purged, and the attempt is on record",
        matters.join("`, `")
    )]
    Held {
        /// The cases that they are for.
        matters: Vec<String>,
    },
    /// A purge that covers some of it is under way.
    #[error("a purge that covers some of it is under way: nothing was held")]
    Purging,
    /// There is no hold for this case.
    #[error("no hold is in force for `{0}`")]
    NoHold(String),
    /// The log has no such session.
    #[error("the log has no session {0}")]
    NoSession(SessionId),
    /// The log has no such entries.
    #[error("the log has no entries {first} to {last}")]
    NoEntries {
        /// The first.
        first: EntryIndex,
        /// The last.
        last: EntryIndex,
    },
    /// A session is open: its next record would be written under a key that nobody has.
    #[error("session {0} is open: end it first; stopping the gateway ends all of them")]
    Open(SessionId),
    /// A day is not over: sessions may still open in it.
    #[error("the day is not over: purge its sessions one by one, or wait until tomorrow")]
    DayNotOver,
    /// What was decided about purges and holds is never purged.
    #[error("records about purges and holds are never purged")]
    Custody,
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The keyring could not be read or written.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Keys could not be moved.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// It could not be put on record.
    #[error("it could not be put on record: {0}")]
    Commit(#[from] CommitError),
}

impl Custody {
    fn keyring(&self) -> Result<Keyring, CustodyError> {
        let layout = crate::dir::Layout::new(&self.path);
        Ok(Keyring::open(&layout.keyring(), Arc::clone(&self.root))?)
    }

    fn reader(&self, epoch: u32) -> Result<Reader, ReadError> {
        Reader::open_under(&self.path, Some(epoch), Some(Arc::clone(&self.root)))
    }
}

impl Opened {
    /// Brings to their ends the purges and holds that a crash interrupted.
    pub(crate) fn resume_custody(&self) -> Result<(), CustodyError> {
        let keyring = self.custody.keyring()?;
        for row in keyring.purges_under_way()? {
            PurgeRun::resume(self, self.custody.keyring()?, row)?.finish()?;
        }
        hold::resume(self, &keyring)
    }
}

/// The session in which one purge or one hold is recorded; opened when there is something to say.
#[derive(Debug, Default)]
struct Minutes(Option<Session>);

impl Minutes {
    fn note(
        &mut self,
        opened: &Opened,
        detail: &'static str,
        extra: Value,
    ) -> Result<EntryIndex, CustodyError> {
        let note = Note::new(Kind::LegalHold, detail).with(extra);
        let session = self.session(opened)?;
        index(session.commit(note))
    }

    fn purge(
        &mut self,
        opened: &Opened,
        notice: PurgeNotice,
        extra: Value,
    ) -> Result<EntryIndex, CustodyError> {
        let note = Note::new(Kind::Purge, "keys are destroyed on purpose").with(extra);
        let session = self.session(opened)?;
        index(session.purge(note, notice))
    }

    fn close(&mut self) -> Result<(), CustodyError> {
        match self.0.take() {
            None => Ok(()),
            Some(session) => {
                let closing = Note::new(Kind::SessionClosed, "it is on record");
                index(session.close(closing)).map(drop)
            }
        }
    }

    fn session(&mut self, opened: &Opened) -> Result<Session, CustodyError> {
        if let Some(session) = &self.0 {
            return Ok(session.clone());
        }
        let id = new_session_id().ok_or(CommitError::Seal)?;
        let opening = Note::new(Kind::SessionOpened, "about what is purged or held");
        let (session, commit) = opened.ledger().open_custody(id, opening);
        index(commit)?;
        self.0 = Some(session.clone());
        Ok(session)
    }
}

fn index(commit: Commit<Note>) -> Result<EntryIndex, CustodyError> {
    let committed: Committed<Note> = commit.wait()?;
    Ok(committed.receipt().index)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
