//! XML and HTML: elements, attributes, labels in cells.

use std::ops::Range;

use super::super::values::Found;
use super::{Label, Value, window};

/// Longest tag that is read, in bytes.
const TAG_BYTES_MAX: usize = 600;

/// `<password>x</password>`, and a label in an element before the value's:
/// `<key>password</key><string>x</string>`.
pub(super) fn element(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    let tail = window::behind(label.text, label.name.end);
    let before = *bytes.get(label.name.start.checked_sub(1)?)?;
    if opens_tag(label) {
        let close = tail.find('>').filter(|at| *at < TAG_BYTES_MAX)?;
        if tail.get(..close)?.ends_with('/') {
            return None;
        }
        return content(label.text, label.name.end + close + 1);
    }
    // The label may end with a colon: `<td>Password:</td>`.
    let closing = tail.trim_start_matches([':', ' ']);
    (before == b'>' && closing.starts_with("</")).then_some(())?;
    let tag_end = closing.find('>')? + 1;
    let next = closing.get(tag_end..)?.trim_start();
    next.starts_with('<').then_some(())?;
    (!next.starts_with("</")).then_some(())?;
    let open_end = next.find('>')? + 1;
    let at = label.name.end + tail.len() - next.get(open_end..)?.len();
    content(label.text, at)
}

/// `<input type="password" value="x">`, `<add key="ApiKey" value="x"/>`, in either order.
pub(super) fn attribute(label: &Label<'_>) -> Option<Value> {
    let head = window::before(label.text, label.name.start);
    let floor = label.name.start - head.len();
    let head = head.strip_suffix(['"', '\''])?.strip_suffix('=')?;
    let name = head
        .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .next()?;
    matches!(
        name.to_ascii_lowercase().as_str(),
        "name" | "key" | "id" | "type" | "property" | "autocomplete" | "for" | "n" | "field"
    )
    .then_some(())?;
    let open = head.rfind('<')?;
    (head.len() - open <= TAG_BYTES_MAX).then_some(())?;
    let open = floor + open;
    let tail = window::behind(label.text, label.name.end);
    let close = label.name.end + tail.find('>')?;
    let tag = label.text.get(open..close)?;
    ["value", "content", "default", "v"]
        .iter()
        .find_map(|name| attribute_of(tag, name))
        .map(|span| Value {
            span: open + span.start..open + span.end,
            found: Found::Whole,
        })
        .or_else(|| {
            let simple =
                !tag.ends_with('/') && !tag.starts_with("<input") && !tag.starts_with("<label");
            simple.then(|| content(label.text, close + 1)).flatten()
        })
}

/// Whether `<` or `<prefix:` stands before the name.
fn opens_tag(label: &Label<'_>) -> bool {
    let head = window::before(label.text, label.name.start);
    let head = match head.strip_suffix(':') {
        Some(prefixed) => prefixed.trim_end_matches(|c: char| c.is_ascii_alphanumeric()),
        None => head,
    };
    head.ends_with('<')
}

/// The text from `at` to the next tag, without CDATA's brackets.
fn content(text: &str, at: usize) -> Option<Value> {
    let tail = window::behind(text, at);
    let (start, end) = match tail.strip_prefix("<![CDATA[") {
        Some(inner) => (at + 9, at + 9 + inner.find("]]>")?),
        None => (at, at + tail.find('<')?),
    };
    let inner = text.get(start..end)?;
    let inner_start = start + inner.len() - inner.trim_start().len();
    let span = inner_start..inner_start + inner.trim().len();
    (!span.is_empty() && span.len() <= 512).then_some(Value {
        span,
        found: Found::Whole,
    })
}

/// The value of an attribute within a tag's text.
fn attribute_of(tag: &str, name: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(at) = tag.get(from..)?.find(name) {
        let start = from + at;
        from = start + name.len();
        let alone = tag
            .get(..start)?
            .ends_with(|c: char| c.is_ascii_whitespace());
        let rest = tag.get(from..)?;
        let Some(rest) = rest.trim_start().strip_prefix('=') else {
            continue;
        };
        let rest = rest.trim_start();
        let quote = rest.chars().next()?;
        if alone && matches!(quote, '"' | '\'') {
            let inner = rest.get(1..)?;
            let begin = tag.len() - inner.len();
            return Some(begin..begin + inner.find(quote)?);
        }
    }
    None
}
