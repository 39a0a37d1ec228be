use aws_lc_rs::digest::{SHA256, digest};
use model::Digest;

use crate::canonical;

/// The fingerprint of a definition: SHA-256 over its canonical form (RFC 8785), with every member,
/// known or not. Two texts of one definition have one fingerprint.
///
/// `None` for what has no canonical form; see [`canonical`].
pub fn fingerprint(definition: &[u8]) -> Option<Digest> {
    let hash = digest(&SHA256, &canonical(definition)?);
    Some(Digest::from_bytes(hash.as_ref().try_into().ok()?))
}
