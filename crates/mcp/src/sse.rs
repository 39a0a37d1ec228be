//! Server-sent events (WHATWG HTML, Server-sent events), decoded without losing a byte.

mod decode;
mod encode;

pub use decode::{Decoder, End, FrameTooLarge};
pub use encode::{Event, comment, encode};

use bytes::Bytes;

use crate::find::{find, is_line_end};

/// What a stream says up to and including a blank line, or one comment that stands alone.
///
/// The raw bytes of all frames, and of the decoder's [`End`], are the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The bytes as they came, to be relayed where nothing is changed.
    pub raw: Bytes,
    /// The `id` field.
    pub id: Option<String>,
    /// The `event` field; without it the event is a `message`.
    pub event: Option<String>,
    /// The `retry` field, in milliseconds.
    pub retry_ms: Option<u64>,
    /// The data, its lines joined by a line feed; `None` where the frame is no event: comments,
    /// blank lines, an `id` or a `retry` alone.
    pub data: Option<Bytes>,
}

impl Frame {
    /// The same frame with other data: every line that is not a `data` line stays as it came.
    pub fn with_data(&self, data: &[u8]) -> Bytes {
        let mut out = Vec::with_capacity(self.raw.len() + data.len());
        let mut rest: &[u8] = &self.raw;
        let mut put = false;
        while let Some((line, end)) = line(rest) {
            let (whole, tail) = rest.split_at(end);
            let content = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
            if field(content).0 != b"data" {
                // A data line that stood between a carriage return and a line feed is gone: the two
                // must not become one line end.
                if whole.starts_with(b"\n") && out.ends_with(b"\r") {
                    out.push(b'\n');
                }
                out.extend_from_slice(whole);
            } else if !put {
                encode::write_data(&mut out, data);
                put = true;
            }
            rest = tail;
        }
        Bytes::from(out)
    }
}

/// The first line, and where the next one starts. A carriage return at the very end ends a line.
fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let at = find(bytes, is_line_end)?;
    let crlf = bytes.get(at..at + 2) == Some(b"\r\n");
    Some((bytes.get(..at)?, at + 1 + usize::from(crlf)))
}

/// Name and value of a line; a comment has an empty name.
fn field(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&b| b == b':') {
        None => (line, &[]),
        Some(colon) => {
            let (name, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            (name, value.strip_prefix(b" ").unwrap_or(value))
        }
    }
}
