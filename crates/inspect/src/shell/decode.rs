//! What decoders give, where their input stands in the text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::syntax::{Node, Pipeline, RedirectKind, Script, Stage};

/// Longest text that a decoder may give, in bytes.
const OUTPUT_BYTES_MAX: usize = 64 * 1024;

/// Base64 as `base64 -d` and `openssl` take it: with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Programs that turn hidden text into plain text.
const DECODERS: &[&str] = &[
    "base64", "base32", "basenc", "xxd", "rev", "tr", "openssl", "gunzip", "gzip", "zcat", "bzcat",
    "xzcat", "uudecode", "bunzip2", "xz", "unxz", "zstd", "gpg", "od", "hexdump",
];

/// Whether a program is one of those that turn hidden text into plain text.
pub(super) fn is_decoder(program: &str) -> bool {
    DECODERS.contains(&program)
}

/// What a script of one pipeline prints, if nothing has to run to tell.
pub(super) fn output(script: &Script) -> Option<String> {
    match script.pipelines.as_slice() {
        [pipeline] => printed(pipeline, pipeline.stages.len()),
        _ => None,
    }
}

/// What the first stages of a pipeline print.
pub(super) fn printed(pipeline: &Pipeline, stages: usize) -> Option<String> {
    let mut text: Option<Vec<u8>> = None;
    for stage in pipeline.stages.iter().take(stages) {
        let printed = stage_output(stage, text)?;
        if printed.len() > OUTPUT_BYTES_MAX {
            return None;
        }
        text = Some(printed);
    }
    String::from_utf8(text?)
        .ok()
        .filter(|text| !text.contains(|c: char| c < '\u{8}'))
}

fn stage_output(stage: &Stage, piped: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let Node::Command(command) = &stage.node else {
        return None;
    };
    let mut input = piped;
    for redirect in &stage.redirects {
        match redirect.kind {
            RedirectKind::Text if redirect.target.is_literal() => {
                input = Some(redirect.target.text.clone().into_bytes())
            }
            RedirectKind::Write if redirect.target.text == "/dev/null" => {}
            _ => return None,
        }
    }
    if command.words.iter().any(|word| !word.is_literal()) {
        return None;
    }
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|word| word.text.as_str())
        .collect();
    let (program, arguments) = words.split_first()?;
    let has = |flags: &[&str]| arguments.iter().any(|argument| flags.contains(argument));
    match *program {
        "echo" => Some(echo(arguments)),
        "printf" => printf(arguments),
        "cat" | "tee" if arguments.is_empty() => input,
        "base64" if has(&["-d", "-D", "--decode", "-di"]) => base64(&input?),
        "openssl" if has(&["base64", "-base64", "-a"]) && has(&["-d"]) => base64(&input?),
        "xxd" if has(&["-r", "-rp", "-pr", "-ps"]) => hex(&input?),
        "rev" => Some(reverse(&input?)),
        "tr" => translate(arguments, &input?),
        "gunzip" | "zcat" => gunzip(&input?),
        "gzip" if has(&["-d", "-dc", "-cd", "--decompress"]) => gunzip(&input?),
        _ => None,
    }
}

fn echo(arguments: &[&str]) -> Vec<u8> {
    let flags = arguments
        .iter()
        .take_while(|a| matches!(**a, "-n" | "-e" | "-E" | "-ne" | "-en"))
        .count();
    let escapes = arguments.iter().take(flags).any(|flag| flag.contains('e'));
    let text = arguments.get(flags..).unwrap_or_default().join(" ");
    if escapes {
        ansi_c(&text).0.into_bytes()
    } else {
        text.into_bytes()
    }
}

/// `printf FORMAT ARGUMENT…` with `%s`, `%b` and escapes.
fn printf(arguments: &[&str]) -> Option<Vec<u8>> {
    let arguments = arguments.strip_prefix(&["--"]).unwrap_or(arguments);
    let (format, values) = arguments.split_first()?;
    let format = ansi_c(format).0;
    let mut values = values.iter();
    let mut out = String::new();
    let mut rounds = 0;
    loop {
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            match c {
                '%' => match chars.next()? {
                    's' => out.push_str(values.next().copied().unwrap_or_default()),
                    'b' => out.push_str(&ansi_c(values.next().copied().unwrap_or_default()).0),
                    '%' => out.push('%'),
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        rounds += 1;
        if values.len() == 0 || !format.contains('%') || rounds > 1000 {
            return Some(out.into_bytes());
        }
    }
}

/// Decodes base64, blanks aside.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    BASE64.decode(text).ok()
}

fn hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16))
        .collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
        .collect()
}

