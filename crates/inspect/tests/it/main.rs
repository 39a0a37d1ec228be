//! Tests of arguments, canonical forms, fingerprints and the facts of SQL and shell commands.

#![expect(clippy::expect_used, reason = "a test that fails says where")]

mod arguments;
mod canonical;
mod definitions;
mod fingerprint;
mod pins;
mod shell;
mod smoke;
mod sql;
