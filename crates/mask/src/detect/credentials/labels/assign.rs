//! A name, a separator, a value: `password=x`, `"password": "x"`, `password => 'x'`, YAML blocks.

use std::ops::Range;

use super::super::values::{Found, is_masked};
use super::{Label, Value, window};

/// The value behind `=`, `:`, `=>` or `:=` after the label.
pub(super) fn after(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    let closed = skip_closing(bytes, label.name.end);
    let (separator, behind) = separator(bytes, skip_spaces(bytes, closed))?;
    let spaced = skip_spaces(bytes, closed) != closed || behind != skip_spaces(bytes, behind);
    let mut at = skip_markup(bytes, skip_spaces(bytes, behind));
    // `password: str = "x"`: the type stands between.
    if separator == b':'
        && let Some(typed) = past_type(bytes, at)
    {
        at = typed;
    }
    if let Some(value) = block(label, at, separator) {
        return Some(value);
    }
    if let Some(value) = quoted(label.text, at).or_else(|| marked(label.text, at)) {
        return Some(value);
    }
    let (span, next) = match bare(label.text, at) {
        span if span.is_empty() && separator == b':' => {
            let at = next_line(label, at)?;
            (bare(label.text, at), true)
        }
        span => (span, false),
    };
    let tight = separator == b'=' && !spaced;
    let found =
        if (tight && is_field(label, &span)) || (!spaced || !next) && ends_entry(label, &span) {
            Found::Field
        } else if tight || next || fills_line(label, &span) {
            Found::Line
        } else {
            Found::Word
        };
    (!span.is_empty()).then_some(Value { span, found })
}

/// Whether `name=value` is one of those of a query, a connection string, an environment: parted by
/// spaces, `&` and `;`, and not by the commas and brackets of a call.
fn is_field(label: &Label<'_>, value: &Range<usize>) -> bool {
    let head = window::before(label.text, label.name.start).trim_end_matches('-');
    let before = head.trim_end_matches([' ', '\t']);
    let tail = window::behind(label.text, value.end);
    let opens = head.is_empty() || head.ends_with([' ', '\n', '\t', ';', '&', '?', '"', '\'', '`']);
    let ends = tail.is_empty()
        || tail.starts_with([' ', '\n', '\r', '\t', '&', '"', '\'', '`'])
        || tail.strip_prefix(';').is_some_and(|rest| {
            rest.trim().is_empty() || begins_pair(rest.as_bytes()) && !rest.starts_with([' ', '\n'])
        });
    opens && ends && !before.ends_with([',', '(', '{', '.'])
}

/// Whether `name: value` is all of its line, as in YAML. Code ends its lines with signs, or begins
/// them with words.
fn ends_entry(label: &Label<'_>, value: &Range<usize>) -> bool {
    let start = window::line_start(label.text, label.name.start);
    let head = label.text.get(start..label.name.start).unwrap_or_default();
    let colon = label
        .text
        .get(label.name.end..value.start)
        .is_some_and(|between| between.trim_matches(['"', '\'', ' ']) == ":");
    let underscore = label
        .text
        .get(value.clone())
        .is_some_and(|value| value.contains('_'));
    let tail = window::line(label.text, value.end).trim();
    colon
        && !underscore
        && (tail.is_empty() || tail.starts_with('#'))
        && head.trim_matches([' ', '\t', '-', '"', '\'']).is_empty()
}

/// Where the value begins that stands alone on the next line, further in: `apikey:\n  x`.
fn next_line(label: &Label<'_>, at: usize) -> Option<usize> {
    let tail = window::behind(label.text, at);
    let line = tail
        .strip_prefix("\r\n")
        .or_else(|| tail.strip_prefix('\n'))?;
    let value = line.trim_start_matches([' ', '\t']);
    let start = at + tail.len() - value.len();
    let indent = line.len() - value.len();
    let head = window::line_start(label.text, label.name.start);
    let outer = label.text.get(head..label.name.start)?;
    let outer = outer.len() - outer.trim_start_matches([' ', '\t']).len();
    let word = window::line(label.text, start).trim_end();
    let alone = !word.contains(char::is_whitespace)
        && !word.ends_with([':', ',', '{'])
        && !word.starts_with(['-', '#']);
    (indent > outer && alone && !word.is_empty()).then_some(start)
}

