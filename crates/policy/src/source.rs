//! Policies as people write them, and what is wrong with them.

use std::fmt;
use std::sync::Arc;

/// A file of policies in Cedar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name, for mistakes.
    pub name: Arc<str>,
    /// What is in it.
    pub text: Arc<str>,
}

/// Something that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: Arc<str>,
    /// The line, from 1; `None` where it is about the file as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do, where that can be said.
    pub help: Option<String>,
}

impl Mistake {
    pub(crate) fn at(source: &Source, offset: Option<usize>, what: impl Into<String>) -> Self {
        Self {
            file: source.name.clone(),
            line: offset.map(|offset| line_of(&source.text, offset)),
            what: what.into(),
            help: None,
        }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
