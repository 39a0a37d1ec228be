//! The walk over a message: its strings, numbers and member names, each with the names that govern it.
//!
//! Any legal JSON is walked, however deep, without recursion: repeated members, half surrogate pairs
//! and numbers of any size included. Nothing is decoded twice, and a leaf without a finding costs
//! no allocation.

mod frame;
mod neighbours;
mod scan;
mod zone;

use std::borrow::Cow;

use crate::detect::plain;
use crate::place::{At, Place};
use crate::search::{Context, Search};
use crate::view::{Layer, string};
use frame::{Frame, Kind, Member, NAMES_MAX};
pub(crate) use neighbours::decoded;
use scan::Cursor;
pub(crate) use scan::{Broken, Raw};
pub(crate) use zone::Zone;

/// Where a walk begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'a> {
    /// The first byte of the value.
    pub(crate) at: usize,
    pub(crate) zone: Zone,
    /// The names that govern the text in which the value stands.
    pub(crate) names: &'a [&'a str],
    /// How many views deep the text is.
    pub(crate) depth: u8,
    /// The text is a message: places get their paths.
    pub(crate) root: bool,
}

/// What a walk gives.
#[derive(Debug, Default)]
pub(crate) struct Walked<'m> {
    /// The first byte after the value.
    pub(crate) end: usize,
    /// In the order of the text.
    pub(crate) places: Vec<Place>,
    /// Texts of content blocks, which may be parts of one text.
    pub(crate) blocks: Vec<Block<'m>>,
    /// Texts that the next message may continue.
    pub(crate) leaves: Vec<Text<'m>>,
    /// The message answers a request.
    pub(crate) is_answer: bool,
}

/// A text that the next message may continue.
#[derive(Debug, Clone)]
pub(crate) struct Text<'m> {
    pub(crate) path: String,
    pub(crate) raw: Raw<'m>,
}

/// The text of a content block.
#[derive(Debug, Clone)]
pub(crate) struct Block<'m> {
    /// The array in which it stands.
    pub(crate) list: usize,
    pub(crate) index: usize,
    pub(crate) raw: Raw<'m>,
    /// The array's pointer; empty for the first block.
    pub(crate) list_path: String,
}

/// Walks the JSON value that begins in `text` at `start`.
///
/// # Errors
///
/// What stands there is no JSON.
pub(crate) fn walk<'m>(
    search: &mut Search<'_>,
    text: &'m str,
    start: Start<'_>,
) -> Result<Walked<'m>, Broken> {
    let mut walk = Walk {
        search,
        cursor: Cursor { text, at: start.at },
        stack: Vec::new(),
        start,
        serial: 0,
        allowance: 65_536 + text.len(),
        walked: Walked::default(),
    };
    walk.value()?;
    walk.walked.end = walk.cursor.at;
    Ok(walk.walked)
}

struct Walk<'w, 's, 'm> {
    search: &'w mut Search<'s>,
    cursor: Cursor<'m>,
    stack: Vec<Frame<'m>>,
    start: Start<'w>,
    serial: usize,
    /// How many bytes may still be read ahead for names.
    allowance: usize,
    walked: Walked<'m>,
}

impl<'m> Walk<'_, '_, 'm> {
    fn value(&mut self) -> Result<(), Broken> {
        loop {
            match self.cursor.next_token().ok_or(Broken)? {
                b'{' => {
                    self.open(Kind::Object);
                    if self.cursor.next_token() != Some(b'}') {
                        self.member()?;
                        continue;
                    }
                }
                b'[' => {
                    self.open(Kind::Array);
                    if self.cursor.next_token() != Some(b']') {
                        continue;
                    }
                }
                b'"' => {
                    let raw = self.cursor.string()?;
                    self.string(raw);
                }
                b'-' | b'0'..=b'9' => {
                    let at = self.cursor.at;
                    let lexeme = self.cursor.number()?;
                    self.number(lexeme, at);
                }
                _ => self.cursor.literal()?,
            }
            if self.close()? {
                return Ok(());
            }
        }
    }

