//! The inside of a JSON string.

use std::ops::Range;

use memchr::memchr;

use super::Decoding;

/// Decodes the escapes of a JSON string. Half a surrogate pair becomes U+FFFD.
pub(crate) fn decode(raw: &str) -> Decoding {
    let mut decoding = Decoding::default();
    decoding.text.reserve(raw.len());
    walk(raw, |piece| match piece {
        Piece::Copy(text, at) => decoding.copy(text, at),
        Piece::Char(char, span) => decoding.unit_char(char, span),
    });
    decoding
}

/// The same without the way back, which is needed only where something was found.
pub(crate) fn decode_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    walk(raw, |piece| match piece {
        Piece::Copy(copied, _) => text.push_str(copied),
        Piece::Char(char, _) => text.push(char),
    });
    text
}

enum Piece<'a> {
    Copy(&'a str, usize),
    Char(char, Range<usize>),
}

fn walk<'a>(raw: &'a str, mut emit: impl FnMut(Piece<'a>)) {
    let mut at = 0;
    while let Some(rest) = raw.get(at..) {
        let Some(found) = memchr(b'\\', rest.as_bytes()) else {
            emit(Piece::Copy(rest, at));
            return;
        };
        emit(Piece::Copy(rest.get(..found).unwrap_or_default(), at));
        let start = at + found;
        let (char, len) = escape(raw.get(start..).unwrap_or_default());
        emit(Piece::Char(char, start..start + len));
        at = start + len;
    }
}

/// The character of the escape with which `text` begins, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    let char = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(text),
        // The scanner lets only `"`, `\` and `/` get here.
        Some(other) if other.is_ascii() => char::from(*other),
        _ => return ('\\', 1),
    };
    (char, 2)
}

fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| -> Option<u32> {
        let digits = text.get(at + 2..at + 6)?;
        (text.get(at..at + 2)? == "\\u").then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    match unit(0) {
        None => ('\\', 1),
        Some(high @ 0xd800..=0xdbff) => match unit(6) {
            Some(low @ 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
            }
            _ => ('\u{fffd}', 6),
        },
        Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_text};

    #[test]
    fn escapes_are_read_as_json_reads_them() {
        let check = |raw: &str, expected: &str| {
            assert_eq!(decode(raw).text, expected);
            assert_eq!(decode_text(raw), expected);
        };
        check("plain", "plain");
        check(r#"a\"b\\c\/d\n"#, "a\"b\\c/d\n");
        check(r"\u0067hp_\ud83d\ude00", "ghp_😀");
        check(r"half \ud83d pair", "half \u{fffd} pair");
        check(r"\u00e9t\u00E9", "été");
    }

    #[test]
    fn spans_lead_back_to_the_escapes() {
        let decoded = decode(r"x\u0041\nBC");
        assert_eq!(decoded.text, "xA\nBC");
        assert_eq!(decoded.map.outer(&(1..2)), 1..7);
        assert_eq!(decoded.map.outer(&(1..4)), 1..10);
    }
}
