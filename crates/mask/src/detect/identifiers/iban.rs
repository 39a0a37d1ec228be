//! International bank account numbers, ISO 13616.

use std::ops::Range;

use super::checksum::mod_97;
use super::context::Context;
use super::number::ends_freely;
use super::topics::Topics;
use super::words::Word;
use super::{Class, Hit, checked};

/// The shortest and the longest that ISO 13616 allows for.
const LENGTH_MIN: usize = 15;
const LENGTH_MAX: usize = 34;

/// An account number that begins with a word: whole, or in groups apart by spaces, dashes or dots.
pub(super) fn iban(text: &str, word: &Word, context: &Context<'_>) -> Option<Hit> {
    let bytes = text.as_bytes();
    let start = word.span.start;
    if !bytes.get(word.span.clone()).is_some_and(may_begin) {
        return None;
    }
    let country = *bytes.get(start..)?.first_chunk::<2>()?;
    let known = length(country.map(|letter| letter.to_ascii_uppercase()))?;
    let is_right = |end: &usize| {
        ends_freely(bytes, *end) && bytes.get(start..*end).is_some_and(has_remainder_one)
    };
    // A country may change its length, and generators of test data have lengths of their own.
    let end = end_of(bytes, start, known)
        .filter(is_right)
        .or_else(|| farthest(bytes, start).filter(is_right))?;
    let span = start..end;
    let written = bytes.get(span.clone())?;
    let lower = written.iter().any(u8::is_ascii_lowercase);
    let glued = start
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_some_and(u8::is_ascii_alphanumeric);
    if glued {
        return None;
    }
    let is_open = !lower || context.around(&span).says(Topics::IBAN | Topics::BANK);
    is_open.then(|| checked("iban", Class::Identifier, span))
}

/// Whether a word begins with a country and two check digits.
#[inline]
pub(super) fn may_begin(word: &[u8]) -> bool {
    matches!(
        word,
        [
            b'A'..=b'Z' | b'a'..=b'z',
            b'A'..=b'Z' | b'a'..=b'z',
            b'0'..=b'9',
            b'0'..=b'9',
            ..,
        ]
    )
}

/// The end of `len` letters and digits, with at most one separator between two groups, and none
/// within the first four.
fn end_of(bytes: &[u8], start: usize, len: usize) -> Option<usize> {
    let mut seen = 0;
    let mut parted = true;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        if byte.is_ascii_alphanumeric() {
            seen += 1;
            parted = false;
            if seen == len {
                return Some(at + 1);
            }
        } else if matches!(byte, b' ' | b'-' | b'.') && !parted && seen >= 4 {
            parted = true;
        } else {
            return None;
        }
    }
    None
}

/// The end of a word of fifteen characters or more, or of groups of four of which the last may be
/// shorter.
fn farthest(bytes: &[u8], start: usize) -> Option<usize> {
    let word = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let is_upper = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        rest.iter()
            .take(LENGTH_MAX + 1)
            .take_while(is_upper)
            .count()
    };
    let mut end = start + word(start);
    if end != start + 4 {
        return (LENGTH_MIN..=LENGTH_MAX)
            .contains(&(end - start))
            .then_some(end);
    }
    let mut len = 4;
    while bytes.get(end) == Some(&b' ') && len <= LENGTH_MAX {
        let group = word(end + 1);
        if !(1..=4).contains(&group) {
            break;
        }
        len += group;
        end += 1 + group;
        if group < 4 {
            break;
        }
    }
    (LENGTH_MIN..=LENGTH_MAX).contains(&len).then_some(end)
}

/// The first four characters go to the end, and the remainder by 97 is one.
fn has_remainder_one(written: &[u8]) -> bool {
    let compact = || written.iter().copied().filter(u8::is_ascii_alphanumeric);
    mod_97(compact().skip(4).chain(compact().take(4))) == Some(1)
}

fn length(country: [u8; 2]) -> Option<usize> {
    let found = LENGTHS.binary_search_by(|(known, _)| known.as_bytes().cmp(&country));
    found
        .ok()
        .and_then(|at| LENGTHS.get(at))
        .map(|(_, len)| *len)
}

/// The lengths of the SWIFT IBAN Registry, release 99, and of countries outside of it that use the
/// same check.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AO", 25),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BF", 28),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BJ", 28),
    ("BR", 29),
    ("BY", 28),
    ("CF", 27),
    ("CG", 27),
    ("CH", 21),
    ("CI", 28),
    ("CM", 27),
    ("CR", 22),
    ("CV", 25),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("DZ", 26),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GA", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GQ", 27),
    ("GR", 27),
    ("GT", 28),
    ("GW", 25),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IR", 26),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KM", 27),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MA", 28),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MG", 27),
    ("MK", 19),
    ("ML", 28),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("MZ", 25),
    ("NE", 28),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SN", 28),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TD", 27),
    ("TG", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// The span of an account number with a bank's word, for accounts that have no check digits.
pub(super) fn bank_account(text: &str, word: &Range<usize>, context: &Context<'_>) -> Option<Hit> {
    let written = text.get(word.clone())?;
    let fits = (6..=17).contains(&written.len())
        && written.bytes().all(|byte| byte.is_ascii_digit())
        && ends_freely(text.as_bytes(), word.end);
    let said = fits.then(|| context.around(word))?;
    said.says_closely(Topics::BANK)
        .then(|| super::named("bank_account", Class::Identifier, word.clone()))
}

#[cfg(test)]
mod tests {
    use super::LENGTHS;
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn account_numbers_are_found() {
        for value in [
            "GB82WEST12345698765432",
            "GB82 WEST 1234 5698 7654 32",
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "FR1420041010050500013M02606",
            "FR14 2004 1010 0505 0001 3M02 606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "NL91-ABNA-0417-1643-00",
            "GB87 DJDH 2328 7626 3532 2",
            "CH93 0076 2011 6238 5295 7",
        ] {
            found(&[], &format!("to {value}, please"), "iban", value);
        }
        found(
            &["iban"],
            "de89370400440532013000",
            "iban",
            "de89370400440532013000",
        );
        found(
            &[],
            "IBAN:DE89370400440532013000",
            "iban",
            "DE89370400440532013000",
        );
        found(
            &[],
            "bank account number 12345678",
            "bank_account",
            "12345678",
        );
    }

    #[test]
    fn what_is_no_account_number_stays() {
        for text in [
            "GB82WEST12345698765433",
            "GB82 WEST 1234 5698 7654",
            "DE8937040044053201300",
            "xDE89370400440532013000",
            "DE89370400440532013000A",
            "ZZ89370400440532013000",
            "de89370400440532013000",
            "account 12345678",
        ] {
            nothing(&[], text);
        }
    }

    #[test]
    fn the_lengths_are_sorted() {
        assert!(LENGTHS.is_sorted_by_key(|(country, _)| country));
    }
}
