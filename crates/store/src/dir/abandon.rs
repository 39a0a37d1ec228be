//! Ending what a crash left open: calls without an outcome, sessions without an end.

use std::collections::VecDeque;

use ledger::{Commit, CommitError, Cursor, Key, Kind, Ledger, Prefix, Sequencer};
use model::{CallId, SessionId};

use super::errors::OpenError;
use super::notes::Note;
use crate::keeper::KeeperError;

/// How many records may be on their way at once.
const IN_FLIGHT_MAX: usize = 1_024;

/// What was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Abandoned {
    pub(crate) sessions: u64,
    pub(crate) calls: u64,
}

/// Records `outcome_unknown` for each open call and `session_abandoned` for each session that is
/// open in `state`; durable on return. `opening_of` gives a session's first leaf and its key. A crash
/// in the middle leaves less to do for the next start.
pub(super) fn abandon(
    ledger: &Ledger,
    state: &Sequencer,
    mut opening_of: impl FnMut(SessionId, &Cursor) -> Result<(Prefix, Option<Key>), KeeperError>,
) -> Result<Abandoned, OpenError> {
    let mut done = Abandoned::default();
    let mut flight = Flight::default();
    let mut open: Vec<_> = state.sessions().iter().collect();
    open.sort_unstable_by_key(|(_, cursor)| cursor.first);
    for (id, cursor) in open {
        // Without its key, which was destroyed, the session still ends: the leaf says all that
        // matters, and the bodies of these records stay closed.
        let (opening, key) = opening_of(*id, cursor)?;
        let key = match key {
            Some(key) => key,
            None => Key::generate().map_err(|_| CommitError::Seal)?,
        };
        let session = ledger.resume_session(&opening, key);
        let mut calls: Vec<(u64, CallId)> =
            cursor.open_calls.iter().map(|(c, i)| (*i, *c)).collect();
        calls.sort_unstable();
        for (_, call) in calls {
            let note = Note::new(
                Kind::OutcomeUnknown,
                "the node stopped before an outcome was recorded; the call may have been forwarded",
            );
            flight.add(session.commit(note.about_call(call)))?;
            done.calls += 1;
        }
        let note = Note::new(
            Kind::SessionAbandoned,
            "the node stopped before the session's end was recorded",
        );
        flight.add(session.abandon(note))?;
        done.sessions += 1;
    }
    flight.land()?;
    Ok(done)
}

/// Commits on their way, the oldest first.
#[derive(Default)]
struct Flight(VecDeque<Commit<Note>>);

impl Flight {
    fn add(&mut self, commit: Commit<Note>) -> Result<(), CommitError> {
        self.0.push_back(commit);
        if self.0.len() >= IN_FLIGHT_MAX
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.wait()?;
        }
        Ok(())
    }

    fn land(self) -> Result<(), CommitError> {
        self.0
            .into_iter()
            .try_for_each(|commit| commit.wait().map(|_| ()))
    }
}
