//! Runs of base64 and hexadecimal in which a text, an image's metadata or compressed text lies.

use std::ops::Range;

use super::codec::{Bytes, Codec, Text, Wrap};
use super::{gzip, image};

/// Shorter runs hold nothing that is worth hiding.
const BASE64_CHARS_MIN: usize = 14;
const HEX_CHARS_MIN: usize = 20;

/// The shortest run that may be either.
pub(crate) const RUN_CHARS_MIN: usize = BASE64_CHARS_MIN;

/// How many characters say whether it is worth decoding the rest.
const PROBE_CHARS: usize = 16;

/// A run that was decoded.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) span: Range<usize>,
    pub(crate) name: &'static str,
    pub(crate) content: Content,
}

/// What was decoded.
#[derive(Debug)]
pub(crate) enum Content {
    /// Text, or an image: its texts are the spans.
    Decoded {
        codec: Codec,
        decoded: Vec<u8>,
        texts: Vec<Range<usize>>,
    },
    /// More than the limit allows.
    TooLong,
}

/// The runs in a token, or in the lines that follow each other from it on. `bytes_max`: how much may
/// be decoded.
pub(crate) fn in_token(text: &str, token: &Range<usize>, bytes_max: usize) -> Vec<Encoded> {
    let Some(run) = text.get(token.clone()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for part in parts(run) {
        let part = without_radix(run, part);
        let Some(word) = run.get(part.clone()) else {
            continue;
        };
        let at = token.start + part.start;
        let whole = decoded(word, None, bytes_max).map(|content| (part.clone(), content));
        // A path may lead to it: what stands between slashes is tried alone.
        let alone = || {
            let slash = word.rfind('/')? + 1;
            let tail = word.get(slash..)?;
            let content = decoded(tail, None, bytes_max)?;
            Some((part.start + slash..part.end, content))
        };
        if let Some((span, (name, content))) = whole.or_else(alone) {
            let start = at + span.start - part.start;
            found.push(Encoded {
                span: start..start + span.len(),
                name,
                content,
            });
        }
    }
    found
}

/// Lines of base64 that begin with this token; `None`: it is no such line.
pub(crate) fn in_lines(text: &str, token: &Range<usize>, bytes_max: usize) -> Option<Encoded> {
    const LINE_CHARS_MIN: usize = 16;
    let first = text.get(token.clone())?;
    (first.len() >= LINE_CHARS_MIN && first.bytes().all(is_base64)).then_some(())?;
    let rest = text.get(token.end..)?;
    let between_length = rest
        .bytes()
        .take(40)
        .take_while(|byte| matches!(byte, b'\r' | b'\n' | b' ' | b'\t'))
        .count();
    let between = rest.get(..between_length)?;
    between.contains('\n').then_some(())?;
    let mut joined = first.to_owned();
    let mut end = token.end;
    while let Some(next) = text.get(end..).and_then(|rest| rest.strip_prefix(between)) {
        let length = next
            .bytes()
            .take_while(|byte| is_base64(*byte) || *byte == b'=')
            .count();
        if length == 0 || length > first.len() {
            break;
        }
        joined.push_str(next.get(..length)?);
        end += between.len() + length;
        if length < first.len() {
            break;
        }
    }
    (end > token.end).then_some(())?;
    let wrap = Wrap {
        line: first.len(),
        between: between.to_owned(),
    };
    let (name, mut content) = decoded(&joined, Some(wrap), bytes_max)?;
    if let Content::Decoded { codec, decoded, .. } = &mut content
        && codec.bytes == Bytes::Utf8
    {
        codec.exact = codec.text.encode(decoded) == text.get(token.start..end)?;
    }
    Some(Encoded {
        span: token.start..end,
        name,
        content,
    })
}

/// Bytes written as pairs of hexadecimal digits with a space or a colon between them, from `at` on.
pub(crate) fn in_pairs(text: &str, at: usize, bytes_max: usize) -> Option<Encoded> {
    const PAIRS_MIN: usize = 10;
    // A run of so many pairs covers a byte at every step, with whole pairs behind it.
    const STEP: usize = 3 * PAIRS_MIN - 10;
    let bytes = text.as_bytes();
    let mut probe = at;
    loop {
        let window = bytes.get(probe..probe + 8)?;
        let phase = (0..3).find(|phase| {
            let pairs = window.get(*phase..phase + 5);
            matches!(pairs, Some([a, b, b' ' | b':', c, d])
                if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
        });
        probe += STEP;
        let Some(phase) = phase else { continue };
        let inside = probe - STEP + phase;
        let between = char::from(*bytes.get(inside + 2)?);
        let is_pair = |at: usize| {
            let pair = bytes.get(at..at + 2);
            pair.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
        };
        let is_between = |at: usize| bytes.get(at).copied().map(char::from) == Some(between);
        let mut start = inside;
        while start >= at + 3 && is_between(start - 1) && is_pair(start - 3) {
            start -= 3;
        }
        let mut end = inside + 2;
        while is_between(end) && is_pair(end + 1) {
            end += 3;
        }
        probe = probe.max(end);
        // `see 70 61`: the end of a word before is no pair, nor the beginning of one behind.
        let is_word = |at: Option<usize>| {
            let byte = at.and_then(|at| bytes.get(at));
            byte.is_some_and(u8::is_ascii_alphanumeric)
        };
        if is_word(start.checked_sub(1)) {
            start += 3;
        }
        if is_word(Some(end)) {
            end -= 3;
        }
        let Some(run) = text.get(start..end) else {
            continue;
        };
        if run.len() + 1 < 3 * PAIRS_MIN {
            continue;
        }
        let upper = run.bytes().any(|byte| byte.is_ascii_uppercase());
        let word: String = run.chars().filter(|char| *char != between).collect();
        let codec = Text::Hex {
            upper,
            between: Some(between),
        };
        let promised = word.as_bytes().first_chunk().and_then(of_hex);
        if let Some(promise) = promised.and_then(|head| promise(&head))
            && let Some((name, content)) = opened(&word, codec, promise, "hex", bytes_max)
        {
            return Some(Encoded {
                span: start..end,
                name,
                content,
            });
        }
    }
}

/// The parts of a run that could be base64: its characters, and padding at the end.
fn parts(run: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = run.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest.iter().take_while(|byte| is_base64(**byte)).count();
            let padding = rest.iter().skip(length).take(2);
            let padding = padding.take_while(|byte| **byte == b'=').count();
            let start = at;
            at += length + padding.max(1);
            if length + padding >= RUN_CHARS_MIN {
                return Some(start..start + length + padding);
            }
        }
        None
    })
}

