//! PRAGMA of SQLite. The parser takes literals only, so that `PRAGMA table_info(t)` is read here.

use super::lex::{Kind, Rules, Tokens};
use super::{Effect, Facts, Hazard, words};

/// Pragmas that report, and take what they report on in parentheses.
const PRAGMAS_REPORT: &[&str] = &[
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "integrity_check",
    "quick_check",
    "function_list",
    "module_list",
    "pragma_list",
    "collation_list",
    "database_list",
    "compile_options",
];

/// Pragmas that act without a value.
const PRAGMAS_ACT: &[&str] = &[
    "wal_checkpoint",
    "optimize",
    "incremental_vacuum",
    "shrink_memory",
    "case_sensitive_like",
];

/// Pragmas whose value stays in the file.
const PRAGMAS_STAY: &[&str] = &[
    "user_version",
    "application_id",
    "schema_version",
    "journal_mode",
    "auto_vacuum",
    "page_size",
    "encoding",
];

/// Pragmas that keep what is written safe from a crash, unless they are off.
const PRAGMAS_SAFE: &[&str] = &["journal_mode", "synchronous"];

/// Adds what a pragma does, by its name in lower case.
pub(super) fn visit(facts: &mut Facts, name: &str, value: Option<String>, is_eq: bool) {
    let last = name.rsplit('.').next().unwrap_or_default();
    if PRAGMAS_ACT.contains(&last) {
        facts.add(&[Effect::Admin], &[]);
    } else if value.is_none() || !is_eq && PRAGMAS_REPORT.contains(&last) {
        facts.add(&[Effect::Read], &[]);
    } else {
        let stays = PRAGMAS_STAY.contains(&last);
        facts.add(
            &[if stays {
                Effect::Admin
            } else {
                Effect::Session
            }],
            &[],
        );
        let value = value.unwrap_or_default();
        let off = ["off", "0", "memory"]
            .iter()
            .any(|off| value.trim_matches('\'').eq_ignore_ascii_case(off));
        if words::disables(last, &value) || off && PRAGMAS_SAFE.contains(&last) {
            facts.add(&[], &[Hazard::SecurityDisabled]);
        }
        if last.ends_with("store_directory") {
            facts.add(&[], &[Hazard::FileAccess]);
        }
    }
}

/// Reads a statement that may be `PRAGMA [schema.]name`, `… = value` or `…(value)`. Whether it is.
pub(super) fn read(text: &str, facts: &mut Facts) -> bool {
    let tokens: Vec<_> = Tokens::new(text, Rules::of(facts.dialect))
        .filter(|(kind, _)| !matches!(kind, Kind::Space | Kind::Comment))
        .take(TOKENS_MAX)
        .collect();
    let (verb, rest) = match tokens.split_first() {
        Some(((Kind::Word, verb), rest)) => (verb, rest),
        _ => return false,
    };
    let rest = match rest {
        [(Kind::Word, _), (Kind::Symbol('.'), _), rest @ ..] => rest,
        rest => rest,
    };
    let [(Kind::Word, name), rest @ ..] = rest else {
        return false;
    };
    let (value, is_eq) = match rest {
        [] => (None, false),
        [(Kind::Symbol('='), _), (kind, value)] if is_value(*kind) => (Some(value), true),
        [
            (Kind::Symbol('('), _),
            (kind, value),
            (Kind::Symbol(')'), _),
        ] if is_value(*kind) => (Some(value), false),
        _ => return false,
    };
    let is_pragma = verb.eq_ignore_ascii_case("pragma");
    if is_pragma {
        let value = value.map(|value| (*value).to_owned());
        visit(facts, &name.to_ascii_lowercase(), value, is_eq);
    }
    is_pragma
}

/// More than the longest pragma has.
const TOKENS_MAX: usize = 9;

const fn is_value(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Word | Kind::Number | Kind::Literal | Kind::Quoted
    )
}
