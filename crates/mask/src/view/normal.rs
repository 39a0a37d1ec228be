//! A text as a reader takes it: without invisible characters and colours, digits as ASCII has them,
//! one dash and one space.

use std::ops::Range;

use super::Decoding;
use crate::candidates::is_separator;

enum Char {
    Kept,
    Dropped,
    Read(char),
}

/// The next place from `at` on where the view may differ.
pub(super) fn find(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        let rest = bytes.get(at..)?;
        let found = rest.iter().position(|byte| {
            !byte.is_ascii() || (byte.is_ascii_control() && !matches!(byte, b'\n' | b'\r' | b'\t'))
        })?;
        at += found;
        let char = text.get(at..).and_then(|rest| rest.chars().next())?;
        if !char.is_ascii() {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            let after = bytes.get(at + char.len_utf8()).copied();
            if matches!(read(char, before, after), Char::Kept) {
                at += char.len_utf8();
                continue;
            }
        }
        return Some(at);
    }
}

/// The next place from `at` on where digits have more than one separator between them.
pub(super) fn find_doubled(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        let rest = bytes.get(at..)?;
        let found = rest.windows(3).position(
            |w| matches!(w, [b'0'..=b'9', a, b] if is_separator(*a) && is_separator(*b)),
        )?;
        at += found + 1;
        let end = at + separators(bytes, at);
        if bytes.get(end).is_some_and(u8::is_ascii_digit) {
            return Some(at);
        }
        at = end;
    }
}

/// The view of a text.
pub(super) fn decode(text: &str) -> Option<Decoding> {
    let bytes = text.as_bytes();
    let mut decoding = Decoding::default();
    let mut copied = 0;
    let mut emit = |decoding: &mut Decoding, span: Range<usize>, char: Option<char>| {
        decoding.copy(text.get(copied..span.start).unwrap_or_default(), copied);
        copied = span.end;
        if let Some(char) = char {
            decoding.unit_char(char, span);
        }
    };
    let mut before = None;
    let mut skipped = 0;
    for (at, char) in text.char_indices() {
        if at < skipped {
            continue;
        }
        let end = at + char.len_utf8();
        if char == '\u{1b}' {
            skipped = at + ansi(bytes.get(at..)?);
            emit(&mut decoding, at..skipped, None);
            continue;
        }
        if char.is_ascii() {
            if is_separator(char as u8) && is_digit(before) {
                let length = separators(bytes, at);
                let then = bytes.get(at + length).copied();
                if length > 1 && is_digit(then) {
                    skipped = at + length;
                    let dashed = bytes
                        .get(at..skipped)
                        .is_some_and(|run| run.contains(&b'-'));
                    emit(
                        &mut decoding,
                        at..skipped,
                        Some(if dashed { '-' } else { ' ' }),
                    );
                }
            } else if char.is_ascii_control() && !matches!(char, '\n' | '\r' | '\t') {
                emit(&mut decoding, at..end, None);
            }
            before = Some(char as u8);
            continue;
        }
        match read(char, before, bytes.get(end).copied()) {
            Char::Kept => before = None,
            Char::Dropped => emit(&mut decoding, at..end, None),
            Char::Read(as_char) => {
                before = Some(as_char as u8);
                emit(&mut decoding, at..end, Some(as_char));
            }
        }
    }
    decoding.copy(text.get(copied..).unwrap_or_default(), copied);
    Some(decoding)
}

fn separators(bytes: &[u8], at: usize) -> usize {
    const MOST: usize = 8;
    let rest = bytes.get(at..).unwrap_or_default().iter().take(MOST);
    rest.take_while(|byte| is_separator(**byte)).count()
}

fn is_digit(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit())
}

/// The length of an escape sequence (ECMA-48 §5.4).
fn ansi(bytes: &[u8]) -> usize {
    const MOST: usize = 256;
    let rest = bytes.get(2..).unwrap_or_default().iter().take(MOST);
    match bytes.get(1) {
        Some(b'[') => {
            let end = rest.clone().position(|byte| (0x40..=0x7e).contains(byte));
            end.map_or(2, |end| end + 3)
        }
        Some(b']') => {
            let end = rest.clone().position(|byte| matches!(byte, 7 | 0x1b));
            end.map_or(2, |end| end + 3)
        }
        _ => 1,
    }
}