fn reverse(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.chars().rev().collect())
        .collect();
    lines.join("\n").into_bytes()
}

/// `tr SET1 SET2` and `tr -d SET`, with ranges.
fn translate(arguments: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    match arguments {
        ["-d", set] => {
            let set = ranges(set);
            Some(
                text.chars()
                    .filter(|c| !set.contains(c))
                    .collect::<String>()
                    .into_bytes(),
            )
        }
        [from, to] if !from.starts_with('-') => {
            let (from, to) = (ranges(from), ranges(to));
            let last = to.last().copied()?;
            let change = |c: char| match from.iter().position(|from| *from == c) {
                Some(at) => to.get(at).copied().unwrap_or(last),
                None => c,
            };
            Some(text.chars().map(change).collect::<String>().into_bytes())
        }
        _ => None,
    }
}

fn ranges(set: &str) -> Vec<char> {
    let set: Vec<char> = ansi_c(set.trim_matches(['[', ']'])).0.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&start) = set.get(at) {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(&end)) if start <= end && u32::from(end) - u32::from(start) < 256 => {
                out.extend(start..=end);
                at += 3;
            }
            _ => {
                out.push(start);
                at += 1;
            }
        }
    }
    out
}

/// A gzip member: its header is skipped, its checksum is not looked at.
fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = bytes else {
        return None;
    };
    let mut rest = rest;
    if flags & 4 != 0 {
        let [low, high, tail @ ..] = rest else {
            return None;
        };
        rest = tail.get(usize::from(u16::from_le_bytes([*low, *high]))..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end + 1..)?;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    miniz_oxide::inflate::decompress_to_vec_with_limit(rest, OUTPUT_BYTES_MAX).ok()
}

/// The escapes of `$'…'`, and whether one of them stands for a letter that needs none.
pub(super) fn ansi_c(body: &str) -> (String, bool) {
    let mut bytes = Vec::with_capacity(body.len());
    let mut hides = false;
    let mut chars = body.chars().peekable();
    let mut number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
                      radix: u32,
                      digits: usize,
                      bytes: &mut Vec<u8>,
                      first: u32| {
        let mut value = first;
        let mut seen = 0;
        while seen < digits
            && let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix))
        {
            value = value.saturating_mul(radix).saturating_add(digit);
            chars.next();
            seen += 1;
        }
        hides |= char::from_u32(value).is_some_and(|c| c.is_ascii_graphic());
        match (u8::try_from(value), char::from_u32(value)) {
            (Ok(byte), _) if digits < 4 || byte < 0x80 => bytes.push(byte),
            (_, Some(c)) => bytes.extend(c.to_string().bytes()),
            _ => {}
        }
    };
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        match chars.next() {
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('r') => bytes.push(b'\r'),
            Some('a') => bytes.push(7),
            Some('b') => bytes.push(8),
            Some('e' | 'E') => bytes.push(27),
            Some('f') => bytes.push(12),
            Some('v') => bytes.push(11),
            Some('x') => number(&mut chars, 16, 2, &mut bytes, 0),
            Some('u') => number(&mut chars, 16, 4, &mut bytes, 0),
            Some('U') => number(&mut chars, 16, 8, &mut bytes, 0),
            Some('c') => {
                chars.next();
            }
            Some(digit @ '0'..='7') => number(
                &mut chars,
                8,
                if digit == '0' { 3 } else { 2 },
                &mut bytes,
                digit.to_digit(8).unwrap_or_default(),
            ),
            Some(other) => bytes.extend(other.encode_utf8(&mut [0; 4]).bytes()),
            None => bytes.push(b'\\'),
        }
    }
    let text = String::from_utf8_lossy(&bytes).replace(|c: char| c < '\u{8}', "");
    (text, hides)
}
