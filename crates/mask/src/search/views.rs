//! The other readings of a text, searched as far as the budget goes.

use std::ops::Range;

use memchr::memchr_iter;

use super::{Context, Search, closed};

use crate::detect::{Candidates, Certainty};
use crate::lanes::{Seen, is_token};
use crate::place::{Place, What, Whole, resolve};
use crate::view::encoded::{self, Content, Encoded};
use crate::view::{self, Bytes, Codec, Layer, READINGS, Reading};
use crate::walk::{self, Start, Zone};

/// How much around an escape is read with it.
const AROUND_BYTES: usize = 192;

/// How many beginnings of JSON are tried in one text.
const JSON_TRIES_MAX: usize = 32;

impl Search<'_> {
    /// Searches the other readings of a text.
    pub(super) fn views(
        &mut self,
        text: &str,
        seen: Seen,
        candidates: &Candidates,
        context: Context<'_>,
        places: &mut Vec<Place>,
    ) {
        self.embedded_json(text, context, places);
        self.encoded(text, seen, candidates, context, places);
        if seen.digit() {
            self.pairs(text, context, places);
        }
        let mut tried = context.tried;
        for (number, reading) in READINGS.iter().enumerate() {
            let bit = 1 << number;
            if context.tried & bit != 0 || !may_apply(reading, seen, candidates) {
                continue;
            }
            let windows = windows(text, reading);
            if windows.is_empty() {
                continue;
            }
            let deeper = Context {
                tried,
                ..context.deeper()
            };
            for window in windows {
                self.reading(text, window, reading, deeper, places);
            }
            tried |= bit;
        }
    }

    fn reading(
        &mut self,
        text: &str,
        window: Range<usize>,
        reading: &Reading,
        context: Context<'_>,
        places: &mut Vec<Place>,
    ) {
        let part = text.get(window.clone()).unwrap_or_default();
        if !self.budget.view(context.depth, part.len()) {
            places.push(closed(text, window, context));
            return;
        }
        let Some(decoding) = (reading.decode)(part) else {
            return;
        };
        for mut place in self.text(&decoding.text, context) {
            let across = !decoding.map.is_copy(&place.span);
            let sure = place
                .marks
                .iter()
                .any(|mark| mark.certainty > Certainty::Named);
            if reading.across_only && !(across && sure) {
                continue;
            }
            place.lift(&decoding.map, reading.layer);
            place.shift(window.start);
            if across {
                place.seen_through(reading.name);
            }
            places.push(place);
        }
    }

    /// JSON values that stand in a text.
    fn embedded_json(&mut self, text: &str, context: Context<'_>, places: &mut Vec<Place>) {
        let mut at = 0;
        for _ in 0..JSON_TRIES_MAX {
            let rest = text.as_bytes().get(at..).unwrap_or_default();
            let mut opening = memchr_iter(b'{', rest);
            let Some(found) = opening.find(|at| rest.get(at + 1) == Some(&b'"')) else {
                return;
            };
            let start = Start {
                at: at + found,
                zone: if context.definition {
                    Zone::Schema
                } else {
                    Zone::Data
                },
                names: context.names,
                depth: context.depth + 1,
                root: false,
            };
            if !self.budget.view(context.depth, rest.len() - found) {
                return;
            }
            at = start.at + 2;
            if let Ok(walked) = walk::walk(self, text, start) {
                at = walked.end;
                places.extend(walked.places.into_iter().map(|mut place| {
                    place.seen_through("json");
                    place
                }));
            }
        }
    }

    /// Runs of base64 and hexadecimal.
    fn encoded(
        &mut self,
        text: &str,
        seen: Seen,
        candidates: &Candidates,
        context: Context<'_>,
        places: &mut Vec<Place>,
    ) {
        let mut done = 0;
        for token in &candidates.tokens {
            if token.start < done || token.len() < encoded::RUN_CHARS_MIN {
                continue;
            }
            let bytes_max = self.budget.bytes();
            let lines = if seen.line() {
                encoded::in_lines(text, token, bytes_max)
            } else {
                None
            };
            match lines {
                Some(run) => {
                    done = run.span.end;
                    self.run(text, run, context, places);
                }
                None => {
                    for run in encoded::in_token(text, token, bytes_max) {
                        self.run(text, run, context, places);
                    }
                }
            }
        }
    }

    /// Texts that are compressed in an image's metadata: where something is in one, the image goes.
    fn compressed_texts(
        &mut self,
        image: &[u8],
        codec: &mut Codec,
        context: Context<'_>,
        inner: &mut Vec<Place>,
    ) {
        for (span, text) in view::compressed_texts(image, self.budget.bytes()) {
            if !self.budget.view(context.depth, text.len()) {
                return;
            }
            for mut place in self.text(&text, context) {
                codec.exact = false;
                place.span = span.clone();
                for mark in &mut place.marks {
                    mark.span = span.clone();
                }
                inner.push(place);
            }
        }
        resolve(inner);
    }

    /// Bytes written as pairs of digits.
    fn pairs(&mut self, text: &str, context: Context<'_>, places: &mut Vec<Place>) {
        let mut at = 0;
        while let Some(run) = encoded::in_pairs(text, at, self.budget.bytes()) {
            at = run.span.end;
            self.run(text, run, context, places);
        }
    }

    fn run(&mut self, text: &str, run: Encoded, context: Context<'_>, places: &mut Vec<Place>) {
        let (codec, decoded, texts) = match run.content {
            Content::Decoded {
                codec,
                decoded,
                texts,
            } if self.budget.view(context.depth, decoded.len()) => (codec, decoded, texts),
            Content::Decoded { .. } | Content::TooLong => {
                places.push(closed(text, run.span, context));
                return;
            }
        };
        let mut codec = codec;
        let deeper = Context {
            tried: 0,
            ..context.deeper()
        };
        let mut inner = Vec::new();
        for span in texts {
            let part = decoded.get(span.clone()).unwrap_or_default();
            let Ok(part) = std::str::from_utf8(part) else {
                continue;
            };
            for mut place in self.text(part, deeper) {
                place.shift(span.start);
                if codec.bytes == Bytes::Image {
                    place.layers.push(Layer::Fill(place.span.len()));
                }
                inner.push(place);
            }
        }
        if codec.bytes == Bytes::Image {
            self.compressed_texts(&decoded, &mut codec, deeper, &mut inner);
        }
        let whole = Whole {
            decoded,
            codec,
            inner,
        };
        places.extend(enclosing(run.span, run.name, whole));
    }

    /// The value of a header field that is encoded as a whole.
    pub(super) fn encoded_value(
        &mut self,
        names: &[&str],
        span: Range<usize>,
        codec: Codec,
        text: &str,
    ) -> Vec<Place> {
        let whole = Whole {
            decoded: text.as_bytes().to_vec(),
            codec,
            inner: self.named_text(names, text),
        };
        enclosing(span, "base64", whole).into_iter().collect()
    }
}

