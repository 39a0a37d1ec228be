//! What of a definition speaks to the model instead of describing itself: hidden characters and
//! injected instructions.
//!
//! A definition is what a server says of itself to a model: a tool, a prompt, a template, its
//! instructions. Each name and each string in it is read, at any depth. Deliberately absent: a model,
//! and the claim to find everything. What is found is a reason for a person to look.

mod hidden;
mod phrases;

use serde_json::Value;

use crate::difference::pointer;

/// Most places that are told of one definition.
const SUSPICIONS_MAX: usize = 64;

/// Longest string that is read for phrases, in bytes; a longer one is suspicious for that alone.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// What is suspicious about a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suspicion {
    /// Characters of no width, where no script and no emoji needs them.
    ZeroWidth,
    /// Characters that turn the direction of text around (CVE-2021-42574).
    Bidirectional,
    /// Tag characters and runs of variation selectors: text that only a model reads.
    Tags,
    /// Escape sequences of terminals.
    Escapes,
    /// Other control characters.
    Control,
    /// It wants the model to drop what it was told.
    Override,
    /// It wants the model to keep something from the user.
    Secrecy,
    /// Tags around text that look like those of a prompt: `<IMPORTANT>`, `[SYSTEM]`.
    Markup,
    /// It wants the model to read files of keys or passwords.
    SecretFiles,
    /// It wants the model to send elsewhere what it knows.
    Exfiltration,
    /// It wants to change how other tools are used.
    Steering,
    /// A text too long to be read.
    TooLong,
}

impl Suspicion {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::ZeroWidth,
        Self::Bidirectional,
        Self::Tags,
        Self::Escapes,
        Self::Control,
        Self::Override,
        Self::Secrecy,
        Self::Markup,
        Self::SecretFiles,
        Self::Exfiltration,
        Self::Steering,
        Self::TooLong,
    ];

    /// From its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Its name in records: `definition:` and the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ZeroWidth => "definition:zero_width",
            Self::Bidirectional => "definition:bidirectional",
            Self::Tags => "definition:tags",
            Self::Escapes => "definition:escapes",
            Self::Control => "definition:control",
            Self::Override => "definition:override",
            Self::Secrecy => "definition:secrecy",
            Self::Markup => "definition:markup",
            Self::SecretFiles => "definition:secret_files",
            Self::Exfiltration => "definition:exfiltration",
            Self::Steering => "definition:steering",
            Self::TooLong => "definition:too_long",
        }
    }
}

/// A suspicion and the place that it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspicious {
    /// JSON Pointer (RFC 6901) of the string, or of the member whose name it is.
    pub path: String,
    /// What it is.
    pub what: Suspicion,
}

/// What is suspicious in a definition, in the order of its places; nothing for what is not JSON:
/// that has no fingerprint either, and does not pass as a definition.
pub fn suspicions(definition: &[u8]) -> Vec<Suspicious> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice(definition) {
        walk(&value, &mut String::new(), &mut found);
    }
    found.truncate(SUSPICIONS_MAX);
    found
}

/// What is suspicious in one text.
pub fn suspicions_of_text(text: &str) -> Vec<Suspicion> {
    let mut found = hidden::find(text);
    if text.len() > TEXT_BYTES_MAX {
        found.push(Suspicion::TooLong);
    } else {
        found.extend(phrases::find(text));
    }
    found
}

fn walk(value: &Value, path: &mut String, found: &mut Vec<Suspicious>) {
    if found.len() >= SUSPICIONS_MAX {
        return;
    }
    match value {
        Value::String(text) => look(text, path, found),
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                below(path, &at.to_string(), |path| walk(element, path, found));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                below(path, name, |path| {
                    look(name, path, found);
                    walk(member, path, found);
                });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn look(text: &str, path: &str, found: &mut Vec<Suspicious>) {
    for what in suspicions_of_text(text) {
        let path = path.to_owned();
        found.push(Suspicious { path, what });
    }
}

fn below(path: &mut String, name: &str, step: impl FnOnce(&mut String)) {
    let length = path.len();
    pointer(path, name);
    step(path);
    path.truncate(length);
}
