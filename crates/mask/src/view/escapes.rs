//! Texts in which characters are written as escapes: percent, HTML, backslash, quoted-printable.

use memchr::{memchr, memmem};

use super::Decoding;

/// Decodes each escape that `escape` knows; what is none stays.
fn decode(text: &str, sign: u8, escape: impl Fn(&str) -> Option<(String, usize)>) -> Decoding {
    let mut decoding = Decoding::default();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr(sign, rest))
    {
        let start = at + found;
        let decoded = text.get(start..).and_then(&escape);
        let Some((unit, length)) = decoded else {
            at = start + 1;
            continue;
        };
        decoding.copy(text.get(copied..start).unwrap_or_default(), copied);
        decoding.unit(&unit, start..start + length);
        at = start + length;
        copied = at;
    }
    decoding.copy(text.get(copied..).unwrap_or_default(), copied);
    decoding
}

fn find(text: &str, at: usize, sign: u8, is: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = at;
    loop {
        let rest = text.as_bytes().get(at..)?;
        at += memchr(sign, rest)?;
        if text.get(at..).is_some_and(&is) {
            return Some(at);
        }
        at += 1;
    }
}

/// One UTF-8 character of bytes that are each written as `sign` and two hexadecimal digits.
fn byte_escape(text: &str, sign: u8) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let byte = |number: usize| -> Option<u8> {
        let unit = bytes.get(number * 3..number * 3 + 3)?;
        (unit.first() == Some(&sign)).then_some(())?;
        let digits = std::str::from_utf8(unit.get(1..)?).ok()?;
        let valid = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        valid.then(|| u8::from_str_radix(digits, 16).ok())?
    };
    let first = byte(0)?;
    let count = match first {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let decoded: Vec<u8> = (0..count).map(byte).collect::<Option<_>>()?;
    let decoded = String::from_utf8(decoded).ok()?;
    Some((decoded, count * 3))
}

pub(super) mod percent {
    use super::Decoding;

    pub(in crate::view) fn find(text: &str, at: usize) -> Option<usize> {
        super::find(text, at, b'%', |rest| {
            super::byte_escape(rest, b'%').is_some()
        })
    }

    pub(in crate::view) fn decode(text: &str) -> Option<Decoding> {
        Some(super::decode(text, b'%', |rest| {
            super::byte_escape(rest, b'%')
        }))
    }
}

pub(super) mod quoted_printable {
    use super::Decoding;

    /// `=` and two digits are as often the value of a parameter: one alone is none.
    pub(in crate::view) fn find(text: &str, at: usize) -> Option<usize> {
        let first = find_one(text, at)?;
        let is_break = text
            .as_bytes()
            .get(first + 1)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
        let has_more = at > 0 || is_break || find_one(text, first + 1).is_some();
        has_more.then_some(first)
    }

    fn find_one(text: &str, at: usize) -> Option<usize> {
        super::find(text, at, b'=', |rest| escape(rest).is_some())
    }

    pub(in crate::view) fn decode(text: &str) -> Option<Decoding> {
        Some(super::decode(text, b'=', escape))
    }

    fn escape(text: &str) -> Option<(String, usize)> {
        if text.starts_with("=\r\n") {
            return Some((String::new(), 3));
        }
        if text.starts_with("=\n") {
            return Some((String::new(), 2));
        }
        let digits = text.as_bytes().get(1..3)?;
        let is_upper = |byte: &u8| byte.is_ascii_hexdigit() && !byte.is_ascii_lowercase();
        digits.iter().all(is_upper).then_some(())?;
        let (decoded, length) = super::byte_escape(text, b'=')?;
        let lower = text
            .get(..length)?
            .bytes()
            .any(|byte| byte.is_ascii_lowercase());
        let control = decoded
            .chars()
            .any(|char| char.is_control() && !char.is_whitespace());
        (!lower && !control).then_some((decoded, length))
    }
}

pub(super) mod entities {
    use super::Decoding;

    /// The names that stand for what a value or its surroundings may have (HTML §13.5).
    const NAMED: [(&str, &str); 28] = [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&ensp;", " "),
        ("&emsp;", " "),
        ("&thinsp;", " "),
        ("&Tab;", "\t"),
        ("&NewLine;", "\n"),
        ("&commat;", "@"),
        ("&period;", "."),
        ("&colon;", ":"),
        ("&sol;", "/"),
        ("&bsol;", "\\"),
        ("&lowbar;", "_"),
        ("&UnderBar;", "_"),
        ("&hyphen;", "-"),
        ("&dash;", "-"),
        ("&ndash;", "-"),
        ("&mdash;", "-"),
        ("&minus;", "-"),
        ("&equals;", "="),
        ("&plus;", "+"),
        ("&shy;", ""),
        ("&zwj;", ""),
        ("&zwnj;", ""),
    ];