/// A value between marks: `**x**`, `(x)`, `<x>`, `[x]`, `“x”`. Brackets also stand around words about
/// a value, and tags: there it has a digit.
fn marked(text: &str, at: usize) -> Option<Value> {
    const MARKS: &[(&str, &str)] = &[
        ("**", "**"),
        ("__", "__"),
        ("<<", ">>"),
        ("((", "))"),
        ("[[", "]]"),
        ("(", ")"),
        ("<", ">"),
        ("[", "]"),
        ("“", "”"),
        ("„", "“"),
        ("‘", "’"),
        ("«", "»"),
        ("「", "」"),
    ];
    let tail = window::behind(text, at);
    let (open, close) = MARKS.iter().find(|(open, _)| tail.starts_with(open))?;
    let inner = tail.get(open.len()..)?;
    let length = inner.find(close).filter(|length| *length > 0)?;
    let written = inner.get(..length)?;
    let end = at + open.len() + written.trim_end().len();
    let start = at + open.len() + written.len() - written.trim_start().len();
    let quoting = !open.is_ascii() || *open == "**";
    let word = !written.trim().contains(char::is_whitespace);
    // `<td>`, `[masked]`, `(see below)`
    let drawn = quoting || written.bytes().any(|byte| byte.is_ascii_digit());
    let whole = tail.get(..open.len() + length + close.len())?;
    (word && drawn && !written.starts_with('/') && !is_masked(whole)).then_some(Value {
        span: start..end,
        found: if quoting { Found::Line } else { Found::Word },
    })
}

/// The value of a pair whose name's value the label is: `name: DB_PASSWORD, value: x`.
pub(super) fn pair(label: &Label<'_>) -> Option<Value> {
    let bytes = label.text.as_bytes();
    let mut at = skip_closing(bytes, label.name.end);
    if let Some(value) = second_argument(label, at) {
        return Some(value);
    }
    let gap = bytes
        .get(at..)?
        .iter()
        .take(80)
        .take_while(|b| {
            b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'"' | b'\'' | b'\\' | b'-')
        })
        .count();
    (gap > 0).then_some(())?;
    at += gap;
    let word = bytes
        .get(at..)?
        .iter()
        .take_while(|b| b.is_ascii_alphabetic() || **b == b'_')
        .count();
    let name = label.text.get(at..at + word)?.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "value"
            | "val"
            | "stringvalue"
            | "string_value"
            | "default"
            | "default_value"
            | "newvalue"
            | "content"
    )
    .then_some(())?;
    let behind = Label {
        name: at..at + word,
        ..label.clone()
    };
    after(&behind)
}

/// Longest value without quotes whose end is looked for among all signs, in bytes.
const BARE_BYTES_MAX: usize = 8192;

/// `define('DB_PASSWORD', 'x')`, `env("DB_PASSWORD", "x")`: a name in quotes, then a value.
fn second_argument(label: &Label<'_>, at: usize) -> Option<Value> {
    let head = window::before(label.text, label.name.start);
    let call = head.strip_suffix(['"', '\''])?.strip_suffix('(')?;
    let function = call.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let constant = label
        .text
        .get(label.name.clone())?
        .bytes()
        .all(|b| !b.is_ascii_lowercase());
    let called = constant
        || [
            "define",
            "env",
            "getenv",
            "setenv",
            "set",
            "put",
            "add",
            "append",
            "setHeader",
            "header",
            "fetch",
            "setProperty",
            "setItem",
        ]
        .contains(&function);
    let tail = window::behind(label.text, at);
    let value = tail.strip_prefix(',')?.trim_start();
    let start = at + tail.len() - value.len();
    (called && value.starts_with(['"', '\''])).then_some(())?;
    quoted(label.text, start)
}

