//! Masking: detectors find sensitive data in a message, and findings are cut out of its bytes.
//!
//! A finding says what kind of data was found and where, never the value. Deliberately absent:
//! I/O, clocks, MCP. The set of detectors in force is a value, [`MaskSet`]; the empty set finds
//! nothing and says so by its digest.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use model::Digest;

#[expect(
    dead_code,
    reason = "the engine that calls the detectors is being built"
)]
mod detect;

/// The detectors in force.
#[derive(Debug, Clone, Default)]
pub struct MaskSet {
    digest: Digest,
}

impl MaskSet {
    /// No detector: every message is stored and relayed as it is. Its digest is all zeros.
    pub fn empty() -> Self {
        Self::default()
    }

    /// What identifies this set in a record: all zeros for the empty set.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The message as it may be stored.
    pub fn apply<'a>(&self, message: &'a [u8]) -> Masked<'a> {
        Masked {
            bytes: Cow::Borrowed(message),
            findings: Vec::new(),
        }
    }
}

/// A message after masking.
#[derive(Debug, Clone)]
pub struct Masked<'a> {
    /// The bytes that may be stored: the message itself where nothing was found.
    pub bytes: Cow<'a, [u8]>,
    /// What was found, in the order of the places.
    pub findings: Vec<Finding>,
}

/// Something sensitive, by kind and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of data, such as `email` or `field:password`.
    pub kind: Arc<str>,
    /// The masked bytes in [`Masked::bytes`].
    pub span: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::MaskSet;

    #[test]
    fn the_empty_set_changes_nothing_and_says_so() {
        let message = br#"{"password":"x"}"#;
        let masked = MaskSet::empty().apply(message);
        assert_eq!(*masked.bytes, *message);
        assert!(masked.findings.is_empty());
        assert_eq!(MaskSet::empty().digest().as_bytes(), &[0; 32]);
    }
}
