//! Ways to write a statement that the parser does not know, written in a way that it knows.
//!
//! Only words are left out that change how something is read, locked or named, never what is read or
//! changed; the rest stays token by token, and is parsed and walked like any other statement.

use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, Effect};

/// Constructors of XML that take words before and names after their arguments.
const XML: &str = "xmlelement xmlattributes xmlforest xmlparse xmlserialize xmlpi xmlroot";

/// The words before an argument in them.
const XML_WORDS: &str = "name document content";

/// The same statement, otherwise written.
pub(super) struct Rewritten {
    pub(super) text: String,
    /// What the words did that were left out.
    pub(super) effects: &'static [Effect],
}

/// What a token is, what it says, and whether nothing stands before it.
type Token<'a> = (Kind, &'a str, bool);

/// Writes a statement otherwise; nothing where nothing is to be changed.
pub(super) fn rewrite(statement: &str, dialect: Dialect) -> Option<Rewritten> {
    let mut all: Vec<Token<'_>> = Vec::new();
    let mut glued = false;
    for (kind, text) in Tokens::new(statement, Rules::of(dialect)) {
        match kind {
            Kind::Space | Kind::Comment => glued = false,
            Kind::ExecutableComment => return None,
            _ => {
                all.push((kind, text, glued));
                glued = true;
            }
        }
    }
    let mut tokens = all.clone();
    let mut effects: &[Effect] = &[];
    if matches!(dialect, Dialect::MySql | Dialect::Generic)
        && let Some(rest) = without_end(&tokens, &["lock", "in", "share", "mode"])
    {
        tokens.truncate(rest);
        effects = &[Effect::Lock];
    }
    if matches!(
        dialect,
        Dialect::PostgreSql | Dialect::MySql | Dialect::Generic
    ) && is(tokens.first(), "table")
    {
        let only = usize::from(is(tokens.get(1), "only"));
        let select = ["SELECT", "*", "FROM"].map(|word| (Kind::Word, word, false));
        tokens.splice(..=only, select);
    }
    if dialect == Dialect::Snowflake && is(tokens.first(), "explain") && is(tokens.get(1), "using")
    {
        tokens.drain(1..3.min(tokens.len()));
    }
    if matches!(dialect, Dialect::PostgreSql | Dialect::Generic) {
        tokens = without_symmetric(&tokens);
        tokens = without_xml_words(&tokens);
    }
    if tokens == all {
        return None;
    }
    let mut text = String::new();
    for (_, word, glued) in tokens {
        text.push_str(if glued { "" } else { " " });
        text.push_str(word);
    }
    Some(Rewritten { text, effects })
}

fn is(token: Option<&Token<'_>>, word: &str) -> bool {
    token.is_some_and(|(kind, text, _)| *kind == Kind::Word && text.eq_ignore_ascii_case(word))
}

/// Where the last words begin, if they are these.
fn without_end(tokens: &[Token<'_>], words: &[&str]) -> Option<usize> {
    let rest = tokens.len().checked_sub(words.len())?;
    let end = tokens.iter().skip(rest).zip(words);
    end.into_iter()
        .all(|(token, word)| is(Some(token), word))
        .then_some(rest)
}

/// BETWEEN SYMMETRIC without the second word.
fn without_symmetric<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::new();
    for token in tokens {
        if !(is(Some(token), "symmetric") && is(out.last(), "between")) {
            out.push(*token);
        }
    }
    out
}

/// Constructors of XML without NAME, DOCUMENT and CONTENT, and without `AS name`.
fn without_xml_words<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let listed = |words: &str, token: Option<&Token<'_>>| {
        words.split_ascii_whitespace().any(|word| is(token, word))
    };
    let mut out: Vec<Token<'a>> = Vec::new();
    // For each open parenthesis, whether it is that of a constructor.
    let mut open = Vec::new();
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            (Kind::Symbol('('), ..) => {
                open.push(listed(XML, out.last()));
                out.push(*token);
                if open.last() == Some(&true) && listed(XML_WORDS, rest.peek().copied()) {
                    rest.next();
                }
                continue;
            }
            (Kind::Symbol(')'), ..) => {
                open.pop();
            }
            token if open.last() == Some(&true) && is(Some(token), "as") => {
                rest.next_if(|(kind, ..)| matches!(kind, Kind::Word | Kind::Quoted));
                continue;
            }
            _ => {}
        }
        out.push(*token);
    }
    out
}
