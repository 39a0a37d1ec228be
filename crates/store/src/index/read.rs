use std::path::Path;
use std::time::Duration;

use model::{EntryIndex, SessionId, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use super::{Span, unsigned};
use crate::reader::{SessionState, SessionView};

/// How long a reader waits for a writer.
const BUSY_MS: u64 = 5_000;
const COLUMNS: &str = "id, node, state, records, opened_at, last_at, first, last";

/// The index as some writer left it.
#[derive(Debug)]
pub(crate) struct IndexReader {
    connection: Connection,
    origin: String,
}

impl IndexReader {
    /// `None` if there is none that can be read, or it is of another log: then everything is taken
    /// from the log itself.
    pub(crate) fn open(path: &Path, origin: &str) -> Option<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).ok()?;
        connection
            .busy_timeout(Duration::from_millis(BUSY_MS))
            .ok()?;
        let reader = Self {
            connection,
            origin: origin.to_owned(),
        };
        reader.connection.execute_batch("BEGIN").ok()?;
        reader.size().ok()?;
        Some(reader)
    }

    /// Looks at the index as it is now; until the next call it stays as it was.
    pub(crate) fn renew(&self) -> rusqlite::Result<u64> {
        self.connection.execute_batch("COMMIT; BEGIN")?;
        self.size()
    }

    /// The number of entries that it knows.
    pub(crate) fn size(&self) -> rusqlite::Result<u64> {
        self.connection
            .query_row(
                "SELECT size FROM log WHERE origin = ?1",
                params![self.origin],
                |row| row.get(0),
            )
            .map(unsigned)
    }

    /// All sessions, the newest first.
    pub(crate) fn views(&self) -> rusqlite::Result<Vec<SessionView>> {
        self.connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM session ORDER BY first DESC"
            ))?
            .query_map([], view)?
            .collect()
    }

    /// One session.
    pub(crate) fn view(&self, id: SessionId) -> rusqlite::Result<Option<SessionView>> {
        self.connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM session WHERE id = ?1"))?
            .query_row(params![id.as_bytes()], view)
            .optional()
    }

    /// Where a session's records lie.
    pub(crate) fn spans(&self, id: SessionId) -> rusqlite::Result<Vec<Span>> {
        self.connection
            .prepare_cached(
                "SELECT segment, count, last FROM span WHERE session = ?1 ORDER BY segment",
            )?
            .query_map(params![id.as_bytes()], |row| {
                Ok(Span {
                    segment: unsigned(row.get(0)?),
                    count: unsigned(row.get(1)?),
                    last: unsigned(row.get(2)?),
                })
            })?
            .collect()
    }
}

fn view(row: &Row<'_>) -> rusqlite::Result<SessionView> {
    let number = |column| row.get(column).map(unsigned);
    Ok(SessionView {
        id: SessionId::from_bytes(row.get(0)?),
        node: row.get(1)?,
        state: SessionState::from_code(row.get(2)?),
        records: number(3)?,
        opened_at: Timestamp::from_unix_us(number(4)?),
        last_at: Timestamp::from_unix_us(number(5)?),
        first: EntryIndex(number(6)?),
        last: EntryIndex(number(7)?),
    })
}
