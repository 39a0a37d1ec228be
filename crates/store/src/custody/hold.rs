//! Legal holds: what must be kept, whatever retention says.

use std::collections::BTreeSet;

use ledger::{CUSTODY_DOMAIN, Pseudonym};
use model::{EntryIndex, SessionId, Timestamp};
use serde_json::json;

use super::target::date;
use super::{CustodyError, Minutes, hex, people};
use crate::dir::{Opened, now};
use crate::keys::{Held, HoldRow, HoldStage, Keyring, KeyringError, Placing};

/// How many people it takes to release a hold.
const RELEASE_PEOPLE_MIN: usize = 2;

/// What somebody wants to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRequest {
    /// The case; several holds may be for one.
    pub matter: String,
    /// What is held.
    pub scope: HoldScope,
    /// Who wants it; it goes on record.
    pub by: Vec<String>,
}

/// What is held. Keys belong to sessions, so a hold over records holds their sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldScope {
    /// One session.
    Session(SessionId),
    /// The sessions of a range of records.
    Records {
        /// The epoch of their log; `None`: the current one.
        epoch: Option<u32>,
        /// The first.
        first: EntryIndex,
        /// The last.
        last: EntryIndex,
    },
    /// All sessions that opened, or will, on a day, counted from 1970-01-01, in UTC.
    Day(u32),
    /// All sessions of a principal, as `kind|issuer|subject`, and those that come.
    Principal(String),
}

/// What is held now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scoped {
    /// The index of the leaf that says so.
    pub index: EntryIndex,
    /// How many sessions are held so far.
    pub sessions: u64,
}

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    /// The case.
    pub matter: String,
    /// What is held, for people; a principal by its pseudonym.
    pub scope: String,
    /// When it was placed.
    pub at: Timestamp,
    /// How many sessions it holds so far.
    pub sessions: u64,
}

impl HoldView {
    pub(crate) fn all(keyring: &Keyring) -> Result<Vec<Self>, KeyringError> {
        let view = |(row, sessions): (HoldRow, u64)| Self {
            matter: row.matter,
            scope: row.scope,
            at: row.at,
            sessions,
        };
        Ok(keyring.holds()?.into_iter().map(view).collect())
    }
}

impl Opened {
    /// Places a legal hold: in force and on record on return, and until it is released.
    ///
    /// # Errors
    ///
    /// If nobody or no case was named, there is nothing to hold, or a purge of some of it is under
    /// way.
    pub fn place_hold(&self, request: &HoldRequest) -> Result<Scoped, CustodyError> {
        let matter = request.matter.trim();
        if matter.is_empty() {
            return Err(CustodyError::Matter);
        }
        let people = people::at_least(1, &request.by)?;
        let keyring = self.custody.keyring()?;
        self.keeper.settle()?;
        let (held, scope) = self.scope_of(&keyring, &request.scope)?;
        let mut row = HoldRow {
            number: Keyring::hold_number()?,
            stage: HoldStage::Placing,
            matter: matter.to_owned(),
            scope,
            at: now(),
            people,
        };
        let Placing::InForce(sessions) = keyring.place_hold(&row, &held)? else {
            return Err(CustodyError::Purging);
        };
        let index = placed(self, &keyring, &mut row)?;
        Ok(Scoped { index, sessions })
    }

    /// Releases all holds of a case, which takes two people; gives how many there were.
    ///
    /// # Errors
    ///
    /// If fewer people stand for it, or no hold is in force for this case.
    pub fn release_hold(&self, matter: &str, by: &[String]) -> Result<usize, CustodyError> {
        let people = people::at_least(RELEASE_PEOPLE_MIN, by)?;
        let keyring = self.custody.keyring()?;
        let mut rows: Vec<HoldRow> = keyring.holds()?.into_iter().map(|(row, _)| row).collect();
        rows.retain(|row| row.matter == matter.trim());
        if rows.is_empty() {
            return Err(CustodyError::NoHold(matter.trim().to_owned()));
        }
        for row in &mut rows {
            keyring.hold_releasing(row.number, &people)?;
            row.people.clone_from(&people);
            released(self, &keyring, row)?;
        }
        Ok(rows.len())
    }