    fn open(&mut self, kind: Kind) {
        self.cursor.at += 1;
        self.serial += 1;
        let frame = frame::opened(&self.stack, kind, self.start, self.serial);
        self.stack.push(frame);
    }

    /// Goes on to the next value; `true` where there is none.
    fn close(&mut self) -> Result<bool, Broken> {
        loop {
            let Some(frame) = self.stack.last_mut() else {
                return Ok(true);
            };
            let next = self.cursor.next_token().ok_or(Broken)?;
            match (frame.kind, next) {
                (Kind::Object, b',') => {
                    self.cursor.at += 1;
                    self.member()?;
                    return Ok(false);
                }
                (Kind::Array, b',') => {
                    self.cursor.at += 1;
                    frame.index += 1;
                    return Ok(false);
                }
                (Kind::Object, b'}') | (Kind::Array, b']') => {
                    self.cursor.at += 1;
                    self.stack.pop();
                }
                _ => return Err(Broken),
            }
        }
    }

    /// Reads a member's name; the cursor is left before its value.
    fn member(&mut self) -> Result<(), Broken> {
        self.cursor.skip_space();
        let raw = self.cursor.string()?;
        self.cursor.skip_space();
        self.cursor.expect(b':')?;
        let name = decoded(raw);
        let Some(frame) = self.stack.last_mut() else {
            return Err(Broken);
        };
        frame.member = None;
        let place = frame.place.zone.member(&name);
        let place = zone::Place {
            fixed: place.fixed || frame.place.fixed,
            ..place
        };
        let holds_value = neighbours::holds_value(&name);
        if holds_value && frame.label.is_none() {
            frame.label = neighbours::label_ahead(self.cursor, &mut self.allowance);
        }
        if neighbours::holds_columns(&name) {
            frame.columns.clear();
        }
        let is_message = self.start.root && self.stack.len() == 1;
        self.walked.is_answer |= is_message && matches!(&*name, "result" | "error");
        let shown = self.name(raw, &name, place);
        let tells = plain::tells(&name);
        if let Some(frame) = self.stack.last_mut() {
            frame.member = Some(Member {
                name,
                place,
                holds_value,
                tells,
                shown,
            });
        }
        Ok(())
    }

    /// Searches a member's name; returns how it is shown where something was found.
    fn name(&mut self, raw: Raw<'m>, name: &str, place: zone::Place) -> Option<String> {
        if !self.search.is_worth_searching_as_name(name) {
            return None;
        }
        let mut buffer = [""; NAMES_MAX];
        let outer = self.stack.split_last().map_or(&[][..], |(_, outer)| outer);
        let context = Context {
            names: frame::names(outer, self.start.names, None, &mut buffer),
            definition: place.zone.is_definition(),
            depth: self.start.depth,
            ..Context::default()
        };
        let mut places = self.search.text(name, context);
        let number = places.first().map(|_| self.search.number_of_name(name))?;
        let shown = self.search.shown_name(&places, number);
        let mut path = frame::pointer(outer);
        path.push('/');
        path.push_str(&shown);
        self.locate(&mut places, &path, place.fixed, Some(number));
        self.keep_string(places, raw);
        Some(shown)
    }

    fn string(&mut self, raw: Raw<'m>) {
        if !raw.escaped && self.search.can_skip(raw.text) && !self.is_told() {
            let place = self.stack.last().map(Frame::current);
            self.note(raw, place.map_or(self.start.zone, |place| place.zone));
            return;
        }
        let text = decoded(raw);
        let (place, nearest) = self.neighbourhood();
        let mut buffer = [""; NAMES_MAX];
        let stack = &self.stack;
        let path = || frame::pointer(stack);
        let context = Context {
            names: frame::names(stack, self.start.names, nearest.as_deref(), &mut buffer),
            definition: place.zone.is_definition(),
            depth: self.start.depth,
            tried: 0,
            path: Some(&path),
        };
        let mut places = self.search.text(&text, context);
        if self.start.root {
            self.search.add_outside(path, &text, &mut places);
        }
        if !places.is_empty() {
            let path = frame::pointer(&self.stack);
            self.locate(&mut places, &path, place.fixed, None);
            self.keep_string(places, raw);
        }
        self.note(raw, place.zone);
    }

