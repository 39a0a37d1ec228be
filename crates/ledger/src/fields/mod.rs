//! Field commitments: one keyed commitment per fact and per value of the message, in a tree whose
//! root stands in the leaf. So one field can be shown and proven, and the others neither be read nor
//! be guessed.

mod commit;
mod flatten;
mod list;
mod scan;

use aws_lc_rs::hmac;
use model::Digest;

use crate::seal::FieldKey;

pub use commit::{Committer, FieldTree, ProvenField};

/// The most fields that one payload is split into; with more, it is one field of type bytes. It
/// bounds what sealing a record costs.
pub const PAYLOAD_FIELDS_MAX: usize = 1_024;
/// The longest path of a field in bytes; a payload with a longer one is one field of type bytes.
pub const PATH_BYTES_MAX: usize = 1_024;
/// The most containers around a value; a payload with more is one field of type bytes.
pub const DEPTH_MAX: usize = 128;

/// What a field's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// A payload as it is: no JSON, or none that can be split.
    Bytes,
    /// A member of the facts: its JSON text as it was sealed.
    Json,
    /// `null`; no bytes.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number's lexeme as it was written.
    Number,
    /// A string's text in UTF-8, without escapes.
    String,
    /// `{}`; no bytes.
    EmptyObject,
    /// `[]`; no bytes.
    EmptyArray,
}

impl FieldType {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Bytes,
        Self::Json,
        Self::Null,
        Self::Bool,
        Self::Number,
        Self::String,
        Self::EmptyObject,
        Self::EmptyArray,
    ];

    /// The code in the commitment.
    pub const fn code(self) -> u8 {
        match self {
            Self::Bytes => 1,
            Self::Json => 2,
            Self::Null => 3,
            Self::Bool => 4,
            Self::Number => 5,
            Self::String => 6,
            Self::EmptyObject => 7,
            Self::EmptyArray => 8,
        }
    }

    /// Its name in disclosures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Json => "json",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::EmptyObject => "empty_object",
            Self::EmptyArray => "empty_array",
        }
    }

    /// From its name in disclosures.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// A JSON Pointer (RFC 6901) that begins with `/facts/` or `/payload`.
    pub path: &'a str,
    /// The type of the value.
    pub kind: FieldType,
    /// The value.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// `HMAC-SHA256(key, uint32 length of the path || path || type || value)`.
    pub fn commitment(&self, key: &FieldKey) -> Digest {
        let length = u32::try_from(self.path.len()).unwrap_or(u32::MAX);
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        let mut context = hmac::Context::with_key(&key);
        context.update(&length.to_be_bytes());
        context.update(self.path.as_bytes());
        context.update(&[self.kind.code()]);
        context.update(self.value);
        let tag = context.sign();
        Digest::from_bytes(tag.as_ref().first_chunk().copied().unwrap_or_default())
    }
}
