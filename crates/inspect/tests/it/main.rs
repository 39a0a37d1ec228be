//! Tests of canonical forms and fingerprints.

mod canonical;
mod fingerprint;
mod smoke;
