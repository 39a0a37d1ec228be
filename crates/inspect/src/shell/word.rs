//! Words: quote removal, and what can be expanded without running anything.

use tree_sitter::Node as Tree;

use super::decode;
use super::facts::Unknown;
use super::lower::Lowering;
use super::syntax::{BRACE_CLOSE, BRACE_OPEN, DYNAMIC, SPLIT, Word};

/// Longest value of a variable that is expanded, in bytes.
pub(super) const VARIABLE_BYTES_MAX: usize = 4096;
/// Most bytes that expansions may add to one text.
const EXPANDED_BYTES_MAX: usize = 128 * 1024;
/// Most words that one brace expansion is taken apart into.
const BRACE_WORDS_MAX: usize = 32;

/// Variables whose value can be told, as far as it matters.
const KNOWN_VARIABLES: &[(&str, &str)] = &[
    ("HOME", "~"),
    ("PWD", "."),
    ("TMPDIR", "/tmp"),
    ("SHELL", "/bin/sh"),
    ("BASH", "/bin/bash"),
];

/// A word of any kind.
pub(super) fn word(lowering: &mut Lowering<'_>, node: Tree<'_>) -> Word {
    let mut out = Word::default();
    push(lowering, node, false, &mut out);
    out
}

/// A here-document's text, with what is expanded in it.
pub(super) fn here_document(lowering: &mut Lowering<'_>, node: Tree<'_>) -> Word {
    let mut out = Word::default();
    composite(
        lowering,
        node,
        true,
        node.start_byte(),
        node.end_byte(),
        &mut out,
    );
    out
}

fn push(lowering: &mut Lowering<'_>, node: Tree<'_>, quoted: bool, out: &mut Word) {
    let raw = lowering.raw(node);
    match node.kind() {
        "word"
        | "number"
        | "variable_name"
        | "special_variable_name"
        | "test_operator"
        | "regex"
        | "extglob_pattern"
        | "heredoc_content"
        | "command_name"
            if node.named_child_count() == 0 =>
        {
            unquoted(raw, out);
        }
        "raw_string" => {
            out.text.push_str(
                raw.strip_prefix('\'')
                    .and_then(|raw| raw.strip_suffix('\''))
                    .unwrap_or(raw),
            );
        }
        "string_content" => double_quoted(raw, out),
        "ansi_c_string" => {
            let body = raw
                .strip_prefix("$'")
                .and_then(|raw| raw.strip_suffix('\''))
                .unwrap_or(raw);
            let (text, hides) = decode::ansi_c(body);
            out.decoded |= hides;
            out.text.push_str(&text);
        }
        "string" | "translated_string" => {
            let start = node.start_byte() + raw.find('"').map_or(0, |at| at + 1);
            let end = node
                .end_byte()
                .saturating_sub(usize::from(raw.ends_with('"')));
            composite(lowering, node, true, start, end, out);
        }
        "concatenation" => concatenation(lowering, node, quoted, out),
        "simple_expansion" => {
            let name = raw.trim_start_matches('$');
            expand(lowering, name, None, quoted, out);
        }
        "expansion" => expansion(lowering, node, quoted, out),
        "command_substitution" => {
            let script = lowering.script(node);
            match decode::output(&script) {
                Some(text) if lowering.expanded + text.len() <= EXPANDED_BYTES_MAX => {
                    lowering.expanded += text.len();
                    out.decoded = true;
                    insert(text.trim_end_matches('\n'), quoted, out);
                }
                _ => out.text.push(DYNAMIC),
            }
            out.scripts.push(script);
        }
        "process_substitution" => {
            let script = lowering.script(node);
            out.text.push(DYNAMIC);
            out.scripts.push(script);
        }
        "arithmetic_expansion" => {
            out.text.push(DYNAMIC);
            nested(lowering, node, out);
        }
        "brace_expression" => {
            out.brace = true;
            out.text.push_str(raw);
        }
        "array"
        | "subscript"
        | "binary_expression"
        | "unary_expression"
        | "postfix_expression"
        | "ternary_expression"
        | "parenthesized_expression"
        | "word"
        | "command_name"
        | "regex"
        | "extglob_pattern"
        | "ERROR" => {
            out.text.push(DYNAMIC);
            nested(lowering, node, out);
        }
        _ => {
            lowering.unknown(Unknown::UnlistedNode);
            out.text.push(DYNAMIC);
        }
    }
}

/// The substitutions inside of an expression run, whatever the expression's value is.
fn nested(lowering: &mut Lowering<'_>, node: Tree<'_>, out: &mut Word) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        let mut inner = Word::default();
        push(lowering, child, true, &mut inner);
        out.scripts.append(&mut inner.scripts);
        out.decoded |= inner.decoded;
    }
}

