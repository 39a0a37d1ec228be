//! What is laid over the file: environment variables and flags, each one value at one path.

use std::borrow::Cow;
use std::ffi::OsString;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Mistake, Mistakes};

/// What begins the name of each variable that this product reads.
const PREFIX: &str = "PROBITY_";

/// Variables with another meaning than a path into the configuration.
const NOT_CONFIGURATION: &[&str] = &["CONFIG", "GATEWAY", "LOG", "LOG_FORMAT", "LONG", "TOKEN"];
/// What begins variables with another meaning: the tests' own.
const NOT_CONFIGURATION_PREFIX: &[&str] = &["TEST_", "BENCH_", "E2E_"];

/// One value that is laid over the file.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    /// Where it comes from, for messages: `PROBITY_LISTEN`, `--listen`.
    pub(crate) label: String,
    /// The keys that lead to it.
    pub(crate) path: Vec<String>,
    /// The value.
    pub(crate) given: Given,
}

/// A value as a variable or a flag gives it.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    /// A TOML value if it reads as one, else a text.
    Variable(String),
    /// A text.
    Text(String),
    /// Texts.
    Words(Vec<String>),
    /// True.
    Yes,
}

impl Override {
    pub(crate) fn new(label: &str, path: &[&str], given: Given) -> Self {
        Self {
            label: label.to_owned(),
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            given,
        }
    }

    /// The value, every place in it being `span`.
    pub(super) fn value(&self, span: &Range<usize>) -> DeValue<'_> {
        let text = |text: &str| DeValue::String(Cow::Owned(text.to_owned()));
        match &self.given {
            Given::Yes => DeValue::Boolean(true),
            Given::Text(given) => text(given),
            Given::Words(words) => DeValue::Array(
                words
                    .iter()
                    .map(|word| Spanned::new(span.clone(), text(word)))
                    .collect(),
            ),
            Given::Variable(given) => match DeValue::parse(given) {
                Ok(value) if !value.get_ref().is_datetime() => respan(value.into_inner(), span),
                _ => text(given),
            },
        }
    }
}

/// `PROBITY_LIMITS__BODY_BYTES_MAX=1000` is `limits.body_bytes_max = 1000`: two underscores
/// separate keys, and letters become lower case. A value that is no TOML value is a text.
pub(super) fn from_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
    mistakes: &mut Mistakes,
) -> Vec<Override> {
    let mut found: Vec<Override> = variables
        .filter_map(|(name, value)| {
            let name = name.to_str()?;
            let key = name.strip_prefix(PREFIX)?;
            if NOT_CONFIGURATION.contains(&key)
                || NOT_CONFIGURATION_PREFIX.iter().any(|p| key.starts_with(p))
            {
                return None;
            }
            let Some(value) = value.to_str() else {
                mistakes.push(Mistake::nowhere(name, "is not UTF-8".to_owned()));
                return None;
            };
            Some(Override {
                label: name.to_owned(),
                path: key.to_lowercase().split("__").map(str::to_owned).collect(),
                given: Given::Variable(value.to_owned()),
            })
        })
        .collect();
    found.sort_by(|a, b| a.label.cmp(&b.label));
    found
}

/// Puts a value at its path, making the tables on the way; all of it gets the given span.
pub(super) fn lay_over<'a>(
    table: &mut DeTable<'a>,
    path: &'a [String],
    value: DeValue<'a>,
    span: &Range<usize>,
) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    let spanned_key = Spanned::new(span.clone(), Cow::Borrowed(key.as_str()));
    if rest.is_empty() {
        table.remove(key.as_str());
        table.insert(spanned_key, Spanned::new(span.clone(), value));
        return;
    }
    let inner = table
        .entry(spanned_key)
        .or_insert_with(|| Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
    if !inner.get_ref().is_table() {
        *inner = Spanned::new(span.clone(), DeValue::Table(DeTable::new()));
    }
    if let DeValue::Table(inner) = inner.get_mut() {
        lay_over(inner, rest, value, span);
    }
}

/// The value with every place in it moved to `span`: mistakes in it belong to its source.
fn respan<'a>(value: DeValue<'a>, span: &Range<usize>) -> DeValue<'a> {
    match value {
        DeValue::Array(items) => DeValue::Array(
            items
                .into_iter()
                .map(|item| Spanned::new(span.clone(), respan(item.into_inner(), span)))
                .collect(),
        ),
        DeValue::Table(entries) => DeValue::Table(
            entries
                .into_iter()
                .map(|(key, item)| {
                    (
                        Spanned::new(span.clone(), key.into_inner()),
                        Spanned::new(span.clone(), respan(item.into_inner(), span)),
                    )
                })
                .collect(),
        ),
        other => other,
    }
}
