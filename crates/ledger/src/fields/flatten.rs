//! From a record's facts and payload to its fields.

use std::ops::Range;

use super::list::{FieldList, Value};
use super::scan::{Quoted, Scan, unescape};
use super::{DEPTH_MAX, FieldType, PATH_BYTES_MAX, PAYLOAD_FIELDS_MAX};

/// Up to this many names, comparing each with each is faster than sorting.
const PAIRWISE_NAMES_MAX: usize = 12;

/// Where values are: the path, and the names of the objects around it. Keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Place {
    path: String,
    names: String,
    spans: Vec<Range<usize>>,
}

impl Place {
    pub(super) const fn new() -> Self {
        Self {
            path: String::new(),
            names: String::new(),
            spans: Vec::new(),
        }
    }

    fn start(&mut self, path: &str) {
        self.path.clear();
        self.path.push_str(path);
        self.names.clear();
        self.spans.clear();
    }

    /// Steps into a member; its name is remembered as one of the object's.
    fn enter(&mut self, name: &str) -> Option<()> {
        self.path.push('/');
        let from = self.path.len();
        for c in name.chars() {
            match c {
                '~' => self.path.push_str("~0"),
                '/' => self.path.push_str("~1"),
                c => self.path.push(c),
            }
        }
        let written = self.path.get(from..)?;
        let start = self.names.len();
        self.names.push_str(written);
        self.spans.push(start..self.names.len());
        (self.path.len() <= PATH_BYTES_MAX).then_some(())
    }

    fn enter_element(&mut self, number: usize) -> Option<()> {
        use std::fmt::Write as _;
        write!(self.path, "/{number}").ok()?;
        (self.path.len() <= PATH_BYTES_MAX).then_some(())
    }

    /// Leaves an object, of which the names are those from `from` on; `None` if one was there twice.
    fn close(&mut self, from: usize) -> Option<()> {
        let names = &self.names;
        let of = |span: &Range<usize>| names.get(span.clone());
        let spans = self.spans.get_mut(from..)?;
        let twice = if spans.len() <= PAIRWISE_NAMES_MAX {
            let mut rest = &*spans;
            let mut twice = false;
            while let Some((first, others)) = rest.split_first() {
                twice |= others.iter().any(|other| of(other) == of(first));
                rest = others;
            }
            twice
        } else {
            spans.sort_unstable_by(|a, b| of(a).cmp(&of(b)));
            let mut pairs = spans.array_windows();
            pairs.any(|[a, b]| of(a) == of(b))
        };
        // Sorting moved the spans; the first name of the object begins where the smallest does.
        let start = spans.iter().map(|span| span.start).min();
        if let Some(start) = start {
            self.names.truncate(start);
        }
        self.spans.truncate(from);
        (!twice).then_some(())
    }
}

/// The facts: each member is one field, its value the JSON text as it stands there. `None` if they
/// are not one JSON object with distinct names.
pub(super) fn facts(bytes: &[u8], place: &mut Place, list: &mut FieldList) -> Option<()> {
    let mut scan = Scan::new(std::str::from_utf8(bytes).ok()?);
    place.start("/facts");
    let length = place.path.len();
    scan.space();
    scan.take(b'{')?;
    scan.space();
    let mut more = !scan.took(b'}');
    while more {
        let mut unescaped = String::new();
        let quoted = scan.string()?;
        let name = plain(&scan, &quoted).or_else(|| {
            unescape(scan.text(quoted.range.clone())?, &mut unescaped)?;
            Some(unescaped.as_str())
        })?;
        place.enter(name)?;
        scan.space();
        scan.take(b':')?;
        scan.space();
        let from = scan.at();
        scan.skip()?;
        let value = scan.text(from..scan.at())?.trim_ascii_end();
        let value = Value::Facts(from..from + value.len());
        list.push(&place.path, FieldType::Json, value);
        place.path.truncate(length);
        more = scan.took(b',');
        scan.space();
        if !more {
            scan.take(b'}')?;
        }
    }
    place.close(0)?;
    scan.space();
    scan.is_at_end().then_some(())
}

