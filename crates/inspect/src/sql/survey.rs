//! One pass over a text before it is parsed: how many statements, how deep, and what hides.

use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, words};

/// Most parentheses, brackets and braces around one token.
const DEPTH_MAX: usize = 48;
/// Most tokens that may build one chain of operators; commas and parentheses end a chain.
const CHAIN_MAX: usize = 1_024;
/// Most queries that UNION, EXCEPT and INTERSECT combine.
const SET_OPERATORS_MAX: usize = 128;

/// Most joins that wait for their ON: each nests the parser once more.
const OPEN_JOINS_MAX: usize = 24;

/// What a text looks like from outside.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    /// Statements as they stand between semicolons, without those that are empty.
    pub(super) pieces: Vec<&'a str>,
    /// Characters that a reader does not see, or takes for others.
    pub(super) obscured: bool,
    pub(super) executable_comment: bool,
    pub(super) meta_command: bool,
    pub(super) too_deep: bool,
    /// Readings that databases may have disagree about the number of statements.
    pub(super) ambiguous: bool,
}

pub(super) fn survey(text: &str, dialect: Dialect) -> Survey<'_> {
    let rules = Rules::of(dialect);
    let mut survey = Survey::default();
    let mut nesting = Nesting::default();
    let (mut from, mut at, mut empty, mut line_start) = (0, 0, true, true);
    for (kind, token) in Tokens::new(text, rules) {
        let here = at;
        at += token.len();
        survey.obscured |= obscures(kind, token);
        match kind {
            Kind::Space | Kind::Comment => {
                line_start |= token.contains('\n');
                continue;
            }
            Kind::ExecutableComment => survey.executable_comment = true,
            Kind::Symbol(';') => {
                survey.piece(text.get(from..here), empty);
                (from, empty) = (at, true);
                nesting = Nesting::default();
                continue;
            }
            Kind::Symbol('\\') => survey.meta_command |= dialect != Dialect::SqlServer,
            Kind::Symbol('.' | '!') if line_start => survey.meta_command |= empty,
            _ => {}
        }
        survey.too_deep |= nesting.exceeds(kind, token);
        (empty, line_start) = (false, false);
    }
    survey.piece(text.get(from..), empty);
    survey.obscured |= text.contains('\0');
    survey.ambiguous = ambiguous(text, dialect, survey.pieces.len());
    survey
}

impl<'a> Survey<'a> {
    fn piece(&mut self, text: Option<&'a str>, empty: bool) {
        if !empty {
            self.pieces.extend(text);
        }
    }
}

/// How deep the tree of a statement can become. Parentheses nest, operators chain to the left.
#[derive(Debug, Default)]
struct Nesting {
    /// Tokens since the last comma, for each open parenthesis and for what is around all.
    chains: Vec<usize>,
    set_operators: usize,
    open_joins: usize,
}

impl Nesting {
    fn exceeds(&mut self, kind: Kind, token: &str) -> bool {
        match kind {
            Kind::Symbol('(' | '[' | '{') => self.chains.push(0),
            Kind::Symbol(')' | ']' | '}') => {
                self.chains.pop();
            }
            Kind::Symbol(',') => {
                if let Some(chain) = self.chains.last_mut() {
                    *chain = 0;
                }
            }
            Kind::Word if words::is_set_operator(token) => self.set_operators += 1,
            Kind::Word if token.eq_ignore_ascii_case("join") => self.open_joins += 1,
            Kind::Word
                if ["on", "using"]
                    .iter()
                    .any(|word| token.eq_ignore_ascii_case(word)) =>
            {
                self.open_joins = self.open_joins.saturating_sub(1);
            }
            _ => {}
        }
        match self.chains.last_mut() {
            Some(chain) => *chain += 1,
            None => self.chains.push(1),
        }
        self.chains.len() > DEPTH_MAX + 1
            || self.set_operators > SET_OPERATORS_MAX
            || self.open_joins > OPEN_JOINS_MAX
            || self.chains.last().is_some_and(|&chain| chain > CHAIN_MAX)
                && self.chains.iter().sum::<usize>() > CHAIN_MAX
    }
}

/// Whether a token holds what a reader cannot see or takes for something else. Literals and quoted
/// names may say what they like, except in two directions at once.
fn obscures(kind: Kind, token: &str) -> bool {
    if token.is_ascii() {
        return false;
    }
    let reordering = |char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match kind {
        Kind::Literal | Kind::Quoted => false,
        Kind::Comment | Kind::Unclosed => token.contains(reordering),
        _ => token.contains(|char| reordering(char) || misleading(char)) || mixed(token),
    }
}

/// White space beyond ASCII, what has no width, and the full-width forms of ASCII.
fn misleading(char: char) -> bool {
    char.is_whitespace() && !char.is_ascii()
        || matches!(char, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
        || matches!(char, '\u{feff}' | '\u{ff01}'..='\u{ff5e}')
}

/// Whether a word has letters of ASCII and letters of Greek or Cyrillic.
fn mixed(word: &str) -> bool {
    word.contains(|char: char| char.is_ascii_alphabetic())
        && word.contains(|char| matches!(char, '\u{370}'..='\u{52f}'))
}

/// Whether the count changes where a server is set to read a backslash in the other way, or, where
/// the dialect is not known, with what MySQL, SQL Server or PostgreSQL would take for literals.
fn ambiguous(text: &str, dialect: Dialect, pieces: usize) -> bool {
    let mut others = Vec::new();
    if text.contains('\\') {
        others.push(Rules::of(dialect).with_other_backslash());
    }
    if dialect == Dialect::Generic && text.contains(';') {
        others.extend([Dialect::MySql, Dialect::SqlServer, Dialect::BigQuery].map(Rules::of));
    }
    others.into_iter().any(|rules| count(text, rules) != pieces)
}

fn count(text: &str, rules: Rules) -> usize {
    let (mut pieces, mut empty) = (0_usize, true);
    for (kind, _) in Tokens::new(text, rules) {
        match kind {
            Kind::Space | Kind::Comment => {}
            // A statement that does not end is an error in that reading; those before it would run.
            Kind::Unclosed => return pieces.saturating_sub(usize::from(!empty)).max(1),
            Kind::Symbol(';') => empty = true,
            _ => {
                pieces += usize::from(empty);
                empty = false;
            }
        }
    }
    pieces
}
