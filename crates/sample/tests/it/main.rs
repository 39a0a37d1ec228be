//! The sample server as an MCP client sees it.

#![expect(
    clippy::expect_used,
    reason = "a test's helper fails the test by panicking"
)]

mod conversation;
mod database;