/// A quoted text with expansions in it. What lies between them is text, whether the grammar gives
/// it a node or not.
fn composite(
    lowering: &mut Lowering<'_>,
    node: Tree<'_>,
    quoted: bool,
    start: usize,
    end: usize,
    out: &mut Word,
) {
    let mut at = start;
    let mut cursor = node.walk();
    let children: Vec<_> = node.named_children(&mut cursor).collect();
    for child in children {
        if matches!(child.kind(), "string_content" | "heredoc_content") {
            continue;
        }
        double_quoted(
            lowering
                .text
                .get(at..child.start_byte())
                .unwrap_or_default(),
            out,
        );
        push(lowering, child, quoted, out);
        at = child.end_byte();
    }
    double_quoted(lowering.text.get(at..end).unwrap_or_default(), out);
}

/// Parts side by side. A quoted part between letters is a splice: it is written to be overlooked.
fn concatenation(lowering: &mut Lowering<'_>, node: Tree<'_>, quoted: bool, out: &mut Word) {
    let mut cursor = node.walk();
    let parts: Vec<_> = node.named_children(&mut cursor).collect();
    let literal = |part: &Tree<'_>| match part.kind() {
        "raw_string" => true,
        "ansi_c_string" => true,
        "string" => part
            .named_children(&mut part.walk())
            .all(|child| child.kind() == "string_content"),
        _ => false,
    };
    let plain =
        |part: Option<&Tree<'_>>| part.is_some_and(|part| part.kind() == "word" || literal(part));
    let mut end = node.start_byte();
    for (at, part) in parts.iter().enumerate() {
        // A dollar sign that stands for itself has no node with a name.
        let gap = lowering
            .text
            .get(end..part.start_byte())
            .unwrap_or_default();
        unquoted(gap, out);
        end = part.end_byte();
        let raw = lowering.raw(*part);
        if literal(part) {
            let body = raw.trim_start_matches('$');
            let body = body
                .get(1..body.len().saturating_sub(1))
                .unwrap_or_default();
            let before = at.checked_sub(1).and_then(|at| parts.get(at));
            let joined = before
                .is_some_and(|before| ends_in_name(lowering.raw(*before)) && plain(Some(before)))
                || (out.text.is_empty() && plain(parts.get(at + 1)) && !body.is_empty());
            out.spliced |= joined
                && body
                    .chars()
                    .all(|c| c.is_alphanumeric() || "/._-".contains(c));
        }
        push(lowering, *part, quoted, out);
    }
    unquoted(
        lowering.text.get(end..node.end_byte()).unwrap_or_default(),
        out,
    );
}

fn ends_in_name(raw: &str) -> bool {
    raw.trim_end_matches(['\'', '"'])
        .chars()
        .next_back()
        .is_none_or(char::is_alphanumeric)
}

/// Appends a word to one that ends in a lone dollar sign: together they are an expansion.
pub(super) fn join(lowering: &mut Lowering<'_>, node: Tree<'_>, before: &mut Word) {
    let raw = lowering.raw(node);
    if before.text.ends_with('$') {
        before.text.pop();
        let end = raw
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(raw.len());
        let (name, rest) = raw.split_at(end);
        expand(lowering, name, None, false, before);
        unquoted(rest, before);
    } else {
        lowering.unknown(Unknown::ParseError);
        unquoted(raw, before);
    }
}

/// Text outside of quotes: a backslash keeps the next letter, a line's end after one disappears.
fn unquoted(raw: &str, out: &mut Word) {
    let mut chars = raw.chars();
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some(next) => {
                    out.spliced |= next.is_alphanumeric() && !(first && out.text.is_empty());
                    out.text.push(next);
                }
            },
            '*' | '?' | '[' => {
                out.glob = true;
                out.text.push(c);
            }
            '{' => out.text.push(BRACE_OPEN),
            '}' => out.text.push(BRACE_CLOSE),
            c => out.text.push(c),
        }
        first = false;
    }
}

/// Text inside of double quotes, where a backslash means something before five letters only.
fn double_quoted(raw: &str, out: &mut Word) {
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\n')) => {
                chars.next();
            }
            ('\\', Some('$' | '`' | '"' | '\\')) => out.text.extend(chars.next()),
            _ => out.text.push(c),
        }
    }
}

