//! National identifiers with letters.

use std::ops::Range;

use super::checksum::{mod_11_2, weighted};
use super::context::Context;
use super::national::{is_chinese, is_date, is_nir};
use super::number::{ends_freely, is_glued};
use super::topics::Topics;
use super::words::Word;
use super::{Certainty, Class, Hit};

/// Letters and digits of the longest code, without separators: CURP and the Chinese number.
const CODE_MAX: usize = 18;

/// An identifier with letters.
struct Code {
    kind: &'static str,
    topic: Topics,
    /// `A` a letter, `9` a digit, `?` either, all else itself.
    shapes: &'static [&'static str],
    /// Whether it is found without a word, where nothing speaks against it.
    alone: fn(&[u8]) -> bool,
    /// Of the letters and digits, in upper case.
    is_right: fn(&[u8]) -> bool,
    certainty: Certainty,
}

/// The identifier that begins with a word.
pub(super) fn code(text: &str, word: &Word, context: &Context<'_>) -> Option<Hit> {
    if !may_begin(text, word) {
        return None;
    }
    CODES.iter().find_map(|code| code.hit(text, word, context))
}

/// Whether a word is made as the first of an identifier.
#[inline]
pub(super) fn may_begin(text: &str, word: &Word) -> bool {
    let next = text.as_bytes().get(word.span.end).copied();
    let may_go_on = matches!(next, Some(b'-' | b' ' | b'.' | b'+' | b'/'));
    let len = word.span.len();
    if word.made_of.is_digits() {
        digits_may_begin(len, next)
    } else if word.made_of.is_letters() {
        may_go_on && len <= 2 && word.made_of.is_upper()
    } else {
        word.made_of.is_code() && (len == 4 && may_go_on || (9..=CODE_MAX).contains(&len))
    }
}

/// Whether a shape begins with so many digits and goes on with this.
pub(super) const fn digits_may_begin(len: usize, next: Option<u8>) -> bool {
    matches!(
        (len, next),
        (2, Some(b'.')) | (6, Some(b'-' | b'+')) | (8, Some(b'-' | b' '))
    )
}

impl Code {
    fn hit(&self, text: &str, word: &Word, context: &Context<'_>) -> Option<Hit> {
        let bytes = text.as_bytes();
        let start = word.span.start;
        let shape = |shape: &&&str| {
            let written = bytes.get(start..start + shape.len());
            written.is_some_and(|written| has_shape(written, shape))
                && ends_freely(bytes, start + shape.len())
        };
        let span = start..start + self.shapes.iter().find(shape)?.len();
        let mut compact = [0; CODE_MAX];
        let mut len = 0;
        let written = bytes.get(span.clone())?;
        for byte in written.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            *compact.get_mut(len)? = byte.to_ascii_uppercase();
            len += 1;
        }
        let compact = compact.get(..len)?;
        if !(self.is_right)(compact) {
            return None;
        }
        let said = context.around(&span);
        let upper = !written.iter().any(u8::is_ascii_lowercase);
        let found = said.says(self.topic.or(Topics::PERSON))
            || (upper || len >= 16)
                && (self.alone)(compact)
                && said.leaves_open()
                && !is_glued(bytes, start)
                && !is_literal(bytes, &span);
        found.then_some(Hit {
            kind: self.kind,
            class: Class::Identifier,
            span,
            certainty: self.certainty,
        })
    }
}

fn has_shape(written: &[u8], shape: &str) -> bool {
    let fits = |(&byte, like): (&u8, u8)| match like {
        b'A' => byte.is_ascii_alphabetic(),
        b'9' => byte.is_ascii_digit(),
        b'?' => byte.is_ascii_alphanumeric(),
        other => byte == other,
    };
    written.iter().zip(shape.bytes()).all(fits)
}

/// A number with the suffix of its type in source code: `= 86400000L;`.
fn is_literal(bytes: &[u8], span: &Range<usize>) -> bool {
    let written = bytes.get(span.clone()).unwrap_or_default();
    let before = bytes.get(..span.start).unwrap_or_default();
    let sign = before.iter().rev().find(|byte| **byte != b' ');
    written.ends_with(b"L")
        && written.iter().rev().skip(1).all(u8::is_ascii_digit)
        && (sign.is_some_and(|byte| b"=*+<>".contains(byte)) || bytes.get(span.end) == Some(&b';'))
}

