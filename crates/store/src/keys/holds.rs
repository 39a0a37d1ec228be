//! The keyring's part of a legal hold: the keys of held sessions once more, under the hold's own.

use ledger::{Key, Pseudonym, PurgeScope};
use model::{SessionId, Timestamp};
use rusqlite::{OptionalExtension, Row, params};

use super::keyring::{Arrival, Keyring, KeyringError, SessionKey, number, parts, signed};
use super::purges::{Stage, json};
use super::root::nonce;

/// How far a hold is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldStage {
    /// It is in force, and its placing is not on record yet.
    Placing,
    /// It is in force.
    Placed,
    /// Its release was decided, and is not at its end.
    Releasing,
}

/// A hold, as the keyring remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoldRow {
    pub(crate) number: u64,
    pub(crate) stage: HoldStage,
    /// The case that it is for.
    pub(crate) matter: String,
    /// Its scope, for people.
    pub(crate) scope: String,
    pub(crate) at: Timestamp,
    /// Who placed it, or who releases it.
    pub(crate) people: Vec<String>,
}

/// Which sessions a hold is about.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    /// These.
    Sessions(Vec<SessionId>),
    /// Those of a retention bucket, and those that come.
    Bucket { domain: u32, bucket: u32 },
    /// Those of a principal, and those that come.
    Principal(Pseudonym),
}

/// What became of placing a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placing {
    /// It is in force over so many sessions.
    InForce(u64),
    /// A purge that is under way covers some of them.
    Purging,
}

const COLUMNS: &str = "number, stage, matter, scope, at, people";

impl Keyring {
    /// A number for a new hold.
    pub(crate) fn hold_number() -> Result<u64, KeyringError> {
        Ok(number()?)
    }

    /// Puts a hold in force; durable on return.
    pub(crate) fn place_hold(&self, row: &HoldRow, held: &Held) -> Result<Placing, KeyringError> {
        let transaction = self.begin()?;
        let (session, domain, bucket, principal) = match held {
            // Of a hold over one session, its row is found again if the key comes later.
            Held::Sessions(ids) => (ids.first().filter(|_| ids.len() == 1), None, None, None),
            Held::Bucket { domain, bucket } => (None, Some(*domain), Some(*bucket), None),
            Held::Principal(principal) => (None, None, None, Some(principal.0)),
        };
        let sessions = self.sessions_of(held)?;
        for session in &sessions {
            if self.is_being_purged(*session)? {
                return Ok(Placing::Purging);
            }
        }
        let key = self.create("hold", 0, row.number)?;
        transaction.execute(
            &format!(
                "INSERT INTO hold ({COLUMNS}, session, domain, bucket, principal)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
            ),
            params![
                signed(row.number),
                row.stage.code(),
                row.matter,
                row.scope,
                signed(row.at.unix_us()),
                json(&row.people),
                session.map(|id| *id.as_bytes()),
                domain,
                bucket,
                principal,
            ],
        )?;
        let mut count = 0;
        for session in sessions {
            if let Some(found) = self.session_key(session)? {
                self.put_held(row.number, session, &found.key, &key)?;
                count += 1;
            }
        }
        transaction.commit()?;
        Ok(Placing::InForce(count))
    }

    /// Notes that a hold is where it says.
    pub(crate) fn hold_recorded(&self, number: u64) -> Result<(), KeyringError> {
        self.connection.execute(
            "UPDATE hold SET stage = ?2 WHERE number = ?1",
            params![signed(number), HoldStage::Placed.code()],
        )?;
        Ok(())
    }

    /// Notes that a hold's release was decided; it stays in force.
    pub(crate) fn hold_releasing(&self, number: u64, by: &[String]) -> Result<(), KeyringError> {
        self.connection.execute(
            "UPDATE hold SET stage = ?2, people = ?3 WHERE number = ?1",
            params![signed(number), HoldStage::Releasing.code(), json(&by)],
        )?;
        Ok(())
    }

    /// Ends a hold: its key and its rows are gone.
    pub(crate) fn drop_hold(&self, number: u64) -> Result<(), KeyringError> {
        let transaction = self.begin()?;
        let number = params![signed(number)];
        transaction.execute("DELETE FROM held WHERE hold = ?1", number)?;
        transaction.execute("DELETE FROM hold WHERE number = ?1", number)?;
        transaction.execute(
            "DELETE FROM root_wrapped WHERE label = 'hold' AND number = ?1",
            number,
        )?;
        transaction.commit()?;
        self.forget();
        Ok(())
    }

