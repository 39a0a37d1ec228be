//! Where literals, comments and statements begin and end, without a grammar.
//!
//! The parser has a tokenizer of its own. This one is here for what must be known of a text that
//! does not parse, for what the parser's drops, and as the second opinion on where a statement ends.

use super::Dialect;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// The beginning of a comment that MySQL and MariaDB run. What follows is code.
    ExecutableComment,
    Literal,
    Quoted,
    Word,
    Number,
    Symbol(char),
    /// A literal, a quoted name or a comment that does not end.
    Unclosed,
}

/// How a dialect writes literals and comments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// A backslash escapes in `'…'` and `"…"`.
    backslash: bool,
    nested_comments: bool,
    hash_comments: bool,
    slash_comments: bool,
    /// `--` begins a comment only before white space.
    dash_needs_space: bool,
    dollar_quotes: bool,
    brackets: bool,
    triple_quotes: bool,
    /// `/*!` is code.
    executable_comments: bool,
}

impl Rules {
    /// The same with the other reading of the backslash.
    pub(super) const fn with_other_backslash(self) -> Self {
        Self {
            backslash: !self.backslash,
            ..self
        }
    }

    pub(super) const fn of(dialect: Dialect) -> Self {
        let plain = Self {
            backslash: false,
            nested_comments: false,
            hash_comments: false,
            slash_comments: false,
            dash_needs_space: false,
            dollar_quotes: false,
            brackets: false,
            triple_quotes: false,
            executable_comments: false,
        };
        match dialect {
            Dialect::PostgreSql => Self {
                nested_comments: true,
                dollar_quotes: true,
                ..plain
            },
            Dialect::MySql => Self {
                backslash: true,
                hash_comments: true,
                dash_needs_space: true,
                executable_comments: true,
                ..plain
            },
            Dialect::Sqlite => Self {
                brackets: true,
                ..plain
            },
            Dialect::SqlServer => Self {
                nested_comments: true,
                brackets: true,
                ..plain
            },
            Dialect::Snowflake => Self {
                backslash: true,
                slash_comments: true,
                dollar_quotes: true,
                ..plain
            },
            Dialect::BigQuery => Self {
                backslash: true,
                hash_comments: true,
                triple_quotes: true,
                ..plain
            },
            Dialect::Generic => Self {
                nested_comments: true,
                dollar_quotes: true,
                executable_comments: true,
                ..plain
            },
        }
    }
}

/// The tokens of a text, in order and without gaps.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    rules: Rules,
    /// Inside of an executable comment: its end is not code.
    executing: bool,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(text: &'a str, rules: Rules) -> Self {
        Self {
            rest: text,
            rules,
            executing: false,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Kind, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, bytes) = if self.executing && self.rest.starts_with("*/") {
            self.executing = false;
            (Kind::Comment, 2)
        } else {
            token(self.rest, self.rules)?
        };
        self.executing |= kind == Kind::ExecutableComment;
        let (token, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some((kind, token))
    }
}

/// The first token of `rest` and its length in bytes.
fn token(rest: &str, rules: Rules) -> Option<(Kind, usize)> {
    let first = rest.chars().next()?;
    let second = rest.chars().nth(1);
    let ended = |kind, bytes: Option<usize>| match bytes {
        Some(bytes) => (kind, bytes),
        None => (Kind::Unclosed, rest.len()),
    };
    Some(match (first, second) {
        ('-', Some('-')) if !rules.dash_needs_space || dash_comment(rest) => line(rest),
        ('#', _) if rules.hash_comments => line(rest),
        ('/', Some('/')) if rules.slash_comments => line(rest),
        ('/', Some('*')) => match executable(rest) {
            Some(bytes) if rules.executable_comments => (Kind::ExecutableComment, bytes),
            _ => ended(Kind::Comment, comment(rest, rules.nested_comments)),
        },
        ('\'' | '"', _) if rules.triple_quotes && triple(rest, first) => {
            let kind = Kind::Literal;
            ended(kind, long_string(rest, first))
        }
        ('\'', _) => ended(Kind::Literal, quoted(rest, 0, '\'', rules.backslash)),
        ('"', _) => ended(Kind::Quoted, quoted(rest, 0, '"', rules.backslash)),
        ('`', _) => ended(Kind::Quoted, quoted(rest, 0, '`', false)),
        ('[', _) if rules.brackets => ended(Kind::Quoted, quoted(rest, 0, ']', false)),
        ('e' | 'E', Some('\'')) if !rules.backslash && rules.dollar_quotes => {
            ended(Kind::Literal, quoted(rest, 1, '\'', true))
        }
        ('$', _) if rules.dollar_quotes => match dollar_tag(rest) {
            Some(tag) => ended(Kind::Literal, dollar_quoted(rest, tag)),
            None => (Kind::Symbol('$'), 1),
        },
        (first, _) if first.is_whitespace() => {
            (Kind::Space, span(rest, |char| char.is_whitespace()))
        }
        (first, _) if first.is_ascii_digit() => (
            Kind::Number,
            span(rest, |char| char.is_ascii_alphanumeric()),
        ),
        (first, _) if in_word(first) => (Kind::Word, span(rest, in_word)),
        (first, _) => (Kind::Symbol(first), first.len_utf8()),
    })
}