/// `${name…}`: with a default of its own, or one of the operators that only cut the value.
fn expansion(lowering: &mut Lowering<'_>, node: Tree<'_>, quoted: bool, out: &mut Word) {
    let raw = lowering.raw(node);
    let inner = raw
        .strip_prefix("${")
        .and_then(|raw| raw.strip_suffix('}'))
        .unwrap_or(raw);
    let name_end = inner
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(inner.len());
    let (name, operator) = inner.split_at(name_end);
    if operator.is_empty() {
        return expand(lowering, name, None, quoted, out);
    }
    let defaults = [":-", "-", ":=", "=", ":+", "+"]
        .iter()
        .find(|start| operator.starts_with(**start));
    let mut inner = Word::default();
    let mut cursor = node.walk();
    for child in node
        .named_children(&mut cursor)
        .filter(|child| child.kind() != "variable_name")
    {
        push(lowering, child, quoted, &mut inner);
    }
    out.scripts.append(&mut inner.scripts);
    match defaults {
        // `${x:-rm}` is a value only where `x` has none; both are kept in view by taking the default.
        Some(_) if !name.is_empty() => {
            out.decoded |= inner.decoded || out.text.is_empty();
            let known = if operator.contains('+') {
                None
            } else {
                Some(inner.text.as_str())
            };
            expand(lowering, name, known, quoted, out);
        }
        _ => {
            // `${x@P}` runs the commands in the value, as a prompt does.
            if operator.starts_with('@') && operator.ends_with('P') {
                lowering.unknown(Unknown::DynamicArgument);
                let value = lowering.variables.get(name).cloned().flatten();
                lowering.out.tricks |= value.is_some_and(|value| holds_commands(&value));
            }
            out.text.push(DYNAMIC);
        }
    }
}

/// Whether a text would run something where a shell expands it.
pub(super) fn holds_commands(text: &str) -> bool {
    text.contains("$(") || text.contains('`')
}

/// A variable's value, where the text says it.
fn expand(
    lowering: &mut Lowering<'_>,
    name: &str,
    default: Option<&str>,
    quoted: bool,
    out: &mut Word,
) {
    if name == "IFS" {
        lowering.out.tricks = true;
        out.text.push(if quoted { ' ' } else { SPLIT });
        return;
    }
    let known = KNOWN_VARIABLES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| (*value).to_owned());
    let value = match lowering.variables.get(name) {
        Some(value) => value.clone(),
        None => known.or(default.map(str::to_owned)),
    };
    match value {
        Some(value) if lowering.expanded + value.len() <= EXPANDED_BYTES_MAX => {
            lowering.expanded += value.len();
            insert(&value, quoted, out);
        }
        _ => out.text.push(DYNAMIC),
    }
}

/// An expansion's result: outside of quotes its blanks split the word.
fn insert(value: &str, quoted: bool, out: &mut Word) {
    for c in value.chars() {
        out.text.push(if !quoted && c.is_whitespace() {
            SPLIT
        } else {
            c
        });
    }
}

/// Splits words where an expansion split them, and takes brace expansions apart.
pub(super) fn split_and_expand(lowering: &mut Lowering<'_>, words: Vec<Word>) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len());
    for word in words {
        if !word.text.contains([SPLIT, BRACE_OPEN, BRACE_CLOSE]) {
            out.push(word);
            continue;
        }
        let mut scripts = word.scripts.clone();
        for part in word.text.split(SPLIT).filter(|part| !part.is_empty()) {
            for text in braces(part) {
                lowering.expanded += text.len();
                if lowering.expanded > EXPANDED_BYTES_MAX {
                    lowering.unknown(Unknown::TooLong);
                    return out;
                }
                let brace = word.brace || text.len() != part.len();
                out.push(Word {
                    text,
                    scripts: std::mem::take(&mut scripts),
                    brace,
                    ..word.clone_flags()
                });
            }
        }
    }
    out
}

impl Word {
    fn clone_flags(&self) -> Self {
        Self {
            text: String::new(),
            scripts: Vec::new(),
            spliced: self.spliced,
            decoded: self.decoded,
            glob: self.glob,
            brace: self.brace,
        }
    }
}

/// `a{b,c}d` as `abd` and `acd`; anything else as it is, with its braces.
fn braces(text: &str) -> Vec<String> {
    let mut waiting = vec![text.to_owned()];
    let mut out = Vec::new();
    while let Some(text) = waiting.pop() {
        let parts = text.find(BRACE_CLOSE).and_then(|close| {
            let (head, tail) = text.split_at(close);
            let (head, body) = head.rsplit_once(BRACE_OPEN)?;
            body.contains(',').then_some((
                head.to_owned(),
                body.to_owned(),
                tail.replacen(BRACE_CLOSE, "", 1),
            ))
        });
        match parts {
            Some((head, body, tail)) if waiting.len() + out.len() < BRACE_WORDS_MAX => {
                for choice in body.split(',').rev() {
                    waiting.push(format!("{head}{choice}{tail}"));
                }
            }
            _ => out.push(text.replace(BRACE_OPEN, "{").replace(BRACE_CLOSE, "}")),
        }
    }
    out
}
