//! Where one message ends and the next begins, in the text of a transport.

use std::ops::Range;

use crate::view::Decoding;

/// How messages stand in the bytes of a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// One message a line (stdio).
    Lines,
    /// One message (an HTTP body).
    Body,
    /// Server-sent events, a message in the data of each.
    Events,
}

/// One frame at the beginning of a text.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The first byte after it.
    pub(crate) end: usize,
    pub(crate) data: Data,
}

/// The message of a frame.
#[derive(Debug)]
pub(crate) enum Data {
    /// There is none: a blank line, a comment.
    None,
    /// These bytes.
    Span(Range<usize>),
    /// The lines of an event's data, joined.
    Joined(Decoding),
}

impl Framing {
    /// The first frame of `text`; `None`: it has not ended yet. `finished`: nothing more will come.
    pub(crate) fn first(self, text: &str, finished: bool) -> Option<Frame> {
        if text.is_empty() {
            return None;
        }
        match self {
            Self::Lines => match memchr::memchr(b'\n', text.as_bytes()) {
                Some(feed) => Some(line(text, feed, feed + 1)),
                None => finished.then(|| line(text, text.len(), text.len())),
            },
            Self::Body => finished.then(|| line(text, text.len(), text.len())),
            Self::Events => event(text, finished),
        }
    }
}

fn line(text: &str, content: usize, end: usize) -> Frame {
    let body = text.get(..content).unwrap_or_default();
    let start = if body.starts_with('\u{feff}') { 3 } else { 0 };
    let body = body.get(start..).unwrap_or_default();
    let length = body.trim_ascii_end().len();
    Frame {
        end,
        data: match length {
            0 => Data::None,
            _ => Data::Span(start..start + length),
        },
    }
}

/// An event ends with an empty line (HTML §9.2.6). What is left at the end of a stream is searched
/// like an event.
fn event(text: &str, finished: bool) -> Option<Frame> {
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lines: Vec<Range<usize>> = Vec::new();
    loop {
        let rest = text.get(at..)?;
        let Some(length) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) else {
            if !finished {
                return None;
            }
            lines.extend(data_of(rest, at));
            return Some(joined(text, &lines, text.len()));
        };
        let after = rest.as_bytes().get(length..).unwrap_or_default();
        let feed = match after {
            [b'\r', b'\n', ..] => 2,
            // Whether a line feed belongs to it is not known yet.
            [b'\r'] if !finished => return None,
            _ => 1,
        };
        if length == 0 {
            return Some(joined(text, &lines, at + feed));
        }
        lines.extend(data_of(rest.get(..length).unwrap_or_default(), at));
        at += length + feed;
    }
}

/// The value of a line whose field is `data`.
fn data_of(line: &str, at: usize) -> Option<Range<usize>> {
    let value = line.strip_prefix("data:")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    Some(at + line.len() - value.len()..at + line.len())
}

fn joined(text: &str, lines: &[Range<usize>], end: usize) -> Frame {
    let data = match lines {
        [] => Data::None,
        [one] => Data::Span(one.clone()),
        [first, rest @ ..] => {
            let mut decoding = Decoding::default();
            decoding.copy(text.get(first.clone()).unwrap_or_default(), first.start);
            let mut last = first;
            for next in rest {
                decoding.unit("\n", last.end..next.start);
                decoding.copy(text.get(next.clone()).unwrap_or_default(), next.start);
                last = next;
            }
            Data::Joined(decoding)
        }
    };
    Frame { end, data }
}

#[cfg(test)]
mod tests {
    use super::{Data, Framing};

    fn check(framing: Framing, text: &str, expected: &[Option<&str>]) {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..)
            && let Some(frame) = framing.first(rest, true)
        {
            found.push(match frame.data {
                Data::None => None,
                Data::Span(span) => rest.get(span).map(str::to_owned),
                Data::Joined(decoding) => Some(decoding.text),
            });
            at += frame.end;
        }
        assert_eq!(at, text.len());
        let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_byte_is_in_a_frame() {
        check(
            Framing::Lines,
            "{}\n\n[]\r\nx",
            &[Some("{}"), None, Some("[]"), Some("x")],
        );
        check(Framing::Body, " {}\n", &[Some(" {}")]);
        check(
            Framing::Events,
            "id: 1\ndata: {\ndata:}\n\n: hello\n\ndata: x\r\n\r\ndata: y",
            &[Some("{\n}"), None, Some("x"), Some("y")],
        );
    }

    #[test]
    fn a_frame_that_may_go_on_is_none_yet() {
        assert!(Framing::Events.first("data: x\n", false).is_none());
        assert!(Framing::Events.first("data: x\n\r", false).is_none());
        assert!(Framing::Lines.first("{}", false).is_none());
        assert!(Framing::Body.first("{}", false).is_none());
    }
}
