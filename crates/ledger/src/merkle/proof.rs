//! Inclusion and consistency proofs (RFC 6962 §2.1.1 and §2.1.2), and their verification
//! (RFC 9162 §2.1.3.2 and §2.1.4.2), which allows no other length than the one that the sizes give.

use model::Digest;

use super::hash::node_hash;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The index or the sizes make no sense together.
    #[error("there is no proof for these sizes")]
    Sizes,
    /// The proof has another number of hashes than the sizes give.
    #[error("the proof has the wrong length")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The nodes of a tree: of the perfect subtree over the leaves from `number * 2^level` on.
pub trait Nodes {
    /// What goes wrong when a node is read.
    type Error;

    /// The hash of a node whose leaves are all there.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn node(&mut self, level: u8, number: u64) -> Result<Digest, Self::Error>;
}

/// The path from the leaf at `index` to the root of the tree of `size` leaves. Empty if the index
/// is not in the tree.
///
/// # Errors
///
/// If a node cannot be read.
pub fn inclusion_proof<N: Nodes>(
    nodes: &mut N,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, N::Error> {
    let mut proof = Vec::new();
    if index >= size {
        return Ok(proof);
    }
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(subtree(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree(nodes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves. Empty if
/// the sizes are equal, or `old` is 0 or larger.
///
/// # Errors
///
/// If a node cannot be read.
pub fn consistency_proof<N: Nodes>(
    nodes: &mut N,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, N::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut from, mut to) = (0, new);
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(subtree(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree(nodes, from, middle)?);
            from = middle;
        }
    }
    if from > 0 {
        proof.push(subtree(nodes, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root of the tree as it was when it had `size` leaves.
///
/// # Errors
///
/// If a node cannot be read.
pub fn root_at<N: Nodes>(nodes: &mut N, size: u64) -> Result<Digest, N::Error> {
    subtree(nodes, 0, size)
}

/// Checks a path from a leaf to a root (RFC 9162 §2.1.3.2).
///
/// # Errors
///
/// One variant of [`ProofError`] per check.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: Digest,
    proof: &[Digest],
    root: Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Sizes);
    }
    let (mut number, mut last) = (index, size - 1);
    let mut hash = leaf;
    for other in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if number & 1 == 1 || number == last {
            hash = node_hash(other, &hash);
            while number & 1 == 0 && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, other);
        }
        number >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Checks that a tree is the beginning of another (RFC 9162 §2.1.4.2).
///
/// # Errors
///
/// One variant of [`ProofError`] per check.
pub fn verify_consistency(
    old: u64,
    old_root: Digest,
    new: u64,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Sizes);
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length);
        }
        let same = old == 0 || old_root == new_root;
        return if same { Ok(()) } else { Err(ProofError::Root) };
    }
    let (mut number, mut last) = (old - 1, new - 1);
    while number & 1 == 1 {
        number >>= 1;
        last >>= 1;
    }
    // A whole subtree needs no hash of its own: it is the old root.
    let (first, rest) = match proof.split_first() {
        _ if old.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (*first, rest),
        None => return Err(ProofError::Length),
    };
    let (mut from_old, mut from_new) = (first, first);
    for other in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if number & 1 == 1 || number == last {
            from_old = node_hash(other, &from_old);
            from_new = node_hash(other, &from_new);
            while number & 1 == 0 && number != 0 {
                number >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, other);
        }
        number >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if from_old == old_root && from_new == new_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// The root over the leaves `from` to `to - 1`; `from` is where the split of a larger tree puts it.
fn subtree<N: Nodes>(nodes: &mut N, from: u64, to: u64) -> Result<Digest, N::Error> {
    let mut roots = Vec::new();
    let mut at = from;
    while at < to {
        let left = to - at;
        let level = if left.is_power_of_two() {
            left.trailing_zeros()
        } else {
            split(left).trailing_zeros()
        };
        let level = u8::try_from(level).unwrap_or(63);
        roots.push(nodes.node(level, at >> level)?);
        at += 1 << level;
    }
    let mut roots = roots.into_iter().rev();
    let smallest = roots.next().unwrap_or_else(super::empty_root);
    Ok(roots.fold(smallest, |right, left| node_hash(&left, &right)))
}

/// The largest power of two below `size`, which is at least 2 (RFC 6962 §2.1).
const fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}
