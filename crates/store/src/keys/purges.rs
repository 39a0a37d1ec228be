//! The keyring's part of a purge: what is under way, and what is destroyed.

use ledger::{Key, PurgeScope, RecordSecret};
use model::SessionId;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::keyring::{Keyring, KeyringError, signed};
use crate::error::ReadError;

/// How far a purge is. What is done is done for good; whoever resumes goes on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// No hold matches, and none can be placed over it any more.
    Reserved,
    /// Its beginning is on record.
    Begun,
    /// The keys are gone.
    Destroyed,
    /// Its end is on record.
    Completed,
}

/// A purge, as the keyring remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PurgeRow {
    pub(crate) id: [u8; 16],
    pub(crate) stage: Stage,
    pub(crate) scope: PurgeScope,
    /// In which epoch the session is.
    pub(crate) session_epoch: u32,
    /// In which epoch the purge is recorded.
    pub(crate) epoch: u32,
    /// The index of its last leaf; before there is one, of the first that could be it.
    pub(crate) leaf: u64,
    /// Empty once the end is on record: then it stands there.
    pub(crate) grounds: String,
    pub(crate) approved_by: Vec<String>,
    pub(crate) keys: KeysDestroyed,
}

/// How many keys a purge destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeysDestroyed {
    /// Keys of retention buckets.
    pub buckets: u64,
    /// Keys of sessions.
    pub sessions: u64,
    /// Secrets of single records.
    pub records: u64,
}

/// An entry's part in giving its session another key.
#[derive(Debug, Clone)]
pub(crate) struct Wrapped {
    pub(crate) record: [u8; 16],
    pub(crate) seq: u64,
    pub(crate) secret: [u8; ledger::WRAPPED_KEY_BYTES],
}

const COLUMNS: &str = "id, stage, session, seq, domain, bucket, session_epoch, epoch, leaf, \
                       grounds, approved_by, keys";

impl Keyring {
    /// Writes a purge down, if no hold matches it; else gives the cases of those that do. From
    /// here on no hold can be placed over it.
    pub(crate) fn reserve_purge(&self, row: &PurgeRow) -> Result<Vec<String>, KeyringError> {
        let transaction = self.begin()?;
        let held = self.matters_over(row.scope)?;
        if held.is_empty() {
            let (session, seq, domain, bucket) = columns(row.scope);
            transaction.execute(
                &format!(
                    "INSERT INTO purge ({COLUMNS})
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
                ),
                params![
                    row.id,
                    row.stage.code(),
                    session.map(|id| *id.as_bytes()),
                    seq.map(signed),
                    domain,
                    bucket,
                    row.session_epoch,
                    row.epoch,
                    signed(row.leaf),
                    row.grounds,
                    json(&row.approved_by),
                    json(&row.keys),
                ],
            )?;
        }
        transaction.commit()?;
        Ok(held)
    }

    /// A step of a purge is on record.
    pub(crate) fn purge_recorded(
        &self,
        id: &[u8; 16],
        stage: Stage,
        epoch: u32,
        leaf: u64,
    ) -> Result<(), KeyringError> {
        self.connection.execute(
            "UPDATE purge SET stage = ?2, epoch = ?3, leaf = ?4 WHERE id = ?1",
            params![id, stage.code(), epoch, signed(leaf)],
        )?;
        if stage == Stage::Completed {
            self.connection.execute(
                "UPDATE purge SET grounds = '', approved_by = '[]' WHERE id = ?1",
                params![id],
            )?;
        }
        Ok(())
    }

