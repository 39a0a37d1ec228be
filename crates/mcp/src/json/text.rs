//! The text inside of strings: finding its end, reading escapes, writing them.

use std::borrow::Cow;
use std::fmt::Write;

const ONES: u64 = u64::MAX / 0xFF;
const TOPS: u64 = ONES << 7;

/// How many bytes come before the first quote, backslash or control character.
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut len = 0;
    for word in words {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return len + (special.trailing_zeros() / 8) as usize;
        }
        len += 8;
    }
    len + rest
        .iter()
        .position(|&b| b == b'"' || b == b'\\' || b < 0x20)
        .unwrap_or(rest.len())
}

/// Sets the top bit of the lowest byte that is a quote, a backslash or a control character; bits
/// above that one may be wrong.
fn special_bytes(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    let zero = |w: u64| w.wrapping_sub(ONES) & !w;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (zero(quote) | zero(slash) | control) & TOPS
}

/// The byte after the string that starts at `start`; the end of the bytes if it has no end.
pub(crate) fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        at += plain_len(bytes.get(at..).unwrap_or_default());
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            // A raw control character: only bytes that the scan has not accepted get here.
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// The text that the inside of a valid string stands for.
pub(super) fn unescape(inner: &str) -> Cow<'_, str> {
    let Some(first) = inner.find('\\') else {
        return Cow::Borrowed(inner);
    };
    let mut out = String::with_capacity(inner.len());
    let (plain, mut rest) = inner.split_at(first);
    out.push_str(plain);
    while let Some(after) = rest.strip_prefix('\\') {
        let mut chars = after.chars();
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let (c, tail) = unicode_escape(chars.as_str());
                out.push(c);
                chars = tail.chars();
            }
            Some(same) => out.push(same),
            None => {}
        }
        rest = chars.as_str();
        let (plain, tail) = rest.split_at(rest.find('\\').unwrap_or(rest.len()));
        out.push_str(plain);
        rest = tail;
    }
    Cow::Owned(out)
}

/// The character of `XXXX` or `XXXX\uXXXX` after a `\u`, and what follows it.
fn unicode_escape(hex: &str) -> (char, &str) {
    let unit = |hex: &str| {
        hex.get(..4)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .unwrap_or(0xFFFD)
    };
    let first = unit(hex);
    let tail = hex.get(4..).unwrap_or_default();
    if let 0xD800..=0xDBFF = first
        && let Some(low) = tail.strip_prefix("\\u")
    {
        let scalar = 0x10000 + ((first - 0xD800) << 10) + (unit(low) & 0x3FF);
        let c = char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER);
        return (c, low.get(4..).unwrap_or_default());
    }
    let c = char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER);
    (c, tail)
}

/// Appends `text` as a JSON string, with its quotes; escapes only what must be escaped.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, tail) = rest.split_at(plain_len(rest.as_bytes()));
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
        rest = chars.as_str();
    }
    out.push('"');
}

/// `text` as a JSON string, with its quotes.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    out
}
