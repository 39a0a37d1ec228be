//! The JSON Canonicalization Scheme (RFC 8785).

mod number;

use std::fmt;

use serde::Deserializer as _;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Most containers around one value. Deeper definitions have no canonical form.
const DEPTH_MAX: usize = 128;

/// The canonical text of a JSON document: no space, members in the order of their names as UTF-16,
/// numbers as ECMAScript writes them.
///
/// `None` for what is not JSON, has a name twice in one object, has a number beyond the range of a
/// double, or is nested too deeply. Numbers that are the same double are the same number.
pub fn canonical(document: &[u8]) -> Option<Vec<u8>> {
    let raw: &RawValue = serde_json::from_slice(document).ok()?;
    let mut out = Vec::with_capacity(document.len());
    write(&mut out, raw, 0)?;
    Some(out)
}

fn write(out: &mut Vec<u8>, raw: &RawValue, depth: usize) -> Option<()> {
    if depth > DEPTH_MAX {
        return None;
    }
    let text = raw.get();
    match text.bytes().next()? {
        b'{' => {
            let mut members = serde_json::Deserializer::from_str(text)
                .deserialize_map(Members)
                .ok()?;
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            let twice = |pair: &[(String, &RawValue)]| matches!(pair, [(a, _), (b, _)] if a == b);
            if members.windows(2).any(twice) {
                return None;
            }
            list(out, b"{}", &members, |out, (name, value)| {
                write_text(out, name)?;
                out.push(b':');
                write(out, value, depth + 1)
            })
        }
        b'[' => {
            let elements = serde_json::Deserializer::from_str(text)
                .deserialize_seq(Elements)
                .ok()?;
            list(out, b"[]", &elements, |out, element| {
                write(out, element, depth + 1)
            })
        }
        b'"' => write_text(out, &serde_json::from_str::<String>(text).ok()?),
        b't' | b'f' | b'n' => {
            out.extend_from_slice(text.as_bytes());
            Some(())
        }
        _ => {
            out.extend_from_slice(number::ecmascript(text.parse().ok()?)?.as_bytes());
            Some(())
        }
    }
}

fn list<T>(
    out: &mut Vec<u8>,
    brackets: &[u8; 2],
    items: &[T],
    mut write: impl FnMut(&mut Vec<u8>, &T) -> Option<()>,
) -> Option<()> {
    let [open, close] = *brackets;
    out.push(open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item)?;
    }
    out.push(close);
    Some(())
}

/// RFC 8785 §3.2.2.2 asks for the escapes that `serde_json` writes.
fn write_text(out: &mut Vec<u8>, text: &str) -> Option<()> {
    serde_json::to_writer(out, text).ok()
}

/// Collects members with their values unread, so that numbers keep their digits.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom("an array"))
    }
}

/// Collects elements unread.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }
}