/// A run of hexadecimal digits without the `0x` before it.
fn without_radix(run: &str, part: Range<usize>) -> Range<usize> {
    match run.get(part.clone()) {
        Some(word) if word.starts_with("0x") || word.starts_with("0X") => part.start + 2..part.end,
        _ => part,
    }
}

fn is_base64(byte: u8) -> bool {
    SIX_BITS.get(usize::from(byte)) != Some(&NO_BITS)
}

fn decoded(word: &str, wrap: Option<Wrap>, bytes_max: usize) -> Option<(&'static str, Content)> {
    let head = word.as_bytes().first_chunk();
    let is_hex = word.len() >= HEX_CHARS_MIN && word.len().is_multiple_of(2) && wrap.is_none();
    if is_hex
        && let Some(promise) = head.and_then(of_hex).and_then(|head| promise(&head))
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        let upper = word.bytes().any(|byte| byte.is_ascii_uppercase());
        let text = Text::Hex {
            upper,
            between: None,
        };
        if let Some(found) = opened(word, text, promise, "hex", bytes_max) {
            return Some(found);
        }
    }
    if word.len() < BASE64_CHARS_MIN {
        return None;
    }
    let promised = match head.and_then(of_base64) {
        Some(head) => Some(promise(&head)?),
        // Its end is in the head, or something is amiss.
        None => None,
    };
    let url = word.contains(['-', '_']);
    if url && word.contains(['+', '/']) {
        return None;
    }
    let padded = word.ends_with('=') || word.len().is_multiple_of(4);
    let text = Text::Base64 { url, padded, wrap };
    let promise = match promised {
        Some(promise) => promise,
        None => promise(&text.decode(word.get(..PROBE_CHARS.min(word.len()))?)?)?,
    };
    opened(word, text, promise, "base64", bytes_max)
}

