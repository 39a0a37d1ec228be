//! Looking into a document that the scan has accepted, without building a tree.

use std::borrow::Cow;

use super::Span;
use super::text::{string_end, unescape};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// Digits of any length.
    Number,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
}

/// One value of a document that was accepted: a place in its bytes.
///
/// Reading a value reads its bytes again: each step down costs at most one pass over the value
/// that it steps into, and nothing is kept.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    document: &'a [u8],
    span: Span,
}

impl<'a> Json<'a> {
    /// `span` must be a value of a document that the scan has accepted; with anything else the
    /// answers are meaningless, though nothing panics.
    pub(crate) fn of_valid(document: &'a [u8], span: Span) -> Self {
        Self { document, span }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.raw().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Where it is in the document.
    pub fn span(self) -> Span {
        self.span
    }

    /// Its bytes, exactly as they were written.
    pub fn raw(self) -> &'a [u8] {
        self.document.get(self.span.range()).unwrap_or_default()
    }

    /// Its text, exactly as it was written.
    pub fn lexeme(self) -> &'a str {
        std::str::from_utf8(self.raw()).unwrap_or_default()
    }

    /// The member called `name`; `None` also where this is not an object.
    pub fn get(self, name: &str) -> Option<Json<'a>> {
        self.members()
            .find(|member| member.is_called(name))
            .map(|member| member.value)
    }

    /// The value at the end of a path of member names.
    pub fn at(self, path: &[&str]) -> Option<Json<'a>> {
        path.iter().try_fold(self, |value, name| value.get(name))
    }

    /// The members of an object in their order; none where this is not an object.
    pub fn members(self) -> Members<'a> {
        Members(Cursor::inside(self, Kind::Object))
    }

    /// The elements of an array in their order; none where this is not an array.
    pub fn elements(self) -> Elements<'a> {
        Elements(Cursor::inside(self, Kind::Array))
    }

    /// What a string says, unescaped; `None` where this is not a string.
    pub fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.lexeme().strip_prefix('"')?.strip_suffix('"')?;
        Some(unescape(inner))
    }

    /// `true` or `false`; `None` where this is neither.
    pub fn as_bool(self) -> Option<bool> {
        match self.raw() {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// A number that is written as an integer and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.lexeme().parse().ok()
    }

    /// A number that is written as an integer without a sign and fits.
    pub fn as_u64(self) -> Option<u64> {
        self.lexeme().parse().ok()
    }
}

/// The value's own bytes, not the document around it.
impl std::fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Json({})", self.lexeme())
    }
}

/// A name and a value of an object.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The name, a string.
    pub key: Json<'a>,
    /// What it names.
    pub value: Json<'a>,
}

impl<'a> Member<'a> {
    /// The name, unescaped.
    pub fn name(self) -> Cow<'a, str> {
        self.key.text().unwrap_or_default()
    }

    /// Whether this is the name, compared after unescaping.
    pub fn is_called(self, name: &str) -> bool {
        match self.key.raw() {
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => inner == name.as_bytes(),
            _ => self.name() == name,
        }
    }

    /// From the first byte of the name to the last byte of the value.
    pub fn span(self) -> Span {
        Span {
            start: self.key.span.start,
            end: self.value.span.end,
        }
    }
}

/// The members of an object.
#[derive(Debug, Clone)]
pub struct Members<'a>(Cursor<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let key = self.0.value()?;
        let value = self.0.value()?;
        Some(Member { key, value })
    }
}

/// The elements of an array.
#[derive(Debug, Clone)]
pub struct Elements<'a>(Cursor<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        self.0.value()
    }
}

/// Steps over the values inside of one container.
#[derive(Debug, Clone)]
struct Cursor<'a> {
    document: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn inside(container: Json<'a>, kind: Kind) -> Self {
        let at = if container.kind() == kind {
            container.span.start + 1
        } else {
            container.document.len()
        };
        Self {
            document: container.document,
            at,
        }
    }

    /// The next value; `None`, for good, at the bracket that closes the container.
    fn value(&mut self) -> Option<Json<'a>> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') = self.document.get(self.at) {
            self.at += 1;
        }
        let start = self.at;
        match self.document.get(start)? {
            b']' | b'}' => return None,
            b'"' => self.at = string_end(self.document, start),
            b'{' | b'[' => self.at = container_end(self.document, start),
            _ => {
                let rest = self.document.get(start..).unwrap_or_default();
                let is_end =
                    |b: &u8| matches!(b, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                self.at += rest.iter().position(is_end).unwrap_or(rest.len());
            }
        }
        let span = Span {
            start,
            end: self.at,
        };
        Some(Json::of_valid(self.document, span))
    }
}

/// The byte after the container that starts at `start`.
fn container_end(document: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut depth = 0_usize;
    while let Some(byte) = document.get(at) {
        match byte {
            b'"' => {
                at = string_end(document, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    document.len()
}