    /// Destroys the keys of a session or a bucket; durable on return.
    pub(crate) fn destroy(&self, row: &PurgeRow) -> Result<KeysDestroyed, KeyringError> {
        let transaction = self.begin()?;
        let mut keys = KeysDestroyed::default();
        let removed = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            transaction.execute(sql, values).map(|n| n as u64)
        };
        match row.scope {
            PurgeScope::Bucket { domain, bucket } => {
                keys.records = removed(
                    "DELETE FROM record WHERE session IN
                     (SELECT id FROM session WHERE domain = ?1 AND bucket = ?2)",
                    params![domain, bucket],
                )?;
                keys.sessions = removed(
                    "DELETE FROM session WHERE domain = ?1 AND bucket = ?2",
                    params![domain, bucket],
                )?;
                keys.buckets = removed(
                    "DELETE FROM root_wrapped
                     WHERE label = 'bucket' AND domain = ?1 AND number = ?2",
                    params![domain, bucket],
                )?;
            }
            PurgeScope::Session(session) | PurgeScope::Record { session, .. } => {
                let session = session.as_bytes();
                keys.records = removed("DELETE FROM record WHERE session = ?1", params![session])?;
                keys.sessions = removed("DELETE FROM session WHERE id = ?1", params![session])?;
            }
        }
        self.destroyed(row, keys)?;
        transaction.commit()?;
        self.forget();
        Ok(keys)
    }

    /// Destroys the secret of one record. If it is the first of its session that goes, the session
    /// gets another key, under which all other secrets are wrapped; `entries` are the session's.
    pub(crate) fn destroy_record(
        &self,
        row: &PurgeRow,
        session: SessionId,
        seq: u64,
        entries: impl Iterator<Item = Result<Wrapped, ReadError>>,
    ) -> Result<KeysDestroyed, ReadError> {
        let transaction = self.begin().map_err(KeyringError::from)?;
        let mut keys = KeysDestroyed::default();
        if let Some(old) = self.session_key(session)? {
            let new = if old.rekeyed {
                None
            } else {
                Some(Key::generate().map_err(KeyringError::from)?)
            };
            for entry in entries {
                let entry = entry?;
                if entry.seq == seq {
                    keys.records += 1;
                    self.delete_record(session, &entry.record)?;
                } else if let Some(new) = &new {
                    self.rewrap(session, &entry, &old.key, new)?;
                }
            }
            if let Some(new) = &new {
                self.replace_session(session, new)?;
                keys.sessions = 1;
            }
        }
        self.destroyed(row, keys)?;
        transaction.commit().map_err(KeyringError::from)?;
        Ok(keys)
    }

    fn rewrap(
        &self,
        session: SessionId,
        entry: &Wrapped,
        old: &Key,
        new: &Key,
    ) -> Result<(), KeyringError> {
        let secret = RecordSecret::unwrap(&entry.secret, old, session, &entry.record)?;
        let wrapped = secret.wrap(new, session, &entry.record)?;
        self.connection
            .prepare_cached("INSERT INTO record (session, record, wrapped) VALUES (?1, ?2, ?3)")?
            .execute(params![session.as_bytes(), entry.record, wrapped])?;
        Ok(())
    }

    fn delete_record(&self, session: SessionId, record: &[u8; 16]) -> Result<(), KeyringError> {
        self.connection.execute(
            "DELETE FROM record WHERE session = ?1 AND record = ?2",
            params![session.as_bytes(), record],
        )?;
        Ok(())
    }

    fn destroyed(&self, row: &PurgeRow, keys: KeysDestroyed) -> Result<(), KeyringError> {
        self.connection.execute(
            "UPDATE purge SET stage = ?2, keys = ?3 WHERE id = ?1",
            params![row.id, Stage::Destroyed.code(), json(&keys)],
        )?;
        Ok(())
    }

    /// Writes the file anew: moving rows about leaves remains in pages that stay in use.
    pub(crate) fn rebuild(&self) -> Result<(), KeyringError> {
        Ok(self.connection.execute_batch("VACUUM")?)
    }

    /// Purges that are not at their end.
    pub(crate) fn purges_under_way(&self) -> Result<Vec<PurgeRow>, KeyringError> {
        let sql = format!("SELECT {COLUMNS} FROM purge WHERE stage < ?1");
        self.connection
            .prepare_cached(&sql)?
            .query_and_then(params![Stage::Completed.code()], purge_row)?
            .collect()
    }

    /// The purge that destroyed a record's secret, if one did.
    pub(crate) fn purge_of(
        &self,
        session: SessionId,
        seq: u64,
        domain: u32,
        bucket: u32,
    ) -> Result<Option<PurgeRow>, KeyringError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM purge WHERE stage >= ?1
             AND (session = ?2 AND (seq IS NULL OR seq = ?3) OR domain = ?4 AND bucket = ?5)
             ORDER BY epoch, leaf LIMIT 1"
        );
        let values = params![
            Stage::Destroyed.code(),
            session.as_bytes(),
            signed(seq),
            domain,
            bucket
        ];
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query_and_then(values, purge_row)?;
        rows.next().transpose()
    }

    /// Whether any key is left that a purge would destroy.
    pub(crate) fn anything_left(
        &self,
        scope: PurgeScope,
        record: Option<&[u8; 16]>,
    ) -> Result<bool, KeyringError> {
        let exists = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            self.connection
                .query_row(sql, values, |_| Ok(()))
                .optional()
                .map(|found| found.is_some())
        };
        Ok(match (scope, record) {
            (PurgeScope::Bucket { domain, bucket }, _) => exists(
                "SELECT 1 FROM session WHERE domain = ?1 AND bucket = ?2 UNION ALL SELECT 1
                 FROM root_wrapped WHERE label = 'bucket' AND domain = ?1 AND number = ?2",
                params![domain, bucket],
            )?,
            (PurgeScope::Record { session, .. }, Some(record)) => exists(
                "SELECT 1 FROM session WHERE id = ?1 AND (NOT rekeyed OR EXISTS
                 (SELECT 1 FROM record WHERE session = ?1 AND record = ?2))",
                params![session.as_bytes(), record],
            )?,
            (PurgeScope::Session(session) | PurgeScope::Record { session, .. }, _) => exists(
                "SELECT 1 FROM session WHERE id = ?1",
                params![session.as_bytes()],
            )?,
        })
    }
}