/// Decodes a run whose beginning promises something.
fn opened(
    word: &str,
    text: Text,
    promise: Promise,
    name: &'static str,
    bytes_max: usize,
) -> Option<(&'static str, Content)> {
    if word.len() / 4 * 3 > bytes_max {
        return Some((name, Content::TooLong));
    }
    let bytes = text.decode(word)?;
    let mut exact = text.encode(&bytes) == word;
    if let Text::Base64 { wrap: Some(_), .. }
    | Text::Hex {
        between: Some(_), ..
    } = &text
    {
        exact = true;
    }
    let all = |decoded: Vec<u8>| {
        let end = decoded.len();
        (decoded, std::iter::once(0..end).collect())
    };
    let (bytes_are, (decoded, texts)) = match promise {
        Promise::Text => (Bytes::Utf8, all(readable(bytes)?)),
        Promise::Utf16 { big_endian } => (
            Bytes::Utf16 { big_endian },
            all(from_utf16(&bytes, big_endian)?),
        ),
        Promise::Compressed => match gzip::opened(&bytes, bytes_max) {
            gzip::Opened::Text(decoded) => (Bytes::Compressed, all(readable(decoded)?)),
            gzip::Opened::TooLong => return Some((name, Content::TooLong)),
            gzip::Opened::Broken => return None,
        },
        Promise::Image => {
            let texts = image::texts(&bytes);
            (Bytes::Image, (bytes, texts))
        }
    };
    let codec = Codec {
        text,
        bytes: bytes_are,
        exact,
    };
    Some((
        name,
        Content::Decoded {
            codec,
            decoded,
            texts,
        },
    ))
}

/// The bytes of a hexadecimal head.
fn of_hex(head: &[u8; PROBE_CHARS]) -> Option<[u8; PROBE_CHARS / 2]> {
    let mut bytes = [0; PROBE_CHARS / 2];
    let (pairs, _) = head.as_chunks::<2>();
    let mut amiss = 0;
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let [high, low] =
            pair.map(|char| FOUR_BITS.get(usize::from(char)).copied().unwrap_or(NO_BITS));
        amiss |= high | low;
        *byte = high << 4 | low;
    }
    (amiss & NO_BITS == 0).then_some(bytes)
}

/// The bytes of a head in base64, of either alphabet (RFC 4648 §4, §5).
fn of_base64(head: &[u8; PROBE_CHARS]) -> Option<[u8; PROBE_CHARS / 4 * 3]> {
    let mut bytes = [0; PROBE_CHARS / 4 * 3];
    let (threes, _) = bytes.as_chunks_mut::<3>();
    let (fours, _) = head.as_chunks::<4>();
    let mut amiss = 0;
    for (three, four) in threes.iter_mut().zip(fours) {
        let [a, b, c, d] =
            four.map(|char| SIX_BITS.get(usize::from(char)).copied().unwrap_or(NO_BITS));
        amiss |= a | b | c | d;
        *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    (amiss & NO_BITS == 0).then_some(bytes)
}

/// What a character is that an alphabet does not have.
const NO_BITS: u8 = 0x80;

/// The six bits of each character of base64.
static SIX_BITS: [u8; 256] = table(true);

/// The four bits of each hexadecimal digit.
static FOUR_BITS: [u8; 256] = table(false);

const fn table(base64: bool) -> [u8; 256] {
    let mut bits = [NO_BITS; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "a byte below 256, at compile time")]
        {
            bits[byte as usize] = match byte {
                b'A'..=b'Z' if base64 => byte - b'A',
                b'a'..=b'z' if base64 => byte - b'a' + 26,
                b'0'..=b'9' if base64 => byte - b'0' + 52,
                b'+' | b'-' if base64 => 62,
                b'/' | b'_' if base64 => 63,
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                _ => NO_BITS,
            };
        }
        byte += 1;
    }
    bits
}

/// What the first bytes promise.
enum Promise {
    Text,
    Utf16 { big_endian: bool },
    Compressed,
    Image,
}

