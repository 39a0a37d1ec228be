//! Whether a URI is one of a template's (RFC 6570). A template says how to make URIs, and servers differ
//! in how they read them back, so that the answer is often that it may be.

use std::collections::BTreeSet;

/// Whether a URI is one of a template's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covers {
    /// It is not, however the server reads it.
    No,
    /// It cannot be told.
    Maybe,
    /// It is, however the server reads it.
    Yes,
}

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Literal(&'a str),
    /// An expression. Simple: one variable, with nothing around it (`{var}`, RFC 6570 §3.2.2).
    Expression {
        simple: bool,
    },
}

/// Whether `uri` is one of the URIs that `template` makes.
///
/// It is where each of its expressions is a single variable and stands for one part of the path or the
/// query at most, with nothing percent-encoded in it. It may be where the literals come in their order,
/// with anything between them, after what different spellings have in common.
pub fn covers(template: &str, uri: &str) -> Covers {
    let Some(parts) = parts(template) else {
        // What is no template may be read as anything.
        return Covers::Maybe;
    };
    if is_certain(&parts, uri) {
        return Covers::Yes;
    }
    let Some(folded) = folded(uri) else {
        return Covers::Maybe;
    };
    let mut pattern = Vec::with_capacity(parts.len());
    for part in &parts {
        match part {
            Part::Expression { .. } => pattern.push(None),
            Part::Literal(text) => match folded_part(text) {
                Some(text) => pattern.push(Some(text)),
                None => return Covers::Maybe,
            },
        }
    }
    match is_in_order(&pattern, &folded) {
        true => Covers::Maybe,
        false => Covers::No,
    }
}

/// Longer URIs and templates of more parts are not compared: it cannot be told.
const BYTES_MAX: usize = 8 << 10;
const PARTS_MAX: usize = 64;

/// How often percent-encoding is taken off. What still has some may be read as anything.
const DECODINGS_MAX: usize = 3;

/// The parts of a template; `None`: it is none.
fn parts(template: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, behind)) = rest.split_once('{') {
        let (expression, behind) = behind.split_once('}')?;
        if literal.contains('}') || expression.is_empty() || expression.contains('{') {
            return None;
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let simple = expression.bytes().all(is_name);
        parts.push(Part::Expression { simple });
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest));
    }
    (parts.len() <= PARTS_MAX && template.len() <= BYTES_MAX && !rest.contains('}'))
        .then_some(parts)
}

/// Whether every reading agrees: literals as they are written, and for each expression, a simple one, at
/// least one character that is never encoded (RFC 3986 §2.3).
fn is_certain(parts: &[Part<'_>], uri: &str) -> bool {
    if uri.len() > BYTES_MAX {
        return false;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_dots = |text: &str| text == "." || text == "..";
    if uri.split(['/', '?', '#']).any(is_dots) {
        return false;
    }
    // Where in the URI the parts so far may end.
    let mut ends: BTreeSet<usize> = BTreeSet::from([0]);
    for part in parts {
        ends = match part {
            Part::Literal(text) => {
                let follows =
                    |at: &usize| uri.get(*at..).is_some_and(|rest| rest.starts_with(text));
                let found = ends.iter().filter(|at| follows(at));
                found.map(|at| at + text.len()).collect()
            }
            Part::Expression { simple: true } => {
                let mut after = BTreeSet::new();
                let mut within = false;
                for (at, byte) in uri.bytes().enumerate() {
                    within = (within || ends.contains(&at)) && is_plain(byte);
                    if within {
                        after.insert(at + 1);
                    }
                }
                after
            }
            Part::Expression { simple: false } => BTreeSet::new(),
        };
    }
    ends.contains(&uri.len())
}

/// A URI without what different spellings of it differ in: case, percent-encoding, the fragment, a slash at
/// the end. `None`: it may be read as another one altogether.
fn folded(uri: &str) -> Option<String> {
    let uri = uri.split_once('#').map_or(uri, |(before, _)| before);
    let text = folded_part(uri)?;
    Some(text.trim_end_matches('/').to_owned())
}

/// The same for a part of one.
fn folded_part(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..DECODINGS_MAX {
        let decoded = percent_decoded(&text)?;
        if decoded == text {
            break;
        }
        text = decoded;
    }
    let unclear = |text: &str| {
        let path = text.split_once("://").map_or(text, |(_, path)| path);
        let dots = path.split('/').any(|part| part == "." || part == "..");
        dots || path.contains("//") || text.contains(|c: char| c == '\\' || c == '%' || c <= ' ')
    };
    (text.len() <= BYTES_MAX && !unclear(&text)).then(|| text.to_lowercase())
}

/// `None`: it is no text then.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = match byte {
            Some(_) => behind.get(2..).unwrap_or_default(),
            None => behind,
        };
    }
    String::from_utf8(bytes).ok()
}

