//! The keyring: session keys under bucket keys under the root key, in one SQLite file that
//! overwrites what it deletes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;
use ledger::{Key, KeyError, Pseudonym, SessionCarry, TransferKey, WRAPPED_KEY_BYTES};
use model::SessionId;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use zeroize::Zeroizing;

use super::root::{FileRoot, RootKey, RootKeyError, nonce};
use super::schema::SCHEMA;

/// How long a reader waits for a writer, and the other way round.
const BUSY_MS: u64 = 5_000;
/// So many opened keys are remembered: with a root key in a service, each costs a round trip.
const OPENED_MAX: usize = 256;

/// Why the keyring could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// SQLite failed.
    #[error("the keyring: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A key did not open, or none could be made.
    #[error("the keyring: {0}")]
    Key(#[from] KeyError),
    /// The root key.
    #[error(transparent)]
    Root(#[from] RootKeyError),
    /// It was made under another root key.
    #[error(
        "the keyring hangs from the root key `{found}`, and `{given}` is configured: \
         configure the one that it was made with"
    )]
    OtherRoot {
        /// The root key that it was made with.
        found: String,
        /// The root key that was given.
        given: String,
    },
    /// A row is not laid out as it should be.
    #[error("the keyring holds a row that is no wrapped key")]
    Row,
}

/// The keyring of one data directory.
#[derive(Debug)]
pub(crate) struct Keyring {
    pub(super) connection: Connection,
    root: Arc<dyn RootKey>,
    /// Keys under the root key that were opened, with what they were wrapped as.
    opened: RefCell<HashMap<Label, OpenedKey>>,
}

/// What a key under the root key is for, its purge domain, its number.
type Label = (&'static str, u32, u64);

/// What a key was wrapped as, and the key.
type OpenedKey = (Vec<u8>, Arc<Key>);

/// A session's key.
#[derive(Debug)]
pub(crate) struct SessionKey {
    pub(crate) key: Key,
    /// The secrets of its records are rows here; those in the log open nothing.
    pub(crate) rekeyed: bool,
}

impl SessionKey {
    /// The key that a session had at first.
    pub(crate) const fn first(key: Key) -> Self {
        Self {
            key,
            rekeyed: false,
        }
    }
}

/// A session key that came with an entry of the log.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) session: SessionId,
    pub(crate) domain: u32,
    pub(crate) bucket: u32,
    pub(crate) principal: Pseudonym,
    pub(crate) carry: SessionCarry,
}

