//! Whether a text is worth reading as SQL.

use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, TEXT_BYTES_MAX};

/// How many tokens of a statement are looked at.
const TOKENS_MAX: usize = 64;
/// How many statements of a text are looked at.
const STATEMENTS_MAX: usize = 16;

/// Whether a text plausibly holds SQL: for arguments whose names say nothing.
///
/// Cheap, and wrong on the side of yes. Prose that begins with a verb of SQL is none unless the
/// words after it are those of a statement.
pub fn sniff(text: &str) -> bool {
    let mut statement = Vec::new();
    let mut statements = 0;
    let end = (TEXT_BYTES_MAX..=text.len()).find(|&at| text.is_char_boundary(at));
    let text = end.and_then(|end| text.get(..end)).unwrap_or(text);
    for (kind, token) in Tokens::new(text, Rules::of(Dialect::Generic)) {
        match kind {
            Kind::Space | Kind::Comment => {}
            Kind::ExecutableComment => return true,
            Kind::Symbol(';') => {
                if is_statement(&statement) {
                    return true;
                }
                statement.clear();
                statements += 1;
                if statements == STATEMENTS_MAX {
                    return false;
                }
            }
            Kind::Symbol('(') if statement.is_empty() => {}
            _ if statement.len() < TOKENS_MAX => statement.push((kind, token)),
            _ => {}
        }
    }
    is_statement(&statement)
}

fn is_statement(tokens: &[(Kind, &str)]) -> bool {
    let word = |at: usize| match tokens.get(at) {
        Some((Kind::Word, word)) => word.to_ascii_lowercase(),
        _ => String::new(),
    };
    let symbol = |wanted: char| tokens.iter().any(|(kind, _)| *kind == Kind::Symbol(wanted));
    let has = |wanted: &str| {
        tokens
            .iter()
            .any(|(kind, token)| *kind == Kind::Word && token.eq_ignore_ascii_case(wanted))
    };
    let (second, third) = (word(1), word(2));
    // Verbs in capitals are not prose.
    let loud = tokens.first().is_some_and(|(_, word)| {
        word.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    });
    match word(0).as_str() {
        "select" => {
            let from = tokens
                .iter()
                .position(|(_, token)| token.eq_ignore_ascii_case("from"));
            match from {
                Some(2) => tokens.len() > 3,
                Some(_) => loud || symbol('*') || symbol(',') || symbol('=') || symbol('('),
                None => {
                    loud || tokens.get(1).is_some_and(|(kind, _)| *kind != Kind::Word)
                        || symbol('(')
                }
            }
        }
        "insert" | "replace" | "merge" => second == "into" || loud && tokens.len() > 2,
        "update" => has("set") && symbol('='),
        "delete" => {
            second == "from" && (loud || has("where") || tokens.len() == 3) || loud && has("from")
        }
        "with" => has("as") && symbol('(') && (has("select") || has("delete") || has("update")),
        "drop" | "create" | "alter" | "truncate" | "undrop" | "rename" => {
            OBJECTS.contains(&second.as_str())
                || OBJECTS.contains(&third.as_str())
                || loud && tokens.len() > 1
        }
        "grant" | "revoke" | "deny" => {
            has("on") && (has("to") || has("from")) || loud && tokens.len() > 2
        }
        "copy" => {
            has("from") && symbol('(') || has("to") && has("program") || loud && tokens.len() > 2
        }
        "exec" | "execute" | "call" => {
            symbol('(')
                || symbol('=')
                || second.starts_with("xp_")
                || second.starts_with("sp_")
                || loud && tokens.len() > 1
        }
        "pragma" | "waitfor" | "dbcc" | "reconfigure" | "begin" | "commit" | "rollback"
        | "vacuum" | "shutdown" => tokens.len() <= 2 || loud || symbol('='),
        "explain" | "describe" | "desc" => {
            matches!(
                second.as_str(),
                "select" | "analyze" | "insert" | "update" | "delete" | "query"
            ) || loud
        }
        "set" | "declare" => symbol('=') || second.starts_with('@') || loud && tokens.len() > 2,
        "show" | "use" | "load" | "lock" | "kill" | "attach" | "do" | "values" | "handler"
        | "bulk" | "backup" | "restore" | "flush" | "install" | "put" | "export" => {
            loud && tokens.len() > 1
                || matches!(
                    second.as_str(),
                    "database" | "databases" | "tables" | "data" | "insert"
                )
                || matches!(tokens.get(1), Some((Kind::Literal, _))) && tokens.len() < 4
        }
        _ => false,
    }
}

/// What CREATE, ALTER and DROP are about.
const OBJECTS: &[&str] = &[
    "table",
    "database",
    "schema",
    "view",
    "index",
    "user",
    "role",
    "function",
    "procedure",
    "trigger",
    "sequence",
    "type",
    "extension",
    "policy",
    "login",
    "materialized",
    "temporary",
    "temp",
    "unique",
    "or",
    "external",
    "stage",
    "server",
    "system",
    "column",
    "session",
];
