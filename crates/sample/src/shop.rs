use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::seed;

/// How long a statement waits for another process that writes to the same file.
const BUSY_MS: u64 = 5_000;

/// Why a shop cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// SQLite said no; the text is its own.
    #[error("{0}")]
    Sql(#[from] rusqlite::Error),
    /// There is no such order.
    #[error("there is no order {0}")]
    NoOrder(i64),
    /// More would be given back than was paid.
    #[error("order {order} has {left_cents} cents left to refund, and {asked_cents} were asked")]
    TooMuch {
        /// The order.
        order: i64,
        /// What can still be refunded, in cents.
        left_cents: i64,
        /// What was asked for, in cents.
        asked_cents: i64,
    },
    /// The worker thread ended.
    #[error("the database's thread ended")]
    Thread,
}

/// The shop's database. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Shop(Arc<Mutex<Connection>>);

impl Shop {
    /// Opens the database file, creating and filling it on first use.
    ///
    /// # Errors
    ///
    /// [`ShopError::Sql`]: the file cannot be opened or is no database.
    pub fn open(path: &Path) -> Result<Self, ShopError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Two processes may meet a missing file at once: the second waits here and finds it filled.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let filled: i64 = transaction.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'customers'",
            [],
            |row| row.get(0),
        )?;
        if filled == 0 {
            seed::fill(&transaction)?;
        }
        transaction.commit()?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` on the connection, off the async threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, ShopError> + Send + 'static,
    ) -> Result<T, ShopError> {
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let mut connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        })
        .await
        .map_err(|_| ShopError::Thread)?
    }
}
