//! The search of one message: detectors over each text and over its views, within limits.

mod budget;
mod header;
pub(crate) mod join;
mod seam;
mod views;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use budget::Budget;

use crate::candidates::collect;
use crate::crossing::Crossing;
use crate::detect::{Candidates, Certainty, Class, Hit, Scope, credentials, identifiers, plain};
use crate::lanes::Seen;
use crate::place::{At, Mark, Place, resolve};
use crate::rules::{Leaf, Outside, Spot};
use crate::set::Rules;
use crate::walk::{self, Broken, Start, Walked, Zone};

/// What is known of a text before it is searched.
#[derive(Clone, Copy, Default)]
pub(crate) struct Context<'a> {
    /// The names that govern it, the nearest last.
    pub(crate) names: &'a [&'a str],
    pub(crate) definition: bool,
    /// How many views deep it is.
    pub(crate) depth: u8,
    /// The readings, by their bits, that are not tried (again).
    pub(crate) tried: u8,
    /// Where it is, if it is a value of JSON.
    pub(crate) path: Option<&'a dyn Fn() -> String>,
}

impl Context<'_> {
    fn deeper(&self) -> Self {
        Self {
            depth: self.depth + 1,
            path: None,
            ..*self
        }
    }
}

/// The search of one message.
#[derive(Debug)]
pub(crate) struct Search<'s> {
    rules: &'s Rules,
    at: Crossing<'s>,
    outside: Option<&'s Outside>,
    follows_streams: bool,
    budget: Budget,
    /// Each member name in which something was found, by its number.
    names: HashMap<String, usize>,
    /// Room for candidates that is not in use: one is for each text that is being searched.
    spare: Vec<Candidates>,
    hits: Vec<Hit>,
}

impl<'s> Search<'s> {
    pub(crate) fn new(rules: &'s Rules, at: Crossing<'s>, message_bytes: usize) -> Self {
        Self {
            rules,
            at,
            outside: None,
            follows_streams: false,
            budget: Budget::new(message_bytes),
            names: HashMap::new(),
            spare: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// The same, merging what somebody outside found.
    pub(crate) fn with_outside(mut self, outside: &'s Outside) -> Self {
        self.outside = (!outside.is_empty()).then_some(outside);
        self
    }

    /// The same for a message of a stream.
    pub(crate) const fn in_stream(mut self) -> Self {
        self.follows_streams = true;
        self
    }

    /// Whether texts are wanted that the next message may continue.
    pub(crate) const fn follows_streams(&self) -> bool {
        self.follows_streams
    }

    /// Searches a message; what is no JSON is searched as text.
    pub(crate) fn message(&mut self, text: &str) -> Vec<Place> {
        self.walked(text).places
    }

    /// The same, with the texts that the next message may continue.
    pub(crate) fn walked<'m>(&mut self, text: &'m str) -> Walked<'m> {
        let start = Start {
            at: 0,
            zone: Zone::Message,
            names: &[],
            depth: 0,
            root: true,
        };
        let Ok(mut walked) = self.values(text, start) else {
            return Walked {
                places: self.free_text(text),
                ..Walked::default()
            };
        };
        self.join_blocks(&walked.blocks, &mut walked.places);
        walked
    }

    /// Searches a text that is no JSON.
    pub(crate) fn free_text(&mut self, text: &str) -> Vec<Place> {
        let mut places = self.named_text(&[], text);
        self.add_outside(String::new, text, &mut places);
        places
    }

    /// Searches a text under these names.
    pub(crate) fn named_text(&mut self, names: &[&str], text: &str) -> Vec<Place> {
        let context = Context {
            names,
            ..Context::default()
        };
        self.text(text, context)
    }

    /// Searches the value of an HTTP header field.
    pub(crate) fn header(&mut self, name: &str, value: &str) -> Vec<Place> {
        let mut places = match header::encoded(value) {
            Some((span, codec, text)) => self.encoded_value(&[name], span, codec, &text),
            None => self.named_text(&[name], value),
        };
        if header::is_fixed(name) {
            for place in &mut places {
                place.at = Some(At {
                    path: Arc::from(""),
                    spans: place.marks.iter().map(|mark| mark.span.clone()).collect(),
                    fixed: true,
                    name: None,
                });
            }
        }
        places
    }

    /// Walks JSON values, one after another, up to the end of the text.
    fn values<'m>(&mut self, text: &'m str, start: Start<'_>) -> Result<Walked<'m>, Broken> {
        let mut all = Walked {
            end: start.at,
            ..Walked::default()
        };
        loop {
            let next = Start {
                at: all.end,
                ..start
            };
            let walked = walk::walk(self, text, next)?;
            all.end = walked.end;
            all.places.extend(walked.places);
            all.blocks.extend(walked.blocks);
            all.leaves.extend(walked.leaves);
            all.is_answer |= walked.is_answer;
            let rest = text.get(all.end..).unwrap_or_default();
            if rest.trim_ascii_start().is_empty() {
                return Ok(all);
            }
        }
    }

    /// Searches a text and its views. The places do not overlap.
    pub(crate) fn text(&mut self, text: &str, context: Context<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        if text.is_empty() {
            return places;
        }
        if self.json(text, context, &mut places) {
            return places;
        }
        let mut candidates = self.spare.pop().unwrap_or_else(Candidates::with_room);
        let seen = collect(text, &mut candidates);
        self.detect(text, &candidates, context, &mut places);
        self.views(text, seen, &candidates, context, &mut places);
        self.spare.push(candidates);
        resolve(&mut places);
        places
    }