impl Stage {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Reserved => 0,
            Self::Begun => 1,
            Self::Destroyed => 2,
            Self::Completed => 3,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Reserved,
            1 => Self::Begun,
            2 => Self::Destroyed,
            _ => Self::Completed,
        }
    }
}

type Columns = (Option<SessionId>, Option<u64>, Option<u32>, Option<u32>);

fn columns(scope: PurgeScope) -> Columns {
    match scope {
        PurgeScope::Record { session, seq } => (Some(session), Some(seq), None, None),
        PurgeScope::Session(session) => (Some(session), None, None, None),
        PurgeScope::Bucket { domain, bucket } => (None, None, Some(domain), Some(bucket)),
    }
}

fn purge_row(row: &Row<'_>) -> Result<PurgeRow, KeyringError> {
    let session: Option<[u8; 16]> = row.get(2)?;
    let seq: Option<i64> = row.get(3)?;
    let seq = seq.and_then(|seq| u64::try_from(seq).ok());
    let scope = match (session.map(SessionId::from_bytes), seq) {
        (Some(session), Some(seq)) => PurgeScope::Record { session, seq },
        (Some(session), None) => PurgeScope::Session(session),
        (None, _) => PurgeScope::Bucket {
            domain: row.get(4)?,
            bucket: row.get(5)?,
        },
    };
    let (approved_by, keys): (String, String) = (row.get(10)?, row.get(11)?);
    let leaf: i64 = row.get(8)?;
    Ok(PurgeRow {
        id: row.get(0)?,
        stage: Stage::from_code(row.get(1)?),
        scope,
        session_epoch: row.get(6)?,
        epoch: row.get(7)?,
        leaf: u64::try_from(leaf).map_err(|_| KeyringError::Row)?,
        grounds: row.get(9)?,
        approved_by: serde_json::from_str(&approved_by).map_err(|_| KeyringError::Row)?,
        keys: serde_json::from_str(&keys).map_err(|_| KeyringError::Row)?,
    })
}

/// Texts and numbers always become JSON.
pub(super) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
