//! Names inside of a text, and the values that they give away: `key=value`, YAML, headers, options,
//! markup, SQL, tables, sentences.
//!
//! One pass finds the few letters that every sensitive name contains; only there is a name read,
//! and only behind a sensitive name is a value looked for.

mod assign;
mod command;
mod header;
mod markup;
mod prose;
mod scan;
mod sql;
mod table;
mod window;
mod work;

use std::ops::Range;

use super::names::Sensitive;
use super::values::{self, Found};
use crate::detect::{Certainty, Class, Hit, Scope};
use scan::Anchor;
use work::Work;

/// A sensitive name in a text.
#[derive(Debug, Clone)]
struct Label<'a> {
    text: &'a str,
    /// The name, without quotes and dashes around it.
    name: Range<usize>,
    what: Sensitive,
    work: &'a Work,
}

/// A value behind a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    span: Range<usize>,
    found: Found,
}

impl Value {
    /// A text that is nothing but the value.
    pub(super) const fn whole(span: Range<usize>) -> Self {
        Self {
            span,
            found: Found::Whole,
        }
    }
}

pub(super) fn find(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let text = scope.text;
    let work = Work::new(text);
    // How far names were judged, and how far commands and lines of password files were read.
    let (mut done, mut read, mut filed) = (0, ("", 0), 0);
    scan::anchors(text, |anchor, place| match anchor {
        // What is behind the last label that was judged can hold anything.
        _ if work.is_exhausted() => {
            if done < text.len() {
                credential("opaque", done.min(place.start)..text.len(), hits);
                done = text.len();
            }
        }
        Anchor::Name => {
            if place.end > done
                && let Some(label) = scan::label(text, place, &work)
            {
                done = judge(&label, hits);
            }
        }
        Anchor::LocalName(what) => {
            let label = Label {
                text,
                name: place,
                what,
                work: &work,
            };
            judge(&label, hits);
        }
        Anchor::Command(command) if command == read.0 && place.end < read.1 => {}
        Anchor::PasswordFile if place.end < filed => {}
        Anchor::Command(command) => {
            let end = command::find(text, place.end, command, hits);
            work.read(end - place.end);
            read = (command, end);
        }
        Anchor::IdentifiedBy => {
            let end = sql::identified_by(text, place.end, hits);
            work.read(end - place.end);
        }
        Anchor::PasswordFile => filed = sql::password_file(text, place, hits),
    });
}

/// Looks behind a label in each of the ways that a text can give its value away. Tells where to go
/// on: behind the label, or behind the value.
fn judge(label: &Label<'_>, hits: &mut Vec<Hit>) -> usize {
    let before = hits.len();
    if let Some(after) = assign::after(label) {
        label.work.read(after.span.end - label.name.end);
        match label.what {
            Sensitive::Authorization => {
                label
                    .work
                    .read(header::value_end(label.text, after.span.start) - after.span.start);
                header::authorization(label.text, &after, hits);
            }
            Sensitive::Cookie => header::cookie(label, &after, hits),
            _ => take(label, &after, hits),
        }
    } else if let Some(value) = assign::pair(label)
        .or_else(|| markup::element(label))
        .or_else(|| markup::attribute(label))
        .or_else(|| command::option(label))
        .or_else(|| sql::literal(label))
        .or_else(|| sql::netrc(label))
        .or_else(|| sql::two_words(label))
        .or_else(|| prose::sentence(label))
    {
        label.work.read(value.span.len());
        take(label, &value, hits);
    }
    if hits.len() == before {
        sql::insert(label, hits);
        table::column(label, hits);
        return label.name.end;
    }
    hits.get(before)
        .map_or(label.name.end, |hit| hit.span.end.max(label.name.end))
}

/// Takes a value if it is one.
fn take(label: &Label<'_>, value: &Value, hits: &mut Vec<Hit>) {
    if let Some(text) = label.text.get(value.span.clone())
        && values::is_secret(label.what, text, value.found)
        && !text.eq_ignore_ascii_case(label.text.get(label.name.clone()).unwrap_or_default())
    {
        push(label.what, trimmed(text, value.span.start), hits);
    }
}

fn push(what: Sensitive, span: Range<usize>, hits: &mut Vec<Hit>) {
    hits.push(Hit {
        kind: what.kind(),
        class: what.class(),
        span,
        certainty: Certainty::Named,
    });
}

/// A hit that is no value of a name: a token behind `Bearer`, a password behind `-u`.
fn credential(kind: &'static str, span: Range<usize>, hits: &mut Vec<Hit>) {
    hits.push(Hit {
        kind,
        class: Class::Credential,
        span,
        certainty: Certainty::Named,
    });
}

/// The place of a value without the space around it.
fn trimmed(value: &str, start: usize) -> Range<usize> {
    let inner = value.trim_start();
    let start = start + value.len() - inner.len();
    start..start + inner.trim_end().len()
}

pub(super) use header::{authorization, behind_scheme, cookies};

#[cfg(test)]
mod tests;
