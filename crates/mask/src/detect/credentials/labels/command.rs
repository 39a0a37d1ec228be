//! Command lines: options with long names, and the short ones of programs that take a password.

use super::super::bytes::Class;
use super::super::values::{self, Found};
use super::assign::{bare, quoted, skip_spaces};
use super::{Label, Value, credential, window};
use crate::detect::Hit;

/// `--password x`, `-password "x"`, and the same as items of an array: `"--password", "x"`.
pub(super) fn option(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    (bytes.get(label.name.start.checked_sub(1)?) == Some(&b'-')).then_some(())?;
    let tail = window::behind(label.text, label.name.end);
    let listed = tail.starts_with(['"', '\'']) && {
        let behind = tail.get(1..)?.trim_start();
        behind.starts_with(',')
    };
    let at = if listed {
        let comma = label.name.end + tail.find(',')? + 1;
        let behind = label.text.get(comma..)?;
        comma + behind.len() - behind.trim_start().len()
    } else {
        let at = skip_spaces(bytes, label.name.end);
        (at > label.name.end).then_some(at)?
    };
    if let Some(value) = quoted(label.text, at) {
        return Some(value);
    }
    let span = bare(label.text, at);
    let value = label.text.get(span.clone())?;
    (!value.starts_with('-') && !listed).then_some(())?;
    let rest = label.text.get(span.end..)?.trim_start_matches([' ', '\t']);
    let ends =
        rest.is_empty() || rest.starts_with(['-', '\n', '|', '&', ';', '\\', '"', '\'', '`']);
    // `docker login --password x host`: capitals inside of a word that no sentence has.
    let drawn = || {
        let value = label.text.get(span.clone()).unwrap_or_default().as_bytes();
        value
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
    };
    let found = if ends || drawn() {
        Found::Field
    } else {
        Found::Word
    };
    Some(Value { span, found })
}

/// Short options behind a program's name: `curl -u user:x`, `mysql -px`, `sshpass -p x`,
/// `redis-cli -a x`. (The programs' manuals.) Tells how far it read.
pub(super) fn find(text: &str, from: usize, command: &str, hits: &mut Vec<Hit>) -> usize {
    // A backslash continues the line.
    let mut stop = 0;
    for line in window::behind(text, from).split_inclusive('\n') {
        stop += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    let bytes = text.as_bytes();
    let mut at = from;
    while at < from + stop {
        let spaced = bytes
            .get(at)
            .is_some_and(|b| matches!(b, b' ' | b'\t' | b'"' | b'\''));
        at += 1;
        if !spaced || bytes.get(at) != Some(&b'-') {
            continue;
        }
        let Some(letter) = bytes.get(at + 1).copied() else {
            break;
        };
        let long = text.get(at..).unwrap_or_default();
        let (pair, value_at) = match (command, letter) {
            ("curl", b'u' | b'U') => (true, value_start(bytes, at + 2)),
            ("curl", b'-') if long.starts_with("--user ") => (true, value_start(bytes, at + 6)),
            ("curl", b'-') if long.starts_with("--proxy-user ") => {
                (true, value_start(bytes, at + 12))
            }
            ("smbclient", b'U') => (true, value_start(bytes, at + 2)),
            ("mysql", b'p') => (false, at + 2),
            ("ldap", b'w') => (false, value_start(bytes, at + 2)),
            ("sshpass" | "docker login", b'p') => (false, value_start(bytes, at + 2)),
            ("redis-cli", b'a') => (false, value_start(bytes, at + 2)),
            _ => continue,
        };
        let span = quoted(text, value_at).map_or_else(|| bare(text, value_at), |value| value.span);
        let Some(value) = text.get(span.clone()) else {
            continue;
        };
        let start = if pair {
            let Some(at) = value.find([':', '%']) else {
                continue;
            };
            span.start + at + 1
        } else {
            span.start
        };
        let Some(value) = text.get(start..span.end) else {
            continue;
        };
        // `mysql -proot` has no space; `mysql -port` is no password.
        let known = command != "mysql" || !matches!(value, "ort" | "rotocol" | "ager");
        if !value.is_empty() && known && !values::is_reference(value) && !values::is_masked(value) {
            credential("password", start..span.end, hits);
            at = span.end;
        }
    }
    at
}

/// Where an option's value begins: behind spaces, `=`, or an array's comma.
fn value_start(bytes: &[u8], at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail
        .iter()
        .enumerate()
        .take_while(|(place, b)| match b {
            b' ' | b'\t' | b'=' | b',' => true,
            // The quote that closes the option in an array; the one that opens the value stays.
            b'"' | b'\'' => *place == 0 && Class::ALNUM.run(tail, 1) == 0,
            _ => false,
        })
        .count()
}
