//! What is encoded as a whole: base64 and hexadecimal, with what may lie inside.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::image;

/// How bytes were encoded as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Codec {
    pub(crate) text: Text,
    pub(crate) bytes: Bytes,
    /// Encoding the same bytes gives the same text: then it can be encoded again.
    pub(crate) exact: bool,
}

impl Codec {
    /// A text in base 64 with its padding (RFC 4648 §4).
    pub(crate) const fn base64() -> Self {
        Self {
            text: Text::Base64 {
                url: false,
                padded: true,
                wrap: None,
            },
            bytes: Bytes::Utf8,
            exact: true,
        }
    }
}

/// How bytes are written as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Text {
    Base64 {
        url: bool,
        padded: bool,
        wrap: Option<Wrap>,
    },
    Hex {
        upper: bool,
        /// What stands between two bytes.
        between: Option<char>,
    },
}

/// Where lines of base64 are broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrap {
    /// The characters of each line but the last.
    pub(crate) line: usize,
    /// What stands between two lines.
    pub(crate) between: String,
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bytes {
    Utf8,
    Utf16 {
        big_endian: bool,
    },
    /// An image: its places are bytes of its metadata, and keep their length.
    Image,
    /// Compressed: what is replaced is all of it.
    Compressed,
}

static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
static URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
static STANDARD_BARE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT.with_encode_padding(false));
static URL_SAFE_BARE: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT.with_encode_padding(false));

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

const fn engine(url: bool, padded: bool) -> &'static GeneralPurpose {
    match (url, padded) {
        (false, true) => &STANDARD,
        (true, true) => &URL_SAFE,
        (false, false) => &STANDARD_BARE,
        (true, false) => &URL_SAFE_BARE,
    }
}

impl Text {
    /// The bytes of a text without line breaks.
    pub(crate) fn decode(&self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Base64 { url, padded, .. } => engine(*url, *padded).decode(text).ok(),
            Self::Hex { .. } => {
                let pairs = text.as_bytes().chunks_exact(2);
                let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
                pairs.map(byte).collect()
            }
        }
    }

    pub(crate) fn encode(&self, bytes: &[u8]) -> String {
        match self {
            Self::Base64 { url, padded, wrap } => {
                let text = engine(*url, *padded).encode(bytes);
                match wrap {
                    Some(wrap) => wrap.wrapped(&text),
                    None => text,
                }
            }
            Self::Hex { upper, between } => {
                let mut out = String::with_capacity(bytes.len() * 3);
                for byte in bytes {
                    out.extend(between.filter(|_| !out.is_empty()));
                    out.push_str(&match upper {
                        true => format!("{byte:02X}"),
                        false => format!("{byte:02x}"),
                    });
                }
                out
            }
        }
    }

    /// The characters that carry these bytes.
    fn outer(&self, span: Range<usize>) -> Range<usize> {
        match self {
            Self::Hex {
                between: Some(_), ..
            } => span.start * 3..(span.end * 3).max(1) - 1,
            Self::Hex { .. } => span.start * 2..span.end * 2,
            Self::Base64 { wrap, .. } => {
                let start = span.start / 3 * 4;
                let end = span.end.div_ceil(3) * 4;
                match wrap {
                    Some(wrap) => wrap.outer(start)..wrap.outer(end.max(1) - 1) + 1,
                    None => start..end,
                }
            }
        }
    }
}

impl Wrap {
    fn wrapped(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + text.len() / 32);
        let mut rest = text;
        while let Some((line, more)) = rest.split_at_checked(self.line) {
            out.push_str(line);
            if !more.is_empty() {
                out.push_str(&self.between);
            }
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        out.push_str(rest);
        out
    }

    fn outer(&self, at: usize) -> usize {
        at + at / self.line.max(1) * self.between.len()
    }
}

impl Codec {
    /// The edited bytes, encoded again as they were. `None`: they cannot be.
    pub(crate) fn encode(&self, edited: &[u8]) -> Option<String> {
        if !self.exact {
            return None;
        }
        let bytes = match self.bytes {
            Bytes::Utf8 => edited.to_vec(),
            Bytes::Utf16 { big_endian } => utf16(std::str::from_utf8(edited).ok()?, big_endian),
            Bytes::Image => image::sealed(edited)?,
            Bytes::Compressed => return None,
        };
        Some(self.text.encode(&bytes))
    }

    /// The characters, of so many, that carry a span of what was decoded.
    pub(crate) fn outer(&self, decoded: &[u8], span: &Range<usize>, length: usize) -> Range<usize> {
        let bytes = match self.bytes {
            Bytes::Compressed => return 0..length,
            Bytes::Utf8 | Bytes::Image => span.clone(),
            Bytes::Utf16 { .. } => {
                let units = |end: usize| {
                    let text = decoded.get(..end).unwrap_or_default();
                    2 * String::from_utf8_lossy(text).encode_utf16().count()
                };
                units(span.start)..units(span.end)
            }
        };
        let outer = self.text.outer(bytes);
        outer.start.min(length)..outer.end.min(length)
    }
}

fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let bytes = |unit: u16| match big_endian {
        true => unit.to_be_bytes(),
        false => unit.to_le_bytes(),
    };
    text.encode_utf16().flat_map(bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Codec, Text, Wrap};

    #[test]
    fn spans_are_the_characters_that_carry_them() {
        let text = Text::Base64 {
            url: false,
            padded: true,
            wrap: Some(Wrap {
                line: 8,
                between: "\r\n".to_owned(),
            }),
        };
        let bytes = b"one two three four";
        let encoded = text.encode(bytes);
        assert_eq!(encoded, "b25lIHR3\r\nbyB0aHJl\r\nZSBmb3Vy");
        let codec = Codec {
            text,
            bytes: Bytes::Utf8,
            exact: true,
        };
        assert_eq!(codec.outer(bytes, &(0..3), encoded.len()), 0..4);
        assert_eq!(codec.outer(bytes, &(4..8), encoded.len()), 4..14);
        assert_eq!(codec.outer(bytes, &(14..18), encoded.len()), 20..28);
        assert_eq!(codec.encode(bytes).as_deref(), Some(&*encoded));
    }
}
