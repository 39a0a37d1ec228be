//! Values that are split over texts which a reader sees as one: neighbouring content blocks,
//! successive notifications.

use std::ops::Range;
use std::sync::Arc;

use super::{Context, Search, seam};
use crate::detect::Certainty;
use crate::place::{At, Place, What, resolve};
use crate::view::{Layer, string};
use crate::walk::{Block, decoded};

/// How much of a text on each side of a joint is read.
const REACH_BYTES: usize = 4096;

/// A part of a value.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Which of the texts.
    pub(crate) part: usize,
    pub(crate) place: Place,
    /// The value of which it is a part.
    pub(crate) value: Arc<str>,
}

impl Search<'_> {
    /// Finds values that are split over the texts of neighbouring blocks.
    pub(super) fn join_blocks(&mut self, blocks: &[Block<'_>], places: &mut Vec<Place>) {
        let mut joined = false;
        for list in blocks.chunk_by(|a, b| a.list == b.list) {
            if list.len() < 2 {
                continue;
            }
            let texts: Vec<_> = list.iter().map(|block| decoded(block.raw)).collect();
            let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
            for piece in self.across(&texts) {
                let Some(block) = list.get(piece.part) else {
                    continue;
                };
                let path = list.iter().map(|block| &block.list_path);
                let path = path.max().map_or("", String::as_str);
                let path = format!("{path}/{}/text", block.index);
                places.push(in_string(
                    piece.place,
                    block.raw.text,
                    block.raw.escaped,
                    block.raw.at,
                    &path,
                ));
                joined = true;
            }
        }
        if joined {
            resolve(places);
        }
    }

    /// Finds values that lie across the joints of texts.
    pub(crate) fn across(&mut self, texts: &[&str]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut from = 0;
        while from + 1 < texts.len() {
            let to = chain_end(texts, from);
            let chain = texts.get(from..=to).unwrap_or_default();
            self.across_chain(chain, from, &mut pieces);
            from = to;
        }
        pieces
    }

    /// Whether all of a joined text has to be searched for what lies across the seam at `at`. Where it
    /// can only be short, what stands around the seam says so.
    fn is_crossed(&mut self, joined: &str, at: usize) -> bool {
        match seam::crossing(joined, at) {
            seam::Crossing::Nothing => false,
            seam::Crossing::Any => true,
            seam::Crossing::Within(reach) => {
                let around = seam::around(joined, at, reach);
                let part = joined.get(around.clone()).unwrap_or_default();
                let context = Context {
                    depth: 1,
                    ..Context::default()
                };
                let places = self.text(part, context);
                let at = at - around.start;
                let across = |place: &Place| place.span.start < at && at < place.span.end;
                places.iter().any(|place| is_sure(place) && across(place))
            }
        }
    }

    fn across_chain(&mut self, chain: &[&str], first: usize, pieces: &mut Vec<Piece>) {
        let mut joined = String::new();
        // Where each text's part begins in the joined text, and in the text itself.
        let mut parts: Vec<(usize, usize)> = Vec::new();
        for (number, text) in chain.iter().enumerate() {
            let start = if number == 0 { tail_start(text) } else { 0 };
            let end = if number + 1 == chain.len() {
                head_end(text)
            } else {
                text.len()
            };
            parts.push((joined.len(), start));
            joined.push_str(text.get(start..end).unwrap_or_default());
        }
        let mut seams = parts.iter().skip(1).map(|(joined, _)| *joined);
        if !seams.any(|at| self.is_crossed(&joined, at)) || !self.budget.view(0, joined.len()) {
            return;
        }
        let context = Context {
            depth: 1,
            ..Context::default()
        };
        for place in self.text(&joined, context) {
            if !is_sure(&place) {
                continue;
            }
            let spans = split(&place.span, &parts, joined.len());
            if spans.len() < 2 {
                continue;
            }
            let value: Arc<str> = joined.get(place.span.clone()).unwrap_or_default().into();
            for (number, (part, span)) in spans.into_iter().enumerate() {
                let mut marks = place.marks.clone();
                marks.truncate(1);
                for mark in &mut marks {
                    mark.span = span.clone();
                    mark.views.push("split");
                }
                pieces.push(Piece {
                    value: value.clone(),
                    part: first + part,
                    place: Place {
                        span,
                        what: match number {
                            0 => What::Value((&*value).into()),
                            _ => What::Rest,
                        },
                        marks,
                        layers: Vec::new(),
                        at: None,
                    },
                });
            }
        }
    }
}

/// Whether a place was found by its form: what stands in another text names nothing.
fn is_sure(place: &Place) -> bool {
    let mut marks = place.marks.iter();
    marks.any(|mark| mark.certainty > Certainty::Named) && !matches!(place.what, What::Opaque)
}

/// A place of a decoded string as a place of the message in which the string stands.
pub(crate) fn in_string(
    mut place: Place,
    raw: &str,
    escaped: bool,
    at: usize,
    path: &str,
) -> Place {
    place.at = Some(At {
        path: Arc::from(path),
        spans: place.marks.iter().map(|mark| mark.span.clone()).collect(),
        fixed: false,
        name: None,
    });
    if escaped {
        place.lift(&string::decode(raw).map, Layer::JsonString);
    } else {
        place.layers.push(Layer::JsonString);
    }
    place.shift(at);
    place
}

/// The last text of the chain that begins with `from`: those between its ends are short.
fn chain_end(texts: &[&str], from: usize) -> usize {
    let mut end = from + 1;
    while end + 1 < texts.len() && texts.get(end).is_some_and(|text| text.len() <= REACH_BYTES) {
        end += 1;
    }
    end
}

fn tail_start(text: &str) -> usize {
    let mut start = text.len().saturating_sub(REACH_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    start
}

fn head_end(text: &str) -> usize {
    let mut end = text.len().min(REACH_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// The parts of a span of the joined text, each in its own text.
fn split(
    span: &Range<usize>,
    parts: &[(usize, usize)],
    length: usize,
) -> Vec<(usize, Range<usize>)> {
    let ends = parts
        .iter()
        .skip(1)
        .map(|(joined, _)| *joined)
        .chain([length]);
    let parts = parts.iter().zip(ends).enumerate();
    let pieces = parts.filter_map(|(number, ((joined, own), end))| {
        let start = span.start.max(*joined);
        let end = span.end.min(end);
        (start < end).then(|| (number, start - joined + own..end - joined + own))
    });
    pieces.collect()
}