const CODES: &[Code] = &[
    // National Insurance number (HMRC NIM39110): letters and prefixes that are not used.
    Code {
        kind: "uk_nino",
        topic: Topics::UK_NINO,
        shapes: &[
            "AA999999A",
            "AA 99 99 99 A",
            "AA-99-99-99-A",
            "AA 999999 A",
            "AA999999 A",
        ],
        alone: |_| true,
        is_right: is_nino,
        certainty: Certainty::Shaped,
    },
    // DNI (Real Decreto 1553/2005): a letter by the remainder by 23.
    Code {
        kind: "es_dni",
        topic: Topics::ES_DNI,
        shapes: &[
            "99999999A",
            "99999999-A",
            "99.999.999-A",
            "99.999.999A",
            "99999999 A",
        ],
        alone: |_| true,
        is_right: |code| spanish(code, 0),
        certainty: Certainty::Checked,
    },
    // NIE (Orden INT/2058/2008): as DNI, with X, Y, Z for 0, 1, 2.
    Code {
        kind: "es_nie",
        topic: Topics::ES_DNI,
        shapes: &["A9999999A", "A-9999999-A", "A9999999-A", "A-9999999A"],
        alone: |_| true,
        is_right: |code| {
            let first = b"XYZ"
                .iter()
                .position(|letter| Some(letter) == code.first());
            first.is_some_and(|first| {
                spanish(code.get(1..).unwrap_or_default(), first as u64 * 10_000_000)
            })
        },
        certainty: Certainty::Checked,
    },
    // NRIC and FIN (ICA Singapore): weights modulo 11, a table of letters by series.
    Code {
        kind: "sg_nric",
        topic: Topics::SG_NRIC,
        shapes: &["A9999999A"],
        alone: |_| true,
        is_right: is_nric,
        certainty: Certainty::Checked,
    },
    // Permanent account number (Income Tax Department of India): the fourth letter is the holder's
    // kind, P a person. Its check letter is not published.
    Code {
        kind: "in_pan",
        topic: Topics::IN_PAN,
        shapes: &["AAAAA9999A"],
        alone: |code| code.get(3) == Some(&b'P'),
        is_right: |code| code.get(3).is_some_and(|kind| b"ABCFGHJLPT".contains(kind)),
        certainty: Certainty::Shaped,
    },
    // Medicare beneficiary identifier (CMS, MBI format).
    Code {
        kind: "us_mbi",
        topic: Topics::US_MBI,
        shapes: &["9A?9A?9AA99", "9A?9-A?9-AA99"],
        alone: |_| true,
        is_right: |code| {
            code.first() != Some(&b'0') && !code.iter().any(|byte| b"SLOIBZ".contains(byte))
        },
        certainty: Certainty::Shaped,
    },
    // Henkilötunnus (Digi- ja väestötietovirasto): a character by the remainder by 31.
    Code {
        kind: "fi_hetu",
        topic: Topics::FI_HETU,
        shapes: &["999999A999?", "999999-999?", "999999+999?"],
        alone: |_| true,
        is_right: is_hetu,
        certainty: Certainty::Checked,
    },
    // Codice fiscale (Decreto ministeriale 23 dicembre 1976): tables for odd and even places.
    Code {
        kind: "it_codice_fiscale",
        topic: Topics::IT_CF,
        shapes: &["AAAAAA??A??A???A"],
        alone: |_| true,
        is_right: is_codice_fiscale,
        certainty: Certainty::Checked,
    },
    // CURP (Diario Oficial de la Federación, 18 October 2021): a date, a check digit.
    Code {
        kind: "mx_curp",
        topic: Topics::MX_CURP,
        shapes: &["AAAA999999AAAAAA?9"],
        alone: |_| true,
        is_right: is_curp,
        certainty: Certainty::Checked,
    },
    // The Chinese resident identity number (GB 11643-1999) with the check digit X.
    Code {
        kind: "cn_resident_id",
        topic: Topics::CN_ID,
        shapes: &["99999999999999999A"],
        alone: |_| true,
        is_right: |code| {
            let mut body = [0; 17];
            body.iter_mut()
                .zip(code)
                .for_each(|(digit, byte)| *digit = byte.wrapping_sub(b'0'));
            code.last() == Some(&b'X') && is_chinese(&body) && mod_11_2(&body) == 10
        },
        certainty: Certainty::Checked,
    },
    // The French NIR of those born in Corsica: 2A and 2B count as 19 and 18.
    Code {
        kind: "fr_nir",
        topic: Topics::FR_NIR,
        shapes: &[
            "999992A99999999",
            "999992B99999999",
            "9 99 99 2A 999 999 99",
            "9 99 99 2B 999 999 99",
        ],
        alone: |_| true,
        is_right: |code| {
            let part = |from, to| code.get(from..to).map_or(0, digits_number);
            let department = if code.get(6) == Some(&b'A') { 19 } else { 18 };
            let body = part(0, 5) * 100_000_000 + department * 1_000_000 + part(7, 13);
            is_nir(part(0, 1), part(3, 5)) && 97 - body % 97 == part(13, 15)
        },
        certainty: Certainty::Checked,
    },
    // CNPJ with letters (Receita Federal IN 2229/2024): a character counts its ASCII code less 48.
    Code {
        kind: "br_cnpj",
        topic: Topics::BR_CNPJ,
        shapes: &["????????????99", "??.???.???/????-99"],
        alone: |_| false,
        is_right: is_cnpj,
        certainty: Certainty::Checked,
    },
];

