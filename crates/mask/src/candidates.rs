//! The one pass over a text's bytes: where something may be, and which views may be worth building.

use memchr::memchr3_iter;

use crate::detect::Candidates;

/// Runs of token characters shorter than this are no candidates.
const TOKEN_BYTES_MIN: usize = 12;

/// Runs with fewer digits than this are no candidates.
const DIGITS_MIN: usize = 6;

/// Which classes of bytes a text has: the union over its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen(u8);

/// `[A-Za-z0-9_+/=.~-]`.
const TOKEN: u8 = 1;
/// `0` to `9`.
const DIGIT: u8 = 2;
/// `@`, `:` and `=`.
const SIGN: u8 = 4;
/// A byte of a character beyond ASCII.
const HIGH: u8 = 8;
/// `\`.
const BACKSLASH: u8 = 16;
/// `%` and `&`.
const ESCAPE: u8 = 32;
/// Line feed and carriage return.
const LINE: u8 = 64;
/// Other control characters but the tab.
const CONTROL: u8 = 128;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(
            clippy::indexing_slicing,
            clippy::cast_possible_truncation,
            reason = "evaluated by the compiler, and the loop ends at 256"
        )]
        {
            table[byte] = class_of(byte as u8);
        }
        byte += 1;
    }
    table
}

const fn class_of(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => TOKEN | DIGIT,
        b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'+' | b'/' | b'.' | b'~' | b'-' => TOKEN,
        b'=' => TOKEN | SIGN,
        b'@' | b':' => SIGN,
        b'\\' => BACKSLASH,
        b'%' | b'&' => ESCAPE,
        b'\n' | b'\r' => LINE,
        b'\t' => 0,
        0..=31 | 127 => CONTROL,
        128.. => HIGH,
        _ => 0,
    }
}

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Whether a byte may stand in a token.
pub(crate) fn is_token(byte: u8) -> bool {
    class(byte) & TOKEN != 0
}

impl Seen {
    /// The classes of a text's bytes.
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |seen, byte| seen | class(byte)))
    }

    /// Characters beyond ASCII, or control characters: a normalised view may differ.
    pub(crate) const fn unusual(self) -> bool {
        self.0 & (HIGH | CONTROL) != 0
    }

    pub(crate) const fn backslash(self) -> bool {
        self.0 & BACKSLASH != 0
    }

    /// `%` or `&`.
    pub(crate) const fn escape(self) -> bool {
        self.0 & ESCAPE != 0
    }

    pub(crate) const fn line(self) -> bool {
        self.0 & LINE != 0
    }

    pub(crate) const fn digit(self) -> bool {
        self.0 & DIGIT != 0
    }

    /// `@`, `:` or `=`.
    pub(crate) const fn sign(self) -> bool {
        self.0 & SIGN != 0
    }

    /// Nothing but letters and punctuation: a member's name as most are.
    pub(crate) const fn plain(self) -> bool {
        self.0 & !TOKEN == 0
    }
}

/// Fills `candidates` with what `text` has.
pub(crate) fn collect(text: &str, seen: Seen, candidates: &mut Candidates) {
    candidates.tokens.clear();
    candidates.digits.clear();
    candidates.doubled = false;
    candidates.ats.clear();
    candidates.schemes.clear();
    candidates.assignments.clear();
    let bytes = text.as_bytes();
    tokens(bytes, candidates);
    if seen.digit() {
        digits(bytes, candidates);
    }
    if seen.sign() {
        signs(bytes, candidates);
    }
}

/// Looks at every twelfth byte first: where it is no token character, no run lies across it.
fn tokens(bytes: &[u8], candidates: &mut Candidates) {
    let mut start = 0;
    while let Some(window) = bytes.get(start..start + TOKEN_BYTES_MIN) {
        if let Some(gap) = window.iter().rposition(|byte| !is_token(*byte)) {
            start += gap + 1;
            continue;
        }
        let rest = bytes.get(start + TOKEN_BYTES_MIN..).unwrap_or_default();
        let more = rest.iter().position(|byte| !is_token(*byte));
        let end = start + TOKEN_BYTES_MIN + more.unwrap_or(rest.len());
        candidates.tokens.push(start..end);
        start = end + 1;
    }
}

/// Whether a byte may stand between groups of digits, alone or with others of its kind.
pub(crate) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'\t' | b'.')
}

fn digits(bytes: &[u8], candidates: &mut Candidates) {
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(u8::is_ascii_digit))
    {
        let start = at + found;
        let mut end = start;
        let mut count = 0;
        loop {
            match bytes.get(end) {
                Some(b'0'..=b'9') => {
                    count += 1;
                    end += 1;
                }
                Some(b' ' | b'-' | b'.' | b'/')
                    if bytes.get(end + 1).is_some_and(u8::is_ascii_digit) =>
                {
                    end += 1;
                }
                _ => break,
            }
        }
        if count >= DIGITS_MIN {
            candidates.digits.push(start..end);
        }
        candidates.doubled |=
            matches!(bytes.get(end..end + 2), Some(pair) if pair.iter().copied().all(is_separator));
        at = end;
    }
}

fn signs(bytes: &[u8], candidates: &mut Candidates) {
    for at in memchr3_iter(b'@', b':', b'=', bytes) {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
        let after = bytes.get(at + 1).copied();
        match bytes.get(at) {
            Some(b'@') => candidates.ats.push(at),
            Some(b':') if after == Some(b'/') && bytes.get(at + 2) == Some(&b'/') => {
                candidates.schemes.push(at);
            }
            Some(b':') if is_digit(before) && is_digit(after) => {}
            Some(b'=') if matches!(after, Some(b'=')) || matches!(before, Some(b'=' | b'!')) => {}
            _ if before.is_none() || after.is_none() => {}
            _ => candidates.assignments.push(at),
        }
    }
}

fn is_digit(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Candidates, Seen, collect};

    fn check(text: &str, tokens: &[&str], digits: &[&str], assignments: usize) {
        let mut found = Candidates::default();
        collect(text, Seen::of(text), &mut found);
        let slices = |spans: &[std::ops::Range<usize>]| -> Vec<String> {
            spans
                .iter()
                .filter_map(|span| text.get(span.clone()).map(str::to_owned))
                .collect()
        };
        assert_eq!(slices(&found.tokens), tokens, "{text}");
        assert_eq!(slices(&found.digits), digits, "{text}");
        assert_eq!(found.assignments.len(), assignments, "{text}");
    }

    #[test]
    fn runs_are_found_where_they_are_long_enough() {
        check("a twelve-bytes run", &["twelve-bytes"], &[], 0);
        check("eleven-byte run", &[], &[], 0);
        check(
            "x=abcdefghijkl,abcdefghijklm",
            &["x=abcdefghijkl", "abcdefghijklm"],
            &[],
            1,
        );
        check("tel 4111-1111 1111.1111 ", &[], &["4111-1111 1111.1111"], 0);
        check("12 345 and 12  3456", &[], &[], 0);
        check("at 12:30:45 = a:b", &[], &[], 2);
        check("", &[], &[], 0);
    }

    #[test]
    fn a_scheme_is_no_assignment() {
        let text = "postgres://u:p@h a==b";
        let mut found = Candidates::default();
        collect(text, Seen::of(text), &mut found);
        assert_eq!(found.schemes, [8]);
        assert_eq!(found.ats, [14]);
        assert_eq!(found.assignments, [12]);
    }
}
