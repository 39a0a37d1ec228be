//! What stands around a value: the names that govern it, the words before it, the head of its column.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use super::columns::Columns;
use super::phrases::{Phrases, Verdict};
use super::topics::Topics;
use crate::detect::Scope;
use crate::detect::recent::Recent;

/// How far back the words about a value may stand, in bytes.
const REACH: usize = 56;
/// How far behind it, in bytes: `219099999 (SSN)`.
const REACH_BEHIND: usize = 32;

/// How many heads of columns are remembered.
const HEADS_MAX: usize = 16;

/// What is counted in numbers with many digits.
const UNITS: &[&str] = &[
    "bytes",
    "rows",
    "lines",
    "ms",
    "ns",
    "us",
    "seconds",
    "records",
    "items",
    "files",
    "tokens",
    "requests",
    "events",
    "times",
    "points",
    "users",
    "blocks",
    "ops",
    "iterations",
    "cycles",
    "nanoseconds",
    "microseconds",
    "milliseconds",
    "characters",
    "entries",
    "messages",
    "objects",
];

/// The surroundings of the values in one text.
pub(super) struct Context<'a> {
    scope: &'a Scope<'a>,
    named: OnceCell<Named>,
    columns: OnceCell<Columns>,
    /// What the heads say that were looked up: the cells of a column are seldom alone.
    heads: RefCell<Vec<(&'a str, Topics)>>,
}

/// What is said about one value.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    topics: Topics,
    /// Of them, those that are said in the same clause, by a name or by the head of a column.
    close: Topics,
    against: Against,
}

/// What speaks against a value that nothing speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Against {
    #[default]
    Nothing,
    /// It is somebody's or something's id.
    SomeId,
    /// It is an order, a version, a size.
    Thing,
}

impl Said {
    /// A word says that it is one of these.
    pub(super) const fn says(&self, topics: Topics) -> bool {
        self.topics.meets(topics)
    }

    /// The same, and not in an earlier clause or line: for what has no check digit.
    pub(super) const fn says_closely(&self, topics: Topics) -> bool {
        self.close.meets(topics)
    }

    /// Nothing says that it is something else.
    pub(super) fn leaves_open(&self) -> bool {
        self.against == Against::Nothing
    }

    /// A word says that it is a thing's number, such as an order's.
    pub(super) fn is_thing(&self) -> bool {
        self.against == Against::Thing
    }
}

/// What the governing names say.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    positive: Topics,
    /// Of the nearest name alone.
    against: Topics,
}

