//! Tests of canonical forms, fingerprints and the facts of SQL.

mod canonical;
mod fingerprint;
mod shell;
mod smoke;
mod sql;
