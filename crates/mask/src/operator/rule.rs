use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use aws_lc_rs::digest;
use model::Digest;
use regex::{Regex, RegexBuilder};

use super::path::{FieldPath, PathFault};
use crate::crossing::{Crossing, Direction};
use crate::detect::{Certainty, Class};
use crate::rules::{Leaf, Spot};

/// A compiled pattern takes no more memory than this, in bytes.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// A dictionary has no more words than this.
const WORDS_MAX: usize = 100_000;
/// Where an answer's structured content lies: the text beside it mirrors it.
const STRUCTURED: &str = "/result/structuredContent";

/// A rule as it is written. What it finds is the union of what its parts find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What the data is called, in snake case; it stands in placeholders and findings.
    pub kind: String,
    /// What policy and style go by.
    pub class: Class,
    /// A regular expression over texts; if it has a group named `value`, that alone is the value.
    pub pattern: Option<String>,
    /// A regular expression over names of members: their values, whatever is in them.
    pub names: Option<String>,
    /// JSONPath (RFC 9535) without filters and negative indexes: the values there.
    pub fields: Vec<String>,
    /// Words and phrases, wherever they stand as such; letter case does not matter in ASCII.
    pub words: Vec<String>,
    /// Only of these upstreams; empty: of all.
    pub upstreams: Vec<String>,
    /// Only of these tools; empty: of all.
    pub tools: Vec<String>,
    /// Only in this direction.
    pub direction: Option<Direction>,
    /// Texts or JSON messages in which it finds something.
    pub finds: Vec<String>,
    /// Texts or JSON messages in which it finds nothing.
    pub keeps: Vec<String>,
}

/// Why a rule cannot be in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Its kind is no name.
    #[error("a kind is made of lower-case letters, digits and `_`, and begins with a letter")]
    Kind,
    /// It looks for nothing.
    #[error("a rule needs a `pattern`, `names`, `fields` or `words`")]
    Empty,
    /// A regular expression is none, or is too large.
    #[error("`{member}`: {what}")]
    Pattern {
        /// Which.
        member: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A regular expression also finds the empty text.
    #[error("`{0}` also finds the empty text: it would find something everywhere")]
    FindsNothing(&'static str),
    /// A field's path is none.
    #[error("`{path}`: {fault}")]
    Field {
        /// The path.
        path: String,
        /// What is wrong with it.
        fault: PathFault,
    },
    /// The dictionary is too large, or has an empty word.
    #[error("`words` has at most {WORDS_MAX} words, none of them empty")]
    Words,
    /// No example shows that it ever finds anything.
    #[error(
        "write at least one example under `finds`: a rule that never finds anything protects nothing"
    )]
    Unproven,
    /// It finds nothing in an example in which it should.
    #[error("it finds nothing in example {0} of `finds`")]
    Misses(usize),
    /// It finds something in an example in which it should not.
    #[error("it finds something in example {0} of `keeps`")]
    Takes(usize),
}

/// A rule that can be asked.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    kind: String,
    class: Class,
    pattern: Option<Regex>,
    names: Option<Regex>,
    fields: Vec<FieldPath>,
    words: Option<AhoCorasick>,
    upstreams: Vec<String>,
    tools: Vec<String>,
    direction: Option<Direction>,
}

