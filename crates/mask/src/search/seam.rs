//! Seams: where one text ends and the next begins, and whether a value may lie across.
//!
//! Only what is found by its form counts across a seam, and all of that has digits, an at sign, a
//! scheme, letters of both cases, the dashes of a key's armour, or the words of a wallet. Most
//! seams have none of it around them and need not be searched.

use std::ops::Range;

use memchr::memmem;

use crate::detect::credentials::wallets;

/// How far a word at the seam is followed, in bytes.
const WORD_BYTES_MAX: usize = 512;

/// The most that stands between two digits of one value, in bytes: letters of an account's bank,
/// separators.
const GAP_BYTES_MAX: usize = 12;

/// As far as a number and the words about it reach, in bytes.
const AROUND_BYTES: usize = 160;

/// Letters of both cases without a digit are a token only where they are so many.
const LETTERS_MIN: usize = 16;

/// What may lie across a seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crossing {
    /// Nothing that is found by its form.
    Nothing,
    /// A number or a word: so much on each side has it, and what is said about it.
    Within(usize),
    /// Something that may be long.
    Any,
}

/// What may lie across the seam at `at`.
pub(super) fn crossing(text: &str, at: usize) -> Crossing {
    let Some((before, behind)) = text.as_bytes().split_at_checked(at) else {
        return Crossing::Nothing;
    };
    if lies_in_armour(before) || wallets::may_be_within_phrase(text, at) {
        return Crossing::Any;
    }
    match odd_word(before, behind) {
        Some(length) if length >= WORD_BYTES_MAX => Crossing::Any,
        Some(length) => Crossing::Within(length + AROUND_BYTES),
        None if lies_between_digits(before, behind) => Crossing::Within(AROUND_BYTES),
        None => Crossing::Nothing,
    }
}

/// What stands within `reach` bytes of the seam at `at`.
pub(super) fn around(text: &str, at: usize, reach: usize) -> Range<usize> {
    let mut start = at.saturating_sub(reach);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (at + reach).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// The length of the word across the seam, if it may be a token, an address or a URL.
fn odd_word(before: &[u8], behind: &[u8]) -> Option<usize> {
    let tail = before.iter().rev().take(WORD_BYTES_MAX);
    let tail = tail.take_while(|byte| is_of_word(**byte));
    let head = behind.iter().take(WORD_BYTES_MAX);
    let head = head.take_while(|byte| is_of_word(**byte));
    let (mut length, mut upper, mut lower, mut odd) = (0, false, false, false);
    for byte in tail.clone().chain(head.clone()) {
        length += 1;
        match byte {
            b'0'..=b'9' | b'@' | b':' | b'\\' | b'%' | b'&' | 0x80.. => odd = true,
            b'A'..=b'Z' => upper = true,
            b'a'..=b'z' => lower = true,
            _ => {}
        }
    }
    let is_odd = odd || (upper && lower && length >= LETTERS_MIN);
    (is_odd && head.count() > 0 && tail.count() > 0).then_some(length)
}

const fn is_of_word(byte: u8) -> bool {
    !matches!(byte, 0..=b' ' | b'"' | b'\'' | b'`' | b'<' | b'>')
}

fn lies_between_digits(before: &[u8], behind: &[u8]) -> bool {
    let mut tail = before.iter().rev().take(GAP_BYTES_MAX);
    let mut head = behind.iter().take(GAP_BYTES_MAX);
    match (
        tail.position(u8::is_ascii_digit),
        head.position(u8::is_ascii_digit),
    ) {
        (Some(tail), Some(head)) => tail + head <= GAP_BYTES_MAX,
        _ => false,
    }
}

/// Whether the block of a key may have begun.
fn lies_in_armour(before: &[u8]) -> bool {
    before.ends_with(b"-")
        || memmem::find(before, b"-----").is_some()
        || memmem::find(before, b"Private-Lines").is_some()
}

#[cfg(test)]
mod tests {
    use super::{Crossing, crossing};

    fn check(before: &str, behind: &str, expected: bool) {
        let joined = format!("{before}{behind}");
        let crossing = crossing(&joined, before.len());
        assert_eq!(crossing != Crossing::Nothing, expected, "{joined}");
    }

    #[test]
    fn values_may_lie_across() {
        check("use ghp_abc1", "Def2", true);
        check("hf_abcDEFghi", "JKLmnoPQR", true);
        check("card 4111 1111 ", "1111 1111", true);
        check("iban GB82 WE", "ST 1234", true);
        check("mail ann@exa", "mple.org", true);
        check("redis://u:word", "word@host", true);
        check("-----BEGIN PRIV", "ATE KEY-----", true);
        check("--", "---BEGIN PRIVATE KEY-----", true);
        check(
            "legal winner thank year wave sau",
            "sage worth useful legal winner thank yellow",
            true,
        );
    }

    #[test]
    fn prose_ends_and_begins() {
        check("All builds finished.", "The next one starts", false);
        check("status 200 and then ", "nothing more", false);
        check("the order was", "shipped", false);
        check("", "4111", false);
    }
}
