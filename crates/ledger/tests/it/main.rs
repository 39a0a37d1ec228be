//! The format against published vectors, other implementations, and a tree that is computed the
//! slow way.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that fails says where"
)]

mod custody;
mod fields;
mod hex;
mod notes;
mod org;
mod paths;
mod policy;
mod proofs;
mod publish;
mod records;
mod smoke;
mod trees;
mod vectors;
mod writer;