/// The place of an encoded text in which something was found.
fn enclosing(span: Range<usize>, name: &'static str, whole: Whole) -> Option<Place> {
    let mut marks = Vec::new();
    for mark in whole.inner.iter().flat_map(|place| &place.marks) {
        let mut mark = mark.clone();
        let outer = whole.codec.outer(&whole.decoded, &mark.span, span.len());
        mark.span = outer.start + span.start..outer.end + span.start;
        mark.views.push(name);
        marks.push(mark);
    }
    (!marks.is_empty()).then(|| Place {
        span,
        what: What::Whole(Box::new(whole)),
        marks,
        layers: Vec::new(),
        at: None,
    })
}

/// Whether a text can have what a reading decodes, by the bytes that it has.
const fn may_apply(reading: &Reading, seen: Seen, candidates: &Candidates) -> bool {
    match reading.layer {
        Layer::Percent | Layer::Entities | Layer::Backslash => seen.escape(),
        Layer::QuotedPrintable => seen.sign(),
        _ if reading.across_only => seen.line(),
        _ => seen.unusual() || candidates.doubled,
    }
}

/// The parts of a text in which a reading may differ from it, with what stands around.
fn windows(text: &str, reading: &Reading) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(found) = (reading.find)(text, at) {
        let start = start_before(text, found.saturating_sub(AROUND_BYTES));
        let end = end_after(text, found + AROUND_BYTES);
        match windows.last_mut() {
            Some(last) if last.end >= start => last.end = end,
            _ => windows.push(start..end),
        }
        // What lies in the window is decoded with it, but for its last part, where more may follow.
        at = (found + 1).max(end.saturating_sub(AROUND_BYTES / 2));
        while at < text.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    windows
}

/// A window cuts no token in two.
fn start_before(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let mut start = before
        .iter()
        .rposition(|byte| !is_token(*byte))
        .map_or(0, |gap| gap + 1);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    start
}

fn end_after(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| !is_token(*byte))
        .unwrap_or(rest.len());
    let mut end = (at + length).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    end
}
