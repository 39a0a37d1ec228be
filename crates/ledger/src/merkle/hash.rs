use aws_lc_rs::digest::{self, Context, SHA256};
use model::Digest;

/// Prefix of what is hashed for a leaf (RFC 6962 §2.1).
const LEAF: u8 = 0x00;
/// Prefix of what is hashed for an inner node (RFC 6962 §2.1).
const NODE: u8 = 0x01;

/// SHA-256 over the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    to_digest(&context.finish())
}

fn to_digest(hash: &digest::Digest) -> Digest {
    // SHA-256 has 32 bytes.
    Digest::from_bytes(hash.as_ref().first_chunk().copied().unwrap_or_default())
}

/// The hash of a leaf: `SHA-256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    sha256(&[&[LEAF], leaf])
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut input = [0; 65];
    let [tag, rest @ ..] = &mut input;
    *tag = NODE;
    let (l, r) = rest.split_at_mut(32);
    l.copy_from_slice(left.as_bytes());
    r.copy_from_slice(right.as_bytes());
    // In one go: without the context that pieces need, a node costs a third less.
    to_digest(&digest::digest(&SHA256, &input))
}

/// The root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    sha256(&[])
}
