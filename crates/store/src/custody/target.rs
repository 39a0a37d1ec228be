//! What is to be purged, looked up in the log.

use ledger::{CUSTODY_DOMAIN, Leaf, PurgeScope};
use model::{EntryIndex, SessionId, Timestamp};

use super::{Custody, CustodyError};
use crate::dir::now;
use crate::reader::{Reader, SessionState};

/// Microseconds in a day.
const DAY_US: u64 = 86_400_000_000;

/// What is to be purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurgeTarget {
    /// One record.
    Record {
        /// The epoch of its log; `None`: the current one.
        epoch: Option<u32>,
        /// Its index.
        index: EntryIndex,
    },
    /// All records of a session.
    Session(SessionId),
    /// All sessions that opened on a day, counted from 1970-01-01, in UTC.
    Day(u32),
}

/// The same, found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) scope: PurgeScope,
    /// The epoch in which the session is.
    pub(super) epoch: u32,
    /// The record's id, if it is one record.
    pub(super) record: Option<[u8; 16]>,
}

impl Custody {
    /// Finds what is to be purged, and refuses what cannot be.
    pub(super) fn find(&self, target: PurgeTarget) -> Result<Found, CustodyError> {
        match target {
            PurgeTarget::Record { epoch, index } => self.record(epoch, index),
            PurgeTarget::Session(session) => self.session(session),
            PurgeTarget::Day(day) => self.day(day),
        }
    }

    fn record(&self, epoch: Option<u32>, index: EntryIndex) -> Result<Found, CustodyError> {
        let epoch = epoch.unwrap_or(self.epoch);
        let reader = self.reader(epoch)?;
        let leaf = reader.leaf(index)?;
        let session = leaf.prefix.session;
        self.ended(&reader, &leaf)?;
        let seq = leaf.session_seq;
        Ok(Found {
            scope: PurgeScope::Record { session, seq },
            epoch,
            record: Some(leaf.prefix.record),
        })
    }

    fn session(&self, session: SessionId) -> Result<Found, CustodyError> {
        let (epoch, reader, first) = self.epoch_of(session)?;
        self.ended(&reader, &reader.leaf(first)?)?;
        Ok(Found {
            scope: PurgeScope::Session(session),
            epoch,
            record: None,
        })
    }

    /// The epoch that has a session, the newest first.
    pub(super) fn epoch_of(
        &self,
        session: SessionId,
    ) -> Result<(u32, Reader, EntryIndex), CustodyError> {
        for epoch in (1..=self.epoch).rev() {
            let reader = match self.reader(epoch) {
                Ok(reader) => reader,
                // An earlier epoch may be one that could not go on.
                Err(error) if epoch < self.epoch => {
                    tracing::warn!(%error, epoch, "an earlier epoch cannot be read");
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(view) = reader.session(session)? {
                return Ok((epoch, reader, view.first));
            }
        }
        Err(CustodyError::NoSession(session))
    }

    fn day(&self, day: u32) -> Result<Found, CustodyError> {
        if u64::from(day) >= now().unix_us() / DAY_US {
            return Err(CustodyError::DayNotOver);
        }
        let reader = self.reader(self.epoch)?;
        for view in reader.sessions()? {
            if view.state == SessionState::Open {
                let prefix = reader.leaf(view.first)?.prefix;
                if prefix.bucket == day && prefix.domain != CUSTODY_DOMAIN {
                    return Err(CustodyError::Open(view.id));
                }
            }
        }
        Ok(Found {
            scope: PurgeScope::Bucket {
                domain: 0,
                bucket: day,
            },
            epoch: self.epoch,
            record: None,
        })
    }

    /// Nothing is written any more to the session of a leaf, and it may be purged at all.
    fn ended(&self, reader: &Reader, leaf: &Leaf) -> Result<(), CustodyError> {
        if leaf.prefix.domain == CUSTODY_DOMAIN {
            return Err(CustodyError::Custody);
        }
        let id = leaf.prefix.session;
        let view = reader.session(id)?;
        let open = view.is_some_and(|view| view.state == SessionState::Open);
        // To an epoch that was given up nobody writes.
        if open && leaf.prefix.epoch == self.epoch {
            return Err(CustodyError::Open(id));
        }
        Ok(())
    }
}

/// A scope for people.
pub(super) fn describe(scope: PurgeScope) -> String {
    match scope {
        PurgeScope::Record { session, seq } => format!("record {seq} of session {session}"),
        PurgeScope::Session(session) => format!("session {session}"),
        PurgeScope::Bucket { bucket, .. } => format!("day {}", date(bucket)),
    }
}

/// `2026-07-28`
pub(super) fn date(day: u32) -> String {
    let at = Timestamp::from_unix_us(u64::from(day) * DAY_US).to_string();
    at.split('T').next().unwrap_or_default().to_owned()
}
