//! The framing of the stdio transport: one message per line (MCP basic/transports, stdio).

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};

use crate::find::find;

/// A line has more bytes than this limit; the reader goes on after its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTooLong {
    /// The limit, in bytes.
    pub bytes_max: usize,
}

impl fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a line is longer than {} bytes", self.bytes_max)
    }
}

impl std::error::Error for LineTooLong {}

/// Reads lines portion by portion: [`Lines::push`], then [`Lines::next_line`] until `None`.
#[derive(Debug)]
pub struct Lines {
    line_bytes_max: usize,
    buffer: BytesMut,
    /// Bytes of the buffer in which there is no line feed.
    searched: usize,
    /// The rest of a line that was too long is passed over.
    skipping: bool,
}

impl Lines {
    /// A reader that takes lines of at most this many bytes, not counting their end.
    pub fn new(line_bytes_max: usize) -> Self {
        Self {
            line_bytes_max,
            buffer: BytesMut::new(),
            searched: 0,
            skipping: false,
        }
    }

    /// Takes the next portion, split from the one before it at any byte.
    pub fn push(&mut self, portion: &[u8]) {
        self.buffer.extend_from_slice(portion);
    }

    /// The next line without its end (LF or CRLF); blank lines are passed over. `None` until more
    /// bytes have come.
    ///
    /// # Errors
    ///
    /// A line above the limit, once for that line.
    pub fn next_line(&mut self) -> Option<Result<Bytes, LineTooLong>> {
        loop {
            let unread = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(feed) = find(unread, |b| b == b'\n') else {
                self.searched = self.buffer.len();
                if self.skipping {
                    self.drop_bytes(self.searched);
                } else if self.searched > self.line_bytes_max.saturating_add(1) {
                    // One byte more than the limit may still be a carriage return.
                    self.drop_bytes(self.searched);
                    self.skipping = true;
                    return Some(Err(self.too_long()));
                }
                return None;
            };
            let end = self.searched + feed;
            if std::mem::take(&mut self.skipping) {
                self.drop_bytes(end + 1);
                continue;
            }
            let mut line = self.buffer.split_to(end).freeze();
            self.drop_bytes(1);
            if line.last() == Some(&b'\r') {
                line.truncate(line.len() - 1);
            }
            if line.len() > self.line_bytes_max {
                return Some(Err(self.too_long()));
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Some(Ok(line));
            }
        }
    }

    /// The line that the stream ended in, if it has no end: it may be cut.
    pub fn finish(mut self) -> Option<Bytes> {
        let rest = self.buffer.split().freeze();
        let any = !self.skipping && !rest.iter().all(u8::is_ascii_whitespace);
        any.then_some(rest)
    }

    fn drop_bytes(&mut self, count: usize) {
        self.buffer.advance(count);
        self.searched = 0;
    }

    fn too_long(&self) -> LineTooLong {
        LineTooLong {
            bytes_max: self.line_bytes_max,
        }
    }
}
