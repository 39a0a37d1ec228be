//! Whether a text looks like a shell command at all: for arguments whose name says nothing.

use super::programs;
use super::walk::base_name;

/// Longest beginning that is looked at, in bytes.
const LOOKED_AT_BYTES_MAX: usize = 4096;

/// Words that are programs and that sentences begin with, too.
const ALSO_ENGLISH: &[&str] = &[
    "at", "find", "file", "make", "test", "time", "watch", "who", "last", "kill", "cut", "join",
    "sort", "type", "man", "info", "help", "which", "true", "false", "look", "less", "more",
    "head", "tail", "split", "fold", "patch", "host", "mount", "expand", "read", "wait", "let",
    "set", "exit", "return", "break", "continue", "local", "export", "command", "script",
    "strings", "free", "date", "top", "history", "go", "task", "just", "screen", "users", "groups",
    "install", "install", "size", "as", "ex", "column", "paste", "complete", "enable", "clear",
    "reset", "service", "at", "batch", "code", "perf", "defaults", "port", "snap", "exec", "then",
    "eval", "env", "op", "k", "swift", "dart", "crystal", "dig", "fetch", "http", "https", "cal",
    "yes", "ar", "nice", "parallel", "fish", "node", "expect", "julia", "source", "gem", "brew",
    "stack", "mix", "hash", "caller", "diff", "dir", "la",
];

/// Whether a string plausibly holds a shell command: cheap, and rather yes than no.
#[must_use]
pub fn sniff(text: &str) -> bool {
    let mut end = text.len().min(LOOKED_AT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default().trim_start();
    if text.starts_with("#!") {
        return true;
    }
    let marks = [
        "$(",
        "`",
        "<(",
        "/dev/tcp/",
        "| sh",
        "|sh",
        "| bash",
        "|bash",
        "${IFS}",
        "$IFS",
        "<<<",
        "2>&1",
        "/dev/null",
    ];
    if marks.iter().any(|mark| text.contains(mark)) {
        return true;
    }
    text.split(['\n', ';', '|', '&', '(', '{'])
        .any(begins_with_a_program)
}

/// Whether a command line is one of PowerShell: a cmdlet (`Verb-Noun`) begins a statement, or a
/// variable is set.
#[must_use]
pub fn is_powershell(text: &str) -> bool {
    text.split(['\n', ';', '|', '(', '{', '&'])
        .any(|statement| {
            let word = statement.split_whitespace().next().unwrap_or_default();
            match word.split_once('-') {
                Some((verb, noun)) => {
                    let is_word = |part: &str| {
                        part.starts_with(|c: char| c.is_ascii_uppercase())
                            && part.len() > 2
                            && part.chars().all(|c| c.is_ascii_alphanumeric())
                    };
                    is_word(verb) && is_word(noun)
                }
                None => {
                    word.starts_with('$')
                        && statement
                            .trim_start()
                            .get(word.len()..)
                            .is_some_and(|rest| rest.trim_start().starts_with("= "))
                }
            }
        })
}

fn begins_with_a_program(statement: &str) -> bool {
    let mut words = statement
        .split_whitespace()
        .filter(|word| !is_assignment(word));
    let Some(first) = words.next() else {
        return false;
    };
    let plain: String = first
        .chars()
        .filter(|c| !matches!(c, '\'' | '"' | '\\'))
        .collect();
    let name = base_name(&plain);
    let known = programs::class(programs::family(name)).is_some()
        || programs::interpreter(name).is_some()
        || super::wrappers::is_wrapper(name);
    if first.contains('/')
        && (first.starts_with(['/', '.', '~']))
        && (known || first.ends_with(".sh"))
    {
        return true;
    }
    if !known || name.len() < 2 && name != "." {
        return false;
    }
    let second = words.next();
    match second {
        None => !ALSO_ENGLISH.contains(&name),
        Some(second) => {
            !ALSO_ENGLISH.contains(&name)
                || second.starts_with(['-', '/', '.', '~', '$', '\'', '"', '*'])
                || words.any(|word| {
                    word.starts_with("--") || (word.starts_with('-') && word.len() == 2)
                })
        }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}