/// Whether the texts of a pattern come in their order, with anything where there is none.
fn is_in_order(pattern: &[Option<String>], text: &str) -> bool {
    let mut rest = text;
    let mut open = false;
    let mut parts = pattern.iter().peekable();
    while let Some(part) = parts.next() {
        let Some(literal) = part else {
            open = true;
            continue;
        };
        let last = parts.peek().is_none();
        let literal = match last {
            true => literal.trim_end_matches('/'),
            false => literal,
        };
        let found = match (open, last) {
            (true, true) => rest.strip_suffix(literal).map(|_| ""),
            (true, false) => rest.split_once(literal).map(|(_, behind)| behind),
            (false, _) => rest.strip_prefix(literal),
        };
        let Some(behind) = found else {
            return false;
        };
        (rest, open) = (behind, false);
    }
    open || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::Covers::{Maybe, No, Yes};
    use super::covers;

    #[test]
    fn a_uri_is_of_a_template_may_be_or_is_not() {
        for (template, uri, expected) in [
            ("file:///logs/{name}", "file:///logs/a.txt", Yes),
            ("test://{id}/data", "test://7/data", Yes),
            ("test://{a}{b}", "test://xy", Yes),
            ("db://static", "db://static", Yes),
            ("file:///logs/{name}", "file:///logs/a/b", Maybe),
            ("file:///logs/{name}", "file:///logs/a%20b", Maybe),
            ("file:///logs/{name}", "FILE:///LOGS/a", Maybe),
            ("file:///logs/{name}", "file:///%6c%6fgs/a", Maybe),
            ("file:///logs/{name}", "file:///%256cogs/a", Maybe),
            ("file:///logs/{name}", "file:///etc/../logs/a", Maybe),
            ("file:///logs/{name}", "file:///logs/..", Maybe),
            ("file:///logs/{name}", "file:///etc\\logs", Maybe),
            ("file:///logs/{name}", "file:///logs/", No),
            ("file:///logs/{name}", "file:///etc/shadow", No),
            ("file:///logs/{name}", "http://logs/a", No),
            ("file:///{+path}", "file:///etc/shadow", Maybe),
            ("search://{?q,lang}", "search://?q=x", Maybe),
            ("test://{id}/data", "test://7/data/", Maybe),
            ("test://{id}/data", "test://7/data#x", Maybe),
            ("test://{id}/data", "test://7/other", No),
            ("test://{id}/data/{part}/end", "test://7/data/8/end", Yes),
            ("test://{id}/data/{part}/end", "test://7/end", No),
            ("test://{id", "anything", Maybe),
            ("test://{}", "test://", Maybe),
            ("{+all}", "anything://at/all", Maybe),
            ("db://static", "db://static2", No),
        ] {
            assert_eq!(covers(template, uri), expected, "{template} {uri}");
        }
    }

    #[test]
    fn what_is_long_is_not_compared() {
        let long = format!("file:///logs/{}", "a".repeat(9_000));
        assert_eq!(covers("file:///logs/{name}", &long), Maybe);
        let many = format!("file:///{}", "{a}".repeat(70));
        assert_eq!(covers(&many, "x"), Maybe);
    }
}
