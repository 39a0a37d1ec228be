//! What the tests stand on: real MCP servers to talk to, the conformance suite's runner, and
//! doubles of the outside world that fail on command.
//!
//! Deliberately absent: anything the product links. This crate is a development dependency only.

pub mod conformance;
#[cfg(feature = "disk")]
pub mod disk;
#[cfg(feature = "fixture")]
pub mod fixture;
pub mod raw;
pub mod spawn;
