//! Field paths: JSONPath (RFC 9535) without what needs more than a value's own place to decide:
//! filters, and indexes counted from the end.

use std::iter::Peekable;
use std::str::CharIndices;

/// A compiled path. It selects values by their place, and everything inside of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    /// It may lie at any depth below (`..`).
    descends: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Selector {
    Name(String),
    Wildcard,
    Index(u64),
    /// `start:end:step`, the step at least 1.
    Slice(u64, Option<u64>, u64),
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// It does not begin with `$`.
    #[error("a path begins with `$`")]
    Root,
    /// Something else was expected.
    #[error("character {at}: {expected} is expected")]
    Syntax {
        /// Counted from 1.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A filter, or an index or a slice from the end.
    #[error(
        "character {at}: filters and counting from the end need the whole message; name the place"
    )]
    NeedsDocument {
        /// Counted from 1.
        at: usize,
    },
}

impl FieldPath {
    /// From its text.
    ///
    /// # Errors
    ///
    /// One variant of [`PathFault`] per reason.
    pub(crate) fn parse(text: &str) -> Result<Self, PathFault> {
        let rest = text.strip_prefix('$').ok_or(PathFault::Root)?;
        let mut parser = Parser {
            chars: rest.char_indices().peekable(),
            end: rest.len(),
        };
        let mut segments = Vec::new();
        while let Some(segment) = parser.segment()? {
            segments.push(segment);
        }
        Ok(Self { segments })
    }

    /// Whether the value at this JSON Pointer (RFC 6901) is selected, or lies inside of one that is.
    /// A pointer does not tell `"0"` from 0, so both select such a place.
    pub(crate) fn selects(&self, pointer: &str) -> bool {
        let tokens: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
            .collect();
        // Which segments may come next.
        let mut next = vec![0];
        let is_end = |at: &usize| *at == self.segments.len();
        for token in &tokens {
            if next.iter().any(is_end) {
                return true;
            }
            let mut after = Vec::new();
            for at in next {
                let Some(segment) = self.segments.get(at) else {
                    continue;
                };
                if segment.descends {
                    after.push(at);
                }
                if segment.selectors.iter().any(|one| one.takes(token)) {
                    after.push(at + 1);
                }
            }
            after.sort_unstable();
            after.dedup();
            next = after;
        }
        next.iter().any(is_end)
    }
}

impl Selector {
    fn takes(&self, token: &str) -> bool {
        let index = || token.parse::<u64>().ok();
        match self {
            Self::Name(name) => name == token,
            Self::Wildcard => true,
            Self::Index(wanted) => index() == Some(*wanted),
            Self::Slice(start, end, step) => index().is_some_and(|index| {
                index >= *start
                    && end.is_none_or(|end| index < end)
                    && (index - start).is_multiple_of(*step)
            }),
        }
    }
}

struct Parser<'a> {
    chars: Peekable<CharIndices<'a>>,
    end: usize,
}

