//! The lexemes of JSON (RFC 8259), by their places in a text.

use std::ops::Range;

/// A place in a JSON text. Each step is `None` where the text is not what the step expects.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// A string, behind its quotes.
#[derive(Debug)]
pub(super) struct Quoted {
    /// Up to, not including, the closing quote.
    pub(super) range: Range<usize>,
    /// Where the first escape is; the end, if there is none.
    pub(super) first_escape: usize,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn text(&self, range: Range<usize>) -> Option<&'a str> {
        self.text.get(range)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Whether this byte was next; it is behind then.
    pub(super) fn took(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take(&mut self, byte: u8) -> Option<()> {
        self.took(byte).then_some(())
    }

    pub(super) fn literal(&mut self, word: &str) -> Option<Range<usize>> {
        let from = self.at;
        self.text
            .get(from..)?
            .starts_with(word)
            .then(|| self.at += word.len())?;
        Some(from..self.at)
    }

    pub(super) fn number(&mut self) -> Option<Range<usize>> {
        let from = self.at;
        self.took(b'-');
        if !self.took(b'0') {
            self.digits()?;
        }
        if self.took(b'.') {
            self.digits()?;
        }
        if self.took(b'e') || self.took(b'E') {
            let _ = self.took(b'+') || self.took(b'-');
            self.digits()?;
        }
        Some(from..self.at)
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    /// A string; its escapes are not looked at.
    pub(super) fn string(&mut self) -> Option<Quoted> {
        self.take(b'"')?;
        let from = self.at;
        let mut first_escape = None;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    first_escape.get_or_insert(self.at);
                    self.at += 2;
                }
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        let range = from..self.at;
        self.at += 1;
        Some(Quoted {
            first_escape: first_escape.unwrap_or(range.end),
            range,
        })
    }

    /// Goes behind a value of a text that is known to be JSON.
    pub(super) fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
            let ends = matches!(self.peek(), None | Some(b',' | b'}' | b']'));
            if depth == 0 && ends {
                return Some(());
            }
        }
    }
}

/// Appends the text of a string, given without its quotes. A surrogate without its partner has no
/// UTF-8, so such a string has no text.
pub(super) fn unescape(mut quoted: &str, out: &mut String) -> Option<()> {
    while let Some((plain, escape)) = quoted.split_once('\\') {
        out.push_str(plain);
        let mut rest = escape.chars();
        let c = match rest.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = four_digits(&mut rest)?;
                if (0xd800..0xdc00).contains(&unit) {
                    let mut pair = rest.as_str().strip_prefix("\\u")?.chars();
                    let low = four_digits(&mut pair)?.checked_sub(0xdc00)?;
                    rest = pair;
                    // A low half is below 0x400; what is larger makes no character here.
                    let low = (low < 0x400).then_some(low)?;
                    char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low)?
                } else {
                    char::from_u32(unit)?
                }
            }
            _ => return None,
        };
        out.push(c);
        quoted = rest.as_str();
    }
    out.push_str(quoted);
    Some(())
}

fn four_digits(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit << 4 | chars.next()?.to_digit(16)?))
}
