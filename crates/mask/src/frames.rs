//! Where one message ends and the next begins, in the text of a transport.

use std::ops::Range;

use memchr::{memchr, memchr2};

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
    /// The first byte after the first frame of `bytes`; `None`: it has not ended yet. `searched`:
    /// the bytes in which no end was found before. `finished`: nothing more will come.
    pub(crate) fn end(self, bytes: &[u8], searched: &mut usize, finished: bool) -> Option<usize> {
        let end = match self {
            Self::Lines => feed_after(bytes, searched),
            Self::Body => None,
            Self::Events => blank_line_after(bytes, searched, finished),
        };
        end.or_else(|| (finished && !bytes.is_empty()).then_some(bytes.len()))
    }

    /// The message of a whole frame.
    pub(crate) fn data(self, frame: &str) -> Data {
        match self {
            Self::Lines | Self::Body => line(frame),
            Self::Events => event(frame),
        }
    }
}

fn feed_after(bytes: &[u8], searched: &mut usize) -> Option<usize> {
    let rest = bytes.get(*searched..)?;
    let feed = memchr(b'\n', rest);
    let end = feed.map(|feed| *searched + feed + 1);
    *searched = bytes.len();
    end
}

/// An event ends with an empty line (HTML §9.2.6); `searched` is the beginning of a line.
fn blank_line_after(bytes: &[u8], searched: &mut usize, finished: bool) -> Option<usize> {
    loop {
        let rest = bytes.get(*searched..)?;
        let length = memchr2(b'\n', b'\r', rest)?;
        let feed = match rest.get(length..) {
            Some([b'\r', b'\n', ..]) => 2,
            // Whether a line feed belongs to it is not known yet.
            Some([b'\r']) if !finished => return None,
            _ => 1,
        };
        *searched += length + feed;
        if length == 0 {
            return Some(*searched);
        }
    }
}

fn line(frame: &str) -> Data {
    let body = frame.strip_prefix('\u{feff}').unwrap_or(frame);
    let start = frame.len() - body.len();
    match body.trim_ascii_end().len() {
        0 => Data::None,
        length => Data::Span(start..start + length),
    }
}

/// What is left at the end of a stream is searched like an event.
fn event(frame: &str) -> Data {
    let mut lines = Vec::new();
    let mut at = if frame.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(rest) = frame.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        lines.extend(data_of(rest.get(..length).unwrap_or_default(), at));
        at += length + 1;
    }
    joined(frame, &lines)
}

/// The value of a line whose field is `data`.
fn data_of(line: &str, at: usize) -> Option<Range<usize>> {
    let value = line.strip_prefix("data:")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    Some(at + line.len() - value.len()..at + line.len())
}

fn joined(frame: &str, lines: &[Range<usize>]) -> Data {
    match lines {
        [] => Data::None,
        [one] => Data::Span(one.clone()),
        [first, rest @ ..] => {
            let mut decoding = Decoding::default();
            decoding.copy(frame.get(first.clone()).unwrap_or_default(), first.start);
            let mut last = first;
            for next in rest {
                decoding.unit("\n", last.end..next.start);
                decoding.copy(frame.get(next.clone()).unwrap_or_default(), next.start);
                last = next;
            }
            Data::Joined(decoding)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Framing};

    fn check(framing: Framing, text: &str, expected: &[Option<&str>]) {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..)
            && let Some(end) = framing.end(rest.as_bytes(), &mut 0, true)
        {
            let frame = rest.get(..end).unwrap_or_default();
            found.push(match framing.data(frame) {
                Data::None => None,
                Data::Span(span) => frame.get(span).map(str::to_owned),
                Data::Joined(decoding) => Some(decoding.text),
            });
            at += end;
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
        let check = |framing: Framing, text: &str| {
            assert_eq!(framing.end(text.as_bytes(), &mut 0, false), None);
        };
        check(Framing::Events, "data: x\n");
        check(Framing::Events, "data: x\n\r");
        check(Framing::Lines, "{}");
        check(Framing::Body, "{}");
    }
}
