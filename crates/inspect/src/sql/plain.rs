//! Statements of a few words that the parser does not know: they name an object and do one thing.

use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, Effect, Facts};

/// More than the longest statement has that is read here.
const TOKENS_MAX: usize = 12;

/// Kinds of objects that DESCRIBE of Snowflake and others is told of.
const OBJECTS: &str = "table view schema database warehouse function procedure stage pipe stream \
    task materialized external dynamic sequence share integration type format file user role";

/// What comes between REINDEX and what is rebuilt.
const REINDEXED: &str = "index table schema database system concurrently";

/// Reads a statement of these. Whether it is one.
pub(super) fn read(statement: &str, facts: &mut Facts) -> bool {
    let tokens: Vec<_> = Tokens::new(statement, Rules::of(facts.dialect))
        .filter(|(kind, _)| !matches!(kind, Kind::Space | Kind::Comment))
        .take(TOKENS_MAX)
        .collect();
    let Some(((Kind::Word, verb), rest)) = tokens.split_first() else {
        return false;
    };
    let postgres = matches!(facts.dialect, Dialect::PostgreSql | Dialect::Generic);
    let sqlite = matches!(facts.dialect, Dialect::Sqlite | Dialect::Generic);
    match verb.to_ascii_lowercase().as_str() {
        "describe" | "desc" => {
            let object = after(rest, OBJECTS);
            let is = object.len() < rest.len() && name(object).is_some();
            if is {
                facts.add(&[Effect::Explain, Effect::Read], &[]);
            }
            is
        }
        "reindex" if postgres || sqlite => {
            let object = after(rest, REINDEXED);
            let is = object.is_empty() && sqlite || name(object).is_some();
            if is {
                facts.add(&[Effect::Admin], &[]);
                facts.writes.extend(name(object));
            }
            is
        }
        "checksum" if facts.dialect == Dialect::MySql => {
            let object = after(rest, "table");
            let is = object.len() < rest.len() && name(object).is_some();
            if is {
                facts.add(&[Effect::Read], &[]);
                facts.reads.extend(name(object));
            }
            is
        }
        _ => false,
    }
}

/// Without the words in front that are in a list.
fn after<'t, 'a>(tokens: &'t [(Kind, &'a str)], words: &str) -> &'t [(Kind, &'a str)] {
    let listed = |(kind, text): &(Kind, &str)| {
        let mut words = words.split_ascii_whitespace();
        *kind == Kind::Word && words.any(|word| text.eq_ignore_ascii_case(word))
    };
    let end = tokens.iter().position(|token| !listed(token));
    tokens
        .get(end.unwrap_or(tokens.len())..)
        .unwrap_or_default()
}

/// The name that these tokens are, and nothing else.
fn name(tokens: &[(Kind, &str)]) -> Option<String> {
    let mut out = String::new();
    for (at, (kind, text)) in tokens.iter().enumerate() {
        match (at % 2, kind) {
            (0, Kind::Word) => out.push_str(&text.to_lowercase()),
            (0, Kind::Quoted) => out.push_str(text.trim_matches(['"', '`', '[', ']'])),
            (1, Kind::Symbol('.')) => out.push('.'),
            _ => return None,
        }
    }
    (tokens.len() % 2 == 1).then_some(out)
}