impl<'a> Context<'a> {
    pub(super) const fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            named: OnceCell::new(),
            columns: OnceCell::new(),
            heads: RefCell::new(Vec::new()),
        }
    }

    /// What is said about the value at `span`.
    pub(super) fn around(&self, span: &Range<usize>) -> Said {
        let before = self.before(span.start);
        let words = Phrases::of(before).verdict();
        if !words.is_silent() && words.in_clause {
            return Said {
                topics: words.positive,
                close: words.positive,
                against: against(words, is_assigned(before)),
            };
        }
        let column = self.column(span);
        if !column.is_none() {
            return Said::from_name(column.positive(), column);
        }
        if !words.positive.is_none() {
            return Said {
                topics: words.positive,
                ..Said::default()
            };
        }
        let named = self.named();
        if !named.positive.is_none() {
            return Said::from_name(named.positive, Topics::NONE);
        }
        let behind = Phrases::of(self.behind(span.end)).verdict();
        if !behind.positive.is_none() {
            return Said::from_name(behind.positive, Topics::NONE);
        }
        if self.is_counted(span.end) {
            return Said::from_name(Topics::NONE, Topics::THING);
        }
        let fills = before.chars().all(|char| !char.is_alphanumeric());
        Said::from_name(
            Topics::NONE,
            if fills { named.against } else { Topics::NONE },
        )
    }

    /// What the names alone say, for values that are a whole text.
    pub(super) fn named_topics(&self) -> Topics {
        self.named().positive
    }

    fn named(&self) -> Named {
        *self.named.get_or_init(|| match self.scope.definition {
            true => Named::default(),
            false => named(self.scope.names),
        })
    }

    /// The text before a value, from a word's beginning on.
    fn before(&self, start: usize) -> &'a str {
        let text = self.scope.text;
        let mut from = start.saturating_sub(REACH);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let window = past_value(text.get(from..start).unwrap_or_default());
        if from == 0 {
            return window;
        }
        // A word that was cut in two says nothing; a script that parts no words has none to cut.
        match window.find(|char: char| !char.is_ascii_alphanumeric()) {
            Some(cut) => window.get(cut..).unwrap_or_default(),
            None => "",
        }
    }

    /// What follows a value to explain it: in parentheses, or in the words `is my …`.
    fn behind(&self, end: usize) -> &'a str {
        let Some(rest) = self.scope.text.get(end..) else {
            return "";
        };
        let (rest, until): (_, &[char]) = if let Some(rest) = rest.strip_prefix(" (") {
            (rest, &[')'])
        } else if let Some(rest) = rest.strip_prefix(" is ") {
            (rest, &[',', '.', ';', '\n'])
        } else {
            return "";
        };
        let mut reach = REACH_BEHIND.min(rest.len());
        while !rest.is_char_boundary(reach) {
            reach -= 1;
        }
        let window = rest.get(..reach).unwrap_or_default();
        window.split(until).next().unwrap_or_default()
    }

    /// A unit follows: the number says how many.
    fn is_counted(&self, end: usize) -> bool {
        let rest = self
            .scope
            .text
            .get(end..)
            .and_then(|rest| rest.strip_prefix(' '));
        let word = rest.and_then(|rest| rest.split(|char: char| !char.is_alphabetic()).next());
        word.is_some_and(|word| UNITS.iter().any(|unit| word.eq_ignore_ascii_case(unit)))
    }

    /// The cell of a table that a value stands in, and what the head of its column says.
    pub(super) fn cell(&self, span: &Range<usize>) -> Option<(Range<usize>, Topics)> {
        let topics = self.column(span);
        let cell = (!topics.is_none()).then(|| self.columns().cell(self.scope.text, span));
        Some((cell??, topics))
    }

    fn column(&self, span: &Range<usize>) -> Topics {
        let Some(head) = self.columns().head(self.scope.text, span) else {
            return Topics::NONE;
        };
        let mut heads = self.heads.borrow_mut();
        if let Some((_, topics)) = heads.iter().find(|(known, _)| *known == head) {
            return *topics;
        }
        let topics = name_topics(head);
        if heads.len() < HEADS_MAX {
            heads.push((head, topics));
        }
        topics
    }

    fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| Columns::of(self.scope.text))
    }
}

/// The text before a value without the member between its name and it: `name: dob\n  value: "`.
fn past_value(before: &str) -> &str {
    let marks = |char: char| matches!(char, ' ' | '"' | '\'' | ':' | '=');
    let head = before.trim_end_matches(marks);
    let named = head
        .strip_suffix("value")
        .or_else(|| head.strip_suffix("Value"))
        .filter(|_| before.len() > head.len());
    let Some(named) = named else { return before };
    let name = named.trim_end_matches(|char: char| char.is_whitespace() || "\"',-".contains(char));
    if name.len() < named.len() {
        name
    } else {
        before
    }
}

