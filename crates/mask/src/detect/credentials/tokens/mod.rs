//! Tokens that their issuer made recognisable: a prefix, an alphabet, a length, at best a checksum.
//!
//! The formats are tables of rows. A word's first two bytes lead to the few rows that begin with
//! them; a row is checked by hand-written code, without a pattern language.

mod ai;
mod cloud;
mod code;
mod services;
mod special;

use std::ops::Range;

use super::bytes::{Class, begins_word, is_varied};
use crate::detect::{Certainty, Class as HitClass, Hit, Scope};

/// One format.
#[derive(Debug)]
struct Shape {
    prefix: &'static str,
    kind: &'static str,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// The parts follow the prefix, and then no letter or digit.
    Parts(&'static [Part]),
    /// The same, and the whole token carries a checksum. If it does not hold the token is still
    /// taken: prefix and length have no other use, and to miss a token costs more.
    Summed(&'static [Part], fn(&[u8]) -> bool),
    /// A rule of its own: text and where the prefix stands.
    Rule(fn(&[u8], usize) -> Option<Found>),
}

#[derive(Debug)]
enum Part {
    /// So many characters of a class, at least and at most; `u16::MAX` is no limit.
    Of(Class, u16, u16),
    Literal(&'static str),
}

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: &'static str,
    pub(super) span: Range<usize>,
    pub(super) certainty: Certainty,
}

impl Found {
    pub(super) fn shaped(kind: &'static str, span: Range<usize>) -> Option<Self> {
        Some(Self {
            kind,
            span,
            certainty: Certainty::Shaped,
        })
    }

    pub(super) fn checked(kind: &'static str, span: Range<usize>, sum: bool) -> Option<Self> {
        Some(Self {
            kind,
            span,
            certainty: if sum {
                Certainty::Checked
            } else {
                Certainty::Shaped
            },
        })
    }
}

/// Looks at every word of every token run.
pub(super) fn find(scope: &Scope<'_>, hits: &mut Vec<Hit>) {
    let text = scope.text.as_bytes();
    for run in &scope.candidates.tokens {
        let mut at = run.start;
        while at < run.end {
            let word_end = at + Class::ALNUM.run(text, at).min(run.end - at);
            let found = if begins_word(text, at) {
                prefixed(text, at).or_else(|| special::unprefixed(text, at, word_end))
            } else {
                None
            };
            at = match found {
                Some(found) => {
                    let end = found.span.end.max(at + 1);
                    hits.push(Hit {
                        kind: found.kind,
                        class: HitClass::Credential,
                        span: found.span,
                        certainty: found.certainty,
                    });
                    end
                }
                // Past the word and past one character that is none.
                None => word_end + 1,
            };
        }
    }
}

/// The token with a known prefix that begins at `at`.
fn prefixed(text: &[u8], at: usize) -> Option<Found> {
    let rest = text.get(at..)?;
    let (first, second) = (*rest.first()?, *rest.get(1)?);
    let mut row = head(first, second);
    while let Some((shape, next)) = row {
        if rest.starts_with(shape.prefix.as_bytes())
            && let Some(found) = shape.at(text, at)
        {
            return Some(found);
        }
        row = next.and_then(link);
    }
    None
}

impl Shape {
    const fn new(prefix: &'static str, kind: &'static str, parts: &'static [Part]) -> Self {
        let body = Body::Parts(parts);
        Self { prefix, kind, body }
    }

    const fn summed(
        prefix: &'static str,
        kind: &'static str,
        parts: &'static [Part],
        sum: fn(&[u8]) -> bool,
    ) -> Self {
        let body = Body::Summed(parts, sum);
        Self { prefix, kind, body }
    }

    const fn rule(prefix: &'static str, rule: fn(&[u8], usize) -> Option<Found>) -> Self {
        let body = Body::Rule(rule);
        Self {
            prefix,
            kind: "",
            body,
        }
    }

    fn at(&self, text: &[u8], start: usize) -> Option<Found> {
        let (parts, sum) = match &self.body {
            Body::Parts(parts) => (parts, None),
            Body::Summed(parts, sum) => (parts, Some(sum)),
            Body::Rule(rule) => return rule(text, start),
        };
        let body_start = start + self.prefix.len();
        // What begins with a long monotony is not measured: that would cost its length once for
        // each of its words.
        let opening = text.get(body_start..body_start + OPENING_BYTES);
        if opening.is_some_and(|opening| !is_varied(opening)) {
            return None;
        }
        let end = measure(parts, text, body_start)?;
        is_varied(text.get(body_start..end)?).then_some(())?;
        let intact = sum.is_some_and(|sum| text.get(start..end).is_some_and(sum));
        Found::checked(self.kind, start..end, intact)
    }
}

/// Exactly so many of a class.
const fn of(class: Class, count: u16) -> Part {
    Part::Of(class, count, count)
}

/// At least so many of a class.
const fn from(class: Class, least: u16) -> Part {
    Part::Of(class, least, u16::MAX)
}

/// Where the parts end that begin at `at`. A last full stop belongs to the sentence.
fn measure(parts: &[Part], text: &[u8], mut at: usize) -> Option<usize> {
    for part in parts {
        match part {
            Part::Literal(literal) => {
                let there = text.get(at..)?.starts_with(literal.as_bytes());
                there.then_some(())?;
                at += literal.len();
            }
            Part::Of(class, least, most) => {
                let most = match *most {
                    u16::MAX => usize::MAX,
                    most => usize::from(most),
                };
                let mut count = class.run_to(text, at, most.saturating_add(1));
                while count > 0 && text.get(at + count - 1) == Some(&b'.') {
                    count -= 1;
                }
                let fits = (usize::from(*least)..=most).contains(&count);
                fits.then_some(())?;
                at += count;
            }
        }
    }
    let next = text.get(at).copied().unwrap_or(b' ');
    (!next.is_ascii_alphanumeric()).then_some(at)
}

const TABLES: [&[Shape]; 5] = [
    code::SHAPES,
    cloud::SHAPES,
    ai::SHAPES,
    services::SHAPES,
    special::SHAPES,
];
/// How much of a body must already look random.
const OPENING_BYTES: usize = 64;
const BUCKETS: usize = 1024;
const NONE: u16 = u16::MAX;
/// The first row of each bucket, and after each row the next one of its bucket. Rows are numbered
/// `table << 8 | row`.
static INDEX: Index = index();

struct Index {
    heads: [u16; BUCKETS],
    next: [[u16; 256]; TABLES.len()],
}

const fn bucket(first: u8, second: u8) -> usize {
    ((first as usize) * 37 + (second as usize) * 11) % BUCKETS
}

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler: a wrong index or a table too long would not compile"
)]
const fn index() -> Index {
    let mut index = Index {
        heads: [NONE; BUCKETS],
        next: [[NONE; 256]; TABLES.len()],
    };
    let mut table = TABLES.len();
    while table > 0 {
        table -= 1;
        let mut row = TABLES[table].len();
        assert!(row <= 256, "a table has more rows than a byte can number");
        while row > 0 {
            row -= 1;
            let prefix = TABLES[table][row].prefix.as_bytes();
            let bucket = bucket(prefix[0], prefix[1]);
            index.next[table][row] = index.heads[bucket];
            index.heads[bucket] = ((table as u16) << 8) | row as u16;
        }
    }
    index
}

type Row = (&'static Shape, Option<u16>);

fn head(first: u8, second: u8) -> Option<Row> {
    link(*INDEX.heads.get(bucket(first, second))?)
}

fn link(number: u16) -> Option<Row> {
    let [table, row] = number.to_be_bytes().map(usize::from);
    let shape = TABLES.get(table)?.get(row)?;
    let next = *INDEX.next.get(table)?.get(row)?;
    Some((shape, (next != NONE).then_some(next)))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod tests;
