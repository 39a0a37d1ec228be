//! The walk from outside: what the compiler forbids, and what is recorded, sent and told.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helper fails the test by panicking"
)]

mod compile_fail;
mod disk;
mod endings;
mod leaves;
mod listing;
mod refusals;
mod script;
mod serverside;
mod unrecorded;
mod uses;
mod walk;
mod world;