/// The payload: one field per value if it is JSON that can be split, else one of type bytes.
pub(super) fn payload(bytes: &[u8], place: &mut Place, list: &mut FieldList) {
    let mark = list.mark();
    if split(bytes, place, list).is_none() {
        list.return_to(mark);
        list.push("/payload", FieldType::Bytes, Value::Payload(0..bytes.len()));
    }
}

fn split(bytes: &[u8], place: &mut Place, list: &mut FieldList) -> Option<()> {
    // Most of what is no JSON is told by its first byte.
    let first = *bytes.trim_ascii_start().first()?;
    if !matches!(
        first,
        b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'
    ) {
        return None;
    }
    place.start("/payload");
    let fields_max = list.len() + PAYLOAD_FIELDS_MAX;
    let mut splitter = Splitter {
        scan: Scan::new(std::str::from_utf8(bytes).ok()?),
        place,
        list,
        fields_max,
        name: String::new(),
    };
    splitter.scan.space();
    splitter.value(0)?;
    splitter.scan.space();
    splitter.scan.is_at_end().then_some(())
}

struct Splitter<'a, 'b> {
    scan: Scan<'a>,
    place: &'b mut Place,
    list: &'b mut FieldList,
    fields_max: usize,
    /// Room for names with escapes.
    name: String,
}

impl Splitter<'_, '_> {
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.scan.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string(),
            b't' => self.literal("true", FieldType::Bool),
            b'f' => self.literal("false", FieldType::Bool),
            b'n' => {
                self.scan.literal("null")?;
                self.push(FieldType::Null, Value::Payload(0..0))
            }
            _ => {
                let range = self.scan.number()?;
                self.push(FieldType::Number, Value::Payload(range))
            }
        }
    }

    fn push(&mut self, kind: FieldType, value: Value) -> Option<()> {
        self.list.push(&self.place.path, kind, value);
        (self.list.len() <= self.fields_max).then_some(())
    }

    fn literal(&mut self, word: &str, kind: FieldType) -> Option<()> {
        let range = self.scan.literal(word)?;
        self.push(kind, Value::Payload(range))
    }

    fn string(&mut self) -> Option<()> {
        let quoted = self.scan.string()?;
        if plain(&self.scan, &quoted).is_some() {
            return self.push(FieldType::String, Value::Payload(quoted.range));
        }
        let escaped = self.scan.text(quoted.range)?;
        let from = self.list.text().len();
        unescape(escaped, self.list.text())?;
        let to = self.list.text().len();
        self.push(FieldType::String, Value::Text(from..to))
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.scan.take(b'{')?;
        self.scan.space();
        if self.scan.took(b'}') {
            return self.push(FieldType::EmptyObject, Value::Payload(0..0));
        }
        let depth = deeper(depth)?;
        let length = self.place.path.len();
        let names = self.place.spans.len();
        loop {
            let quoted = self.scan.string()?;
            match plain(&self.scan, &quoted) {
                Some(name) => self.place.enter(name)?,
                None => {
                    self.name.clear();
                    unescape(self.scan.text(quoted.range)?, &mut self.name)?;
                    self.place.enter(&self.name)?;
                }
            }
            self.scan.space();
            self.scan.take(b':')?;
            self.scan.space();
            self.value(depth)?;
            self.place.path.truncate(length);
            self.scan.space();
            if !self.scan.took(b',') {
                break;
            }
            self.scan.space();
        }
        self.scan.take(b'}')?;
        self.place.close(names)
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.scan.take(b'[')?;
        self.scan.space();
        if self.scan.took(b']') {
            return self.push(FieldType::EmptyArray, Value::Payload(0..0));
        }
        let depth = deeper(depth)?;
        let length = self.place.path.len();
        for number in 0.. {
            self.place.enter_element(number)?;
            self.value(depth)?;
            self.place.path.truncate(length);
            self.scan.space();
            if !self.scan.took(b',') {
                break;
            }
            self.scan.space();
        }
        self.scan.take(b']')
    }
}

fn deeper(depth: usize) -> Option<usize> {
    (depth < DEPTH_MAX).then_some(depth + 1)
}

/// The text of a string that has no escapes.
fn plain<'a>(scan: &Scan<'a>, quoted: &Quoted) -> Option<&'a str> {
    let whole = quoted.first_escape == quoted.range.end;
    whole.then(|| scan.text(quoted.range.clone())).flatten()
}
