//! A script with its quotes removed: what the walk goes over.

/// Stands in a word where its value is only known when it runs.
pub(super) const DYNAMIC: char = '\0';
/// Stands in a word where an unquoted expansion splits it.
pub(super) const SPLIT: char = '\u{1}';
/// An unquoted opening brace, until braces are expanded.
pub(super) const BRACE_OPEN: char = '\u{2}';
/// An unquoted closing brace, until braces are expanded.
pub(super) const BRACE_CLOSE: char = '\u{3}';

/// Statements in the order of the text, whatever joins them.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    pub(super) pipelines: Vec<Pipeline>,
}

/// Stages, each of which reads what the one before it writes.
#[derive(Debug, Clone, Default)]
pub(super) struct Pipeline {
    pub(super) stages: Vec<Stage>,
}

/// One stage with its redirections.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) node: Node,
    pub(super) redirects: Vec<Redirect>,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Command(Command),
    /// A subshell, loop, condition or group.
    Group(Script),
    /// A function's name and body.
    Function(String, Script),
}

/// A simple command.
#[derive(Debug, Clone, Default)]
pub(super) struct Command {
    pub(super) assignments: Vec<(String, Word)>,
    pub(super) words: Vec<Word>,
}

#[derive(Debug, Clone)]
pub(super) struct Redirect {
    pub(super) kind: RedirectKind,
    pub(super) target: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RedirectKind {
    Read,
    Write,
    /// A here-document or here-string: the target is the text itself.
    Text,
}

/// A word after quote removal.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub(super) text: String,
    /// What the word substitutes: each of these scripts runs.
    pub(super) scripts: Vec<Script>,
    /// Quotes or escapes stand inside a name that needs none.
    pub(super) spliced: bool,
    /// Part of the text was written as escapes or came out of a decoder.
    pub(super) decoded: bool,
    /// An unquoted `*`, `?` or `[`.
    pub(super) glob: bool,
    /// An unquoted brace expansion.
    pub(super) brace: bool,
}

impl Word {
    pub(super) fn literal(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    pub(super) fn is_literal(&self) -> bool {
        !self.text.contains(DYNAMIC)
    }
}
