//! A text without the line breaks that fell inside of a value.

use memchr::memchr;

use super::Decoding;
use crate::lanes::is_token;

/// The next line feed from `at` on that may stand inside of a value.
pub(super) fn find(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        let feed = at + memchr(b'\n', bytes.get(at..)?)?;
        if break_at(bytes, feed).is_some() {
            return Some(feed);
        }
        at = feed + 1;
    }
}

/// The view of a text.
pub(super) fn decode(text: &str) -> Option<Decoding> {
    let bytes = text.as_bytes();
    let mut decoding = Decoding::default();
    let mut copied = 0;
    let mut at = 0;
    while let Some(feed) = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) {
        let feed = at + feed;
        at = feed + 1;
        if let Some((start, end)) = break_at(bytes, feed) {
            decoding.copy(text.get(copied..start).unwrap_or_default(), copied);
            copied = end;
            at = end;
        }
    }
    decoding.copy(text.get(copied..).unwrap_or_default(), copied);
    Some(decoding)
}

/// What is left out with the line feed: what continues a line before it, what indents one after it.
fn break_at(bytes: &[u8], feed: usize) -> Option<(usize, usize)> {
    let before = bytes.get(..feed)?;
    let before = before.strip_suffix(b"\r").unwrap_or(before);
    let before = before
        .strip_suffix(b"\\")
        .unwrap_or(before)
        .trim_ascii_end();
    if ends_with_a_word(before) {
        return None;
    }
    let after = bytes.get(feed + 1..)?;
    let indent = after
        .iter()
        .take(32)
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'>' | b'|' | b'#'))
        .count();
    let tail = tail_of(before);
    let head = head_of(after.get(indent..)?);
    goes_on(tail, head).then_some((before.len(), feed + 1 + indent))
}

/// Whether a line ends in a short word or in a sign, as nearly all do: nothing goes on from there.
fn ends_with_a_word(line: &[u8]) -> bool {
    const WORD_BYTES_MAX: usize = 7;
    let mut tail = line.iter().rev();
    let letters = tail.by_ref().take(WORD_BYTES_MAX + 1);
    match letters.copied().find(|byte| !byte.is_ascii_alphabetic()) {
        Some(byte) => !is_token(byte) && byte != b'@',
        None => line.len() <= WORD_BYTES_MAX,
    }
}

/// The last word of a line, as far as it matters.
fn tail_of(line: &[u8]) -> &[u8] {
    let from = line.len().saturating_sub(64);
    let line = line.get(from..).unwrap_or_default();
    let gap = line
        .iter()
        .rposition(|byte| !is_token(*byte) && *byte != b'@');
    line.get(gap.map_or(0, |gap| gap + 1)..).unwrap_or_default()
}

fn head_of(line: &[u8]) -> &[u8] {
    let line = line.get(..line.len().min(64)).unwrap_or_default();
    let gap = line
        .iter()
        .position(|byte| !is_token(*byte) && *byte != b'@');
    line.get(..gap.unwrap_or(line.len())).unwrap_or_default()
}

/// Whether two words may be one: the first looks like no word, or both are digits in groups.
fn goes_on(tail: &[u8], head: &[u8]) -> bool {
    const WORD_BYTES_MAX: usize = 20;
    let (Some(last), Some(first)) = (tail.last(), head.first()) else {
        return false;
    };
    let is_digits = |word: &[u8]| {
        word.iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'.'))
    };
    if is_digits(tail) && is_digits(head) {
        return digits_go_on(tail, head);
    }
    if !first.is_ascii_alphanumeric() && !matches!(first, b'_' | b'-' | b'+' | b'/') {
        return false;
    }
    if let Some(at) = tail.iter().rposition(|byte| *byte == b'@') {
        let domain = tail.get(at + 1..).unwrap_or_default();
        let ends = head.starts_with(b"com") || head.starts_with(b"org");
        let has_dot = domain.contains(&b'.') || head.contains(&b'.');
        return at > 0 && domain.len() < 32 && has_dot && (*last != b'.' || ends);
    }
    if matches!(last, b'.' | b'=' | b'~') {
        return false;
    }
    if is_digits(tail) || is_digits(head) {
        let odd = |byte: &u8| byte.is_ascii_alphabetic();
        return (tail.len() >= 8 && tail.iter().any(odd))
            || (head.len() >= 8 && head.iter().any(odd) && tail.len() >= 4);
    }
    let odd = |byte: &u8| byte.is_ascii_digit() || *byte == b'_';
    tail.len() >= WORD_BYTES_MAX || (tail.len() >= 4 && tail.iter().any(odd))
}

/// Whether the group of digits that the break cuts is one, or the break stands for a separator.
fn digits_go_on(tail: &[u8], head: &[u8]) -> bool {
    let separator = |byte: &u8| matches!(byte, b'-' | b'.');
    let left = tail.rsplit(separator).next().unwrap_or_default().len();
    let right = head.split(separator).next().unwrap_or_default().len();
    match (left, right) {
        // `123-45-` and `6789`.
        (0, _) => true,
        (_, 0) => false,
        (4, 4) => true,
        _ => (3..=6).contains(&(left + right)) || (12..=19).contains(&(left + right)),
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, find};

    #[test]
    fn breaks_inside_of_values_go() {
        let check = |text: &str, expected: &str| {
            assert_eq!(find(text, 0).is_some(), text != expected, "{text}");
            assert_eq!(decode(text).unwrap_or_default().text, expected);
        };
        check("key ghp_abc123\n  def456 end", "key ghp_abc123def456 end");
        check("4111 1111\r\n> 1111 1111", "4111 11111111 1111");
        check("ann@exam\nple.org", "ann@example.org");
        check("ghp_abc123\\\ndef", "ghp_abc123def");
        check("3624 732\r\n8 6037 46", "3624 7328 6037 46");
        check("a line\nand one more", "a line\nand one more");
        check("total 1\n2 more", "total 1\n2 more");
        check("m@version.\nfunc p", "m@version.\nfunc p");
    }
}
