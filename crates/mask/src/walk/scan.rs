//! The smallest parts of JSON (RFC 8259), as spans.

use memchr::memchr2;

/// The text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// What stands between the quotes of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw<'m> {
    pub(crate) text: &'m str,
    /// Where it begins in the message.
    pub(crate) at: usize,
    pub(crate) escaped: bool,
}

/// A position in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'m> {
    pub(crate) text: &'m str,
    pub(crate) at: usize,
}

impl<'m> Cursor<'m> {
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is no white space; the cursor stands on it.
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek()
    }

    pub(crate) fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(Broken)
    }

    /// A string; the cursor stands on its first quote.
    pub(crate) fn string(&mut self) -> Result<Raw<'m>, Broken> {
        self.expect(b'"')?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        loop {
            let rest = bytes.get(self.at..).ok_or(Broken)?;
            self.at += next_mark(rest).ok_or(Broken)?;
            if self.peek() == Some(b'"') {
                let text = self.text.get(start..self.at).ok_or(Broken)?;
                self.at += 1;
                return Ok(Raw {
                    text,
                    at: start,
                    escaped,
                });
            }
            escaped = true;
            self.at += match bytes.get(self.at + 1) {
                Some(b'u') => {
                    let digits = bytes.get(self.at + 2..self.at + 6).ok_or(Broken)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return Err(Broken);
                    }
                    6
                }
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                _ => return Err(Broken),
            };
        }
    }

    /// A number, as it is written.
    pub(crate) fn number(&mut self) -> Result<&'m str, Broken> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.digits() {
            0 => return Err(Broken),
            1 => {}
            // No leading zeros.
            _ if self.text.as_bytes().get(self.at_first_digit(start)) == Some(&b'0') => {
                return Err(Broken);
            }
            _ => {}
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(Broken);
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(Broken);
            }
        }
        self.text.get(start..self.at).ok_or(Broken)
    }

    fn at_first_digit(&self, start: usize) -> usize {
        start + usize::from(self.text.as_bytes().get(start) == Some(&b'-'))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    /// `true`, `false` or `null`.
    pub(crate) fn literal(&mut self) -> Result<(), Broken> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let word = ["true", "false", "null"]
            .into_iter()
            .find(|word| rest.starts_with(word.as_bytes()));
        self.at += word.ok_or(Broken)?.len();
        Ok(())
    }

    /// Passes a value without looking into it: brackets are counted, not matched, and what else stands
    /// in them is not read.
    pub(crate) fn skip_value(&mut self) -> Result<(), Broken> {
        let mut depth = 0_usize;
        loop {
            match self.next_token().ok_or(Broken)? {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Broken)?;
                    self.at += 1;
                }
                _ if depth > 0 => self.at += 1,
                b'-' | b'0'..=b'9' => drop(self.number()?),
                _ => self.literal()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// The first quote or backslash. Most names and values end before a search by many bytes at a time
/// has begun.
fn next_mark(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The first byte that has its highest bit set in this is the first that is zero.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    if let Some(head) = bytes.first_chunk() {
        let head = u64::from_le_bytes(*head);
        let marks =
            zeros(head ^ (ONES * u64::from(b'"'))) | zeros(head ^ (ONES * u64::from(b'\\')));
        if marks != 0 {
            return Some(marks.trailing_zeros() as usize / 8);
        }
    }
    memchr2(b'"', b'\\', bytes)
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn what_json_forbids_is_broken() {
        let check = |text: &str, good: bool| {
            let mut cursor = Cursor { text, at: 0 };
            let passed = cursor.skip_value().is_ok() && cursor.at == text.len();
            assert_eq!(passed, good, "{text}");
        };
        for good in [
            "0",
            "-0.5e+7",
            "12345678901234567890123",
            r#""\ud800""#,
            "[1,{\"a\":[]}]",
        ] {
            check(good, true);
        }
        for bad in [
            "01",
            "-",
            "1.",
            "1e",
            r#""\x""#,
            r#""\u12g4""#,
            "\"open",
            "tru",
            "[1",
        ] {
            check(bad, false);
        }
    }
}