fn in_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$' | '@')
}

fn span(text: &str, within: impl Fn(char) -> bool) -> usize {
    text.find(|char| !within(char)).unwrap_or(text.len())
}

fn line(rest: &str) -> (Kind, usize) {
    (Kind::Comment, rest.find('\n').unwrap_or(rest.len()))
}

/// Whether `--` is followed as MySQL asks for.
fn dash_comment(rest: &str) -> bool {
    let after = rest.chars().nth(2);
    after.is_none_or(|char| char.is_whitespace() || char.is_control())
}

/// The length of `/*!`, `/*!50001` or `/*M!100100`.
fn executable(rest: &str) -> Option<usize> {
    let after = rest
        .strip_prefix("/*!")
        .or_else(|| rest.strip_prefix("/*M!"))?;
    let digits = span(after, |char| char.is_ascii_digit()).min(6);
    Some(rest.len() - after.len() + digits)
}

fn comment(rest: &str, nested: bool) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let tail = rest.get(at..)?;
        let next = tail.find(['*', '/'])?;
        let tail = tail.get(next..)?;
        at += next;
        if tail.starts_with("/*") && (nested || depth == 0) {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
}

/// The length of a token that opens at `from` and ends with `quote`, which stands for itself when it
/// is doubled.
fn quoted(rest: &str, from: usize, quote: char, backslash: bool) -> Option<usize> {
    let mut at = from + 1;
    loop {
        let tail = rest.get(at..)?;
        let next = tail.find([quote, '\\'])?;
        let tail = tail.get(next..)?;
        let mut chars = tail.chars();
        let found = chars.next()?;
        let after = chars.next();
        at += next + found.len_utf8();
        if found == '\\' && quote != '\\' {
            if backslash {
                at += after?.len_utf8();
            }
        } else if after == Some(quote) {
            at += quote.len_utf8();
        } else {
            return Some(at);
        }
    }
}

fn triple(rest: &str, quote: char) -> bool {
    rest.chars().take(3).filter(|&char| char == quote).count() == 3
}

fn long_string(rest: &str, quote: char) -> Option<usize> {
    let mut at = 3;
    loop {
        let tail = rest.get(at..)?;
        let next = tail.find([quote, '\\'])?;
        let tail = tail.get(next..)?;
        at += next;
        if tail.starts_with('\\') {
            at += 1 + tail.chars().nth(1)?.len_utf8();
        } else if triple(tail, quote) {
            return Some(at + 3);
        } else {
            at += 1;
        }
    }
}

/// `$tag$` at the beginning of `rest`.
fn dollar_tag(rest: &str) -> Option<&str> {
    let tag = rest.strip_prefix('$')?;
    let end = tag.find('$')?;
    let name = tag.get(..end)?;
    let digit = name.starts_with(|char: char| char.is_ascii_digit());
    if digit || name.contains(|char: char| !(char.is_alphanumeric() || char == '_')) {
        return None;
    }
    rest.get(..end + 2)
}

fn dollar_quoted(rest: &str, tag: &str) -> Option<usize> {
    let body = rest.get(tag.len()..)?;
    Some(tag.len() + body.find(tag)? + tag.len())
}
