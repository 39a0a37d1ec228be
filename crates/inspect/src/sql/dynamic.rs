//! Text that a statement runs as SQL. What stands there as a literal is read like any other text;
//! what is only known when it runs is [`Hazard::DynamicSql`] and obscured.

use sqlparser::ast::{BinaryOperator, Expr};

use super::lex::{Kind, Rules, Tokens};
use super::walk::Walk;
use super::{Effect, Facts, Hazard, Unknown, fold};

/// Procedures whose first argument is SQL.
const RUNNERS: &[&str] = &["sp_executesql", "sp_prepexec", "sp_sqlexec"];

/// More than the longest statement has that is read here.
const TOKENS_MAX: usize = 9;

/// What a text holds that is to be read as well.
#[derive(Debug, Default)]
pub(super) struct Inner {
    pub(super) texts: Vec<String>,
}

/// Whether a procedure of this name, in lower case, runs its first argument.
pub(super) fn is_runner(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    RUNNERS.contains(&last)
}

/// EXECUTE IMMEDIATE, EXEC(…) or a procedure such as `sp_executesql`, with the text that it runs.
pub(super) fn runs(walk: &mut Walk<'_>, text: Option<&Expr>) {
    walk.effect(Effect::Call);
    let text = match text {
        // A parameter that is named: `@stmt = N'…'`.
        Some(Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        }) if matches!(&**left, Expr::Identifier(name) if name.value.starts_with('@')) => {
            Some(&**right)
        }
        text => text,
    };
    match text.and_then(fold::text) {
        Some(inner) => {
            // A literal in pieces is a way to keep words from being seen.
            walk.facts.obscured |= !matches!(text, Some(Expr::Value(_) | Expr::Nested(_)));
            walk.inner.texts.push(inner);
        }
        None => unseen(walk.facts),
    }
}

fn unseen(facts: &mut Facts) {
    facts.add(&[], &[Hazard::DynamicSql]);
    facts.obscured = true;
    facts.not_known(Unknown::UnlistedNode);
}

/// Reads `PREPARE name FROM text`, `EXECUTE IMMEDIATE text` and `EXEC (text) AT server`, which the
/// parser does not read in every dialect. Whether it is one of them.
pub(super) fn read(statement: &str, facts: &mut Facts, inner: &mut Inner) -> bool {
    let tokens: Vec<_> = Tokens::new(statement, Rules::of(facts.dialect))
        .filter(|(kind, _)| !matches!(kind, Kind::Space | Kind::Comment))
        .take(TOKENS_MAX)
        .collect();
    let is = |token: Option<&(Kind, &str)>, words: &[&str]| {
        token.is_some_and(|(kind, text)| {
            *kind == Kind::Word && words.iter().any(|word| text.eq_ignore_ascii_case(word))
        })
    };
    let runs = is(tokens.first(), &["exec", "execute"]);
    let (text, remote) = match tokens.as_slice() {
        [_, _, _, text @ ..]
            if is(tokens.first(), &["prepare"]) && is(tokens.get(2), &["from"]) =>
        {
            (text, false)
        }
        [_, _, text @ ..] if runs && is(tokens.get(1), &["immediate"]) => (text, false),
        [
            _,
            (Kind::Symbol('('), _),
            text @ ..,
            (Kind::Symbol(')'), _),
            _,
            (_, _),
        ] if runs && is(tokens.get(tokens.len() - 2), &["at"]) => (text, true),
        _ => return false,
    };
    // What is prepared runs later, or not at all.
    facts.add(&[if runs { Effect::Call } else { Effect::Session }], &[]);
    if remote {
        facts.add(&[], &[Hazard::RemoteConnection]);
    }
    match text {
        [(Kind::Literal, literal)] | [(Kind::Word, "n" | "N"), (Kind::Literal, literal)] => {
            inner.texts.push(unquoted(literal));
        }
        _ => unseen(facts),
    }
    true
}

/// What a literal says. Escapes with a backslash stay as they are written.
fn unquoted(literal: &str) -> String {
    if let Some(tagged) = literal.strip_prefix('$')
        && let Some((tag, body)) = tagged.split_once('$')
    {
        let end = format!("${tag}$");
        return body.strip_suffix(end.as_str()).unwrap_or(body).to_owned();
    }
    let body = literal.trim_start_matches(['e', 'E']);
    let body = body.strip_prefix('\'').unwrap_or(body);
    let body = body.strip_suffix('\'').unwrap_or(body);
    body.replace("''", "'")
}
