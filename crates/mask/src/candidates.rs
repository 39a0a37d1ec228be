//! The one pass over a text's bytes: where something may be, and which views may be worth building.

use std::ops::Range;

use memchr::memchr2_iter;

use crate::detect::Candidates;
use crate::lanes::Seen;

/// Runs of token characters shorter than this are no candidates.
const TOKEN_BYTES_MIN: usize = 12;

/// Runs with fewer digits than this are no candidates.
const DIGITS_MIN: usize = 6;

/// Fills `candidates` with what `text` has.
pub(crate) fn collect(text: &str, candidates: &mut Candidates) -> Seen {
    let Candidates {
        lanes,
        tokens,
        digits,
        has_digits,
        has_lines,
        doubled,
        ats,
        schemes,
    } = candidates;
    tokens.clear();
    digits.clear();
    *doubled = false;
    ats.clear();
    schemes.clear();
    let bytes = text.as_bytes();
    let seen = lanes.read(bytes);
    *has_digits = seen.digit();
    *has_lines = seen.line();
    if bytes.len() >= TOKEN_BYTES_MIN {
        lanes.each_token(|run| {
            if run.len() >= TOKEN_BYTES_MIN {
                tokens.push(run);
            }
        });
    }
    if seen.digit() {
        let mut groups = Groups::default();
        lanes.each_digits(|run| {
            if !groups.takes(bytes, &run) {
                groups.end(bytes, digits, doubled);
                groups = Groups::of(run);
            }
        });
        groups.end(bytes, digits, doubled);
    }
    if seen.sign() {
        for at in memchr2_iter(b'@', b':', bytes) {
            match bytes.get(at..at + 3) {
                Some(b"://") => schemes.push(at),
                _ if bytes.get(at) == Some(&b'@') => ats.push(at),
                _ => {}
            }
        }
    }
    seen
}

/// Whether a byte may stand between groups of digits, alone or with others of its kind.
pub(crate) const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'\t' | b'.')
}

/// Groups of digits with one separator between two.
#[derive(Default)]
struct Groups {
    span: Range<usize>,
    digits: usize,
}

impl Groups {
    const fn of(run: Range<usize>) -> Self {
        Self {
            digits: run.end - run.start,
            span: run,
        }
    }

    /// Adds a group if it follows the last one.
    fn takes(&mut self, bytes: &[u8], run: &Range<usize>) -> bool {
        let follows = self.digits > 0
            && run.start == self.span.end + 1
            && matches!(bytes.get(self.span.end), Some(b' ' | b'-' | b'.' | b'/'));
        if follows {
            self.digits += run.len();
            self.span.end = run.end;
        }
        follows
    }

    fn end(&self, bytes: &[u8], digits: &mut Vec<Range<usize>>, doubled: &mut bool) {
        let end = self.span.end;
        if self.digits >= DIGITS_MIN {
            digits.push(self.span.clone());
        }
        *doubled |= self.digits > 0
            && matches!(bytes.get(end..end + 2), Some([a, b]) if is_separator(*a) && is_separator(*b));
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidates, collect};

    fn check(text: &str, tokens: &[&str], digits: &[&str]) {
        let mut found = Candidates::default();
        collect(text, &mut found);
        let slices = |spans: &[std::ops::Range<usize>]| -> Vec<String> {
            spans
                .iter()
                .filter_map(|span| text.get(span.clone()).map(str::to_owned))
                .collect()
        };
        assert_eq!(slices(&found.tokens), tokens, "{text}");
        assert_eq!(slices(&found.digits), digits, "{text}");
    }

    #[test]
    fn runs_are_found_where_they_are_long_enough() {
        check("a twelve-bytes run", &["twelve-bytes"], &[]);
        check("eleven-byte run", &[], &[]);
        check(
            "x=abcdefghijkl,abcdefghijklm",
            &["x=abcdefghijkl", "abcdefghijklm"],
            &[],
        );
        check("tel 4111-1111 1111.1111 ", &[], &["4111-1111 1111.1111"]);
        check("12 345 and 12  3456", &[], &[]);
        check("at 12:30:45 = a:b", &[], &[]);
        check("", &[], &[]);
    }

    #[test]
    fn a_scheme_is_no_assignment() {
        let text = "postgres://u:p@h a==b";
        let mut found = Candidates::default();
        collect(text, &mut found);
        assert_eq!(found.schemes, [8]);
        assert_eq!(found.ats, [14]);
    }
}
