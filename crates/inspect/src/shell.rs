//! What a shell command does.
//!
//! The text is parsed, quotes are removed, wrappers (`sudo`, `xargs`, `sh -c`, …) are opened, and each
//! program's arguments are read by its table. Deliberately absent: running, globbing, and guessing.
//! What cannot be told is [`Unknown`].

mod arguments;
mod decode;
mod facts;
mod grammar;
mod inline;
mod interpreters;
mod lower;
mod powershell;
mod programs;
mod sniff;
mod syntax;
mod targets;
mod walk;
mod word;
mod wrappers;

pub use facts::{Dialect, Effect, Facts, Hazard, Unknown};
pub use sniff::{is_powershell, sniff};

/// Longest text that is judged, in bytes: mending a broken one takes the grammar's parser time with
/// the square of its length.
const TEXT_BYTES_MAX: usize = 32 * 1024;
/// Most levels of programs that run programs, or texts within texts.
const LEVELS_MAX: usize = 6;

/// Judges a text in a shell's language.
#[must_use]
pub fn inspect(text: &str, dialect: Dialect) -> Facts {
    let mut walk = walk::Walk::default();
    match dialect {
        Dialect::Bash => walk.text(text, 0),
        Dialect::PowerShell => powershell::text(&mut walk, text, 0),
    }
    walk.facts
}

/// Judges a program's name and arguments, as they are handed over without a shell.
#[must_use]
pub fn inspect_argv(argv: &[String]) -> Facts {
    let mut walk = walk::Walk::default();
    walk.argv(argv);
    walk.facts
}
