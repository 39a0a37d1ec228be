//! The keyring: session keys under bucket keys under the root key, in one SQLite file that
//! overwrites what it deletes.

use std::path::Path;
use std::time::Duration;

use aws_lc_rs::rand;
use ledger::{Key, KeyError, SessionCarry, TransferKey, WRAPPED_KEY_BYTES};
use model::SessionId;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use zeroize::Zeroizing;

/// How long a reader waits for a writer, and the other way round.
const BUSY_MS: u64 = 5_000;

/// Each wrapped key is a row: its place's label and number, the nonce, the wrapped key.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS root_wrapped (
    label TEXT NOT NULL, domain INTEGER NOT NULL, number INTEGER NOT NULL,
    nonce BLOB NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (label, domain, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
    id BLOB NOT NULL PRIMARY KEY, domain INTEGER NOT NULL, bucket INTEGER NOT NULL,
    nonce BLOB NOT NULL, wrapped BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
    epoch INTEGER NOT NULL PRIMARY KEY, moved INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Why the keyring could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// SQLite failed.
    #[error("the keyring: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A key did not open, or none could be made.
    #[error("the keyring: {0}")]
    Key(#[from] KeyError),
    /// A row is not laid out as it should be.
    #[error("the keyring holds a row that is no wrapped key")]
    Row,
}

/// The keyring of one data directory.
#[derive(Debug)]
pub(crate) struct Keyring {
    connection: Connection,
    root: Key,
}

impl Keyring {
    /// Opens it for writing; creates it if it does not exist.
    pub(crate) fn open(path: &Path, root: Key) -> Result<Self, KeyringError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
        // A rollback journal that is zeroed, and pages that are overwritten: what is deleted is
        // gone from the files.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection, root })
    }

    /// Opens it for reading, beside whoever writes.
    pub(crate) fn open_read_only(path: &Path, root: Key) -> Result<Self, KeyringError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
        Ok(Self { connection, root })
    }

    /// The key of pseudonyms; made on first use.
    pub(crate) fn pseudonym_key(&self) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
        let key = match self.load("pseudonyms", 0, 0)? {
            Some(key) => key,
            None => self.create("pseudonyms", 0, 0)?,
        };
        Ok(Zeroizing::new(*key.expose()))
    }

    /// Makes a transfer key under a number that was never used.
    pub(crate) fn create_transfer(&self) -> Result<TransferKey, KeyringError> {
        let mut number = [0; 8];
        rand::fill(&mut number).map_err(|_| KeyError::Random)?;
        // SQLite's integers are signed.
        let number = u64::from_be_bytes(number) >> 1;
        Ok(TransferKey::new(
            number,
            self.create("transfer", 0, number)?,
        ))
    }

    /// Destroys all transfer keys but these.
    pub(crate) fn destroy_transfers_except(
        &self,
        current: u64,
        previous: Option<u64>,
    ) -> Result<(), KeyringError> {
        self.connection.execute(
            "DELETE FROM root_wrapped
             WHERE label = 'transfer' AND number <> ?1 AND number <> ?2",
            params![signed(current), signed(previous.unwrap_or(current))],
        )?;
        Ok(())
    }

    /// The number of the log's entries whose session keys were all moved here.
    pub(crate) fn moved(&self, epoch: u32) -> Result<u64, KeyringError> {
        let moved: Option<i64> = self
            .connection
            .query_row(
                "SELECT moved FROM progress WHERE epoch = ?1",
                params![epoch],
                |row| row.get(0),
            )
            .optional()?;
        Ok(moved.and_then(|m| u64::try_from(m).ok()).unwrap_or(0))
    }

    /// Moves session keys here that came with the log's entries before `moved`; durable on return.
    pub(crate) fn receive(
        &self,
        epoch: u32,
        moved: u64,
        arrivals: &[Arrival],
    ) -> Result<(), KeyringError> {
        let transaction = self.connection.unchecked_transaction()?;
        for arrival in arrivals {
            let Some(key) = self.carried_key(arrival.session, &arrival.carry)? else {
                continue;
            };
            let bucket = match self.load("bucket", arrival.domain, arrival.bucket.into())? {
                Some(bucket) => bucket,
                None => self.create("bucket", arrival.domain, arrival.bucket.into())?,
            };
            let nonce = nonce()?;
            let wrapped = bucket.wrap(key.expose(), nonce, &session_place(arrival.session))?;
            self.connection.execute(
                "INSERT OR IGNORE INTO session (id, domain, bucket, nonce, wrapped)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    arrival.session.as_bytes(),
                    arrival.domain,
                    arrival.bucket,
                    nonce,
                    wrapped
                ],
            )?;
        }
        self.connection.execute(
            "INSERT INTO progress (epoch, moved) VALUES (?1, ?2)
             ON CONFLICT (epoch) DO UPDATE SET moved = excluded.moved",
            params![epoch, signed(moved)],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// A session's key; `None` if it is not here, or not any more.
    pub(crate) fn session_key(&self, session: SessionId) -> Result<Option<Key>, KeyringError> {
        let row = self
            .connection
            .query_row(
                "SELECT domain, bucket, nonce, wrapped FROM session WHERE id = ?1",
                params![session.as_bytes()],
                |row| {
                    Ok((
                        row.get::<_, u32>(0)?,
                        row.get::<_, u32>(1)?,
                        row.get::<_, Vec<u8>>(2)?,
                        row.get::<_, Vec<u8>>(3)?,
                    ))
                },
            )
            .optional()?;
        let Some((domain, bucket, nonce, wrapped)) = row else {
            return Ok(None);
        };
        let Some(bucket) = self.load("bucket", domain, bucket.into())? else {
            return Ok(None);
        };
        let (nonce, wrapped) = parts(&nonce, &wrapped)?;
        let key = bucket.unwrap(&wrapped, nonce, &session_place(session))?;
        Ok(Some(Key::from_bytes(key)?))
    }

    /// A session's key out of the log's wrapping; `None` if the transfer key is gone.
    pub(crate) fn carried_key(
        &self,
        session: SessionId,
        carry: &SessionCarry,
    ) -> Result<Option<Key>, KeyringError> {
        match self.load("transfer", 0, carry.transfer)? {
            None => Ok(None),
            Some(key) => Ok(Some(
                TransferKey::new(carry.transfer, key).receive(session, carry)?,
            )),
        }
    }

    fn load(&self, label: &str, domain: u32, number: u64) -> Result<Option<Key>, KeyringError> {
        let row = self
            .connection
            .query_row(
                "SELECT nonce, wrapped FROM root_wrapped
                 WHERE label = ?1 AND domain = ?2 AND number = ?3",
                params![label, domain, signed(number)],
                |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)),
            )
            .optional()?;
        let Some((nonce, wrapped)) = row else {
            return Ok(None);
        };
        let (nonce, wrapped) = parts(&nonce, &wrapped)?;
        let key = self
            .root
            .unwrap(&wrapped, nonce, &root_place(label, domain, number))?;
        Ok(Some(Key::from_bytes(key)?))
    }

    fn create(&self, label: &str, domain: u32, number: u64) -> Result<Key, KeyringError> {
        let key = Key::generate()?;
        let nonce = nonce()?;
        let place = root_place(label, domain, number);
        let wrapped = self.root.wrap(key.expose(), nonce, &place)?;
        self.connection.execute(
            "INSERT INTO root_wrapped (label, domain, number, nonce, wrapped)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![label, domain, signed(number), nonce, wrapped],
        )?;
        Ok(key)
    }
}

/// A session key that came with an entry of the log.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) session: SessionId,
    pub(crate) domain: u32,
    pub(crate) bucket: u32,
    pub(crate) carry: SessionCarry,
}

fn nonce() -> Result<[u8; 12], KeyError> {
    let mut nonce = [0; 12];
    rand::fill(&mut nonce).map_err(|_| KeyError::Random)?;
    Ok(nonce)
}

fn root_place(label: &str, domain: u32, number: u64) -> Vec<u8> {
    [
        b"probity/v1/root/".as_slice(),
        label.as_bytes(),
        &[0],
        &domain.to_be_bytes(),
        &number.to_be_bytes(),
    ]
    .concat()
}

fn session_place(session: SessionId) -> Vec<u8> {
    [b"probity/v1/session-key".as_slice(), session.as_bytes()].concat()
}

type Parts = ([u8; 12], [u8; WRAPPED_KEY_BYTES]);

fn parts(nonce: &[u8], wrapped: &[u8]) -> Result<Parts, KeyringError> {
    match (nonce.try_into(), wrapped.try_into()) {
        (Ok(nonce), Ok(wrapped)) => Ok((nonce, wrapped)),
        _ => Err(KeyringError::Row),
    }
}

/// SQLite's integers are signed; numbers here stay below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