    /// The holds that are in force.
    ///
    /// # Errors
    ///
    /// If the keyring cannot be read.
    pub fn holds(&self) -> Result<Vec<HoldView>, CustodyError> {
        Ok(HoldView::all(&self.custody.keyring()?)?)
    }

    fn scope_of(
        &self,
        keyring: &Keyring,
        scope: &HoldScope,
    ) -> Result<(Held, String), CustodyError> {
        Ok(match scope {
            HoldScope::Session(session) => {
                self.custody.epoch_of(*session)?;
                let held = Held::Sessions(vec![*session]);
                (held, format!("session {session}"))
            }
            HoldScope::Records { epoch, first, last } => {
                let epoch = epoch.unwrap_or(self.custody.epoch);
                let sessions = self.sessions_in(epoch, *first, *last)?;
                let text = format!("records {first} to {last} of epoch {epoch}");
                (Held::Sessions(sessions), text)
            }
            HoldScope::Day(day) => {
                let (domain, bucket) = (0, *day);
                let text = format!("day {}", date(*day));
                (Held::Bucket { domain, bucket }, text)
            }
            HoldScope::Principal(principal) => {
                let key = keyring.pseudonym_key()?;
                let pseudonym = Pseudonym::of(&key, b"principal", principal);
                let text = format!("principal {}", hex(&pseudonym.0));
                (Held::Principal(pseudonym), text)
            }
        })
    }

    fn sessions_in(
        &self,
        epoch: u32,
        first: EntryIndex,
        last: EntryIndex,
    ) -> Result<Vec<SessionId>, CustodyError> {
        let reader = self.custody.reader(epoch)?;
        if first > last || last.0 >= reader.size().0 {
            return Err(CustodyError::NoEntries { first, last });
        }
        let mut sessions = BTreeSet::new();
        for index in first.0..=last.0 {
            let prefix = reader.leaf(EntryIndex(index))?.prefix;
            if prefix.domain != CUSTODY_DOMAIN {
                sessions.insert(prefix.session);
            }
        }
        Ok(sessions.into_iter().collect())
    }
}

/// Brings to their ends what a crash interrupted; a step may then be on record twice.
pub(super) fn resume(opened: &Opened, keyring: &Keyring) -> Result<(), CustodyError> {
    for (mut row, _) in keyring.holds()? {
        match row.stage {
            HoldStage::Placing => drop(placed(opened, keyring, &mut row)?),
            HoldStage::Placed => {}
            HoldStage::Releasing => released(opened, keyring, &row)?,
        }
    }
    Ok(())
}

fn placed(
    opened: &Opened,
    keyring: &Keyring,
    row: &mut HoldRow,
) -> Result<EntryIndex, CustodyError> {
    let index = record(opened, row, "placed", "a legal hold is in force")?;
    keyring.hold_recorded(row.number)?;
    row.stage = HoldStage::Placed;
    Ok(index)
}

/// It is on record before anything can be purged.
fn released(opened: &Opened, keyring: &Keyring, row: &HoldRow) -> Result<(), CustodyError> {
    record(opened, row, "released", "a legal hold is released")?;
    keyring.drop_hold(row.number)?;
    Ok(keyring.rebuild()?)
}

fn record(
    opened: &Opened,
    row: &HoldRow,
    step: &str,
    detail: &'static str,
) -> Result<EntryIndex, CustodyError> {
    let extra = json!({
        "hold": hex(&row.number.to_be_bytes()),
        "step": step,
        "case": row.matter,
        "scope": row.scope,
        "by": row.people,
    });
    let mut minutes = Minutes::default();
    let index = minutes.note(opened, detail, extra)?;
    minutes.close()?;
    Ok(index)
}
