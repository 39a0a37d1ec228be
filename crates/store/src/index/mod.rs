//! The index: which sessions there are and where their records lie. Derived from the log, made
//! again where it is missing or of another log, and never on the path of a call.

mod read;
mod table;
mod write;

pub(crate) use read::IndexReader;
pub(crate) use table::{SessionTable, Span, merge};
pub(crate) use write::IndexWriter;

/// Opaque facts of leaves only: identifiers, times, counts.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS log (
    origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
    id BLOB NOT NULL PRIMARY KEY, node INTEGER NOT NULL, state INTEGER NOT NULL,
    records INTEGER NOT NULL, opened_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_first ON session (first);
CREATE TABLE IF NOT EXISTS span (
    session BLOB NOT NULL, segment INTEGER NOT NULL, count INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (session, segment)
) WITHOUT ROWID;
";

/// SQLite's integers are signed; numbers here stay below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