/// The text in quotes that begins at `at`: also with escaped quotes, and after Python's prefixes.
pub(super) fn quoted(text: &str, at: usize) -> Option<Value> {
    const QUOTED_BYTES_MAX: usize = 4096;
    let bytes = text.as_bytes();
    let mut at = at;
    if bytes.get(at).is_some_and(|b| b"fFrRbBuUN@".contains(b))
        && matches!(bytes.get(at + 1), Some(b'"' | b'\''))
    {
        at += 1;
    }
    let escapes = bytes.get(at..)?.iter().take_while(|b| **b == b'\\').count();
    let quote = *bytes.get(at + escapes)?;
    matches!(quote, b'"' | b'\'' | b'`').then_some(())?;
    let mut start = at + escapes + 1;
    if bytes.get(start..start + 2) == Some([quote, quote].as_slice()) && escapes == 0 {
        start += 2;
    }
    let tail = bytes.get(start..)?;
    let tail = tail.get(..tail.len().min(QUOTED_BYTES_MAX))?;
    let mut backslashes = 0;
    for (length, byte) in tail.iter().enumerate() {
        match *byte {
            b'\\' => backslashes += 1,
            b if b == quote && backslashes <= escapes && (escapes > 0 || backslashes == 0) => {
                let end = start + length - backslashes.min(escapes);
                return Some(Value {
                    span: start..end,
                    found: Found::Whole,
                });
            }
            b'\n' if escapes == 0 && quote != b'`' => return cut_off(text, start, start + length),
            _ if backslashes > 0 => backslashes = 0,
            _ => {}
        }
    }
    // A word longer than that ends where it ends.
    cut_off(text, start, text.len())
}

/// A quote that nothing closes: the text was cut, and the value with it.
fn cut_off(text: &str, start: usize, end: usize) -> Option<Value> {
    let span = bare(text, start);
    (!span.is_empty() && span.end <= end).then_some(Value {
        span,
        found: Found::Line,
    })
}

/// The word without quotes that begins at `at`. Signs that could end it do so only where another
/// pair or nothing follows: passwords contain them too.
pub(super) fn bare(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let tail = bytes.get(at..).unwrap_or_default();
    let tail = tail
        .get(..tail.len().min(BARE_BYTES_MAX))
        .unwrap_or_default();
    let mut end = tail.len();
    for (length, byte) in tail.iter().enumerate() {
        let rest = tail.get(length + 1..).unwrap_or_default();
        let stops = match byte {
            b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' => true,
            b if b.is_ascii_whitespace() => true,
            b'&' | b';' | b',' => begins_pair(rest),
            // A written-out escape: `\n`, `\"`.
            b'\\' => matches!(rest.first(), Some(b'n' | b'r' | b't' | b'"' | b'\'')),
            _ => false,
        };
        if stops {
            end = length;
            break;
        }
    }
    if end == BARE_BYTES_MAX {
        return at..word_end(text, at + end);
    }
    let word = tail.get(..end).unwrap_or_default();
    let mut length = word.len();
    // What closes a sentence or a bracket opened before the value.
    while let Some(last) = word.get(..length).and_then(<[u8]>::last) {
        let opened = |open: u8| word.get(..length).is_some_and(|w| w.contains(&open));
        let closes = match last {
            b',' | b';' | b'.' | b':' => true,
            b')' => !opened(b'('),
            b']' => !opened(b'['),
            b'}' => !opened(b'{'),
            _ => false,
        };
        if !closes {
            break;
        }
        length -= 1;
    }
    let mut end = at + length;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    at..end
}

/// Where a word that is too long to be looked at ends.
fn word_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<');
    at + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Whether what follows a separator begins another pair, or nothing.
fn begins_pair(rest: &[u8]) -> bool {
    const NAME_BYTES_MAX: usize = 64;
    let rest = rest
        .get(..rest.len().min(NAME_BYTES_MAX))
        .unwrap_or_default();
    let rest = rest.trim_ascii_start();
    let name = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'"'))
        .count();
    rest.is_empty()
        || rest
            .first()
            .is_some_and(|b| matches!(b, b'"' | b'\'' | b'}' | b')' | b']'))
        || (name > 0 && rest.get(name).is_some_and(|b| matches!(b, b'=' | b':')))
}

