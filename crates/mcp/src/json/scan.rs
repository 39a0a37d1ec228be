//! The strict scan: a loop over bytes with a stack of open containers.

use std::borrow::Cow;
use std::collections::HashSet;

use super::text::{plain_len, unescape};
use super::{JsonError, JsonFault, Limits, Span};

/// Up to this many names, comparing with each is faster than hashing.
const LINEAR_NAMES_MAX: usize = 16;

/// Checks a document; `member` hears of every member of the outermost object, and before it of the
/// members of an object that is its value: the name of the member that they are in, their own name,
/// and where their value is. Names come unescaped, once what follows the member has been seen.
pub(crate) fn scan(
    bytes: &[u8],
    limits: &Limits,
    member: impl FnMut(Option<&str>, &str, Span),
) -> Result<Span, JsonError> {
    let fault = |fault, offset| Err(JsonError { fault, offset });
    if bytes.len() > limits.bytes_max {
        return fault(JsonFault::TooLarge(limits.bytes_max), limits.bytes_max);
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return fault(JsonFault::ByteOrderMark, 0);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return fault(JsonFault::NotUtf8, error.valid_up_to()),
    };
    Scan {
        text,
        bytes,
        at: 0,
        depth_max: limits.depth_max,
        open: Vec::new(),
        names: Names::default(),
        outer: [const { None }; 2],
        member,
    }
    .document()
}

/// An open container.
struct Open {
    object: bool,
    /// Where the names of this object start in [`Names::few`].
    few_from: usize,
    /// Whether the names have moved to the last set of [`Names::many`].
    many: bool,
}

/// The names of all open objects.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    /// Keyed at random, so that nobody can choose names that collide.
    many: Vec<HashSet<Cow<'a, str>>>,
}

impl<'a> Names<'a> {
    /// Whether the object did not have the name yet.
    fn insert(&mut self, open: &mut Open, name: Cow<'a, str>) -> bool {
        if open.many {
            return self.many.last_mut().is_some_and(|set| set.insert(name));
        }
        let mine = self.few.get(open.few_from..).unwrap_or_default();
        if mine.contains(&name) {
            return false;
        }
        let full = mine.len() == LINEAR_NAMES_MAX;
        self.few.push(name);
        if full {
            self.many.push(self.few.drain(open.few_from..).collect());
            open.many = true;
        }
        true
    }

    fn close(&mut self, open: &Open) {
        self.few.truncate(open.few_from);
        if open.many {
            self.many.pop();
        }
    }
}

