use std::borrow::Cow;

use super::Start;
use super::neighbours::{holds_columns, holds_rows, is_name};
use super::scan::Raw;
use super::zone::{self, Zone};
use crate::detect::plain;

/// The nearest names are kept, at most this many.
pub(super) const NAMES_MAX: usize = 16;

/// A container that is open.
#[derive(Debug)]
pub(super) struct Frame<'m> {
    pub(super) kind: Kind,
    /// What its own values are, before the names of their members say more.
    pub(super) place: zone::Place,
    /// Which element is being read.
    pub(super) index: usize,
    /// The member being read.
    pub(super) member: Option<Member<'m>>,
    /// What an object's `value` is called.
    pub(super) label: Option<Cow<'m, str>>,
    /// The names of columns: of an object for its tables, of an array for its rows.
    pub(super) columns: Vec<Cow<'m, str>>,
    /// The last string of an array.
    pub(super) previous: Option<Raw<'m>>,
    /// A name outside of it may tell of its values.
    pub(super) told: bool,
    /// Counts the containers of a message.
    pub(super) serial: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
}

#[derive(Debug)]
pub(super) struct Member<'m> {
    pub(super) name: Cow<'m, str>,
    pub(super) place: zone::Place,
    pub(super) holds_value: bool,
    /// It may tell of what it holds.
    pub(super) tells: bool,
    /// How the name is shown in a path, where it cannot be shown as it is.
    pub(super) shown: Option<String>,
}

impl Frame<'_> {
    /// What the value being read is.
    pub(super) fn current(&self) -> zone::Place {
        match &self.member {
            Some(member) => member.place,
            None => self.place,
        }
    }

    /// Whether a name may tell of the value being read. What stands in an array may have a name from
    /// its neighbours.
    pub(super) fn is_told(&self) -> bool {
        let member =
            |member: &Member<'_>| member.tells || member.holds_value && self.label.is_some();
        self.told || self.member.as_ref().is_none_or(member)
    }

    fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    fn reads_rows(&self) -> bool {
        let member = self.member.as_ref();
        member.is_some_and(|member| holds_rows(&member.name))
    }

    /// Whether it says what the columns of the rows being read are called.
    fn names_rows(&self) -> bool {
        self.reads_rows() && !self.columns.is_empty()
    }

    fn reads_columns(&self) -> bool {
        let member = self.member.as_ref();
        member.is_some_and(|member| holds_columns(&member.name))
    }
}

/// The names that govern the value being read, the nearest last.
pub(super) fn names<'a>(
    stack: &'a [Frame<'_>],
    outer: &[&'a str],
    nearest: Option<&'a str>,
    buffer: &'a mut [&'a str; NAMES_MAX],
) -> &'a [&'a str] {
    let members = stack.iter().rev().flat_map(|frame| {
        let member = frame.member.as_ref();
        let label = member
            .filter(|member| member.holds_value)
            .and(frame.label.as_deref());
        let name = member
            .filter(|member| !member.place.transparent)
            .map(|member| &*member.name);
        label.into_iter().chain(name)
    });
    let column = column(stack);
    let all = nearest
        .into_iter()
        .chain(column)
        .chain(members)
        .chain(outer.iter().rev().copied());
    let mut count = 0;
    for (slot, name) in buffer.iter_mut().zip(all) {
        *slot = name;
        count += 1;
    }
    let names = buffer.get_mut(..count).unwrap_or_default();
    names.reverse();
    names
}

/// The name of the column in which the value being read stands.
fn column<'a>(stack: &'a [Frame<'_>]) -> Option<&'a str> {
    let (row, outer) = stack.split_last()?;
    if !row.is(Kind::Array) {
        return None;
    }
    let (above, outer) = outer.split_last()?;
    let columns = match above.kind {
        // Two lists side by side: `{"keys": […], "values": […]}`.
        Kind::Object if above.reads_rows() => &above.columns,
        Kind::Object => return None,
        Kind::Array => match outer.last() {
            // A table of whose columns an object says the names.
            Some(object) if object.names_rows() => &object.columns,
            // A table whose first row is its head.
            _ => (above.index > 0).then_some(&above.columns)?,
        },
    };
    columns.get(row.index).map(|name| &**name)
}

/// Remembers a string that may name a column for what comes after it.
pub(super) fn note_column<'m>(stack: &mut [Frame<'m>], name: impl FnOnce() -> Cow<'m, str>) {
    match stack {
        [.., above, row] if row.is(Kind::Array) => {
            let names_columns = match above.kind {
                Kind::Object => above.reads_columns(),
                Kind::Array => above.index == 0,
            };
            if names_columns {
                push_name(&mut above.columns, row.index, name());
            }
        }
        // `{"fields": [{"name": …}, …]}`
        [.., object, list, field] if object.reads_columns() && list.is(Kind::Array) => {
            let member = field.member.as_ref();
            if member.is_some_and(|member| member.name == "name") {
                push_name(&mut object.columns, list.index, name());
            }
        }
        _ => {}
    }
}

/// A column without a name keeps its place.
fn push_name<'m>(columns: &mut Vec<Cow<'m, str>>, index: usize, name: Cow<'m, str>) {
    const COLUMNS_MAX: usize = 256;
    if index < COLUMNS_MAX && columns.len() <= index {
        columns.resize(index, Cow::Borrowed(""));
        columns.push(if is_name(&name) {
            name
        } else {
            Cow::Borrowed("")
        });
    }
}

/// A JSON Pointer (RFC 6901) to the value being read.
pub(super) fn pointer(stack: &[Frame<'_>]) -> String {
    let mut pointer = String::new();
    for frame in stack {
        pointer.push('/');
        match &frame.member {
            Some(member) => {
                let name = member.shown.as_deref().unwrap_or(&member.name);
                for char in name.chars() {
                    match char {
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        _ => pointer.push(char),
                    }
                }
            }
            None => pointer.push_str(&frame.index.to_string()),
        }
    }
    pointer
}

/// The frame that a value opens here.
pub(super) fn opened<'m>(
    stack: &[Frame<'m>],
    kind: Kind,
    start: Start<'_>,
    serial: usize,
) -> Frame<'m> {
    let parent = stack.last();
    let mut place = parent.map_or(
        zone::Place {
            zone: start.zone,
            fixed: false,
            transparent: false,
        },
        Frame::current,
    );
    // What a person filled into a form: `{"action": "accept", "content": {…}}`.
    let is_form = kind == Kind::Object
        && place.zone == Zone::Protocol
        && parent
            .and_then(|parent| parent.member.as_ref())
            .is_some_and(|member| member.name == "content");
    if is_form {
        place.zone = Zone::Data;
    }
    Frame {
        kind,
        place,
        index: 0,
        member: None,
        label: None,
        columns: Vec::new(),
        previous: None,
        told: match parent {
            Some(parent) if parent.is(Kind::Array) => parent.told,
            Some(parent) => parent.is_told(),
            None => start.names.iter().any(|name| plain::tells(name)),
        },
        serial,
    }
}