fn digits_number(ascii: &[u8]) -> u64 {
    ascii.iter().fold(0, |sum, &byte| {
        sum * 10 + u64::from(byte.wrapping_sub(b'0'))
    })
}

fn is_nino(code: &[u8]) -> bool {
    let (Some(&first), Some(&second), Some(last)) = (code.first(), code.get(1), code.last()) else {
        return false;
    };
    !b"DFIQUV".contains(&first)
        && !b"DFIQUVO".contains(&second)
        && !matches!(
            &[first, second],
            b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ"
        )
        && matches!(last, b'A'..=b'D')
}

fn spanish(code: &[u8], more: u64) -> bool {
    let Some((letter, digits)) = code.split_last() else {
        return false;
    };
    let rest = (more + digits_number(digits)) % 23;
    let expected = usize::try_from(rest).ok();
    expected.and_then(|at| b"TRWAGMYFPDXBNJZSQVHLCKE".get(at)) == Some(letter)
}

fn is_nric(code: &[u8]) -> bool {
    let (Some(series), Some(letter)) = (code.first(), code.last()) else {
        return false;
    };
    let mut digits = [0; 7];
    digits
        .iter_mut()
        .zip(code.iter().skip(1))
        .for_each(|(digit, byte)| *digit = byte.wrapping_sub(b'0'));
    let sum = weighted(&digits, &[2, 7, 6, 5, 4, 3, 2]);
    let (table, more): (&[u8; 11], u32) = match series {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"KLJNPQRTUWX", 3),
        _ => return false,
    };
    let rest = usize::try_from((sum + more) % 11).unwrap_or(0);
    let place = if *series == b'M' { 10 - rest } else { rest };
    table.get(place) == Some(letter)
}

fn is_hetu(code: &[u8]) -> bool {
    // The sign of the century is `-` or `+`, or a letter since 2024 for want of numbers.
    let (date, rest) = code.split_at_checked(6).unwrap_or_default();
    let rest = match rest {
        [b'A'..=b'F' | b'U'..=b'Y', rest @ ..] if rest.len() == 4 => rest,
        rest => rest,
    };
    let (Some(individual), Some(check), 4) = (rest.get(..3), rest.get(3), rest.len()) else {
        return false;
    };
    if !date.iter().chain(individual).all(u8::is_ascii_digit) {
        return false;
    }
    let part = |from, to| date.get(from..to).map_or(0, digits_number);
    let number = digits_number(date) * 1000 + digits_number(individual);
    let expected = usize::try_from(number % 31).ok();
    is_date(part(4, 6), part(2, 4), part(0, 2))
        && digits_number(individual) >= 2
        && expected.and_then(|at| b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(at)) == Some(check)
}

fn is_codice_fiscale(code: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    // Two people with one code get letters for digits, from the last on (omocodia).
    let is_digit = |at: usize| {
        code.get(at)
            .is_some_and(|byte| byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte))
    };
    let value = |byte: u8| match byte {
        b'0'..=b'9' => byte - b'0',
        _ => byte.wrapping_sub(b'A'),
    };
    let (Some(&check), Some(body)) = (code.last(), code.get(..15)) else {
        return false;
    };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(place, &byte)| match place % 2 {
            0 => ODD.get(usize::from(value(byte))).copied().unwrap_or(0),
            _ => u32::from(value(byte)),
        })
        .sum();
    [6, 7, 9, 10, 12, 13, 14].into_iter().all(is_digit)
        && code
            .get(8)
            .is_some_and(|month| b"ABCDEHLMPRST".contains(month))
        && u32::from(check.wrapping_sub(b'A')) == sum % 26
}

