//! Passwords in statements, and in files whose columns have no names.

use std::ops::Range;

use super::super::names::Sensitive;
use super::super::values::{self, Found};
use super::assign::{bare, quoted, skip_spaces};
use super::{Label, Value, push, take, window};
use crate::detect::Hit;

/// `IDENTIFIED BY 'x'` (MySQL, Oracle), also `IDENTIFIED BY PASSWORD 'x'` and without quotes.
/// Tells how far it read.
pub(super) fn identified_by(text: &str, at: usize, hits: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let mut at = skip_spaces(bytes, at);
    if text.get(at..).is_some_and(|tail| {
        tail.get(..9)
            .is_some_and(|word| word.eq_ignore_ascii_case("password "))
    }) {
        at = skip_spaces(bytes, at + 9);
    }
    let value = quoted(text, at).unwrap_or_else(|| Value {
        span: bare(text, at),
        found: Found::Word,
    });
    let end = value.span.end;
    if let Some(inner) = text.get(value.span.clone())
        && values::is_secret(Sensitive::Password, inner, value.found)
    {
        push(Sensitive::Password, value.span, hits);
    }
    end
}

/// `PASSWORD 'x'`, `PASSWORD('x')`: the name and a literal.
pub(super) fn literal(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    let at = skip_spaces(bytes, label.name.end);
    let call = bytes.get(at) == Some(&b'(');
    let at = if call { skip_spaces(bytes, at + 1) } else { at };
    (at > label.name.end && matches!(bytes.get(at), Some(b'\'' | b'"' | b'`'))).then_some(())?;
    let mut value = quoted(label.text, at)?;
    let inner = label.text.get(value.span.clone())?;
    if call {
        // `t.pass("file")`, `verify_password("alice", …)`, `token("x")`.
        let alone = window::behind(label.text, value.span.end + 1)
            .trim_start()
            .starts_with(')');
        let passes = label.text.get(label.name.clone())?.ends_with("pass");
        (alone && !passes).then_some(())?;
        if label.what != Sensitive::Password {
            value.found = match value.found {
                Found::Whole => Found::Word,
                other => other,
            };
        }
        return (!inner.contains(char::is_whitespace)).then_some(value);
    }
    // `password("Enter it: ")`, `token "x" expected`.
    let one_word = !inner.contains(char::is_whitespace) && !inner.ends_with(':');
    (value.found == Found::Whole && one_word).then_some(value)
}

/// A line of two words, as some configuration has it: `requirepass x`, `password x`.
pub(super) fn two_words(label: &Label<'_>) -> Option<Value> {
    let start = window::line_start(label.text, label.name.start);
    let head = label.text.get(start..label.name.start)?;
    let tail = window::line(label.text, label.name.end);
    let value = tail.trim();
    let fits = head.trim().is_empty()
        && tail.starts_with([' ', '\t'])
        && !value.contains(char::is_whitespace)
        && values::is_strong(value);
    let at = label.name.end + tail.len() - tail.trim_start().len();
    fits.then(|| Value {
        span: at..at + value.len(),
        found: Found::Word,
    })
}

/// `machine host login user password x`. (curl's manual, `.netrc`)
pub(super) fn netrc(label: &Label<'_>) -> Option<Value> {
    (label.what == Sensitive::Password).then_some(())?;
    let bytes = label.text.as_bytes();
    let head = bytes.get(label.name.start.saturating_sub(200)..label.name.start)?;
    let entry = memchr::memmem::rfind(head, b"login ")?;
    let begins = memchr::memmem::rfind(head.get(..entry)?, b"machine ")
        .or_else(|| memchr::memmem::rfind(head.get(..entry)?, b"default"));
    begins?;
    let space = bytes
        .get(label.name.end..)?
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    (space > 0).then(|| Value {
        span: bare(label.text, label.name.end + space),
        found: Found::Field,
    })
}

/// A line of PostgreSQL's password file: `host:port:database:user:password`; `port` is the place of
/// the second part. (PostgreSQL, "The Password File")
/// Tells how far it read.
pub(super) fn password_file(text: &str, port: Range<usize>, hits: &mut Vec<Hit>) -> usize {
    let head = window::before(text, port.start);
    let start = port.start - head.len() + head.rfind(['\n', ' ', '"']).map_or(0, |at| at + 1);
    let line = window::behind(text, start);
    let line = line.split(['\n', '"', '\\']).next().unwrap_or_default();
    let mut at = start;
    for (number, part) in line.trim_end().splitn(5, ':').enumerate() {
        let one_word = !part.contains(char::is_whitespace) && !part.is_empty();
        if !one_word {
            break;
        }
        if number == 4
            && !part.contains("//")
            && values::is_secret(Sensitive::Password, part, Found::Line)
        {
            push(Sensitive::Password, at..at + part.len(), hits);
        }
        at += part.len() + 1;
    }
    start + line.len()
}

/// `INSERT INTO t (a, password) VALUES ('x', 'y'), …`: the values in the label's column.
pub(super) fn insert(label: &Label<'_>, hits: &mut Vec<Hit>) {
    if let Some(found) = insert_values(label) {
        for span in found {
            let value = Value {
                span,
                found: Found::Whole,
            };
            take(label, &value, hits);
        }
    }
}

fn insert_values(label: &Label<'_>) -> Option<Vec<Range<usize>>> {
    label.work.inserts(label.text).then_some(())?;
    let head = window::before(label.text, label.name.start);
    let open = head.rfind('(')?;
    label.work.read(head.len());
    let near = head.get(..open)?.to_ascii_lowercase();
    (near.contains("insert into") || near.contains("replace into")).then_some(())?;
    let column = head.get(open..)?.matches(',').count();
    let tail = window::behind(label.text, label.name.end);
    let close = label.name.end + tail.find(')')? + 1;
    let values = window::behind(label.text, close).to_ascii_lowercase();
    let mut at = close + values.find("values")? + 6;
    let mut found = Vec::new();
    while let Some(tuple) = window::behind(label.text, at).find('(') {
        let gap = label.text.get(at..at + tuple)?;
        if !gap.trim_matches([',', ' ', '\n', '\t', '\r']).is_empty() {
            break;
        }
        let (spans, end) = fields(label.text, at + tuple + 1)?;
        found.extend(spans.get(column).cloned());
        label.work.read(end - at);
        at = end;
    }
    Some(found)
}

/// The places of a tuple's values, without quotes, and where the tuple ends.
fn fields(text: &str, at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let bytes = text.as_bytes();
    let (mut spans, mut at) = (Vec::new(), at);
    loop {
        at += bytes
            .get(at..)?
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        match quoted(text, at).filter(|value| value.found == Found::Whole) {
            Some(value) => {
                at = value.span.end + 1;
                spans.push(value.span);
            }
            None => {
                let end = at
                    + bytes
                        .get(at..)?
                        .iter()
                        .position(|b| matches!(b, b',' | b')'))?;
                spans.push(at..end);
                at = end;
            }
        }
        let step = bytes
            .get(at..)?
            .iter()
            .position(|b| matches!(b, b',' | b')'))?;
        at += step + 1;
        if bytes.get(at - 1) == Some(&b')') {
            return Some((spans, at));
        }
    }
}
