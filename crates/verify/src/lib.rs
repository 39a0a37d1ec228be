//! The auditor's library: verifies a data directory or a published log with nothing but the log's
//! public key.
//!
//! Deliberately absent: keys that open anything, the store, SQLite, sockets. It shares the format
//! crate with the product and nothing else.

mod directory;
mod epoch;
mod journal;
mod published;
mod report;
mod source;

pub use directory::{Options, VerifyError, verify};
pub use report::{Counts, EpochReport, Exit, LeafVerdict, Problem, Progress, Report, Sessions};