fn is_curp(code: &[u8]) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMN*OPQRSTUVWXYZ";
    let Some((check, body)) = code.split_last() else {
        return false;
    };
    // The Ñ of the alphabet, written `*` here, stands in no code, and counts all the same.
    let value = |byte: u8| {
        ALPHABET
            .bytes()
            .position(|letter| letter == byte)
            .unwrap_or(0)
    };
    let sum: usize = body
        .iter()
        .zip((2..=18).rev())
        .map(|(&byte, weight)| value(byte) * weight)
        .sum();
    let part = |from, to| code.get(from..to).map_or(0, digits_number);
    is_date(part(4, 6), part(6, 8), part(8, 10))
        && matches!(code.get(10), Some(b'H' | b'M' | b'X'))
        && (10 - sum % 10) % 10 == usize::from(check.wrapping_sub(b'0'))
}

fn is_cnpj(code: &[u8]) -> bool {
    let check = |len: usize| {
        let weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
        let weights: &[u32] = weights.get(13 - len..).unwrap_or_default();
        let sum: u32 = code
            .iter()
            .zip(weights)
            .map(|(&byte, weight)| u32::from(byte - b'0') * weight)
            .sum();
        let rest = sum % 11;
        let expected = if rest < 2 { 0 } else { 11 - rest };
        code.get(len).map(|&byte| u32::from(byte - b'0')) == Some(expected)
    };
    code.iter().all(u8::is_ascii_alphanumeric) && check(12) && check(13)
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn identifiers_with_letters_are_found() {
        for (text, kind, value) in [
            ("AB123456C", "uk_nino", "AB123456C"),
            ("NI number: AB 12 34 56 C.", "uk_nino", "AB 12 34 56 C"),
            ("12345678Z", "es_dni", "12345678Z"),
            ("DNI 12.345.678-Z", "es_dni", "12.345.678-Z"),
            ("12345678-Z", "es_dni", "12345678-Z"),
            ("X1234567L", "es_nie", "X1234567L"),
            ("X-1234567-L", "es_nie", "X-1234567-L"),
            ("S1234567D", "sg_nric", "S1234567D"),
            ("G1234567X", "sg_nric", "G1234567X"),
            ("ABCPE1234F", "in_pan", "ABCPE1234F"),
            ("PAN: AAACE1234F", "in_pan", "AAACE1234F"),
            ("1EG4-TE5-MK73", "us_mbi", "1EG4-TE5-MK73"),
            ("1EG4TE5MK73", "us_mbi", "1EG4TE5MK73"),
            ("131052-308T", "fi_hetu", "131052-308T"),
            ("131052A308T", "fi_hetu", "131052A308T"),
            ("RSSMRA85T10A562S", "it_codice_fiscale", "RSSMRA85T10A562S"),
            ("mrtmtt91d08f205j", "it_codice_fiscale", "mrtmtt91d08f205j"),
            ("HEGG560427MVZRRL04", "mx_curp", "HEGG560427MVZRRL04"),
            ("11010519491231002X", "cn_resident_id", "11010519491231002X"),
            ("cnpj 12.ABC.345/01DE-35", "br_cnpj", "12.ABC.345/01DE-35"),
            ("long x = 5; // dni=12345678Z", "es_dni", "12345678Z"),
        ] {
            found(&[], text, kind, value);
        }
        found(&["nino"], "ab123456c", "uk_nino", "ab123456c");
        found(&["dni"], "12345678z", "es_dni", "12345678z");
    }

    #[test]
    fn every_shape_may_be_begun_by_a_word() {
        let shapes = super::CODES.iter().flat_map(|code| code.shapes);
        let digits = shapes.filter_map(|shape| {
            let len = shape.bytes().take_while(|byte| *byte == b'9').count();
            let next = shape.as_bytes().get(len).copied()?;
            (!next.is_ascii_alphanumeric() && next != b'?').then_some((len, next))
        });
        for (len, next) in digits.filter(|(len, _)| *len > 1) {
            assert!(super::digits_may_begin(len, Some(next)), "{len} {next}");
        }
    }

    #[test]
    fn codes_that_are_not_right_stay() {
        for text in [
            "BG123456A",
            "AB123456E",
            "DA123456A",
            "12345678A",
            "X1234567M",
            "S1234567E",
            "part no AB123456C",
            "ABCXE1234F",
            "AAACE1234F",
            "1EG4-TE5-MB73",
            "131052-308U",
            "321352-308T",
            "RSSMRA85T10A562T",
            "HEGG560427MVZRRL05",
            "110105194912310021",
            "long timeout = 40000001L;",
            "sku: 12345678Z",
            "12ABC34501DE35",
            "b123456789Z",
            "e2f5c8a9",
        ] {
            nothing(&[], text);
        }
    }
}