fn promise(probe: &[u8]) -> Option<Promise> {
    match probe {
        [0x1f, 0x8b, 8, ..] | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            return Some(Promise::Compressed);
        }
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => return Some(Promise::Image),
        [0xff, 0xfe, ..] => return Some(Promise::Utf16 { big_endian: false }),
        [0xfe, 0xff, ..] => return Some(Promise::Utf16 { big_endian: true }),
        _ => {}
    }
    let readable = probe.iter().filter(|byte| is_readable(**byte)).count();
    let has_zeros = matches!(probe, [0, ..] | [_, 0, ..]);
    if !has_zeros && readable + 2 < probe.len() {
        return None;
    }
    let halves = |odd: usize| probe.iter().skip(odd).step_by(2).take(4);
    if halves(1).all(|byte| *byte == 0) && halves(0).all(|byte| is_readable(*byte)) {
        return Some(Promise::Utf16 { big_endian: false });
    }
    if halves(0).all(|byte| *byte == 0) && halves(1).all(|byte| is_readable(*byte)) {
        return Some(Promise::Utf16 { big_endian: true });
    }
    // A character may be cut at the end of the probe.
    let whole = match std::str::from_utf8(probe) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    (whole && readable + 2 >= probe.len()).then_some(Promise::Text)
}

const fn is_readable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..)
}

/// Bytes that are a text and no accident.
fn readable(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(&bytes).ok()?;
    let odd = text.bytes().filter(|byte| !is_readable(*byte)).count();
    (odd * 16 <= text.len()).then_some(bytes)
}

fn from_utf16(bytes: &[u8], big_endian: bool) -> Option<Vec<u8>> {
    let unit = |pair: &[u8]| match (big_endian, pair) {
        (false, [a, b]) => u16::from_le_bytes([*a, *b]),
        (true, [a, b]) => u16::from_be_bytes([*a, *b]),
        _ => 0,
    };
    bytes.len().is_multiple_of(2).then_some(())?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
    readable(String::from_utf16(&units).ok()?.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Content, in_lines, in_pairs, in_token};

    fn check(text: &str, expected: &[&str]) {
        let found = in_token(text, &(0..text.len()), 1 << 20);
        let shown: Vec<String> = found
            .into_iter()
            .map(|found| match found.content {
                Content::Decoded { decoded, .. } => {
                    format!("{:?} {}", found.span, String::from_utf8_lossy(&decoded))
                }
                Content::TooLong => format!("{:?} too long", found.span),
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn what_decodes_to_text_is_found() {
        check("b25lIHR3byB0aHJlZSBmb3Vy", &["0..24 one two three four"]);
        check("key=b25lIHR3byB0aHJlZQ==", &["4..24 one two three"]);
        check("b25lIHR3byB0aHJlZQ", &["0..18 one two three"]);
        check(
            "path/to/b25lIHR3byB0aHJlZSBmb3Vy",
            &["8..32 one two three four"],
        );
        check("6f6e652074776f207468726565", &["0..26 one two three"]);
        check("bwBuAGUAIAB0AHcAbwA=", &["0..20 one two"]);
    }

    #[test]
    fn what_decodes_to_noise_is_none() {
        check("configuration_of_the_gateway", &[]);
        check("da39a3ee5e6b4b0d3255bfef95601890afd80709", &[]);
        check("3f1c2d9e-7c1b-4f7e-9f6a-0c7d2b5e8a11", &[]);
        check("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", &[]);
    }

    #[test]
    fn pairs_end_where_words_begin() {
        let check = |text: &str, expected: Option<&str>| {
            let found = in_pairs(text, 0, 1 << 20);
            let shown = found.map(|found| text.get(found.span).unwrap().to_owned());
            assert_eq!(shown.as_deref(), expected, "{text}");
        };
        let pairs = "6f 6e 65 20 74 77 6f 20 74 68 72 65 65";
        check(&format!("see {pairs} for the rest"), Some(pairs));
        check(&format!("bee {pairs} bee"), Some(pairs));
        check(&pairs.replace(' ', ":"), Some(&pairs.replace(' ', ":")));
        check("bee 6f 6e bee", None);
    }

    #[test]
    fn lines_are_one_run() {
        let text = "b25lIHR3byB0aHJl\n  ZSBmb3Vy\nrest";
        let found = in_lines(text, &(0..16), 1 << 20).map(|found| found.span);
        assert_eq!(found, Some(0..27));
    }
}
