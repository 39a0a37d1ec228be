//! The program as its users start it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helper fails the test by panicking"
)]

mod approvals;
mod bao;
mod broken_disk;
mod commands;
mod config;
mod custody;
mod demo;
mod documents;
mod help;
mod judges;
mod masking;
mod oauth;
mod pins;
mod policy;
mod program;
mod prove;
mod recorded;
mod recordings;
mod serve;
mod stop;
mod token;
mod witness;
