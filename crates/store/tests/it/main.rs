//! The data directory from outside: what goes in comes out, after whatever happens in between.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails says where"
)]

mod approvals;
mod attacker;
mod basics;
mod ext4;
mod faults;
mod holds;
mod judge;
mod kill;
mod org;
mod pins;
mod power;
mod purge;
mod purge_verdicts;
mod root;
mod stranger;
mod support;
mod surgery;
mod syncs;
