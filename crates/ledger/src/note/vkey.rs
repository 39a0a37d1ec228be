//! Verifier keys as text: `<name>+<8 hex>+base64(type || public key)` (C2SP signed-note).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::NoteKeyError;
use crate::merkle::sha256;

/// C2SP signed-note: the type of ML-DSA-44 cosignatures.
const ML_DSA_TYPE: u8 = 0x06;
/// Length of an ML-DSA-44 public key in bytes (FIPS 204).
const ML_DSA_BYTES: usize = 1_312;

/// The name and the public key, if the text is a key of this type.
pub(super) fn parse(text: &str, kind: u8) -> Result<(String, [u8; 32]), NoteKeyError> {
    let (name, stated, bytes) = split_key(text.trim())?;
    let (found, key) = bytes.split_first().ok_or(NoteKeyError::Shape)?;
    if *found != kind {
        return Err(NoteKeyError::Type);
    }
    let key: [u8; 32] = key.try_into().map_err(|_| NoteKeyError::Shape)?;
    if id(name, kind, &key) != stated {
        return Err(NoteKeyError::Id);
    }
    Ok((name.to_owned(), key))
}

/// The public key of a witness that cosigns with ML-DSA-44 (C2SP tlog-cosignature, type 0x06).
pub(super) fn parse_ml_dsa_witness(text: &str) -> Result<Vec<u8>, NoteKeyError> {
    let (name, stated, bytes) = split_key(text.trim())?;
    let [a, b, c, d, ..] = *sha256(&[name.as_bytes(), b"\n", &bytes]).as_bytes();
    match bytes.split_first() {
        Some((&ML_DSA_TYPE, key)) if key.len() != ML_DSA_BYTES => Err(NoteKeyError::Shape),
        Some((&ML_DSA_TYPE, _)) if [a, b, c, d] != stated => Err(NoteKeyError::Id),
        Some((&ML_DSA_TYPE, key)) => Ok(key.to_owned()),
        _ => Err(NoteKeyError::Type),
    }
}

/// The text of a key.
pub(super) fn write(name: &str, kind: u8, key: &[u8; 32]) -> String {
    format!(
        "{name}+{:08x}+{}",
        u32::from_be_bytes(id(name, kind, key)),
        STANDARD.encode([&[kind], key.as_slice()].concat())
    )
}

/// `SHA-256(name || 0x0A || type || public key)`, the first four bytes.
pub(super) fn id(name: &str, kind: u8, key: &[u8; 32]) -> [u8; 4] {
    let [a, b, c, d, ..] = *sha256(&[name.as_bytes(), &[0x0a, kind], key]).as_bytes();
    [a, b, c, d]
}

/// The name, the id and the bytes behind it.
pub(super) fn split_key(text: &str) -> Result<(&str, [u8; 4], Vec<u8>), NoteKeyError> {
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NoteKeyError::Shape);
    let (name, id, bytes) = (part()?, part()?, part()?);
    check_name(name)?;
    if id.len() != 8 {
        return Err(NoteKeyError::Shape);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| NoteKeyError::Shape)?;
    let bytes = STANDARD.decode(bytes).map_err(|_| NoteKeyError::Shape)?;
    Ok((name, id.to_be_bytes(), bytes))
}

pub(super) fn check_name(name: &str) -> Result<(), NoteKeyError> {
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return Err(NoteKeyError::Name(name.to_owned()));
    }
    Ok(())
}
