//! Tests of arguments, canonical forms, fingerprints and the facts of commands of every kind.

#![expect(clippy::expect_used, reason = "a test that fails says where")]

mod arguments;
mod canonical;
mod definitions;
mod files;
mod fingerprint;

mod pins;
mod requests;
mod shell;
mod smoke;
mod sql;
mod stores;