struct Scan<'a, M> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth_max: usize,
    open: Vec<Open>,
    names: Names<'a>,
    /// The members at depth 1 and 2 that are being read: their names, where their values start.
    outer: [Option<(Cow<'a, str>, usize)>; 2],
    member: M,
}

impl<'a, M: FnMut(Option<&str>, &str, Span)> Scan<'a, M> {
    fn document(mut self) -> Result<Span, JsonError> {
        self.space();
        let start = self.at;
        'value: loop {
            self.space();
            match self.byte()? {
                b'{' => {
                    self.enter(true)?;
                    if !self.eat(b'}') {
                        self.name()?;
                        continue 'value;
                    }
                    self.leave();
                }
                b'[' => {
                    self.enter(false)?;
                    if !self.eat(b']') {
                        continue 'value;
                    }
                    self.leave();
                }
                b'"' => {
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                other => return self.fault(JsonFault::UnexpectedByte(other), self.at),
            }
            // A value has ended here; close what ends with it.
            loop {
                let end = self.at;
                let depth = self.open.len();
                let Some(open) = self.open.last() else {
                    self.space();
                    return match self.bytes.get(self.at) {
                        None => Ok(Span { start, end }),
                        Some(&b) => self.fault(JsonFault::TrailingByte(b), self.at),
                    };
                };
                let object = open.object;
                self.space();
                let next = self.byte()?;
                match (object, next) {
                    (_, b',') | (true, b'}') | (false, b']') => self.at += 1,
                    _ => return self.fault(JsonFault::UnexpectedByte(next), self.at),
                }
                self.tell(depth, end);
                match (object, next) {
                    (true, b',') => {
                        self.name()?;
                        continue 'value;
                    }
                    (false, b',') => continue 'value,
                    _ => self.leave(),
                }
            }
        }
    }

    /// Past `{` or `[` and the space after it.
    fn enter(&mut self, object: bool) -> Result<(), JsonError> {
        if self.open.len() == self.depth_max {
            return self.fault(JsonFault::TooDeep(self.depth_max), self.at);
        }
        self.at += 1;
        self.open.push(Open {
            object,
            few_from: self.names.few.len(),
            many: false,
        });
        self.space();
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.close(&open);
        }
    }

    /// Past a member's name, its colon and the space after it.
    fn name(&mut self) -> Result<(), JsonError> {
        self.space();
        let start = self.at;
        match self.byte()? {
            b'"' => {}
            other => return self.fault(JsonFault::UnexpectedByte(other), start),
        }
        let escaped = self.string()?;
        let inner = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        let name = if escaped {
            unescape(inner)
        } else {
            Cow::Borrowed(inner)
        };
        let depth = self.open.len();
        let kept = (depth <= 2).then(|| name.clone());
        if let Some(open) = self.open.last_mut()
            && !self.names.insert(open, name)
        {
            return self.fault(JsonFault::DuplicateKey, start);
        }
        self.space();
        match self.byte()? {
            b':' => self.at += 1,
            other => return self.fault(JsonFault::UnexpectedByte(other), self.at),
        }
        self.space();
        if let Some(slot) = self.outer.get_mut(depth - 1) {
            *slot = kept.map(|name| (name, self.at));
        }
        Ok(())
    }

    /// Reports the member at this depth whose value has ended, if it is one to be told of.
    fn tell(&mut self, depth: usize, end: usize) {
        let [first, second] = &mut self.outer;
        let (parent, ended) = match depth {
            1 => (None, first.take()),
            2 => (first.as_ref().map(|(name, _)| &**name), second.take()),
            _ => return,
        };
        if let Some((name, start)) = ended
            && (depth == 1 || parent.is_some())
        {
            (self.member)(parent, &name, Span { start, end });
        }
    }

    /// Past a string; says whether it has an escape.
    fn string(&mut self) -> Result<bool, JsonError> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.at += plain_len(self.bytes.get(self.at..).unwrap_or_default());
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                control => return self.fault(JsonFault::ControlInString(control), self.at),
            }
        }
    }

    /// Past one escape, or past both halves of a surrogate pair.
    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        match self.byte()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Ok(())
            }
            b'u' => {
                self.at += 1;
                match self.hex4(start)? {
                    0xD800..=0xDBFF => {
                        if !(self.eat(b'\\') && self.eat(b'u')) {
                            return self.fault(JsonFault::LoneSurrogate, start);
                        }
                        match self.hex4(start)? {
                            0xDC00..=0xDFFF => Ok(()),
                            _ => self.fault(JsonFault::LoneSurrogate, start),
                        }
                    }
                    0xDC00..=0xDFFF => self.fault(JsonFault::LoneSurrogate, start),
                    _ => Ok(()),
                }
            }
            _ => self.fault(JsonFault::BadEscape, start),
        }
    }

    fn hex4(&mut self, escape: usize) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            match char::from(self.byte()?).to_digit(16) {
                Some(digit) => unit = unit << 4 | digit,
                None => return self.fault(JsonFault::BadEscape, escape),
            }
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.eat(b'-');
        let mut sound = match self.bytes.get(self.at) {
            Some(b'0') => {
                self.at += 1;
                !matches!(self.bytes.get(self.at), Some(b'0'..=b'9'))
            }
            _ => self.digits(),
        };
        if self.eat(b'.') {
            sound &= self.digits();
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _signed = self.eat(b'+') || self.eat(b'-');
            sound &= self.digits();
        }
        if sound {
            return Ok(());
        }
        match self.bytes.get(self.at) {
            None => self.fault(JsonFault::UnexpectedEnd, self.at),
            Some(_) => self.fault(JsonFault::BadNumber, start),
        }
    }

    /// Past digits; says whether there was one.
    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for &expected in word {
            match self.byte()? {
                b if b == expected => self.at += 1,
                other => return self.fault(JsonFault::UnexpectedByte(other), self.at),
            }
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// The next byte, which stays unread.
    fn byte(&self) -> Result<u8, JsonError> {
        match self.bytes.get(self.at) {
            Some(&b) => Ok(b),
            None => self.fault(JsonFault::UnexpectedEnd, self.at),
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(there);
        there
    }

    fn fault<T>(&self, fault: JsonFault, offset: usize) -> Result<T, JsonError> {
        Err(JsonError { fault, offset })
    }
}
