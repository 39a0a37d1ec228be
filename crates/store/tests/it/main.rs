//! The data directory from outside: what goes in comes out, after whatever happens in between.

#![expect(clippy::expect_used, reason = "a test that fails says where")]

mod basics;
mod power;
mod support;
