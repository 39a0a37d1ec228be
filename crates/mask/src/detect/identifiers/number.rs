//! Numbers as people write them: digits in groups, cut out of a run of digits and separators.

use std::ops::Range;

/// The most digits that any detector takes: payment cards, ISO/IEC 7812-1.
const DIGITS_MAX: usize = 19;
/// The fewest: an Australian tax file number of the old kind, a Spanish DNI without its letter.
const DIGITS_MIN: usize = 8;

/// Some neighbouring groups of a run, with their digits.
#[derive(Debug)]
pub(super) struct Number<'n> {
    /// Values 0 to 9.
    pub(super) digits: &'n [u8],
    /// As written, separators included.
    pub(super) written: &'n str,
    /// Where it stands in the text.
    pub(super) span: Range<usize>,
    /// A letter, `_`, `.` or a currency touches it from the left: only a word about it makes it a
    /// number of its own.
    pub(super) glued: bool,
}

impl Number<'_> {
    /// No separators.
    pub(super) fn is_solid(&self) -> bool {
        self.digits.len() == self.written.len()
    }

    /// Written in one of these shapes, where `9` is a digit, `?` any separator, and everything else
    /// itself.
    pub(super) fn is_shaped(&self, shapes: &[&str]) -> bool {
        shapes.iter().any(|shape| has_shape(self.written, shape))
    }
}

