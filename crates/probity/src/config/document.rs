//! A TOML text with overrides, and the way from a byte position back to who wrote it.

use std::ops::Range;

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::file::ConfigFile;
use super::overrides::{self, Override};
use super::{Mistake, Mistakes};

/// The most mistakes that are looked for in one file.
const MISTAKES_MAX: usize = 100;

/// A configuration text with what is laid over it.
///
/// Positions past the end of the text stand for the overrides, one position each.
pub(super) struct Document<'a> {
    name: &'a str,
    text: &'a str,
    overrides: Vec<Override>,
}

impl<'a> Document<'a> {
    pub(super) fn new(name: &'a str, text: &'a str, overrides: Vec<Override>) -> Self {
        Self {
            name,
            text,
            overrides,
        }
    }

    /// Everything in the document that has the right shape; the rest becomes mistakes.
    pub(super) fn read(&self, mistakes: &mut Mistakes) -> ConfigFile {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            mistakes.push(self.mistake(error));
        }
        if !errors.is_empty() {
            // What follows a syntax error may be read wrongly: judging it would mislead.
            return ConfigFile::default();
        }
        let mut table: DeTable<'_> = root.into_inner();
        for (at, over) in self.overrides.iter().enumerate() {
            let start = self.text.len() + 1 + at;
            let span = start..start + 1;
            overrides::lay_over(&mut table, &over.path, over.value(&span), &span);
        }
        self.deserialize(table, mistakes)
    }

    /// Where a byte position belongs, as a mistake without words.
    pub(super) fn at(&self, span: &Range<usize>, message: String) -> Mistake {
        let over = span
            .start
            .checked_sub(self.text.len() + 1)
            .and_then(|at| self.overrides.get(at));
        if let Some(over) = over {
            return Mistake::nowhere(&over.label, message);
        }
        let head = self.text.get(..span.start).unwrap_or(self.text);
        let line = head.matches('\n').count() + 1;
        let column = head.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Mistake {
            source: self.name.to_owned(),
            position: (!self.text.is_empty()).then_some((line, column)),
            message,
        }
    }

    /// Serde stops at the first mistake: so take the entry that it stopped at out, and go on.
    fn deserialize(&self, mut table: DeTable<'_>, mistakes: &mut Mistakes) -> ConfigFile {
        for _ in 0..MISTAKES_MAX {
            let whole = Spanned::new(0..self.text.len(), table.clone());
            let error = match ConfigFile::deserialize(Deserializer::from(whole)) {
                Ok(file) => return file,
                Err(error) => error,
            };
            mistakes.push(self.mistake(&error));
            let Some(span) = error.span() else { break };
            if !take_out(&mut table, &span) {
                break;
            }
        }
        ConfigFile::default()
    }

    fn mistake(&self, error: &toml::de::Error) -> Mistake {
        let message = error.message().trim().replace('\n', ", ");
        self.at(&error.span().unwrap_or(0..0), message)
    }
}

/// Removes the innermost entry whose key or value stands at `span`.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    for (_, value) in table.iter_mut() {
        if let DeValue::Table(inner) = value.get_mut()
            && take_out(inner, span)
        {
            return true;
        }
    }
    let covers = |place: Range<usize>| place.start <= span.start && span.end <= place.end;
    let found = table
        .iter()
        .find(|(key, value)| covers(key.span()) || covers(value.span()))
        .map(|(key, _)| key.clone());
    found.is_some_and(|key| table.remove(&key).is_some())
}
