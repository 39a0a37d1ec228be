//! Sentences: "the password is hunter2", "Passwort lautet …", "パスワードは…".

use super::super::values::Found;
use super::assign::{bare, quoted, skip_spaces};
use super::{Label, Value, window};

/// Words between a label and its value, the longer ones first.
const LINKS: &[&str] = &[
    "has been changed to",
    "has been reset to",
    "has been set to",
    "was changed to",
    "was reset to",
    "was set to",
    "is set to",
    "changed to",
    "reset to",
    "set to",
    "is now",
    "will be",
    "should be",
    "is still",
    "is",
    "was",
    "are",
    "equals",
    "to",
    "lautet",
    "ist",
    "es",
    "est",
    "é",
    "è",
    "jest",
    "är",
    "er",
    "on",
    "->",
    "→",
    "—",
    "–",
    "-",
];

/// The value behind a verb, or behind the particles of another script.
pub(super) fn sentence(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    let tail = window::behind(label.text, label.name.end);
    let latin = label
        .text
        .get(label.name.clone())?
        .chars()
        .all(|c| c < '\u{370}');
    if !latin {
        return particles(label, tail);
    }
    let at = skip_spaces(bytes, label.name.end);
    let spaced = tail.starts_with([' ', '\t']);
    spaced.then_some(())?;
    let at = past_owner(label.text, at);
    let rest = window::behind(label.text, at);
    let link = LINKS.iter().find(|link| {
        rest.get(..link.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(link))
            && rest
                .get(link.len()..)
                .is_some_and(|behind| behind.starts_with([' ', ':', '\n', '\t']))
    })?;
    let behind = rest.get(link.len()..)?;
    let value = behind.trim_start_matches([' ', ':', '\n', '\t', '*']);
    let at = at + rest.len() - value.len();
    match quoted(label.text, at) {
        Some(value) if !label.text.get(value.span.clone())?.contains(' ') => Some(value),
        Some(_) => None,
        None => {
            let span = bare(label.text, at);
            Some(Value {
                span,
                found: Found::Word,
            })
        }
    }
}

/// "password for alice is …", "the token of the bot is …": up to four words before the verb.
fn past_owner(text: &str, at: usize) -> usize {
    let rest = window::behind(text, at);
    let owned = ["for ", "of ", "to ", "on "]
        .iter()
        .any(|word| rest.starts_with(word));
    if !owned {
        return at;
    }
    let mut place = at;
    for (number, word) in rest.split(' ').take(6).enumerate() {
        if matches!(word, "is" | "was") || (number > 0 && word == "to") {
            return place;
        }
        place += word.len() + 1;
    }
    at
}

/// Other scripts put particles, or nothing, between label and value.
fn particles(label: &Label<'_>, tail: &str) -> Option<Value> {
    const PARTICLES_BYTES_MAX: usize = 30;
    let value = tail.trim_start_matches(|c: char| {
        !c.is_ascii() || c.is_ascii_whitespace() || matches!(c, ':' | '=' | '"' | '\'' | '-')
    });
    let gap = tail.len() - value.len();
    (gap <= PARTICLES_BYTES_MAX).then_some(())?;
    let separated = tail.get(..gap)?.contains([':', '=', '：', '"', '「']);
    let start = label.name.end + gap;
    let length = value
        .bytes()
        .take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>'))
        .count();
    let word = value.get(..length)?.trim_end_matches(['.', ',', ';', ')']);
    let spelled = if separated { Found::Line } else { Found::Word };
    (!word.is_empty()).then_some(Value {
        span: start..start + word.len(),
        found: spelled,
    })
}
