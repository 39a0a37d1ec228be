//! Names that come from a neighbour: the `name` beside a `value`, the head of a column, the option
//! before an argument.

use std::borrow::Cow;

use super::scan::{Cursor, Raw};
use crate::view::string;

/// How far behind a value its name is looked for.
const AHEAD_BYTES_MAX: usize = 4096;

/// Longer texts are no names.
const NAME_BYTES_MAX: usize = 64;

/// Whether a member holds what the object's label names.
pub(super) fn holds_value(name: &str) -> bool {
    matches!(
        name,
        "value" | "Value" | "values" | "val" | "v" | "stringValue" | "plainValue" | "content"
    )
}

/// Whether a member says what the object's value is.
pub(super) fn holds_label(name: &str) -> bool {
    matches!(
        name,
        "name"
            | "Name"
            | "key"
            | "Key"
            | "k"
            | "field"
            | "header"
            | "param"
            | "parameter"
            | "variable"
            | "var"
            | "env"
            | "attribute"
            | "property"
            | "label"
            | "option"
            | "setting"
            | "column"
    )
}

/// Whether an array under this name names columns.
pub(super) fn holds_columns(name: &str) -> bool {
    matches!(
        name,
        "columns"
            | "cols"
            | "headers"
            | "header"
            | "fields"
            | "keys"
            | "names"
            | "columnNames"
            | "column_names"
            | "fieldNames"
            | "field_names"
            | "schema"
    )
}

/// Whether an array under this name holds the rows, or the one row, of named columns.
pub(super) fn holds_rows(name: &str) -> bool {
    matches!(
        name,
        "rows" | "row" | "values" | "data" | "records" | "record" | "results" | "cells" | "body"
    )
}

/// Whether a member holds a text that the next message may continue.
pub(super) fn is_streamed(name: &str) -> bool {
    matches!(
        name,
        "text" | "message" | "data" | "delta" | "chunk" | "content" | "output" | "statusMessage"
    )
}

/// Whether a text looks like a name: short, one line, no sentence.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_BYTES_MAX
        && text.split(' ').count() <= 3
        && text
            .chars()
            .all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ' ' | '#' | '/'))
}

/// The decoded inside of a string.
pub(crate) fn decoded(raw: Raw<'_>) -> Cow<'_, str> {
    if raw.escaped {
        Cow::Owned(string::decode_text(raw.text))
    } else {
        Cow::Borrowed(raw.text)
    }
}

/// The label that stands behind a value in the same object; the cursor stands before the value.
/// `allowance`: how many bytes may still be searched in this message.
pub(super) fn label_ahead<'m>(cursor: Cursor<'m>, allowance: &mut usize) -> Option<Cow<'m, str>> {
    let reach = AHEAD_BYTES_MAX.min(*allowance);
    let mut end = (cursor.at + reach).min(cursor.text.len());
    while !cursor.text.is_char_boundary(end) {
        end -= 1;
    }
    let mut ahead = Cursor {
        text: cursor.text.get(..end)?,
        at: cursor.at,
    };
    let label = members_ahead(&mut ahead);
    *allowance = allowance.saturating_sub(ahead.at - cursor.at);
    label
}

fn members_ahead<'m>(ahead: &mut Cursor<'m>) -> Option<Cow<'m, str>> {
    loop {
        ahead.skip_value().ok()?;
        ahead.skip_space();
        ahead.expect(b',').ok()?;
        ahead.skip_space();
        let name = ahead.string().ok()?;
        ahead.skip_space();
        ahead.expect(b':').ok()?;
        if ahead.next_token() == Some(b'"') && holds_label(name.text) {
            let label = decoded(ahead.string().ok()?);
            return is_name(&label).then_some(label);
        }
    }
}

/// The name that an array's string gives the one after it: an option before its argument, or the
/// first of exactly two.
pub(super) fn label_of_element<'m>(
    previous: Raw<'m>,
    index: usize,
    after: &mut Cursor<'_>,
) -> Option<Cow<'m, str>> {
    let name = decoded(previous);
    let is_option = name.starts_with('-') && name.len() > 1;
    let is_pair = index == 1 && after.next_token() == Some(b']');
    ((is_option || is_pair) && is_name(&name)).then_some(name)
}