    fn number(&mut self, lexeme: &str, at: usize) {
        const CHARS_MIN: usize = 3;
        if lexeme.len() < CHARS_MIN || self.search.can_skip(lexeme) && !self.is_told() {
            return;
        }
        let (place, nearest) = self.neighbourhood();
        let mut buffer = [""; NAMES_MAX];
        let stack = &self.stack;
        let path = || frame::pointer(stack);
        let context = Context {
            names: frame::names(stack, self.start.names, nearest.as_deref(), &mut buffer),
            definition: place.zone.is_definition(),
            depth: self.start.depth,
            tried: 0,
            path: Some(&path),
        };
        let mut places = self.search.number(lexeme, context);
        if places.is_empty() {
            return;
        }
        let path = frame::pointer(&self.stack);
        self.locate(&mut places, &path, place.fixed, None);
        for place in &mut places {
            place.span = 0..lexeme.len();
            place.layers.push(Layer::JsonNumber);
            place.shift(at);
        }
        places.truncate(1);
        self.walked.places.append(&mut places);
    }

    /// Whether a name may tell of the value being read: those of members are judged once, those that
    /// neighbours give are not judged.
    fn is_told(&self) -> bool {
        self.stack.last().is_none_or(Frame::is_told)
    }

    /// What the value being read is, and the name that its neighbour gives it.
    fn neighbourhood(&self) -> (zone::Place, Option<Cow<'m, str>>) {
        let Some(frame) = self.stack.last() else {
            return (
                zone::Place {
                    zone: self.start.zone,
                    fixed: false,
                    transparent: false,
                },
                None,
            );
        };
        let nearest = frame.previous.and_then(|previous| {
            neighbours::label_of_element(previous, frame.index, &mut self.cursor.clone())
        });
        (frame.current(), nearest)
    }

    /// Remembers a string for what comes after it.
    fn note(&mut self, raw: Raw<'m>, zone: Zone) {
        frame::note_column(&mut self.stack, || decoded(raw));
        let root = self.start.root;
        let list = self.stack.len().checked_sub(2);
        let list = list.and_then(|list| self.stack.get(list));
        let (list, index, is_array) = list.map_or((0, 0, false), |list| {
            (list.serial, list.index, list.kind == Kind::Array)
        });
        let Some(frame) = self.stack.last_mut() else {
            return;
        };
        let Some(member) = &frame.member else {
            frame.previous = Some(raw);
            return;
        };
        if neighbours::holds_label(&member.name) {
            let label = decoded(raw);
            frame.label = neighbours::is_name(&label).then_some(label);
        }
        if root && self.search.follows_streams() && neighbours::is_streamed(&member.name) {
            let path = frame::pointer(&self.stack);
            self.walked.leaves.push(Text { path, raw });
        }
        let Some(member) = self.stack.last().and_then(|frame| frame.member.as_ref()) else {
            return;
        };
        if root && is_array && zone == Zone::Protocol && member.name == "text" {
            let outer = self.stack.len().saturating_sub(2);
            let list_path = match index {
                0 => String::new(),
                _ => frame::pointer(self.stack.get(..outer).unwrap_or_default()),
            };
            self.walked.blocks.push(Block {
                list,
                index,
                raw,
                list_path,
            });
        }
    }

    fn locate(&self, places: &mut [Place], path: &str, fixed: bool, name: Option<usize>) {
        if !self.start.root {
            return;
        }
        let path: std::sync::Arc<str> = path.into();
        for place in places {
            place.at = Some(At {
                path: path.clone(),
                spans: place.marks.iter().map(|mark| mark.span.clone()).collect(),
                fixed,
                name,
            });
        }
    }

    /// Makes places of a decoded string places of the walked text.
    fn keep_string(&mut self, places: Vec<Place>, raw: Raw<'_>) {
        let map = raw.escaped.then(|| string::decode(raw.text).map);
        for mut place in places {
            match &map {
                Some(map) => place.lift(map, Layer::JsonString),
                None => place.layers.push(Layer::JsonString),
            }
            place.shift(raw.at);
            self.walked.places.push(place);
        }
    }
}
