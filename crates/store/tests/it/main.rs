//! The data directory from outside: what goes in comes out, after whatever happens in between.

mod basics;
mod support;
