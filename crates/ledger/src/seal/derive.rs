//! What is derived from a record's secret: HKDF-SHA256 (RFC 5869) with the record's id as salt, 32
//! bytes of output, and a label for each purpose.

use std::fmt;

use aws_lc_rs::hmac;
use model::Digest;
use zeroize::Zeroizing;

use super::keys::RecordSecret;

const DATA: &[u8] = b"probity/v1/data";
const KEY_COMMITMENT: &[u8] = b"probity/v1/key-commitment";
const FIELD: &[u8] = b"probity/v1/field";

/// What a record's secret gives, each on demand.
pub struct Derivation {
    // The pseudo-random key of RFC 5869 §2.2, with its two first blocks hashed ahead: a record has
    // one field key per field.
    key: hmac::Key,
}

/// The key of one field's commitment. It opens that field and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Derivation(secret)")
    }
}

impl fmt::Debug for FieldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FieldKey(secret)")
    }
}

impl Derivation {
    /// For the record with this id.
    pub fn new(secret: &RecordSecret, record: &[u8; 16]) -> Self {
        // Extract is one HMAC, and so is Expand up to 32 bytes.
        let salt = hmac::Key::new(hmac::HMAC_SHA256, record);
        let pseudo_random = bytes_of(&hmac::sign(&salt, secret.expose()));
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, pseudo_random.as_slice()),
        }
    }

    /// The key of the field with this number.
    pub fn field_key(&self, number: u32) -> FieldKey {
        FieldKey(self.expand(&[FIELD, &number.to_be_bytes()]))
    }

    /// The key that encrypts the body.
    pub(crate) fn data_key(&self) -> Zeroizing<[u8; 32]> {
        self.expand(&[DATA])
    }

    /// What stands in the leaf, so that one ciphertext has one plaintext.
    pub(crate) fn key_commitment(&self) -> Digest {
        Digest::from_bytes(*self.expand(&[KEY_COMMITMENT]))
    }

    fn expand(&self, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut context = hmac::Context::with_key(&self.key);
        info.iter().for_each(|part| context.update(part));
        context.update(&[1]);
        bytes_of(&context.sign())
    }
}

impl FieldKey {
    /// From a disclosure.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be disclosed with the field.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// HMAC-SHA256 has 32 bytes.
fn bytes_of(tag: &hmac::Tag) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(tag.as_ref().first_chunk().copied().unwrap_or_default())
}