/// How a character beyond ASCII is read between its neighbours.
fn read(char: char, before: Option<u8>, after: Option<u8>) -> Char {
    let code = u32::from(char);
    let ascii = |code: u32| char::from_u32(code).map_or(Char::Kept, Char::Read);
    match code {
        0xad
        | 0x34f
        | 0x61c
        | 0x115f
        | 0x1160
        | 0x17b4
        | 0x17b5
        | 0x180b..=0x180e
        | 0x200b..=0x200f
        | 0x202a..=0x202e
        | 0x2060..=0x206f
        | 0x3164
        | 0xfe00..=0xfe0f
        | 0xfeff
        | 0xffa0
        | 0xe0000..=0xe007f => Char::Dropped,
        0xff01..=0xff5e => ascii(code - 0xfee0),
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => Char::Read(' '),
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0xfe58 | 0xfe63 => Char::Read('-'),
        0x2024 => Char::Read('.'),
        0xfe6b => Char::Read('@'),
        0x1d7ce..=0x1d7ff => ascii((code - 0x1d7ce) % 10 + 0x30),
        0x1d400..=0x1d6a3 => {
            let letter = (code - 0x1d400) % 52;
            ascii(if letter < 26 {
                0x41 + letter
            } else {
                0x61 + letter - 26
            })
        }
        0xb2 | 0xb3 => ascii(code - 0xb2 + 0x32),
        0xb9 => Char::Read('1'),
        0x2070 | 0x2074..=0x2079 => ascii(code - 0x2070 + 0x30),
        0x2080..=0x2089 => ascii(code - 0x2080 + 0x30),
        0x2460..=0x2468 => ascii(code - 0x2460 + 0x31),
        0x24ea => Char::Read('0'),
        _ => match (digit(code), look_alike(char)) {
            (Some(digit), _) => ascii(digit + 0x30),
            (None, Some(letter)) if is_word(before) || is_word(after) => Char::Read(letter),
            _ => Char::Kept,
        },
    }
}

fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The value of a decimal digit (Unicode, general category Nd).
fn digit(code: u32) -> Option<u32> {
    const ZEROS: [u32; 31] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
        0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
        0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900,
    ];
    let after = ZEROS.partition_point(|zero| *zero <= code);
    let zero = after.checked_sub(1).and_then(|at| ZEROS.get(at))?;
    Some(code - zero).filter(|digit| *digit < 10)
}

/// The ASCII letter that a Cyrillic or Greek one cannot be told from (Unicode TR39).
fn look_alike(char: char) -> Option<char> {
    const FROM: &str = "\u{430}\u{435}\u{43e}\u{440}\u{441}\u{443}\u{445}\u{456}\u{455}\u{458}\u{501}\u{4bb}\u{410}\u{412}\u{415}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{422}\u{425}\u{3bf}\u{391}\u{392}\u{395}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a7}";
    const TO: &str = "aeopcyxisjdhABEKMHOPCTXoABEHIKMNOPTX";
    let at = FROM.chars().position(|from| from == char)?;
    TO.chars().nth(at)
}

#[cfg(test)]
mod tests {
    use super::{decode, find, find_doubled};

    #[test]
    fn a_text_is_read_as_a_person_reads_it() {
        let check = |text: &str, expected: &str| {
            assert!(find(text, 0).or_else(|| find_doubled(text, 0)).is_some());
            assert_eq!(decode(text).unwrap_or_default().text, expected);
        };
        check("4111\u{a0}1111\u{2013}1111", "4111 1111-1111");
        check("gh\u{200b}p_\u{feff}x", "ghp_x");
        check("\u{ff14}\u{ff11}\u{661}\u{662} \u{1d7d2}", "4112 4");
        check("\u{1b}[31mghp_\u{1b}[0mx\u{1b}]8;;u\u{7}y", "ghp_xy");
        check("4111  1111 - 1111--1", "4111 1111-1111-1");
        check("gh\u{440}_x", "ghp_x");
    }

    #[test]
    fn other_writing_stays() {
        for text in [
            "\u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}",
            "caf\u{e9}",
            "\u{5bc6}\u{7801}",
        ] {
            assert_eq!(find(text, 0), None, "{text}");
        }
    }
}
