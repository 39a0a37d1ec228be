//! JSON as places in bytes: one strict scan, then navigation and edits by byte spans.

mod edit;
mod scan;
mod text;
mod value;

use std::fmt;
use std::ops::Range;

pub use edit::{SpliceError, compact, splice};
pub(crate) use scan::scan;
pub(crate) use text::string_end;
pub use text::{string, write_string};
pub use value::{Elements, Json, Kind, Member, Members};

/// What a document may cost before it is looked at any closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest document, in bytes.
    pub bytes_max: usize,
    /// Most containers around one value; a document that is a number has depth 0.
    pub depth_max: usize,
}

/// 16 MiB, and the depth at which most JSON parsers stop.
impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 16 << 20,
            depth_max: 128,
        }
    }
}

/// A place in a document: the bytes from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// As a range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// How many bytes.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it has no byte.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Why bytes are not a document, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub fault: JsonFault,
    /// The byte where it was noticed, counted from 0.
    pub offset: usize,
}

/// What can be wrong with bytes that should be a JSON document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFault {
    /// More bytes than the limit, which is given.
    TooLarge(usize),
    /// More nested containers than the limit, which is given.
    TooDeep(usize),
    /// It starts with a byte order mark (RFC 8259 §8.1).
    ByteOrderMark,
    /// A byte that cannot be there in UTF-8.
    NotUtf8,
    /// It ends inside a value.
    UnexpectedEnd,
    /// A byte that the grammar does not allow here.
    UnexpectedByte(u8),
    /// A control character inside a string that must be written as an escape.
    ControlInString(u8),
    /// An escape that the grammar does not know.
    BadEscape,
    /// Half of a surrogate pair: no Unicode text can hold it.
    LoneSurrogate,
    /// A number with a leading zero, an empty fraction or an empty exponent.
    BadNumber,
    /// A name that the same object already has, compared after unescaping.
    DuplicateKey,
    /// Something follows the document.
    TrailingByte(u8),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.offset;
        match self.fault {
            JsonFault::TooLarge(max) => write!(f, "longer than {max} bytes"),
            JsonFault::TooDeep(max) => write!(f, "deeper than {max} levels at byte {at}"),
            JsonFault::ByteOrderMark => write!(f, "starts with a byte order mark"),
            JsonFault::NotUtf8 => write!(f, "not UTF-8 at byte {at}"),
            JsonFault::UnexpectedEnd => write!(f, "ends inside a value at byte {at}"),
            JsonFault::UnexpectedByte(b) => {
                write!(f, "unexpected `{}` at byte {at}", b.escape_ascii())
            }
            JsonFault::ControlInString(b) => {
                write!(f, "control character 0x{b:02x} in a string at byte {at}")
            }
            JsonFault::BadEscape => write!(f, "unknown escape in a string at byte {at}"),
            JsonFault::LoneSurrogate => write!(f, "half of a surrogate pair at byte {at}"),
            JsonFault::BadNumber => write!(f, "malformed number at byte {at}"),
            JsonFault::DuplicateKey => write!(f, "the object already has the name at byte {at}"),
            JsonFault::TrailingByte(b) => write!(
                f,
                "`{}` after the end of the document at byte {at}",
                b.escape_ascii()
            ),
        }
    }
}

impl std::error::Error for JsonError {}

/// Checks that `bytes` are one JSON document (RFC 8259) and gives its value.
///
/// Stricter than the grammar where parsers disagree: no byte order mark, no name twice in one
/// object at any depth (compared after unescaping), no half of a surrogate pair. Numbers may have
/// any size. Takes linear time, and memory for open objects only.
///
/// # Errors
///
/// The first thing that is wrong, and where; bytes that are not UTF-8 come before any other fault.
pub fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Json<'a>, JsonError> {
    let span = scan(bytes, limits, |_, _, _| {})?;
    Ok(Json::of_valid(bytes, span))
}
