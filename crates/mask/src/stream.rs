//! The messages of one exchange, one after another: a value that is split over them is masked in all.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::crossing::{Crossing, Direction};
use crate::finding::{Finding, Masked};
use crate::frames::{Data, Framing};
use crate::place::{Place, resolve};
use crate::render::masked;
use crate::search::Search;
use crate::search::join::in_string;
use crate::set::{MaskSet, Rules, lossy};
use crate::view::Layer;
use crate::walk::{Walked, decoded};

/// No more messages are held than this.
const HELD_MAX: usize = 8;

/// No more bytes are held than this.
const HELD_BYTES_MAX: usize = 256 << 10;

/// A frame that does not end before this is taken as it is.
const FRAME_BYTES_MAX: usize = 64 << 20;

/// One exchange's bytes on the way in one direction.
///
/// A complete message is relayed at once, unless the end of one of its texts looks like the beginning
/// of a value that the next message may continue. Such a message is held until the next one, a few
/// at most; whoever waits for it can ask for it with [`Stream::flush`]. The bytes are the same however
/// the stream is cut.
#[derive(Debug)]
pub struct Stream {
    masks: MaskSet,
    framing: Framing,
    direction: Direction,
    upstream: Arc<str>,
    tool: Option<Arc<str>>,
    buffer: Vec<u8>,
    /// Bytes of the buffer in which no end of a frame was found.
    searched: usize,
    held: VecDeque<Held>,
}

/// A frame of a stream after masking: the message and whatever the transport has around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// The bytes that may be stored.
    pub stored: Vec<u8>,
    /// The bytes that may be sent on.
    pub relayed: Vec<u8>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// A frame that was searched.
#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    places: Vec<Place>,
    texts: Vec<Text>,
    is_answer: bool,
}

/// A text of a frame that the next one may continue.
#[derive(Debug)]
struct Text {
    path: String,
    decoded: String,
    raw: String,
    escaped: bool,
    /// Where it begins in the frame's message.
    at: usize,
    /// Where the message begins in the frame; `None`: it is in several parts there, and its texts
    /// are not joined with others.
    message_at: Option<usize>,
}

impl Stream {
    /// The beginning of an exchange.
    pub fn new(masks: MaskSet, framing: Framing, at: &Crossing<'_>) -> Self {
        Self {
            masks,
            framing,
            direction: at.direction,
            upstream: at.upstream.into(),
            tool: at.tool.map(Into::into),
            buffer: Vec::new(),
            searched: 0,
            held: VecDeque::new(),
        }
    }

    /// Takes the next bytes; gives the frames that may go on.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Relay> {
        self.buffer.extend_from_slice(bytes);
        let finished = self.buffer.len() > FRAME_BYTES_MAX;
        self.frames(finished)
    }

    /// Takes a whole frame, whatever was pushed before: for whoever finds the frames himself.
    pub fn push_frame(&mut self, frame: &[u8]) -> Vec<Relay> {
        self.frame(frame.to_vec())
    }

    /// Whether a complete message is held because the next one may continue a value.
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives what is held, because waiting for more has lasted long enough.
    pub fn flush(&mut self) -> Vec<Relay> {
        let masks = self.masks.clone();
        match masks.rules() {
            Some(rules) => self.release(rules),
            None => Vec::new(),
        }
    }

    /// Gives everything that is left: the stream has ended.
    pub fn finish(mut self) -> Vec<Relay> {
        let mut relays = self.frames(true);
        relays.extend(self.flush());
        relays
    }

    fn frames(&mut self, finished: bool) -> Vec<Relay> {
        let mut relays = Vec::new();
        while let Some(end) = self.framing.end(&self.buffer, &mut self.searched, finished) {
            let rest = self.buffer.split_off(end);
            let frame = std::mem::replace(&mut self.buffer, rest);
            self.searched = 0;
            relays.extend(self.frame(frame));
        }
        relays
    }

    fn frame(&mut self, bytes: Vec<u8>) -> Vec<Relay> {
        let masks = self.masks.clone();
        let Some(rules) = masks.rules() else {
            return vec![Relay {
                stored: bytes.clone(),
                relayed: bytes,
                findings: Vec::new(),
            }];
        };
        let mut held = self.searched(rules, bytes);
        self.join(rules, &mut held);
        let goes_on = held.texts.iter().any(|text| may_go_on(&text.decoded));
        let bytes: usize = self.held.iter().map(|held| held.bytes.len()).sum();
        let full = self.held.len() + 1 >= HELD_MAX || bytes + held.bytes.len() > HELD_BYTES_MAX;
        // What carries no text, such as a ping, passes no message that is held.
        let waits = held.texts.is_empty() && !self.held.is_empty();
        let ends = held.is_answer || full || !(goes_on || waits);
        self.held.push_back(held);
        if ends {
            return self.release(rules);
        }
        Vec::new()
    }

    /// Searches a frame for itself.
    fn searched(&self, rules: &Rules, bytes: Vec<u8>) -> Held {
        let at = self.crossing();
        let mut search = Search::new(rules, at, bytes.len()).in_stream();
        let Ok(frame) = std::str::from_utf8(&bytes) else {
            let decoding = lossy(&bytes);
            let mut places = search.free_text(&decoding.text);
            for place in &mut places {
                place.span = decoding.map.outer(&place.span);
            }
            return Held {
                bytes,
                places,
                texts: Vec::new(),
                is_answer: false,
            };
        };
        let (places, texts, is_answer) = match self.framing.data(frame) {
            Data::None => (search.free_text(frame), Vec::new(), false),
            Data::Span(span) => {
                let message = frame.get(span.clone()).unwrap_or_default();
                let mut walked = search.walked(message);
                for place in &mut walked.places {
                    place.span = place.span.start + span.start..place.span.end + span.start;
                }
                let texts = texts(&walked, Some(span.start));
                (walked.places, texts, walked.is_answer)
            }
            Data::Joined(decoding) => {
                let mut walked = search.walked(&decoding.text);
                for place in &mut walked.places {
                    place.span = decoding.map.outer(&place.span);
                    place.layers.push(Layer::Plain);
                }
                let texts = texts(&walked, None);
                (walked.places, texts, walked.is_answer)
            }
        };
        Held {
            places,
            texts,
            is_answer,
            bytes,
        }
    }

    /// Finds values that begin in frames that are held and end in this one.
    fn join(&mut self, rules: &Rules, last: &mut Held) {
        let at = self.crossing();
        let mut found: Vec<(usize, Place)> = Vec::new();
        for (number, text) in last.texts.iter().enumerate() {
            let earlier = self.held.iter().enumerate().filter_map(|(frame, held)| {
                let same = held.texts.iter().find(|other| other.path == text.path)?;
                Some((frame, same))
            });
            let mut chain: Vec<(usize, &Text)> = earlier.collect();
            if chain.is_empty() || number >= TEXTS_MAX {
                continue;
            }
            chain.push((self.held.len(), text));
            let decoded: Vec<&str> = chain.iter().map(|(_, text)| &*text.decoded).collect();
            let bytes = decoded.iter().map(|text| text.len()).sum();
            let mut search = Search::new(rules, at, bytes);
            for piece in search.across(&decoded) {
                if let Some((frame, text)) = chain.get(piece.part)
                    && let Some(message_at) = text.message_at
                {
                    let mut place =
                        in_string(piece.place, &text.raw, text.escaped, text.at, &text.path);
                    place.shift(message_at);
                    found.push((*frame, place));
                }
            }
        }
        for (frame, place) in found {
            let places = match self.held.get_mut(frame) {
                Some(held) => &mut held.places,
                None => &mut last.places,
            };
            places.push(place);
            resolve(places);
        }
    }

    fn release(&mut self, rules: &Rules) -> Vec<Relay> {
        let held = std::mem::take(&mut self.held);
        let at = self.crossing();
        let relay = |held: Held| {
            let Masked {
                stored,
                relayed,
                findings,
            } = masked(&held.bytes, &held.places, rules, &at);
            Relay {
                stored: stored.into_owned(),
                relayed: relayed.into_owned(),
                findings,
            }
        };
        held.into_iter().map(relay).collect()
    }

    fn crossing(&self) -> Crossing<'_> {
        Crossing {
            direction: self.direction,
            upstream: &self.upstream,
            tool: self.tool.as_deref(),
        }
    }
}