impl Compiled {
    pub(super) fn new(rule: &Rule) -> Result<Self, Vec<RuleFault>> {
        let mut faults = Vec::new();
        let mut keep = |fault| faults.push(fault);
        if !is_kind(&rule.kind) {
            keep(RuleFault::Kind);
        }
        let nothing = rule.pattern.is_none() && rule.names.is_none();
        if nothing && rule.fields.is_empty() && rule.words.is_empty() {
            keep(RuleFault::Empty);
        }
        let mut compile = |member, text: &Option<String>| {
            let regex = pattern(member, text.as_deref()?);
            regex.map_err(&mut keep).ok()
        };
        let (pattern, names) = (
            compile("pattern", &rule.pattern),
            compile("names", &rule.names),
        );
        let mut fields = Vec::new();
        for path in &rule.fields {
            match FieldPath::parse(path) {
                Ok(field) => fields.push(field),
                Err(fault) => keep(RuleFault::Field {
                    path: path.clone(),
                    fault,
                }),
            }
        }
        let words = dictionary(&rule.words).map_err(&mut keep).ok().flatten();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            kind: rule.kind.clone(),
            class: rule.class,
            pattern,
            names,
            fields,
            words,
            upstreams: rule.upstreams.clone(),
            tools: rule.tools.clone(),
            direction: rule.direction,
        })
    }

    pub(super) fn find(&self, leaf: &Leaf<'_>, found: &mut Vec<Spot>) {
        if leaf.text.is_empty() || !self.applies(&leaf.at) {
            return;
        }
        let mut add = |span: std::ops::Range<usize>| {
            if !span.is_empty() {
                found.push(Spot {
                    kind: Cow::Owned(self.kind.clone()),
                    class: self.class,
                    certainty: Certainty::Checked,
                    span,
                });
            }
        };
        if self.is_field(leaf) {
            add(0..leaf.text.len());
            return;
        }
        if let Some(pattern) = &self.pattern {
            for captures in pattern.captures_iter(leaf.text) {
                let value = captures.name("value").or_else(|| captures.get(0));
                value.into_iter().for_each(|value| add(value.range()));
            }
        }
        if let Some(words) = &self.words {
            for word in words.find_iter(leaf.text) {
                if stands_alone(leaf.text, &word.range()) {
                    add(word.range());
                }
            }
        }
    }

    /// Whether the leaf as a whole is a value that is meant by its name or its place.
    fn is_field(&self, leaf: &Leaf<'_>) -> bool {
        let named = |names: &Regex| leaf.names.iter().any(|name| names.is_match(name));
        if !leaf.definition && self.names.as_ref().is_some_and(named) {
            return true;
        }
        if self.fields.is_empty() {
            return false;
        }
        let Some(path) = leaf.path() else {
            return false;
        };
        let selected = |path: &str| self.fields.iter().any(|field| field.selects(path));
        selected(&path) || (leaf.depth > 0 && selected(&format!("{STRUCTURED}{path}")))
    }

    fn applies(&self, at: &Crossing<'_>) -> bool {
        let among = |list: &[String], name: &str| list.iter().any(|one| one == name);
        self.direction.is_none_or(|one| one == at.direction)
            && (self.upstreams.is_empty() || among(&self.upstreams, at.upstream))
            && (self.tools.is_empty() || at.tool.is_some_and(|tool| among(&self.tools, tool)))
    }
}

/// Over everything that decides, in the order in which it is written.
pub(super) fn digest(rules: &[Rule]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for rule in rules {
        // Every text with its length, so that no two lists of rules are the same bytes.
        context.update(format!("{rule:?}\n").as_bytes());
    }
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(context.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    Digest::from_bytes(bytes)
}

fn is_kind(kind: &str) -> bool {
    let rest = kind.strip_prefix(|c: char| c.is_ascii_lowercase());
    kind.len() <= 64
        && rest.is_some_and(|rest| {
            rest.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
}

fn pattern(member: &'static str, text: &str) -> Result<Regex, RuleFault> {
    let regex = RegexBuilder::new(text)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .build()
        .map_err(|error| RuleFault::Pattern {
            member,
            what: error.to_string(),
        })?;
    if regex.is_match("") {
        return Err(RuleFault::FindsNothing(member));
    }
    Ok(regex)
}

fn dictionary(words: &[String]) -> Result<Option<AhoCorasick>, RuleFault> {
    if words.is_empty() {
        return Ok(None);
    }
    if words.len() > WORDS_MAX || words.iter().any(String::is_empty) {
        return Err(RuleFault::Words);
    }
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(words)
        .map(Some)
        .map_err(|_| RuleFault::Words)
}

/// Whether no letter or digit touches the word.
fn stands_alone(text: &str, word: &std::ops::Range<usize>) -> bool {
    let before = text.get(..word.start).and_then(|t| t.chars().next_back());
    let after = text.get(word.end..).and_then(|t| t.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}
