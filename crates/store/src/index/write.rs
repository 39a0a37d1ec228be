use std::path::Path;
use std::time::Duration;

use ledger::Leaf;
use model::EntryIndex;
use rusqlite::{Connection, OptionalExtension, params};

use super::table::SessionTable;
use super::{SCHEMA, signed, unsigned};

/// How long a reader waits for a writer, and the other way round.
const BUSY_MS: u64 = 5_000;

/// Keeps the index up with the log. Holds in memory only what changed since the last
/// [`IndexWriter::flush`].
#[derive(Debug)]
pub(crate) struct IndexWriter {
    connection: Connection,
    origin: String,
    size: u64,
    changed: SessionTable,
}

impl IndexWriter {
    /// Opens the index of a log that has `log_size` entries; begins a new one if it is missing,
    /// cannot be read, belongs to another log, or knows more than the log has.
    pub(crate) fn open(path: &Path, origin: &str, log_size: u64) -> rusqlite::Result<Self> {
        match Self::open_existing(path, origin) {
            Ok(Some(index)) if index.size <= log_size => return Ok(index),
            _ => {}
        }
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            // What cannot be removed makes the next step fail.
            let _ = std::fs::remove_file(&name);
        }
        let connection = connect(path)?;
        connection.execute_batch(SCHEMA)?;
        connection.execute(
            "INSERT INTO log (origin, size) VALUES (?1, 0)",
            params![origin],
        )?;
        Ok(Self {
            connection,
            origin: origin.to_owned(),
            size: 0,
            changed: SessionTable::default(),
        })
    }

    fn open_existing(path: &Path, origin: &str) -> rusqlite::Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = connect(path)?;
        let size: Option<i64> = connection
            .query_row(
                "SELECT size FROM log WHERE origin = ?1",
                params![origin],
                |row| row.get(0),
            )
            .optional()?;
        Ok(size.map(|size| Self {
            connection,
            origin: origin.to_owned(),
            size: unsigned(size),
            changed: SessionTable::default(),
        }))
    }

    /// The index of the entry that is to be added next.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Takes in the next leaf.
    pub(crate) fn add(&mut self, segment: u64, index: EntryIndex, leaf: &Leaf) {
        self.changed.add(segment, index, leaf);
        self.size = index.0 + 1;
    }

    /// How many sessions changed since the last flush.
    pub(crate) fn changed(&self) -> usize {
        self.changed.len()
    }

    /// Writes what changed. Survives a crash of the process; after a crash of the machine the index
    /// may be older, and catches up.
    pub(crate) fn flush(&mut self) -> rusqlite::Result<()> {
        if self.changed.len() == 0 {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        {
            let mut session = transaction.prepare_cached(
                "INSERT INTO session (id, node, state, records, opened_at, last_at, first, last)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (id) DO UPDATE SET
                    state = max(state, excluded.state), records = records + excluded.records,
                    last_at = excluded.last_at, last = excluded.last",
            )?;
            let mut span = transaction.prepare_cached(
                "INSERT INTO span (session, segment, count, last) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (session, segment) DO UPDATE SET
                    count = count + excluded.count, last = excluded.last",
            )?;
            for (view, spans) in self.changed.rows() {
                session.execute(params![
                    view.id.as_bytes(),
                    view.node,
                    view.state.code(),
                    signed(view.records),
                    signed(view.opened_at.unix_us()),
                    signed(view.last_at.unix_us()),
                    signed(view.first.0),
                    signed(view.last.0),
                ])?;
                for s in spans {
                    span.execute(params![
                        view.id.as_bytes(),
                        signed(s.segment),
                        signed(s.count),
                        signed(s.last),
                    ])?;
                }
            }
        }
        transaction.execute(
            "UPDATE log SET size = ?1 WHERE origin = ?2",
            params![signed(self.size), self.origin],
        )?;
        transaction.commit()?;
        self.changed = SessionTable::default();
        Ok(())
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    Ok(connection)
}