/// So many texts of one message are joined with those of others.
const TEXTS_MAX: usize = 64;

fn texts(walked: &Walked<'_>, message_at: Option<usize>) -> Vec<Text> {
    let texts = walked.leaves.iter().take(TEXTS_MAX).map(|text| Text {
        path: text.path.clone(),
        decoded: decoded(text.raw).into_owned(),
        raw: text.raw.text.to_owned(),
        escaped: text.raw.escaped,
        at: text.raw.at,
        message_at,
    });
    texts.collect()
}

/// Whether a text ends with what may be the first part of a value: digits in groups, or a run that
/// looks like no word.
fn may_go_on(text: &str) -> bool {
    const REACH: usize = 64;
    let bytes = text.as_bytes();
    let tail = bytes
        .get(bytes.len().saturating_sub(REACH)..)
        .unwrap_or_default();
    let is_digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b'-');
    let digits = tail.iter().rev().take_while(|byte| is_digits(byte));
    let (mut count, mut groups) = (0, 0);
    let mut in_group = false;
    for byte in digits {
        let digit = byte.is_ascii_digit();
        count += usize::from(digit);
        groups += usize::from(digit && !in_group);
        in_group = digit;
    }
    if (count >= 4 && groups >= 2) || count >= 6 || (count >= 4 && tail.last() == Some(&b' ')) {
        return true;
    }
    let is_run = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'@' | b'.')
    };
    let run: Vec<u8> = tail
        .iter()
        .rev()
        .take_while(|byte| is_run(byte))
        .copied()
        .collect();
    let ends = run.first().is_some_and(|byte| *byte == b'.');
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    let odd = has(|byte| matches!(byte, b'_' | b'@'))
        || (has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic))
        || (run.iter().skip(1).any(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
            && !run.last().is_some_and(u8::is_ascii_uppercase))
        || (run.len() >= 4 && run.iter().all(u8::is_ascii_uppercase))
        || run.len() >= 16;
    run.len() >= 3 && odd && !ends
}

#[cfg(test)]
mod tests {
    use super::may_go_on;

    #[test]
    fn a_message_waits_only_where_a_value_may_go_on() {
        let check = |text: &str, expected: bool| assert_eq!(may_go_on(text), expected, "{text}");
        for text in [
            "key ghp_aB3",
            "card 4111 11",
            "card 4111 ",
            "ask ann@exam",
            "AKIA",
            "x 123456",
        ] {
            check(text, true);
        }
        for text in [
            "",
            "Working on it.",
            "done",
            "step 3 of 10",
            "see main.rs.",
            "a list, then",
            "2 files",
        ] {
            check(text, false);
        }
    }
}