/// Whether a phrase with this topic begins with a word.
pub(super) fn begins(text: &str, word: &Range<usize>, topic: Topics) -> bool {
    let mut end = text.len().min(word.start + REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let phrases = Phrases::of(text.get(word.start..end).unwrap_or_default());
    phrases.first().meets(topic)
}

impl Said {
    fn from_name(topics: Topics, against: Topics) -> Self {
        let against = if !topics.is_none() {
            Against::Nothing
        } else if against.meets(Topics::THING) {
            Against::Thing
        } else if against.is_none() {
            Against::Nothing
        } else {
            Against::SomeId
        };
        Self {
            topics,
            close: topics,
            against,
        }
    }
}

fn against(words: Verdict, is_assigned: bool) -> Against {
    if !words.nearest.positive().is_none() || !words.in_clause {
        Against::Nothing
    } else if words.nearest.meets(Topics::THING) && words.at_end {
        Against::Thing
    } else if words.nearest.meets(Topics::SOME_ID.or(Topics::THING)) || is_assigned && words.at_end
    {
        Against::SomeId
    } else {
        Against::Nothing
    }
}

/// Whether a name and a sign of assignment end the text: `name = `, `"name": "`.
fn is_assigned(before: &str) -> bool {
    let signs = before.trim_end_matches(|char: char| !char.is_alphanumeric());
    before
        .get(signs.len()..)
        .is_some_and(|signs| signs.contains(['=', ':']))
}

/// The nearest name that says something for a kind of data, and what the nearest one says against.
fn named(names: &[&str]) -> Named {
    let mut named = Named::default();
    for (distance, name) in names.iter().rev().enumerate() {
        let topics = name_topics(name);
        if !topics.positive().is_none() {
            named.positive = topics.positive();
            break;
        }
        if distance == 0 {
            named.against = topics;
            if topics.meets(Topics::THING) {
                break;
            }
        }
    }
    named
}

/// Everything that a name says, its clauses together.
pub(super) fn name_topics(name: &str) -> Topics {
    thread_local! {
        static RECENT: Recent<Topics> = const { Recent::new() };
    }
    let judge = |name: &str| {
        let verdict = Phrases::of(name).verdict();
        verdict.positive | verdict.nearest
    };
    RECENT.with(|recent| recent.said(name, judge))
}

#[cfg(test)]
mod tests {
    use super::{Context, Topics};
    use crate::detect::identifiers::testing::scan;
    use crate::detect::{Candidates, Scope};

    /// What is said about the first run of digits of a text.
    fn around(names: &[&str], text: &str) -> (Topics, bool, bool) {
        let candidates: Candidates = scan(text);
        let scope = Scope {
            text,
            candidates: &candidates,
            names,
            definition: false,
        };
        let said = Context::new(&scope).around(&candidates.digits[0]);
        (said.topics, said.leaves_open(), said.is_thing())
    }

    #[test]
    fn words_and_names_speak_for_a_value() {
        for (names, text) in [
            (&["ssn"][..], "219099999"),
            (&["ssn", "value"], "219099999"),
            (&["customer", "socialSecurityNumber"], "219099999"),
            (&[], "his social security number is 219099999"),
            (&[], "219099999 (SSN)"),
            (&[], "219099999 is my SSN."),
            (&[], "name,ssn\nBob,219099999"),
            (&["order_id"], "SSN 219099999"),
        ] {
            assert!(
                around(names, text).0.meets(Topics::US_SSN),
                "{names:?} {text}"
            );
        }
    }

    #[test]
    fn words_and_names_speak_against_a_value() {
        for (names, text, thing) in [
            (&["order_id"][..], "219099999", true),
            (&["id"], "219099999", false),
            (&["created_at"], "219099999", false),
            (&[], "order 219099999", true),
            (&[], "ts=219099999", false),
            (&[], "ssn 219099990, order 219099999", true),
            (&[], "name,order_id\nBob,219099999", true),
        ] {
            let candidates = scan(text);
            let scope = Scope {
                text,
                candidates: &candidates,
                names,
                definition: false,
            };
            let span = candidates.digits.last().unwrap().clone();
            let said = Context::new(&scope).around(&span);
            assert!(!said.leaves_open(), "{names:?} {text}");
            assert_eq!(said.is_thing(), thing, "{names:?} {text}");
        }
    }

    #[test]
    fn other_words_say_nothing() {
        for (names, text) in [
            (&["value"][..], "219099999"),
            (&[], "we look at 219099999"),
            (&["id"], "Bob has 219099999"),
            (&["order", "note"], "219099999"),
        ] {
            let (topics, open, _) = around(names, text);
            assert!(open && topics.is_none(), "{names:?} {text}");
        }
    }
}