    pub(in crate::view) fn find(text: &str, at: usize) -> Option<usize> {
        super::find(text, at, b'&', |rest| escape(rest).is_some())
    }

    pub(in crate::view) fn decode(text: &str) -> Option<Decoding> {
        Some(super::decode(text, b'&', escape))
    }

    fn escape(text: &str) -> Option<(String, usize)> {
        let Some(number) = text.strip_prefix("&#") else {
            let (name, decoded) = NAMED.iter().find(|(name, _)| text.starts_with(name))?;
            return Some(((*decoded).to_owned(), name.len()));
        };
        let (digits, radix) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (number, 10),
        };
        let length = digits
            .bytes()
            .take(8)
            .take_while(u8::is_ascii_hexdigit)
            .count();
        let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
        let semicolon = usize::from(digits.as_bytes().get(length) == Some(&b';'));
        let before = text.len() - digits.len();
        Some((
            char::from_u32(code)?.to_string(),
            before + length + semicolon,
        ))
    }
}

pub(super) mod backslash {
    use super::{Decoding, memmem};

    pub(in crate::view) fn find(text: &str, at: usize) -> Option<usize> {
        super::find(text, at, b'\\', |rest| escape(rest).is_some())
    }

    pub(in crate::view) fn decode(text: &str) -> Option<Decoding> {
        Some(super::decode(text, b'\\', escape))
    }

    fn escape(text: &str) -> Option<(String, usize)> {
        let one = |decoded: &str| Some((decoded.to_owned(), 2));
        match text.as_bytes().get(1)? {
            b'n' => one("\n"),
            b'r' => one("\r"),
            b't' => one("\t"),
            b'"' => one("\""),
            b'\'' => one("'"),
            b'/' => one("/"),
            b'\\' => one("\\"),
            // The end of a line that goes on.
            b'\n' => one(""),
            b'x' => coded(text, 2, 2),
            b'u' if text.get(2..3) == Some("{") => braced(text),
            b'u' => surrogates(text).or_else(|| coded(text, 2, 4)),
            b'U' => coded(text, 2, 8),
            b'0'..=b'3' => octal(text),
            _ => None,
        }
    }

    fn hex(text: &str, at: usize, length: usize) -> Option<u32> {
        let digits = text.get(at..at + length)?;
        let valid = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        valid.then(|| u32::from_str_radix(digits, 16).ok())?
    }

    fn coded(text: &str, at: usize, length: usize) -> Option<(String, usize)> {
        let char = char::from_u32(hex(text, at, length)?)?;
        Some((char.to_string(), at + length))
    }

    fn braced(text: &str) -> Option<(String, usize)> {
        let end = memmem::find(text.as_bytes().get(..text.len().min(12))?, b"}")?;
        let (char, _) = coded(text, 3, end.checked_sub(3)?)?;
        Some((char, end + 1))
    }

    fn surrogates(text: &str) -> Option<(String, usize)> {
        let high = hex(text, 2, 4).filter(|high| (0xd800..0xdc00).contains(high))?;
        (text.get(6..8)? == "\\u").then_some(())?;
        let low = hex(text, 8, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        Some((char::from_u32(code)?.to_string(), 12))
    }

    fn octal(text: &str) -> Option<(String, usize)> {
        let digits = text.get(1..4)?;
        let code = u32::from_str_radix(digits, 8).ok()?;
        Some((char::from_u32(code)?.to_string(), 4))
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoding, backslash, entities, percent, quoted_printable};

    type View = (
        fn(&str, usize) -> Option<usize>,
        fn(&str) -> Option<Decoding>,
    );

    fn check((find, decode): View, text: &str, expected: &str) {
        assert!(find(text, 0).is_some(), "{text}");
        assert_eq!(decode(text).unwrap_or_default().text, expected);
    }

    fn check_none((find, _): View, text: &str) {
        assert_eq!(find(text, 0), None, "{text}");
    }

    #[test]
    fn each_escape_is_read() {
        let view: View = (percent::find, percent::decode);
        check(view, "a%40b%2ecom%zz%E2%82%AC", "a@b.com%zz\u{20ac}");
        check_none(view, "100% of 5%, %zz %ff");
        let view: View = (entities::find, entities::decode);
        check(
            view,
            "a&#64;b&#x2e;c&amp;&commat;&unknown;",
            "a@b.c&@&unknown;",
        );
        check_none(view, "AT&T & co; &bogus;");
        let view: View = (backslash::find, backslash::decode);
        check(
            view,
            r"g\u0068p\x5f\n\u{61}\ud83d\ude00\101",
            "ghp_\na\u{1f600}A",
        );
        check_none(view, r"\d+\s \ ");
        let view: View = (quoted_printable::find, quoted_printable::decode);
        check(view, "ann=40example=2Ecom", "ann@example.com");
        check(view, "long li=\r\nne", "long line");
        check_none(view, "a=12&b=zz");
    }
}