    /// Searches a number's lexeme.
    pub(crate) fn number(&mut self, lexeme: &str, context: Context<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        let mut candidates = self.spare.pop().unwrap_or_else(Candidates::with_room);
        collect(lexeme, &mut candidates);
        self.detect(lexeme, &candidates, context, &mut places);
        self.spare.push(candidates);
        resolve(&mut places);
        places
    }

    /// Whether a text need not be searched where no name tells of it.
    pub(crate) fn can_skip(&self, text: &str) -> bool {
        self.rules.own().is_none() && self.outside.is_none() && plain::is_plain(text)
    }

    /// A text that is JSON itself is walked: its names say more than its bytes.
    fn json(&mut self, text: &str, context: Context<'_>, places: &mut Vec<Place>) -> bool {
        let trimmed = text.trim_ascii_start();
        let opens = matches!(trimmed.as_bytes().first(), Some(b'{' | b'[' | b'"'));
        if !opens || !self.budget.view(context.depth, 0) {
            return false;
        }
        let start = Start {
            at: text.len() - trimmed.len(),
            zone: if context.definition {
                Zone::Schema
            } else {
                Zone::Data
            },
            names: context.names,
            depth: context.depth + 1,
            root: false,
        };
        let Ok(walked) = self.values(text, start) else {
            return false;
        };
        places.extend(walked.places.into_iter().map(|mut place| {
            place.seen_through("json");
            place
        }));
        true
    }

    fn detect(
        &mut self,
        text: &str,
        candidates: &Candidates,
        context: Context<'_>,
        places: &mut Vec<Place>,
    ) {
        let scope = Scope {
            text,
            candidates,
            names: context.names,
            definition: context.definition,
        };
        let mut hits = std::mem::take(&mut self.hits);
        credentials::find(&scope, &mut hits);
        identifiers::find(&scope, self.rules.looks_for(Class::Network), &mut hits);
        for hit in hits.drain(..) {
            let Some(value) = text.get(hit.span.clone()) else {
                continue;
            };
            if self.rules.looks_for(hit.class) {
                if !self.budget.hit() {
                    *places = vec![exhausted(text)];
                    break;
                }
                let kind = Cow::Borrowed(hit.kind);
                places.push(Place::value(
                    kind,
                    hit.class,
                    hit.certainty,
                    hit.span,
                    value,
                ));
            }
        }
        self.hits = hits;
        if let Some(own) = self.rules.own() {
            let leaf = Leaf {
                text,
                names: context.names,
                definition: context.definition,
                depth: context.depth,
                at: self.at,
                path: context.path,
            };
            let mut spots = Vec::new();
            own.find(&leaf, &mut spots);
            self.spots(&spots, text, places);
        }
    }

    /// Adds what somebody outside found in the string at `path`.
    pub(crate) fn add_outside(
        &mut self,
        path: impl FnOnce() -> String,
        text: &str,
        places: &mut Vec<Place>,
    ) {
        if let Some(outside) = self.outside {
            self.spots(outside.at(&path()), text, places);
            resolve(places);
        }
    }

    fn spots(&mut self, spots: &[Spot], text: &str, places: &mut Vec<Place>) {
        for spot in spots {
            if let Some(value) = text.get(spot.span.clone()) {
                if !self.budget.hit() {
                    *places = vec![exhausted(text)];
                    return;
                }
                let Spot {
                    kind,
                    class,
                    certainty,
                    span,
                } = spot.clone();
                places.push(Place::value(kind, class, certainty, span, value));
            }
        }
    }

    /// Whether a name is one that no protocol and no programmer gives.
    pub(crate) fn is_worth_searching_as_name(&self, name: &str) -> bool {
        const BYTES_MIN: usize = 8;
        name.len() >= BYTES_MIN && !Seen::of(name).plain()
    }

    /// A number for each member name in which something was found: the same name, the same number.
    pub(crate) fn number_of_name(&mut self, name: &str) -> usize {
        let next = self.names.len() + 1;
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    /// A member name as a path may show it.
    pub(crate) fn shown_name(&self, places: &[Place], number: usize) -> String {
        let kinds = places.iter().flat_map(|place| &place.marks);
        let kind = kinds.map(|mark: &Mark| &*mark.kind).next();
        unique(&format!("[{}]", kind.unwrap_or("masked")), number)
    }
}

/// A replacement that no other name gets.
pub(crate) fn unique(shown: &str, number: usize) -> String {
    match (shown.strip_suffix(']'), number) {
        (_, 1) => shown.to_owned(),
        (Some(open), _) => format!("{open}_{number}]"),
        (None, _) => format!("{shown}_{number}"),
    }
}

/// Whether a detector goes by these names alone: then what cannot be looked into is masked whole.
fn is_sensitive(names: &[&str]) -> bool {
    const PROBE: &str = "Zq7vK2mXw9Rt4Lb8";
    let candidates = Candidates {
        tokens: std::iter::once(0..PROBE.len()).collect(),
        ..Candidates::default()
    };
    let scope = Scope {
        text: PROBE,
        candidates: &candidates,
        names,
        definition: false,
    };
    let mut hits = Vec::new();
    credentials::find(&scope, &mut hits);
    hits.iter()
        .any(|hit| matches!(hit.class, Class::Credential | Class::Authentication))
}

/// A text with more findings than a message may have: all of it goes.
fn exhausted(text: &str) -> Place {
    let (class, certainty) = (Class::Credential, Certainty::Checked);
    Place::value("opaque".into(), class, certainty, 0..text.len(), text)
}

/// What could not be looked into, as a place.
fn closed(text: &str, span: Range<usize>, context: Context<'_>) -> Place {
    if is_sensitive(context.names) {
        let class = Class::Credential;
        let certainty = Certainty::Named;
        return Place::value("opaque".into(), class, certainty, 0..text.len(), text);
    }
    Place::opaque(span)
}
