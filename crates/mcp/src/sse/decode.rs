//! The decoder: bytes in any portions become frames.

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};

use super::{Frame, field, line};

/// A frame has more bytes than this limit; the stream cannot be read any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameTooLarge {
    /// The limit, in bytes.
    pub bytes_max: usize,
}

impl fmt::Display for FrameTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event is longer than {} bytes", self.bytes_max)
    }
}

impl std::error::Error for FrameTooLarge {}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The bytes after the last frame.
    pub rest: Bytes,
    /// Whether they are the beginning of a frame that never ended. Its data must not be taken for
    /// an event.
    pub cut: bool,
}

/// Reads a stream portion by portion: [`Decoder::push`], then [`Decoder::next_frame`] until `None`.
#[derive(Debug)]
pub struct Decoder {
    frame_bytes_max: usize,
    /// What has come and is in no frame yet.
    buffer: BytesMut,
    /// Bytes of the buffer that are whole lines of the frame being read.
    taken: usize,
    /// Bytes after `taken` in which there is no line end.
    searched: usize,
    /// Line feeds among the taken bytes that follow a carriage return. They do not count towards the
    /// limit, so that it does not matter whether they come in the next portion.
    feeds: usize,
    /// The last line ended with a carriage return that was the last byte so far: a line feed that
    /// comes next belongs to it.
    feed_pending: bool,
    /// Nothing has been taken yet, so a byte order mark may come.
    at_start: bool,
    failed: bool,
    fields: Fields,
}

/// What the lines of the frame being read have said. Data lines are spans of the buffer.
#[derive(Debug, Default)]
struct Fields {
    id: Option<String>,
    event: Option<String>,
    retry_ms: Option<u64>,
    data: Vec<(usize, usize)>,
    /// A line that is neither blank nor a comment.
    any: bool,
}

impl Decoder {
    /// A decoder that takes frames of at most this many bytes, CRLF counted as one.
    pub fn new(frame_bytes_max: usize) -> Self {
        Self {
            frame_bytes_max,
            buffer: BytesMut::new(),
            taken: 0,
            searched: 0,
            feeds: 0,
            feed_pending: false,
            at_start: true,
            failed: false,
            fields: Fields::default(),
        }
    }

    /// Takes the next portion, split from the one before it at any byte.
    pub fn push(&mut self, portion: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(portion);
        }
    }

    /// The next frame; `None` until more bytes have come.
    ///
    /// # Errors
    ///
    /// A frame above the limit, once; after it there is only `None`.
    pub fn next_frame(&mut self) -> Option<Result<Frame, FrameTooLarge>> {
        loop {
            let Some((start, end)) = self.take_line() else {
                // What is left is one unfinished line: it counts towards the limit, too.
                return self.is_over(self.buffer.len()).then(|| Err(self.fail()));
            };
            if self.is_over(self.taken) {
                return Some(Err(self.fail()));
            }
            let content = self.buffer.get(start..end).unwrap_or_default();
            match content.first() {
                None => return Some(Ok(self.finish_frame())),
                Some(b':') if !self.fields.any => {
                    // A keep-alive: it must not wait for what comes next. Its blank line goes
                    // along if it is here already.
                    if let Some(b'\n' | b'\r') = self.buffer.get(self.taken) {
                        self.take_line();
                    }
                    return Some(Ok(self.finish_frame()));
                }
                Some(b':') => {}
                Some(_) => self.fields.note(content, start),
            }
        }
    }

    /// How the stream ended, once its last portion was pushed and its frames were taken.
    pub fn finish(mut self) -> End {
        let rest = self.buffer.split().freeze();
        // All that can be taken without a field is the line feed of the last frame's end.
        let feed_only = self.taken == rest.len() && !self.fields.any;
        let mark_only = self.at_start && rest.as_ref() == b"\xEF\xBB\xBF";
        let cut = !feed_only && !mark_only;
        End { rest, cut }
    }

    /// Takes one whole line from the buffer: where its content is.
    fn take_line(&mut self) -> Option<(usize, usize)> {
        let mut start = self.taken;
        if self.feed_pending && self.searched == 0 {
            match self.buffer.get(start) {
                None => return None,
                Some(b'\n') => {
                    start += 1;
                    self.feeds += 1;
                }
                Some(_) => {}
            }
            self.feed_pending = false;
            self.taken = start;
        }
        let from = start + self.searched;
        let unread = self.buffer.get(from..).unwrap_or_default();
        let Some((content, len)) = line(unread) else {
            self.searched += unread.len();
            return None;
        };
        let end = from + content.len();
        self.taken = from + len;
        self.feeds += len - content.len() - 1;
        self.searched = 0;
        self.feed_pending =
            self.taken == self.buffer.len() && self.buffer.get(end..) == Some(b"\r");
        if std::mem::take(&mut self.at_start)
            && self
                .buffer
                .get(start..end)
                .unwrap_or_default()
                .starts_with(b"\xEF\xBB\xBF")
        {
            start += 3;
        }
        Some((start, end))
    }

    fn finish_frame(&mut self) -> Frame {
        let raw = self.buffer.split_to(self.taken).freeze();
        self.taken = 0;
        self.feeds = 0;
        let fields = std::mem::take(&mut self.fields);
        let data = match fields.data.as_slice() {
            [] => None,
            [(start, end)] => Some(raw.slice(*start..*end)),
            lines => {
                let lines: Vec<&[u8]> = lines
                    .iter()
                    .map(|&(start, end)| raw.get(start..end).unwrap_or_default())
                    .collect();
                Some(Bytes::from(lines.join(&b'\n')))
            }
        };
        Frame {
            raw,
            id: fields.id,
            event: fields.event,
            retry_ms: fields.retry_ms,
            data,
        }
    }

    fn is_over(&self, bytes: usize) -> bool {
        bytes - self.feeds > self.frame_bytes_max
    }

    fn fail(&mut self) -> FrameTooLarge {
        self.failed = true;
        self.buffer.advance(self.buffer.len());
        self.taken = 0;
        self.searched = 0;
        self.feeds = 0;
        self.fields = Fields::default();
        FrameTooLarge {
            bytes_max: self.frame_bytes_max,
        }
    }
}

impl Fields {
    /// Takes a line that starts at `start`.
    fn note(&mut self, content: &[u8], start: usize) {
        self.any = true;
        let (name, value) = field(content);
        let text = || String::from_utf8_lossy(value).into_owned();
        match name {
            b"data" => {
                let end = start + content.len();
                self.data.push((end - value.len(), end));
            }
            b"event" => self.event = Some(text()),
            b"id" if !value.contains(&0) => self.id = Some(text()),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.retry_ms = text().parse().ok();
            }
            _ => {}
        }
    }
}
