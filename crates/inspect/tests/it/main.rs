//! Tests of canonical forms, fingerprints and the facts of SQL.

mod canonical;
mod fingerprint;
mod smoke;
mod sql;
