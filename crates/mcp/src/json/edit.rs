//! Changing a document by replacing spans of its bytes; everything else stays as it is.

use std::fmt;

use bytes::Bytes;

use super::Span;
use super::text::string_end;
use crate::find::{find, is_line_end};

/// Why edits cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpliceError {
    /// A span does not start behind the end of the one before it.
    OutOfOrder(Span),
    /// A span ends before it starts, or after the document.
    OutOfBounds(Span),
}

impl fmt::Display for SpliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::OutOfOrder(span) | Self::OutOfBounds(span)) = self;
        let why = match self {
            Self::OutOfOrder(_) => "overlaps the edit before it",
            Self::OutOfBounds(_) => "is not inside of the document",
        };
        write!(f, "the edit of bytes {}..{} {why}", span.start, span.end)
    }
}

impl std::error::Error for SpliceError {}

/// `bytes` with each span replaced; every byte outside of the spans is the same.
///
/// # Errors
///
/// Spans must be in the document, in order, and must not overlap.
pub fn splice(bytes: &[u8], edits: &[(Span, &[u8])]) -> Result<Vec<u8>, SpliceError> {
    let added: usize = edits.iter().map(|(_, new)| new.len()).sum();
    let mut out = Vec::with_capacity(bytes.len() + added);
    let mut done = 0;
    for &(span, new) in edits {
        if span.end < span.start || span.end > bytes.len() {
            return Err(SpliceError::OutOfBounds(span));
        }
        let kept = bytes.get(done..span.start);
        out.extend_from_slice(kept.ok_or(SpliceError::OutOfOrder(span))?);
        out.extend_from_slice(new);
        done = span.end;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    Ok(out)
}

/// A valid document on one line, as the stdio transport needs it.
///
/// The same buffer if it has no line break; otherwise without the space between tokens. Strings
/// cannot hold a raw line break, so nothing else changes.
pub fn compact(bytes: &Bytes) -> Bytes {
    if find(bytes, is_line_end).is_none() {
        return bytes.clone();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest: &[u8] = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        match first {
            b' ' | b'\n' | b'\r' | b'\t' => rest = tail,
            b'"' => {
                let (string, after) = rest.split_at(string_end(rest, 0));
                out.extend_from_slice(string);
                rest = after;
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    Bytes::from(out)
}