impl Keyring {
    /// Opens it for writing; creates it if it does not exist.
    pub(crate) fn open(path: &Path, root: Arc<dyn RootKey>) -> Result<Self, KeyringError> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
        // A rollback journal that is removed, pages that are overwritten, nothing elsewhere: what
        // is deleted is gone from the files.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        connection.execute_batch(SCHEMA)?;
        let name = root.name();
        connection.execute(
            "INSERT INTO root (name) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM root)",
            params![name],
        )?;
        Self::with(connection, root)
    }

    /// Opens it for reading, beside whoever writes.
    pub(crate) fn open_read_only(
        path: &Path,
        root: Arc<dyn RootKey>,
    ) -> Result<Self, KeyringError> {
        Self::with(read_only(path)?, root)
    }

    fn with(connection: Connection, root: Arc<dyn RootKey>) -> Result<Self, KeyringError> {
        let found = root_name(&connection)?;
        if let Some(found) = found.filter(|found| found != root.name()) {
            let given = root.name().to_owned();
            return Err(KeyringError::OtherRoot { found, given });
        }
        Ok(Self {
            connection,
            root,
            opened: RefCell::default(),
        })
    }

    /// The name of the root key that the keyring in this file hangs from, if that is not a file
    /// beside it.
    pub(crate) fn root_elsewhere(path: &Path) -> Result<Option<String>, KeyringError> {
        if !path.exists() {
            return Ok(None);
        }
        let name = root_name(&read_only(path)?)?;
        Ok(name.filter(|name| name != FileRoot::NAME))
    }

    /// Refuses a keyring that hangs from a root key elsewhere where none was given.
    pub(crate) fn refuse_elsewhere(path: &Path) -> Result<(), KeyringError> {
        match Self::root_elsewhere(path)? {
            None => Ok(()),
            Some(found) => Err(KeyringError::OtherRoot {
                found,
                given: FileRoot::NAME.to_owned(),
            }),
        }
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
        let number = number()?;
        let key = self.create("transfer", 0, number)?;
        let key = Key::from_bytes(Zeroizing::new(*key.expose()))?;
        Ok(TransferKey::new(number, key))
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
        self.forget();
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
        let transaction = self.begin()?;
        for arrival in arrivals {
            let Some(key) = self.carried_key(arrival.session, &arrival.carry)? else {
                continue;
            };
            self.put_session(arrival, &key)?;
            self.hold_new(arrival, &key)?;
        }
        transaction.execute(
            "INSERT INTO progress (epoch, moved) VALUES (?1, ?2)
             ON CONFLICT (epoch) DO UPDATE SET moved = excluded.moved",
            params![epoch, signed(moved)],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// A session's key; `None` if it is not here, or not any more.
    pub(crate) fn session_key(
        &self,
        session: SessionId,
    ) -> Result<Option<SessionKey>, KeyringError> {
        let row = self
            .connection
            .prepare_cached(
                "SELECT domain, bucket, rekeyed, nonce, wrapped FROM session WHERE id = ?1",
            )?
            .query_row(params![session.as_bytes()], |row| {
                Ok((
                    row.get::<_, u32>(0)?,
                    row.get::<_, u32>(1)?,
                    row.get::<_, bool>(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                    row.get::<_, Vec<u8>>(4)?,
                ))
            })
            .optional()?;
        let Some((domain, bucket, rekeyed, nonce, wrapped)) = row else {
            return self.held_key(session);
        };
        let Some(bucket) = self.load("bucket", domain, bucket.into())? else {
            return self.held_key(session);
        };
        let (nonce, wrapped) = parts(&nonce, &wrapped)?;
        let key = Key::from_bytes(bucket.unwrap(&wrapped, nonce, &session_place(session))?)?;
        Ok(Some(SessionKey { key, rekeyed }))
    }

    /// The wrapped secret of a record whose session has another key than at first; `None` if it
    /// was destroyed.
    pub(crate) fn record_secret(
        &self,
        session: SessionId,
        record: &[u8; 16],
    ) -> Result<Option<[u8; WRAPPED_KEY_BYTES]>, KeyringError> {
        let row: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT wrapped FROM record WHERE session = ?1 AND record = ?2")?
            .query_row(params![session.as_bytes(), record], |row| row.get(0))
            .optional()?;
        row.map(|wrapped| wrapped.try_into().map_err(|_| KeyringError::Row))
            .transpose()
    }

    /// A session's key out of the log's wrapping; `None` if the transfer key is gone.
    pub(crate) fn carried_key(
        &self,
        session: SessionId,
        carry: &SessionCarry,
    ) -> Result<Option<Key>, KeyringError> {
        let Some(key) = self.load("transfer", 0, carry.transfer)? else {
            return Ok(None);
        };
        let key = Key::from_bytes(Zeroizing::new(*key.expose()))?;
        Ok(Some(
            TransferKey::new(carry.transfer, key).receive(session, carry)?,
        ))
    }

    /// Begins to write: nobody else does until it ends.
    pub(super) fn begin(&self) -> rusqlite::Result<rusqlite::Transaction<'_>> {
        rusqlite::Transaction::new_unchecked(
            &self.connection,
            rusqlite::TransactionBehavior::Immediate,
        )
    }

    /// Writes a session's row, under its bucket's key, which is made where there is none.
    fn put_session(&self, arrival: &Arrival, key: &Key) -> Result<(), KeyringError> {
        let (domain, number) = (arrival.domain, arrival.bucket.into());
        let bucket = match self.load("bucket", domain, number)? {
            Some(bucket) => bucket,
            None => self.create("bucket", domain, number)?,
        };
        let nonce = nonce()?;
        let place = session_place(arrival.session);
        let wrapped = bucket.wrap(key.expose(), nonce, &place)?;
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO session
                 (id, domain, bucket, principal, rekeyed, nonce, wrapped)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
            )?
            .execute(params![
                arrival.session.as_bytes(),
                domain,
                arrival.bucket,
                arrival.principal.0,
                nonce,
                wrapped
            ])?;
        Ok(())
    }

    /// Gives a session another key; the old one is gone with the transaction.
    pub(super) fn replace_session(
        &self,
        session: SessionId,
        key: &Key,
    ) -> Result<(), KeyringError> {
        let (domain, number): (u32, u32) = self.connection.query_row(
            "SELECT domain, bucket FROM session WHERE id = ?1",
            params![session.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let bucket = self
            .load("bucket", domain, number.into())?
            .ok_or(KeyringError::Row)?;
        let nonce = nonce()?;
        let wrapped = bucket.wrap(key.expose(), nonce, &session_place(session))?;
        self.connection.execute(
            "UPDATE session SET rekeyed = 1, nonce = ?2, wrapped = ?3 WHERE id = ?1",
            params![session.as_bytes(), nonce, wrapped],
        )?;
        Ok(())
    }

    /// A key under the root key; `None` if there is none, or none any more.
    pub(super) fn load(
        &self,
        label: &'static str,
        domain: u32,
        number: u64,
    ) -> Result<Option<Arc<Key>>, KeyringError> {
        let name = (label, domain, number);
        let row: Option<Vec<u8>> = self
            .connection
            .prepare_cached(
                "SELECT wrapped FROM root_wrapped
                 WHERE label = ?1 AND domain = ?2 AND number = ?3",
            )?
            .query_row(params![label, domain, signed(number)], |row| row.get(0))
            .optional()?;
        let Some(wrapped) = row else {
            self.opened.borrow_mut().remove(&name);
            return Ok(None);
        };
        // What was destroyed is not remembered: the row decides.
        if let Some((as_wrapped, key)) = self.opened.borrow().get(&name)
            && *as_wrapped == wrapped
        {
            return Ok(Some(Arc::clone(key)));
        }
        let place = root_place(label, domain, number);
        let key = Arc::new(Key::from_bytes(self.root.unwrap(&wrapped, &place)?)?);
        self.remember(name, wrapped, &key);
        Ok(Some(key))
    }

    /// Makes a key under the root key.
    pub(super) fn create(
        &self,
        label: &'static str,
        domain: u32,
        number: u64,
    ) -> Result<Arc<Key>, KeyringError> {
        let key = Arc::new(Key::generate()?);
        let place = root_place(label, domain, number);
        let wrapped = self.root.wrap(key.expose(), &place)?;
        self.connection.execute(
            "INSERT INTO root_wrapped (label, domain, number, wrapped) VALUES (?1, ?2, ?3, ?4)",
            params![label, domain, signed(number), wrapped],
        )?;
        self.remember((label, domain, number), wrapped, &key);
        Ok(key)
    }

    fn remember(&self, name: Label, wrapped: Vec<u8>, key: &Arc<Key>) {
        let mut opened = self.opened.borrow_mut();
        if opened.len() >= OPENED_MAX {
            opened.clear();
        }
        opened.insert(name, (wrapped, Arc::clone(key)));
    }

    /// Wipes the keys that were opened from memory.
    pub(super) fn forget(&self) {
        self.opened.borrow_mut().clear();
    }
}

/// Changes nothing but what a crash left half-done, which has to be taken back before anything can
/// be read.
fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

fn root_name(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT name FROM root", [], |row| row.get(0))
        .optional()
}

/// A random number that SQLite can hold: its integers are signed.
pub(super) fn number() -> Result<u64, KeyError> {
    let mut number = [0; 8];
    rand::fill(&mut number).map_err(|_| KeyError::Random)?;
    Ok(u64::from_be_bytes(number) >> 1)
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

pub(super) fn parts(nonce: &[u8], wrapped: &[u8]) -> Result<Parts, KeyringError> {
    match (nonce.try_into(), wrapped.try_into()) {
        (Ok(nonce), Ok(wrapped)) => Ok((nonce, wrapped)),
        _ => Err(KeyringError::Row),
    }
}

/// SQLite's integers are signed; numbers here stay below 2^63.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
