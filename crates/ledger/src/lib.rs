//! The evidence format and the only way to be on record: entries, Merkle tree, checkpoints, proofs,
//! sealed bodies, and [`Committed`], which exists only for what is durable.
//!
//! Deliberately absent: files and sockets (they come in through the storage ports), tokio, HTTP,
//! MCP, and clocks (time is an argument).

mod committed;
mod record;

pub use committed::{Commit, CommitError, Committed, Receipt};
pub use record::{
    CallerFacts, ClientFacts, Direction, Draft, Facts, FindingFacts, HttpFacts, Kind, LinkFacts,
    MessageFacts, Record, SseFacts, TimingFacts, TraceFacts, VerdictCode, VerdictFacts,
};