    /// All holds that are in force, the oldest first, each with the number of its sessions.
    pub(crate) fn holds(&self) -> Result<Vec<(HoldRow, u64)>, KeyringError> {
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT count(*) FROM held WHERE hold = number) FROM hold
             ORDER BY at, number"
        );
        self.connection
            .prepare_cached(&sql)?
            .query_and_then([], |row| {
                let sessions: i64 = row.get(6)?;
                Ok((hold_row(row)?, u64::try_from(sessions).unwrap_or(0)))
            })?
            .collect()
    }

    /// The cases of the holds that cover anything that a purge would destroy.
    pub(super) fn matters_over(&self, scope: PurgeScope) -> Result<Vec<String>, KeyringError> {
        let (session, domain, bucket) = match scope {
            PurgeScope::Record { session, .. } | PurgeScope::Session(session) => {
                (Some(*session.as_bytes()), None, None)
            }
            PurgeScope::Bucket { domain, bucket } => (None, Some(domain), Some(bucket)),
        };
        let rows = self
            .connection
            .prepare_cached(
                "SELECT DISTINCT matter FROM hold WHERE
                 session = ?1 OR domain = ?2 AND bucket = ?3
                 OR number IN (SELECT hold FROM held WHERE session = ?1)
                 OR number IN (SELECT hold FROM held JOIN session ON session.id = held.session
                               WHERE session.domain = ?2 AND session.bucket = ?3)
                 ORDER BY matter",
            )?
            .query_map(params![session, domain, bucket], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(rows)
    }

    /// A session that came to the keyring just now, under the holds that were there before it.
    pub(super) fn hold_new(&self, arrival: &Arrival, key: &Key) -> Result<(), KeyringError> {
        let numbers: Vec<i64> = self
            .connection
            .prepare_cached(
                "SELECT number FROM hold
                 WHERE session = ?1 OR domain = ?2 AND bucket = ?3 OR principal = ?4",
            )?
            .query_map(
                params![
                    arrival.session.as_bytes(),
                    arrival.domain,
                    arrival.bucket,
                    arrival.principal.0
                ],
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?;
        for number in numbers {
            let number = u64::try_from(number).map_err(|_| KeyringError::Row)?;
            if let Some(hold) = self.load("hold", 0, number)? {
                self.put_held(number, arrival.session, key, &hold)?;
            }
        }
        Ok(())
    }

    /// A session's key out of a hold's wrapping, where its bucket's is gone.
    pub(super) fn held_key(&self, session: SessionId) -> Result<Option<SessionKey>, KeyringError> {
        let row = self
            .connection
            .prepare_cached("SELECT hold, nonce, wrapped FROM held WHERE session = ?1 LIMIT 1")?
            .query_row(params![session.as_bytes()], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, Vec<u8>>(1)?,
                    row.get::<_, Vec<u8>>(2)?,
                ))
            })
            .optional()?;
        let Some((number, nonce, wrapped)) = row else {
            return Ok(None);
        };
        let number = u64::try_from(number).map_err(|_| KeyringError::Row)?;
        let Some(hold) = self.load("hold", 0, number)? else {
            return Ok(None);
        };
        let (nonce, wrapped) = parts(&nonce, &wrapped)?;
        let key = Key::from_bytes(hold.unwrap(&wrapped, nonce, &place(number, session))?)?;
        let rekeyed = self
            .connection
            .prepare_cached("SELECT 1 FROM record WHERE session = ?1")?
            .exists(params![session.as_bytes()])?;
        Ok(Some(SessionKey { key, rekeyed }))
    }

    fn put_held(
        &self,
        number: u64,
        session: SessionId,
        key: &Key,
        hold: &Key,
    ) -> Result<(), KeyringError> {
        let nonce = nonce()?;
        let wrapped = hold.wrap(key.expose(), nonce, &place(number, session))?;
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO held (hold, session, nonce, wrapped)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![signed(number), session.as_bytes(), nonce, wrapped])?;
        Ok(())
    }

    fn sessions_of(&self, held: &Held) -> Result<Vec<SessionId>, KeyringError> {
        let ids = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            self.connection
                .prepare(sql)?
                .query_map(values, |row| row.get(0).map(SessionId::from_bytes))?
                .collect::<Result<_, _>>()
        };
        Ok(match held {
            Held::Sessions(sessions) => sessions.clone(),
            Held::Bucket { domain, bucket } => ids(
                "SELECT id FROM session WHERE domain = ?1 AND bucket = ?2",
                params![domain, bucket],
            )?,
            Held::Principal(principal) => ids(
                "SELECT id FROM session WHERE principal = ?1",
                params![principal.0],
            )?,
        })
    }

    /// Whether a purge that is under way and has destroyed nothing yet covers a session.
    fn is_being_purged(&self, session: SessionId) -> Result<bool, KeyringError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT 1 FROM purge WHERE stage < ?2 AND (session = ?1 OR EXISTS
                 (SELECT 1 FROM session WHERE id = ?1
                  AND session.domain = purge.domain AND session.bucket = purge.bucket))",
            )?
            .exists(params![session.as_bytes(), Stage::Destroyed.code()])?)
    }
}

impl HoldStage {
    const fn code(self) -> u8 {
        match self {
            Self::Placing => 0,
            Self::Placed => 1,
            Self::Releasing => 2,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Placing,
            1 => Self::Placed,
            _ => Self::Releasing,
        }
    }
}

fn hold_row(row: &Row<'_>) -> Result<HoldRow, KeyringError> {
    let (number, at): (i64, i64) = (row.get(0)?, row.get(4)?);
    let people: String = row.get(5)?;
    let unsigned = |number| u64::try_from(number).map_err(|_| KeyringError::Row);
    Ok(HoldRow {
        number: unsigned(number)?,
        stage: HoldStage::from_code(row.get(1)?),
        matter: row.get(2)?,
        scope: row.get(3)?,
        at: Timestamp::from_unix_us(unsigned(at)?),
        people: serde_json::from_str(&people).map_err(|_| KeyringError::Row)?,
    })
}

fn place(number: u64, session: SessionId) -> Vec<u8> {
    [
        b"probity/v1/held-session-key".as_slice(),
        &number.to_be_bytes(),
        session.as_bytes(),
    ]
    .concat()
}
