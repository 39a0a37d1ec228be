//! Any SQL statement, and its rows as JSON.

use base64::Engine as _;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ShopError;

/// Rows in one answer; the rest is left out, and the answer says so.
const ROWS_MAX: usize = 200;

/// What a statement did.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Answer {
    /// The rows, each an object from column to value.
    rows: Vec<Map<String, Value>>,
    /// Rows that the statement inserted, updated or deleted.
    rows_changed: u64,
    /// More rows exist than are given here.
    truncated: bool,
}

impl Answer {
    /// The first row.
    pub(crate) fn into_first(self) -> Option<Map<String, Value>> {
        self.rows.into_iter().next()
    }
}

/// Runs one statement, reading or writing.
///
/// # Errors
///
/// SQLite's own, and one for more than one statement.
pub(crate) fn run(connection: &mut Connection, sql: &str) -> Result<Answer, ShopError> {
    let before = connection.total_changes();
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query([])?;
    let (mut rows, mut truncated) = (Vec::new(), false);
    while let Some(row) = found.next()? {
        if rows.len() == ROWS_MAX {
            truncated = true;
            break;
        }
        let mut object = Map::new();
        for (at, column) in columns.iter().enumerate() {
            object.insert(column.clone(), json(row.get_ref(at)?));
        }
        rows.push(object);
    }
    drop(found);
    drop(statement);
    let rows_changed = connection.total_changes().saturating_sub(before);
    Ok(Answer {
        rows,
        rows_changed,
        truncated,
    })
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => n.into(),
        ValueRef::Real(x) => x.into(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into(),
        ValueRef::Blob(bytes) => base64::engine::general_purpose::STANDARD
            .encode(bytes)
            .into(),
    }
}
