//! Text to facts: what a definition or a command is, so that policy can speak about it.
//!
//! Deliberately absent: verdicts, I/O, and failure. What cannot be read is a fact of its own, and
//! policy treats it as dangerous.

pub mod arguments;
mod canonical;
pub mod cli;
pub mod definitions;
mod difference;
mod fingerprint;
pub mod fuzzing;
pub mod http;
mod names;
pub mod nosql;
pub mod paths;
pub mod pins;
pub mod shell;
pub mod sql;
pub mod templates;

pub use canonical::canonical;
pub use difference::{Change, Difference, difference};
pub use fingerprint::fingerprint;
