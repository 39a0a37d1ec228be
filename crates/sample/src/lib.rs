//! The sample MCP server: a small shop, customers and orders in a real SQLite database, over stdio.
//!
//! Everything it does is real: SQL runs, a refund changes rows, errors are SQLite's own. The people
//! are invented, the card numbers are the test numbers that card networks publish.
//!
//! Deliberately absent: authentication (whoever starts the process may use it), and any knowledge
//! of Probity. It is an ordinary MCP server of both protocol eras, as `rmcp` serves them.

mod export;
mod orders;
mod resources;
mod seed;
mod server;
mod shop;
mod sql;

use std::path::Path;

use rmcp::ServiceExt as _;

pub use orders::{Customer, Order, Refund};
pub use server::ShopServer;
pub use shop::{Shop, ShopError};

/// Why the server stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The database could not be opened, created or seeded.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The client did not open an MCP conversation.
    #[error("the client opened no MCP conversation: {0}")]
    Opening(String),
    /// The serving task ended abnormally.
    #[error("the server's task ended: {0}")]
    Ended(#[from] tokio::task::JoinError),
}

/// Serves the shop of the file `database` over standard input and output until the input closes.
///
/// The file is created and filled on first use; the same rows every time.
///
/// # Errors
///
/// [`RunError`]: the database cannot be used, or the peer on the other side is no MCP client.
pub async fn run_stdio(database: &Path) -> Result<(), RunError> {
    let server = ShopServer::new(Shop::open(database)?);
    let running = server
        .serve(rmcp::transport::stdio())
        .await
        .map_err(|e| RunError::Opening(e.to_string()))?;
    running.waiting().await?;
    Ok(())
}
