//! The Merkle tree of RFC 6962 §2.1 over SHA-256.

mod hash;
mod proof;
mod range;

pub use hash::{empty_root, leaf_hash, node_hash, sha256};
pub use proof::{
    Nodes, ProofError, consistency_proof, inclusion_proof, root_at, verify_consistency,
    verify_inclusion,
};
pub use range::CompactRange;
