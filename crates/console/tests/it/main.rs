//! The API over a desk that is scripted.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helper fails the test by panicking"
)]

mod bodies;
mod events;
mod lists;
mod shown;
mod statuses;
mod words;
mod world;
