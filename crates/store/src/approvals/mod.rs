//! The calls that wait for people, and what people have granted, in a database of their own.

mod kept;
mod keys;

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gate::{Grant, HeldCall, HeldCalls};
use model::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

pub use keys::ApprovalKeys;

const DATABASE: &str = "approvals.db";
/// What the tables below are; a later one is of a later program.
const VERSION: i64 = 1;
const SCHEMA: &str = "
    CREATE TABLE held (
        id TEXT PRIMARY KEY,
        over INTEGER NOT NULL,
        ends_us INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE grants (
        id TEXT PRIMARY KEY,
        ends_us INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    PRAGMA user_version = 1;
";
/// What is saved is durable, and what is forgotten is overwritten.
const SETTINGS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";
/// How long one process waits for another.
const BUSY: Duration = Duration::from_secs(5);

/// The held calls and grants of a data directory.
#[derive(Debug)]
pub struct Approvals {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Approvals {
    /// Opens the database of `data`, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or is of a later version of the program.
    pub fn open(data: &Path) -> io::Result<Self> {
        let path = data.join(DATABASE);
        let told = |error: rusqlite::Error| other(&path, error);
        // What stands in it is for nobody else; the files beside it get the mode of this one.
        File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| other(&path, error))?;
        let mut connection = Connection::open(&path).map_err(told)?;
        connection.busy_timeout(BUSY).map_err(told)?;
        connection.execute_batch(SETTINGS).map_err(told)?;
        let making = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(told)?;
        let version: i64 = making
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(told)?;
        match version {
            0 => making.execute_batch(SCHEMA).map_err(told)?,
            VERSION => {}
            later => {
                let what = format!("it has version {later}, and this program knows {VERSION}");
                return Err(other(&path, what));
            }
        }
        making.commit().map_err(told)?;
        Ok(Self {
            connection: Mutex::new(connection),
            path,
        })
    }

    fn rows<T>(&self, table: &str, read: impl Fn(&str) -> Result<T, String>) -> io::Result<Vec<T>> {
        let connection = self.connection();
        let told = |error: rusqlite::Error| other(&self.path, error);
        let mut statement = connection
            .prepare(&format!("SELECT id, body FROM {table} ORDER BY id"))
            .map_err(told)?;
        let rows = statement
            .query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .map_err(told)?;
        rows.map(|row| {
            let (id, body) = row.map_err(told)?;
            read(&body).map_err(|what| other(&self.path, format!("{table} `{id}`: {what}")))
        })
        .collect()
    }

    fn execute(&self, statement: &str, params: impl rusqlite::Params) -> io::Result<()> {
        let done = self.connection().execute(statement, params);
        done.map(drop).map_err(|error| other(&self.path, error))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldCalls for Approvals {
    fn load(&self) -> io::Result<(Vec<HeldCall>, Vec<Grant>)> {
        let held = self.rows("held", kept::read_held)?;
        let grants = self.rows("grants", kept::read_grant)?;
        Ok((held, grants))
    }

    fn save(&self, held: &HeldCall) -> io::Result<()> {
        let body = kept::write_held(held).map_err(|what| other(&self.path, what))?;
        let values = params![
            held.id.to_string(),
            held.state.is_over(),
            micros(held.expires_at),
            body
        ];
        self.execute(
            "INSERT OR REPLACE INTO held VALUES (?1, ?2, ?3, ?4)",
            values,
        )
    }

    fn save_grant(&self, grant: &Grant) -> io::Result<()> {
        let body = kept::write_grant(grant).map_err(|what| other(&self.path, what))?;
        let values = params![grant.id.to_string(), micros(grant.until), body];
        self.execute("INSERT OR REPLACE INTO grants VALUES (?1, ?2, ?3)", values)
    }

    fn forget(&self, before: Timestamp) -> io::Result<()> {
        let before = params![micros(before)];
        self.execute("DELETE FROM held WHERE over AND ends_us < ?1", before)?;
        self.execute("DELETE FROM grants WHERE ends_us < ?1", before)?;
        // The write-ahead log has the pages of before.
        let emptied =
            self.connection()
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        emptied.map_err(|error| other(&self.path, error))
    }
}

fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_us()).unwrap_or(i64::MAX)
}

fn other(path: &Path, what: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("`{}`: {what}", path.display()))
}
