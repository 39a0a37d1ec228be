//! Values of the routing headers (MCP 2026-07-28 streamable-http, Value Encoding).

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "=?base64?";
const SUFFIX: &str = "?=";

/// Why the value of a routing header says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// A byte other than visible ASCII, space and tab.
    Byte(u8),
    /// Between the marks there is no Base64, or its padding is wrong.
    Base64,
    /// What the Base64 stands for is not UTF-8.
    NotUtf8,
}

impl fmt::Display for ValueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "has the byte 0x{byte:02x}"),
            Self::Base64 => f.write_str("is not valid Base64 between `=?base64?` and `?=`"),
            Self::NotUtf8 => f.write_str("is Base64 of bytes that are not UTF-8"),
        }
    }
}

impl std::error::Error for ValueFault {}

/// What a header value stands for: itself, or the text in `=?base64?…?=`.
///
/// # Errors
///
/// Bytes that a header value cannot have, and marks around something that is not Base64 of UTF-8.
pub fn decode_value(value: &[u8]) -> Result<Cow<'_, str>, ValueFault> {
    if let Some(&byte) = value.iter().find(|&&b| !is_plain(b)) {
        return Err(ValueFault::Byte(byte));
    }
    let text = std::str::from_utf8(value).map_err(|_| ValueFault::NotUtf8)?;
    match marked(text) {
        None => Ok(Cow::Borrowed(text)),
        Some(encoded) => {
            let bytes = STANDARD.decode(encoded).map_err(|_| ValueFault::Base64)?;
            let text = String::from_utf8(bytes).map_err(|_| ValueFault::NotUtf8)?;
            Ok(Cow::Owned(text))
        }
    }
}

/// A text as a header value, encoded only if it has to be.
pub fn encode_value(text: &str) -> Cow<'_, str> {
    let padded = text.trim_matches([' ', '\t']).len() != text.len();
    // An empty value is nothing that a header could carry as it is.
    if !text.is_empty() && !padded && text.bytes().all(is_plain) && marked(text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{PREFIX}{}{SUFFIX}", STANDARD.encode(text)))
}

fn marked(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~')
}
