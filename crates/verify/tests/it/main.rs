//! The auditor's program on logs of the real store, whole and damaged.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

mod corpus;
mod damage;
mod handed;
mod hostile;
mod monitor;
mod org;
mod served;
mod support;
mod whole;