/// Whether name and value are all that their line holds.
fn fills_line(label: &Label<'_>, value: &Range<usize>) -> bool {
    let line_start = window::line_start(label.text, label.name.start);
    let head = label
        .text
        .get(line_start..label.name.start)
        .unwrap_or_default();
    let tail = window::line(label.text, value.end).trim();
    let head = head.trim_matches(|c: char| c.is_whitespace() || "-\"'#/*|>•{".contains(c));
    let opens = head.is_empty()
        || matches!(head, "export" | "set" | "ENV" | "ARG" | "env" | "setx" | "your" | "Your")
        // Two-word names: the words before belong to the label.
        || (head.len() <= 24 && head.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ')
            && head.split(' ').count() <= 2 && !tail_is_prose(tail));
    opens && !tail_is_prose(tail)
}

fn tail_is_prose(tail: &str) -> bool {
    let closes = tail.is_empty()
        || tail.starts_with(['#', ',', ';', '}', ')', ']', '"', '\'', '\\'])
        || tail.starts_with("//");
    !closes
}

/// YAML's block scalars (YAML 1.2.2 §8.1): `|` or `>` and lines that are indented more.
fn block(label: &Label<'_>, at: usize, separator: u8) -> Option<Value> {
    let tail = window::behind(label.text, at);
    (separator == b':' && tail.starts_with(['|', '>'])).then_some(())?;
    let (mark, rest) = tail.split_once('\n')?;
    (mark.trim_end().len() <= 3).then_some(())?;
    let indent = rest.len() - rest.trim_start_matches(' ').len();
    (indent > 0).then_some(())?;
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        let lead = line.len() - line.trim_start_matches(' ').len();
        if lead < indent && !line.trim().is_empty() {
            break;
        }
        length += line.len();
    }
    let start = at + mark.len() + 1 + indent;
    let end = at
        + mark.len()
        + 1
        + label
            .text
            .get(at + mark.len() + 1..)?
            .get(..length)?
            .trim_end()
            .len();
    (start < end).then_some(Value {
        span: start..end,
        found: Found::Whole,
    })
}

/// Quotes and brackets that close what the name stands in: `"password"`, `["password"]`, `**x**`.
fn skip_closing(bytes: &[u8], at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail
        .iter()
        .take(5)
        .take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b']' | b'\\' | b'*' | b'%' | b'?'))
        .count()
}

pub(super) fn skip_spaces(bytes: &[u8], at: usize) -> usize {
    const SPACES_MAX: usize = 60;
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail
        .iter()
        .take(SPACES_MAX)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

/// Markdown's emphasis and code between separator and value.
fn skip_markup(bytes: &[u8], at: usize) -> usize {
    let tail = bytes.get(at..).unwrap_or_default();
    let stars = tail.iter().take_while(|b| **b == b'*').count();
    let spaced = skip_spaces(bytes, at + stars);
    if (1..=3).contains(&stars) && spaced > at + stars {
        spaced
    } else {
        at
    }
}

/// The separator at `at`, and where the value side begins. Comparisons are none.
fn separator(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let tail = bytes.get(at..)?;
    Some(match tail {
        [b'=', b'>', ..] | [b':', b'=', ..] => (b'=', at + 2),
        [b'=', b'=', ..] | [b':', b':', ..] | [b':', b'/', b'/', ..] => return None,
        [b'=', ..] => (b'=', at + 1),
        [b':', ..] => (b':', at + 1),
        // Full-width colon and equals sign.
        [0xef, 0xbc, 0x9a, ..] => (b':', at + 3),
        [0xef, 0xbc, 0x9d, ..] => (b'=', at + 3),
        _ => return None,
    })
}

/// Where the value begins if a type and `=` stand at `at`.
fn past_type(bytes: &[u8], at: usize) -> Option<usize> {
    let tail = bytes.get(at..)?;
    let kind = tail
        .iter()
        .take(40)
        .take_while(|b| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'[' | b']' | b'&' | b'_' | b'.' | b'|' | b' ' | b'\'' | b'?'
                )
        })
        .count();
    let behind = tail.get(kind..)?;
    let types = tail.get(..kind)?;
    let named = [
        b"str".as_slice(),
        b"String",
        b"string",
        b"Optional",
        b"SecretStr",
        b"&'static",
    ];
    let fits = named
        .iter()
        .any(|name| types.starts_with(name) || types.starts_with(b"&str"));
    (fits && behind.first() == Some(&b'=') && behind.get(1) != Some(&b'='))
        .then(|| skip_spaces(bytes, at + kind + 1))
}
