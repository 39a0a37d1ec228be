//! The Merkle tree of RFC 6962 §2.1 over SHA-256.

mod hash;
mod range;

pub use hash::{empty_root, leaf_hash, node_hash, sha256};
pub use range::CompactRange;