/// Offers each number that may stand alone in a run, the longest first at each place, until one is
/// taken; the next begins behind it.
pub(super) fn each_number(
    text: &str,
    run: &Range<usize>,
    take: &mut impl FnMut(&Number<'_>) -> bool,
) {
    let bytes = text.as_bytes();
    if run.len() < DIGITS_MIN || !ends_freely(bytes, run.end) {
        return;
    }
    let glued = is_glued(bytes, run.start);
    let mut start = run.start;
    while start < run.end {
        let taken = longest_from(text, start, run, glued && start == run.start, take);
        let from = taken.unwrap_or(start);
        match next_start(bytes, from, run.end) {
            Some(next) => start = next,
            None => return,
        }
    }
}

/// One digit more or less than nothing: the digits of a text that may have any separators.
pub(super) fn loose_digits(written: &str, digits: &mut [u8; DIGITS_MAX]) -> Option<usize> {
    let mut len = 0;
    for byte in written.bytes().filter(u8::is_ascii_digit) {
        *digits.get_mut(len)? = byte - b'0';
        len += 1;
    }
    Some(len)
}

/// Tries the numbers that begin at `start`; the end of the one that was taken.
fn longest_from(
    text: &str,
    start: usize,
    run: &Range<usize>,
    glued: bool,
    take: &mut impl FnMut(&Number<'_>) -> bool,
) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut digits = [0; DIGITS_MAX];
    let mut ends = [(0, 0); DIGITS_MAX];
    let (mut len, mut count) = (0, 0);
    for (at, &byte) in bytes.iter().enumerate().take(run.end).skip(start) {
        if byte.is_ascii_digit() {
            let Some(slot) = digits.get_mut(len) else {
                break;
            };
            *slot = byte - b'0';
            len += 1;
        }
        if len >= DIGITS_MIN && byte.is_ascii_digit() && may_end(bytes, at + 1, run.end) {
            if let Some(slot) = ends.get_mut(count) {
                *slot = (len, at + 1);
            }
            count += 1;
        }
    }
    ends.iter().take(count).rev().find_map(|&(len, end)| {
        let number = Number {
            digits: digits.get(..len)?,
            written: text.get(start..end)?,
            span: start..end,
            glued,
        };
        take(&number).then_some(end)
    })
}

/// Behind the next separator that may stand between two numbers.
fn next_start(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let rest = bytes.get(start..end)?;
    let gap = rest.iter().position(|&byte| separates(byte))?;
    Some(start + gap + 1)
}

fn may_end(bytes: &[u8], at: usize, run_end: usize) -> bool {
    at == run_end || bytes.get(at).is_some_and(|&byte| separates(byte))
}

/// A space or a slash may stand between two numbers; a dash or a dot holds one together.
const fn separates(byte: u8) -> bool {
    matches!(byte, b' ' | b'/')
}

/// Whether what stands before makes a part of something longer.
pub(super) fn is_glued(bytes: &[u8], start: usize) -> bool {
    let before = |back: usize| {
        start
            .checked_sub(back)
            .and_then(|at| bytes.get(at))
            .copied()
    };
    match before(1) {
        None => false,
        Some(b'_' | b'.' | b'$' | b'#' | b'~' | b'+') => true,
        Some(b'-') => before(2).is_some_and(|byte| byte.is_ascii_alphanumeric()),
        // The end of `€`, `£` and `¥` in UTF-8; other letters beyond ASCII do not touch a number.
        Some(0xac) => before(2) == Some(0x82) && before(3) == Some(0xe2),
        Some(0xa3 | 0xa5) => before(2) == Some(0xc2),
        Some(byte) => byte.is_ascii_alphanumeric(),
    }
}

/// Whether a word may end here: no letter, digit, `_` or `%` follows, and no `-` or `.` that goes on
/// (a file's suffix may follow).
pub(super) fn ends_freely(bytes: &[u8], end: usize) -> bool {
    let next = bytes.get(end + 1);
    match bytes.get(end) {
        None => true,
        Some(b'_' | b'%') => false,
        Some(b'-') => !next.is_some_and(u8::is_ascii_alphanumeric),
        Some(b'.') => !next.is_some_and(u8::is_ascii_digit),
        Some(byte) => !byte.is_ascii_alphanumeric(),
    }
}

/// Whether the text is written as the shape says: `9` a digit, `?` any separator.
fn has_shape(written: &str, shape: &str) -> bool {
    let fits = |(byte, like): (u8, u8)| match like {
        b'9' => byte.is_ascii_digit(),
        b'?' => !byte.is_ascii_digit(),
        other => byte == other,
    };
    written.len() == shape.len() && written.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::{each_number, ends_freely, has_shape, is_glued};

    fn offered(text: &str) -> Vec<&str> {
        let mut seen = Vec::new();
        each_number(text, &(0..text.len()), &mut |number| {
            seen.push(number.span.clone());
            false
        });
        seen.into_iter()
            .map(|span| text.get(span).unwrap())
            .collect()
    }

    #[test]
    fn numbers_end_at_spaces_and_not_at_dashes() {
        assert_eq!(
            offered("2024-01-02 4111-1111"),
            ["2024-01-02 4111-1111", "2024-01-02", "4111-1111"]
        );
        assert_eq!(offered("3.14159265358979"), ["3.14159265358979"]);
        assert_eq!(offered("123 456"), [""; 0]);
        assert!(offered("12345678901234567890").is_empty());
    }

    #[test]
    fn what_was_taken_is_not_offered_again() {
        let text = "12345678 12345678 12345678";
        let mut spans = Vec::new();
        each_number(text, &(0..text.len()), &mut |number| {
            let taken = number.digits.len() == 8;
            if taken {
                spans.push(number.span.clone());
            }
            taken
        });
        assert_eq!(spans, [0..8, 9..17, 18..26]);
    }

    #[test]
    fn neighbours_decide_whether_a_number_stands_alone() {
        let glued = |before: &str| is_glued(before.as_bytes(), before.len());
        for before in ["x", "X-", "v1.", "a_", "$", "€", "£", "#"] {
            assert!(glued(before), "{before}");
        }
        for before in ["", " ", "(", " -", "=", ":", "号", "/"] {
            assert!(!glued(before), "{before}");
        }
        for after in ["", " ", ".", ". Next", ".txt", ",", "-", " - "] {
            assert!(ends_freely(after.as_bytes(), 0), "{after}");
        }
        for after in ["n", "_x", "-a", ".5", "%"] {
            assert!(!ends_freely(after.as_bytes(), 0), "{after}");
        }
    }

    #[test]
    fn shapes_are_compared_byte_by_byte() {
        assert!(has_shape("219-09-9999", "999-99-9999"));
        assert!(has_shape("219.09 9999", "999?99?9999"));
        assert!(!has_shape("219-09-999", "999-99-9999"));
        assert!(!has_shape("219/09-9999", "999-99-9999"));
    }
}
