//! One purge, step by step: decided durably, then done, then said to be done.

use std::sync::Arc;

use aws_lc_rs::rand;
use ledger::{KeyError, PurgeNotice, PurgeScope, PurgeStep};
use model::EntryIndex;
use serde_json::json;

use super::target::describe;
use super::{CustodyError, Minutes, PurgeTarget, hex, people, refuse};
use crate::dir::{Layout, Opened};
use crate::error::ReadError;
use crate::follow::Follow;
use crate::keys::{Keyring, KeyringError, KeysDestroyed, PurgeRow, Stage, Wrapped};
use crate::reader::Records;

/// What somebody wants to be purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeRequest {
    /// What.
    pub target: PurgeTarget,
    /// Why; it goes on record.
    pub grounds: String,
    /// Who approves; it goes on record.
    pub approved_by: Vec<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeOutcome {
    /// It was done, and is on record.
    Purged {
        /// The index of the leaf that says so.
        index: EntryIndex,
        /// What was destroyed.
        keys: KeysDestroyed,
    },
    /// There was no key left to destroy.
    NothingLeft,
}

/// A purge that is under way. Dropping it leaves the rest to the next start.
#[derive(Debug)]
pub struct PurgeRun<'a> {
    opened: &'a Opened,
    keyring: Keyring,
    row: PurgeRow,
    next: Step,
    minutes: Minutes,
}

/// What is to be done next. A crash before or after any of them is made good by doing it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Put the beginning on record.
    Announce,
    /// Leave no key in the log that could be had from there.
    Settle,
    /// Destroy the keys.
    Destroy,
    /// Leave no remains of them in the keyring's file.
    Rebuild,
    /// Put the end on record.
    Conclude,
    Done,
}

impl Opened {
    /// Purges, and returns when that is on record.
    ///
    /// # Errors
    ///
    /// As [`Opened::begin_purge`] and [`PurgeRun::advance`].
    pub fn purge(&self, request: &PurgeRequest) -> Result<PurgeOutcome, CustodyError> {
        match self.begin_purge(request)? {
            Some(run) => run.finish(),
            None => Ok(PurgeOutcome::NothingLeft),
        }
    }

    /// Decides a purge, durably: from here on no hold can be placed over what it covers. `None` if
    /// there is no key left that it would destroy.
    ///
    /// # Errors
    ///
    /// If it may not be done: too few people, a hold, an open session. A hold that it met goes on
    /// record.
    pub fn begin_purge(
        &self,
        request: &PurgeRequest,
    ) -> Result<Option<PurgeRun<'_>>, CustodyError> {
        let grounds = request.grounds.trim();
        if grounds.is_empty() {
            return Err(CustodyError::Grounds);
        }
        let approved_by = people::at_least(self.custody.approvals_min, &request.approved_by)?;
        let found = self.custody.find(request.target)?;
        let keyring = self.custody.keyring()?;
        // What was recorded a moment ago may not have reached the keyring.
        self.keeper.settle()?;
        if !keyring.anything_left(found.scope, found.record.as_ref())? {
            return Ok(None);
        }
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(|_| KeyringError::Key(KeyError::Random))?;
        let row = PurgeRow {
            id,
            stage: Stage::Reserved,
            scope: found.scope,
            session_epoch: found.epoch,
            epoch: self.custody.epoch,
            leaf: self.ledger.health().durable.0,
            grounds: grounds.to_owned(),
            approved_by,
            keys: KeysDestroyed::default(),
        };
        let matters = keyring.reserve_purge(&row)?;
        if !matters.is_empty() {
            return Err(refuse::held(self, &row, &describe(row.scope), matters)?);
        }
        Ok(Some(PurgeRun {
            opened: self,
            keyring,
            row,
            next: Step::Announce,
            minutes: Minutes::default(),
        }))
    }
}

impl<'a> PurgeRun<'a> {
    /// Goes on where a crash left a purge.
    pub(super) fn resume(
        opened: &'a Opened,
        keyring: Keyring,
        row: PurgeRow,
    ) -> Result<Self, CustodyError> {
        let mut run = Self {
            opened,
            keyring,
            row,
            next: Step::Announce,
            minutes: Minutes::default(),
        };
        // A log that was given up says nothing about this one: there it is announced again.
        let here = run.row.epoch == opened.custody.epoch;
        if !here {
            run.row.leaf = 0;
        }
        run.next = match (here, run.row.stage) {
            (false, _) => Step::Announce,
            (true, Stage::Reserved) => match run.find(PurgeStep::Begun)? {
                Some(index) => run.recorded(Stage::Begun, index)?,
                None => Step::Announce,
            },
            (true, Stage::Begun) => Step::Settle,
            (true, Stage::Destroyed) => match run.find(PurgeStep::Completed)? {
                Some(index) => run.recorded(Stage::Completed, index)?,
                None => Step::Rebuild,
            },
            (true, Stage::Completed) => Step::Done,
        };
        Ok(run)
    }