impl Parser<'_> {
    fn segment(&mut self) -> Result<Option<Segment>, PathFault> {
        self.blanks();
        match self.chars.next() {
            None => Ok(None),
            Some((_, '[')) => Ok(Some(self.bracket(false)?)),
            Some((_, '.')) if self.takes('.') => match self.chars.peek() {
                Some((_, '[')) => {
                    self.chars.next();
                    Ok(Some(self.bracket(true)?))
                }
                _ => Ok(Some(self.shorthand(true)?)),
            },
            Some((_, '.')) => Ok(Some(self.shorthand(false)?)),
            Some((at, _)) => Err(syntax(at, "`.` or `[`")),
        }
    }

    fn shorthand(&mut self, descends: bool) -> Result<Segment, PathFault> {
        if self.takes('*') {
            return Ok(Segment {
                descends,
                selectors: vec![Selector::Wildcard],
            });
        }
        let begins = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        let mut name = String::new();
        while let Some((_, c)) = self
            .chars
            .next_if(|(_, c)| begins(*c) || (!name.is_empty() && c.is_ascii_digit()))
        {
            name.push(c);
        }
        if name.is_empty() {
            return Err(syntax(self.at(), "a name, `*` or `[`"));
        }
        Ok(Segment {
            descends,
            selectors: vec![Selector::Name(name)],
        })
    }

    fn bracket(&mut self, descends: bool) -> Result<Segment, PathFault> {
        let mut selectors = Vec::new();
        loop {
            self.blanks();
            selectors.push(self.selector()?);
            self.blanks();
            match self.chars.next() {
                Some((_, ',')) => {}
                Some((_, ']')) => {
                    return Ok(Segment {
                        descends,
                        selectors,
                    });
                }
                Some((at, _)) => return Err(syntax(at, "`,` or `]`")),
                None => return Err(syntax(self.end, "`,` or `]`")),
            }
        }
    }

    fn selector(&mut self) -> Result<Selector, PathFault> {
        match self.chars.peek().copied() {
            Some((_, '*')) => {
                self.chars.next();
                Ok(Selector::Wildcard)
            }
            Some((_, quote @ ('\'' | '"'))) => {
                self.chars.next();
                self.quoted(quote).map(Selector::Name)
            }
            Some((at, '?' | '-')) => Err(PathFault::NeedsDocument { at: at + 2 }),
            _ => self.numbers(),
        }
    }

    /// An index or a slice.
    fn numbers(&mut self) -> Result<Selector, PathFault> {
        let start = self.number()?;
        self.blanks();
        if !self.takes(':') {
            let expected = "a name in quotes, an index, a slice or `*`";
            return start
                .map(Selector::Index)
                .ok_or_else(|| syntax(self.at(), expected));
        }
        self.blanks();
        let end = self.number()?;
        self.blanks();
        let step = if self.takes(':') {
            self.blanks();
            self.number()?
        } else {
            None
        };
        // RFC 9535 §2.3.4.2.2: a step of 0 selects nothing.
        match step {
            Some(0) => Err(syntax(self.at(), "a step of at least 1")),
            step => Ok(Selector::Slice(start.unwrap_or(0), end, step.unwrap_or(1))),
        }
    }

    fn number(&mut self) -> Result<Option<u64>, PathFault> {
        if let Some((at, '-')) = self.chars.peek() {
            return Err(PathFault::NeedsDocument { at: at + 2 });
        }
        let at = self.at();
        let mut digits = String::new();
        while let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_digit()) {
            digits.push(digit);
        }
        if digits.is_empty() {
            return Ok(None);
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(syntax(at, "a number without leading zeros"));
        }
        digits
            .parse()
            .map(Some)
            .map_err(|_| syntax(at, "a smaller number"))
    }

    fn quoted(&mut self, quote: char) -> Result<String, PathFault> {
        let mut name = String::new();
        while let Some((at, c)) = self.chars.next() {
            match c {
                c if c == quote => return Ok(name),
                '\\' => name.push(self.escaped(quote)?),
                c if c.is_control() => return Err(syntax(at, "an escape")),
                c => name.push(c),
            }
        }
        Err(syntax(self.end, "the closing quote"))
    }

    fn escaped(&mut self, quote: char) -> Result<char, PathFault> {
        let Some((at, c)) = self.chars.next() else {
            return Err(syntax(self.end, "an escape"));
        };
        Ok(match c {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => c,
            c if c == quote => c,
            'u' => {
                let high = self.hex()?;
                let code = if (0xd800..0xdc00).contains(&high) {
                    if !(self.takes('\\') && self.takes('u')) {
                        return Err(syntax(self.at(), "the other half of a surrogate pair"));
                    }
                    let low = self.hex()?;
                    0x1_0000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| syntax(at, "a character"))?
            }
            _ => return Err(syntax(at, "an escape of JSON")),
        })
    }

    fn hex(&mut self) -> Result<u32, PathFault> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.chars.next().and_then(|(_, c)| c.to_digit(16));
            code = code << 4 | digit.ok_or_else(|| syntax(self.at(), "four hexadecimal digits"))?;
        }
        Ok(code)
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.chars.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn blanks(&mut self) {
        while self
            .chars
            .next_if(|(_, c)| matches!(c, ' ' | '\t' | '\n' | '\r'))
            .is_some()
        {}
    }

    fn at(&mut self) -> usize {
        self.chars.peek().map_or(self.end, |(at, _)| *at)
    }
}

/// `at` is counted in bytes behind the `$`; people count from 1 and with it.
const fn syntax(at: usize, expected: &'static str) -> PathFault {
    PathFault::Syntax {
        at: at + 2,
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldPath, PathFault};

    #[test]
    fn paths_select_places_and_what_lies_in_them() {
        for (path, selected, others) in [
            (
                "$.a.b",
                &["/a/b", "/a/b/0/c"][..],
                &["/a", "/a/c", "/b"][..],
            ),
            ("$..ssn", &["/ssn", "/x/ssn", "/x/0/ssn/y"], &["/ssn2", ""]),
            ("$['a b']['c/d']", &["/a b/c~1d"], &["/a b/c", "/a b"]),
            ("$.list[1]", &["/list/1"], &["/list/0", "/list"]),
            (
                "$.list[1:5:2]",
                &["/list/1", "/list/3"],
                &["/list/2", "/list/5"],
            ),
            (
                "$.list[:2]['k', \"\\u006c\"]",
                &["/list/0/k", "/list/1/l"],
                &["/list/2/k"],
            ),
            ("$..a..b", &["/a/b", "/x/a/y/b"], &["/b/a", "/a/c"]),
            ("$.*.c", &["/x/c", "/9/c"], &["/c"]),
            ("$..*", &["/a"], &[""]),
            ("$", &["", "/a"], &[]),
            ("$.größe", &["/größe"], &["/gr"]),
        ] {
            let compiled = FieldPath::parse(path).unwrap_or_else(|e| panic!("{path}: {e}"));
            for pointer in selected {
                assert!(compiled.selects(pointer), "{path} selects {pointer}");
            }
            for pointer in others {
                assert!(
                    !compiled.selects(pointer),
                    "{path} does not select {pointer}"
                );
            }
        }
    }

    #[test]
    fn mistakes_are_placed() {
        for (path, at) in [
            ("$.", 3),
            ("$.1a", 3),
            ("$[", 3),
            ("$['a'", 6),
            ("$['a", 5),
            ("$[01]", 3),
            ("$a", 2),
            ("$['\\x']", 5),
        ] {
            let fault = FieldPath::parse(path);
            assert!(
                matches!(fault, Err(PathFault::Syntax { at: found, .. }) if found == at),
                "{path}: {fault:?}"
            );
        }
        assert_eq!(FieldPath::parse("a.b"), Err(PathFault::Root));
        for path in ["$[?@.a]", "$[-1]", "$[1:-1]"] {
            let fault = FieldPath::parse(path);
            assert!(
                matches!(fault, Err(PathFault::NeedsDocument { .. })),
                "{path}: {fault:?}"
            );
        }
    }
}
