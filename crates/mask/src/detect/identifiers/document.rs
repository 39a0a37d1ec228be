//! Passports, driving licences and medical records: numbers without a check digit, found by a word.

use super::context::Context;
use super::number::ends_freely;
use super::topics::Topics;
use super::words::Word;
use super::{Class, Hit, named};

/// What makes a word the number of a document.
struct Document {
    kind: &'static str,
    topic: Topics,
    lengths: std::ops::RangeInclusive<usize>,
    digits_min: usize,
}

impl Document {
    fn fits(&self, written: &[u8]) -> bool {
        let digits = written.iter().filter(|byte| byte.is_ascii_digit()).count();
        self.lengths.contains(&written.len()) && digits >= self.digits_min
    }
}

const DOCUMENTS: &[Document] = &[
    // ICAO 9303-3: up to nine characters.
    Document {
        kind: "passport_number",
        topic: Topics::PASSPORT,
        lengths: 7..=9,
        digits_min: 4,
    },
    // AAMVA DL/ID Card Design Standard, annex of formats; DVLA: sixteen characters.
    Document {
        kind: "driving_licence",
        topic: Topics::LICENCE,
        lengths: 6..=18,
        digits_min: 4,
    },
    Document {
        kind: "medical_record_number",
        topic: Topics::RECORD,
        lengths: 5..=14,
        digits_min: 4,
    },
];

/// Whether a word has the form of a document's number.
pub(super) fn may_be(text: &str, word: &Word) -> bool {
    let bytes = text.as_bytes();
    let made = word.made_of.is_upper() || word.span.len() > 8 && word.made_of.is_code();
    // Parts of dates, of numbers and of longer names are no numbers of documents.
    let parted = || {
        let before = word.span.start.checked_sub(1).and_then(|at| bytes.get(at));
        matches!(before, Some(b'.' | b'/' | b'\\'))
    };
    let written = bytes.get(word.span.clone()).unwrap_or_default();
    made && DOCUMENTS.iter().any(|document| document.fits(written))
        && !is_day(written)
        && !parted()
        && ends_freely(bytes, word.span.end)
}

/// The document's number that is this word, where a word before it says so.
pub(super) fn document(text: &str, word: &Word, context: &Context<'_>) -> Option<Hit> {
    let bytes = text.as_bytes();
    let written = bytes.get(word.span.clone())?;
    let said = context.around(&word.span);
    let found = DOCUMENTS
        .iter()
        .filter(|document| document.fits(written))
        .find(|document| said.says_closely(document.topic))?;
    let span = with_prefix(bytes, word.span.start)..word.span.end;
    Some(named(found.kind, Class::Identifier, span))
}

/// A year, a month and a day without separators.
fn is_day(written: &[u8]) -> bool {
    matches!(written, [b'1', b'9', ..] | [b'2', b'0', ..])
        && matches!(
            written,
            [_, _, _, _, b'0', b'1'..=b'9', b'0'..=b'3', _]
                | [_, _, _, _, b'1', b'0'..=b'2', b'0'..=b'3', _]
        )
}

/// Where the letters before a dash begin: `MRN-00123456` keeps its prefix, `H-1234567` has one.
fn with_prefix(bytes: &[u8], start: usize) -> usize {
    let before = bytes.get(..start).unwrap_or_default();
    match before {
        [.., letter, b'-'] if letter.is_ascii_uppercase() => {
            let letters = before.iter().rev().skip(1);
            start - 1 - letters.take_while(|byte| byte.is_ascii_uppercase()).count()
        }
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::identifiers::testing::{found, nothing};

    #[test]
    fn documents_are_found_by_their_word() {
        for (text, kind, value) in [
            ("passport number 123456789", "passport_number", "123456789"),
            ("Passport: C01X00T47", "passport_number", "C01X00T47"),
            ("Reisepass C01X00T47", "passport_number", "C01X00T47"),
            ("driver's license D1234567", "driving_licence", "D1234567"),
            (
                "driving licence MORGA657054SM9IJ",
                "driving_licence",
                "MORGA657054SM9IJ",
            ),
            ("MRN: 00123456", "medical_record_number", "00123456"),
            (
                "medical record number MRN-00123456",
                "medical_record_number",
                "MRN-00123456",
            ),
        ] {
            found(&[], text, kind, value);
        }
        found(
            &["passportNumber"],
            "X1234567",
            "passport_number",
            "X1234567",
        );
        found(
            &["driver_license"],
            "D1234567",
            "driving_licence",
            "D1234567",
        );
        found(&["mrn"], "00123456", "medical_record_number", "00123456");
    }

    #[test]
    fn other_codes_stay() {
        for text in [
            "passport.js 0.6.0",
            "passport expires 20271231",
            "C01X00T47",
            "the passport office opened in 1985",
            "license MIT 2024",
            "our license key",
            "medical record updated 20240115",
        ] {
            nothing(&[], text);
        }
    }
}
