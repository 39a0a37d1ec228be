use crate::format::{Fields, FormatError};
use crate::leaf::Leaf;
use crate::seal::{Sealed, SessionCarry, WRAPPED_KEY_BYTES};

/// Stands for "no earlier record of this session".
const NO_INDEX: u64 = u64::MAX;

/// One record as it lies in the write-ahead log; its parts borrow from the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// The leaf's bytes: what the tree is built over.
    pub leaf: &'a [u8],
    /// The index of the session's previous record.
    pub previous_index: Option<u64>,
    /// The record's secret, wrapped under its session's key.
    pub wrapped_secret: [u8; WRAPPED_KEY_BYTES],
    /// With the first record of a session: the session's key on its way to the keyring.
    pub carry: Option<SessionCarry>,
    /// The sealed body.
    pub body: &'a [u8],
}

/// The same, owning its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The leaf's bytes.
    pub leaf_bytes: Vec<u8>,
    /// The leaf.
    pub leaf: Leaf,
    /// The index of the session's previous record.
    pub previous_index: Option<u64>,
    /// The record's secret, wrapped under its session's key.
    pub wrapped_secret: [u8; WRAPPED_KEY_BYTES],
    /// With the first record of a session: the session's key on its way to the keyring.
    pub carry: Option<SessionCarry>,
    /// The sealed body.
    pub body: Vec<u8>,
}

impl<'a> EntryView<'a> {
    /// From its bytes.
    ///
    /// # Errors
    ///
    /// If they end too early or go on too long.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut from = Fields::new(bytes, "an entry");
        let leaf_bytes = usize::from(from.u16()?);
        let leaf = from.take(leaf_bytes)?;
        let previous_index = Some(from.u64()?).filter(|&index| index != NO_INDEX);
        let wrapped_secret = from.array()?;
        let carry = match from.u8()? {
            0 => None,
            1 => Some(SessionCarry::decode(&mut from)?),
            _ => return Err(FormatError::Value("the carry mark of an entry")),
        };
        let body_bytes = from.length()?;
        let body = from.take(body_bytes)?;
        from.end()?;
        Ok(Self {
            leaf,
            previous_index,
            wrapped_secret,
            carry,
            body,
        })
    }

    /// Copies it out of the batch.
    ///
    /// # Errors
    ///
    /// If the leaf cannot be decoded.
    pub fn to_entry(&self) -> Result<Entry, FormatError> {
        Ok(Entry {
            leaf: Leaf::decode(self.leaf)?,
            leaf_bytes: self.leaf.to_vec(),
            previous_index: self.previous_index,
            wrapped_secret: self.wrapped_secret,
            carry: self.carry.clone(),
            body: self.body.to_vec(),
        })
    }
}

/// The most bytes that an entry can take, and its place in the offset table.
pub(crate) fn entry_bytes_max(sealed: &Sealed) -> u64 {
    let fixed = 2 + crate::leaf::LEAF_BYTES_MAX + 8 + WRAPPED_KEY_BYTES + 1 + SessionCarry::BYTES;
    (fixed + 4 + 4 + sealed.body.len()) as u64
}

/// Appends an entry.
pub(crate) fn encode_entry(
    out: &mut Vec<u8>,
    leaf: &[u8],
    previous_index: Option<u64>,
    sealed: &Sealed,
) {
    let leaf_bytes = u16::try_from(leaf.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&leaf_bytes.to_be_bytes());
    out.extend_from_slice(leaf);
    out.extend_from_slice(&previous_index.unwrap_or(NO_INDEX).to_be_bytes());
    out.extend_from_slice(&sealed.wrapped_secret);
    match &sealed.carry {
        None => out.push(0),
        Some(carry) => {
            out.push(1);
            carry.encode(out);
        }
    }
    out.extend_from_slice(&sealed.prefix.body_bytes.to_be_bytes());
    out.extend_from_slice(&sealed.body);
}
