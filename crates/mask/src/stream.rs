//! The messages of one exchange, one after another: a value that is split over them is masked in all.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::crossing::{Crossing, Direction};
use crate::finding::{Finding, Masked};
use crate::frames::{Data, Framing};
use crate::place::{Place, What, resolve};
use crate::render::masked;
use crate::rules::Outside;
use crate::search::Search;
use crate::search::join::in_string;
use crate::set::{MaskSet, Rules, lossy};
use crate::view::Map;
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
    /// The ends of texts that went on already, by their paths.
    past: VecDeque<(String, String)>,
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
    origin: Arc<Origin>,
}

/// Where a message is in its frame.
#[derive(Debug)]
enum Origin {
    At(usize),
    /// In several lines.
    Lines(Map),
}

impl Origin {
    /// Makes a place of the message one of the frame.
    fn locate(&self, place: &mut Place) {
        match self {
            Self::At(at) => place.span = place.span.start + at..place.span.end + at,
            Self::Lines(map) => place.span = map.outer(&place.span),
        }
    }
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
            past: VecDeque::new(),
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
        self.frame(frame.to_vec(), &Outside::default())
    }

    /// The same, with what somebody outside found in the strings of the frame's message.
    pub fn push_frame_with(&mut self, frame: &[u8], outside: &Outside) -> Vec<Relay> {
        self.frame(frame.to_vec(), outside)
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
            relays.extend(self.frame(frame, &Outside::default()));
        }
        relays
    }

    fn frame(&mut self, bytes: Vec<u8>, outside: &Outside) -> Vec<Relay> {
        let masks = self.masks.clone();
        let Some(rules) = masks.rules() else {
            return vec![Relay {
                stored: bytes.clone(),
                relayed: bytes,
                findings: Vec::new(),
            }];
        };
        let mut held = self.searched(rules, bytes, outside);
        self.join(rules, &mut held);
        let goes_on = held.texts.iter().any(|text| may_go_on(&self.so_far(text)));
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
    fn searched(&self, rules: &Rules, bytes: Vec<u8>, outside: &Outside) -> Held {
        let at = self.crossing();
        let mut search = Search::new(rules, at, bytes.len())
            .with_outside(outside)
            .in_stream();
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
        let (text, origin) = match self.framing.data(frame) {
            Data::None => {
                return Held {
                    places: search.free_text(frame),
                    texts: Vec::new(),
                    is_answer: false,
                    bytes,
                };
            }
            Data::Span(span) => {
                let text = frame.get(span.clone()).unwrap_or_default();
                (Cow::Borrowed(text), Origin::At(span.start))
            }
            Data::Joined(decoding) => (Cow::Owned(decoding.text), Origin::Lines(decoding.map)),
        };
        let origin = Arc::new(origin);
        let mut walked = search.walked(&text);
        for place in &mut walked.places {
            origin.locate(place);
        }
        let texts = texts(&walked, &origin);
        let is_answer = walked.is_answer;
        let places = walked.places;
        Held {
            places,
            texts,
            is_answer,
            bytes,
        }
    }

    /// The end of what a reader has seen at a text's path, with the text.
    fn so_far(&self, text: &Text) -> String {
        let mut joined = String::new();
        if let Some((_, past)) = self.past.iter().find(|(path, _)| *path == text.path) {
            joined.push_str(past);
        }
        let held = self.held.iter().flat_map(|held| &held.texts);
        for earlier in held.filter(|earlier| earlier.path == text.path) {
            joined.push_str(end_of(&earlier.decoded));
        }
        joined.push_str(&text.decoded);
        joined
    }

    /// Finds values that begin in frames before this one and end in it. What went on already stays:
    /// only the rest of its value goes.
    fn join(&mut self, rules: &Rules, last: &mut Held) {
        let mut found: Vec<(usize, Place)> = Vec::new();
        for text in &last.texts {
            let past = self.past.iter().find(|(path, _)| *path == text.path);
            let past = past.map(|(_, end)| (&**end, None));
            let earlier = self.held.iter().enumerate().filter_map(|(frame, held)| {
                let same = held.texts.iter().find(|other| other.path == text.path)?;
                Some((&*same.decoded, Some((frame, same))))
            });
            let mut chain: Vec<(&str, Option<(usize, &Text)>)> =
                past.into_iter().chain(earlier).collect();
            if chain.is_empty() {
                continue;
            }
            chain.push((&text.decoded, Some((self.held.len(), text))));
            let decoded: Vec<&str> = chain.iter().map(|(text, _)| *text).collect();
            let bytes = decoded.iter().map(|text| text.len()).sum();
            let mut search = Search::new(rules, self.crossing(), bytes);
            let mut first_is_past = false;
            for mut piece in search.across(&decoded) {
                let is_first = matches!(piece.place.what, What::Value(_));
                let Some((_, Some((frame, text)))) = chain.get(piece.part) else {
                    first_is_past = true;
                    continue;
                };
                if first_is_past && !is_first {
                    piece.place.what = What::Value((&*piece.value).into());
                }
                first_is_past = false;
                let mut place =
                    in_string(piece.place, &text.raw, text.escaped, text.at, &text.path);
                text.origin.locate(&mut place);
                found.push((*frame, place));
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

    /// Remembers the ends of a frame's texts.
    fn remember(&mut self, held: &Held) {
        const PATHS_MAX: usize = 16;
        for text in &held.texts {
            let end = end_of(&text.decoded).to_owned();
            self.past.retain(|(path, _)| *path != text.path);
            if self.past.len() == PATHS_MAX {
                self.past.pop_front();
            }
            self.past.push_back((text.path.clone(), end));
        }
    }

    fn release(&mut self, rules: &Rules) -> Vec<Relay> {
        let held = std::mem::take(&mut self.held);
        held.iter().for_each(|held| self.remember(held));
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

fn texts(walked: &Walked<'_>, origin: &Arc<Origin>) -> Vec<Text> {
    let texts = walked.leaves.iter().take(TEXTS_MAX).map(|text| Text {
        path: text.path.clone(),
        decoded: decoded(text.raw).into_owned(),
        raw: text.raw.text.to_owned(),
        escaped: text.raw.escaped,
        at: text.raw.at,
        origin: origin.clone(),
    });
    texts.collect()
}

/// The part of a text that matters for what comes after it.
fn end_of(text: &str) -> &str {
    const REACH_BYTES: usize = 256;
    let mut start = text.len().saturating_sub(REACH_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
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