    /// Takes one step; false if there was none left.
    ///
    /// # Errors
    ///
    /// If it could not be taken; the next start tries again.
    pub fn advance(&mut self) -> Result<bool, CustodyError> {
        self.next = match self.next {
            Step::Announce => {
                let index = self.append(PurgeStep::Begun)?;
                // Of a log that was given up, the keys may be gone already.
                let stage = self.row.stage.max(Stage::Begun);
                self.recorded(stage, index)?
            }
            Step::Settle => {
                self.opened.keeper.settle()?;
                Step::Destroy
            }
            Step::Destroy => {
                self.row.keys = self.destroy()?;
                self.row.stage = Stage::Destroyed;
                Step::Rebuild
            }
            Step::Rebuild => {
                self.keyring.rebuild()?;
                Step::Conclude
            }
            Step::Conclude => {
                let index = self.append(PurgeStep::Completed)?;
                let next = self.recorded(Stage::Completed, index)?;
                self.minutes.close()?;
                next
            }
            Step::Done => return Ok(false),
        };
        Ok(true)
    }

    /// Takes all steps that are left.
    ///
    /// # Errors
    ///
    /// As [`PurgeRun::advance`].
    pub fn finish(mut self) -> Result<PurgeOutcome, CustodyError> {
        while self.advance()? {}
        Ok(PurgeOutcome::Purged {
            index: EntryIndex(self.row.leaf),
            keys: self.row.keys,
        })
    }

    fn recorded(&mut self, stage: Stage, index: u64) -> Result<Step, CustodyError> {
        let epoch = self.opened.custody.epoch;
        self.keyring
            .purge_recorded(&self.row.id, stage, epoch, index)?;
        (self.row.stage, self.row.epoch, self.row.leaf) = (stage, epoch, index);
        Ok(match stage {
            Stage::Reserved => Step::Announce,
            Stage::Begun => Step::Settle,
            Stage::Destroyed => Step::Rebuild,
            Stage::Completed => Step::Done,
        })
    }

    fn append(&mut self, step: PurgeStep) -> Result<u64, CustodyError> {
        let row = &self.row;
        let notice = PurgeNotice {
            id: row.id,
            step,
            approvals: u8::try_from(row.approved_by.len()).unwrap_or(u8::MAX),
            scope: row.scope,
        };
        let mut extra = json!({
            "purge": hex(&row.id),
            "scope": describe(row.scope),
            "grounds": row.grounds,
            "approved_by": row.approved_by,
        });
        if step == PurgeStep::Completed
            && let Some(members) = extra.as_object_mut()
        {
            members.insert("keys".to_owned(), json!(row.keys));
        }
        Ok(self.minutes.purge(self.opened, notice, extra)?.0)
    }

    fn destroy(&self) -> Result<KeysDestroyed, CustodyError> {
        let PurgeScope::Record { session, seq } = self.row.scope else {
            return Ok(self.keyring.destroy(&self.row)?);
        };
        let reader = self.opened.custody.reader(self.row.session_epoch)?;
        let records = reader.records(session, 0)?;
        Ok(self
            .keyring
            .destroy_record(&self.row, session, seq, Secrets(records))?)
    }

    /// Looks for a leaf of this purge that a crash kept from being noted.
    fn find(&self, step: PurgeStep) -> Result<Option<u64>, CustodyError> {
        let custody = &self.opened.custody;
        let wal = Layout::new(&custody.path).wal(custody.epoch);
        let mut follow = Follow::new(Arc::clone(&custody.disk), &wal, self.row.leaf);
        let durable = self.opened.ledger.health().durable.0;
        let mut found = None;
        follow.take_in(durable, |entry| {
            let notice = entry.leaf.purge;
            if notice.is_some_and(|notice| notice.id == self.row.id && notice.step == step) {
                found = Some(entry.index.0);
            }
            Ok::<_, ReadError>(())
        })?;
        Ok(found)
    }
}

/// The wrapped secrets of a session's records, in their order.
struct Secrets<'a>(Records<'a>);

impl Iterator for Secrets<'_> {
    type Item = Result<Wrapped, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.0.entry().transpose()?;
        Some(entry.map(|(_, entry)| Wrapped {
            record: entry.leaf.prefix.record,
            seq: entry.leaf.session_seq,
            secret: entry.wrapped_secret,
        }))
    }
}
