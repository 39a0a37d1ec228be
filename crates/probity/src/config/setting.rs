//! Values that may be secrets: how they are written, where they come from, what they are.

use std::fmt;
use std::path::{Path, PathBuf};

use gateway::Secret;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A value as it is written: a text, `{ env = "NAME" }` or `{ file = "PATH" }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// The value itself.
    Text(String),
    /// The name of the environment variable that has it.
    Env(String),
    /// The file that has it; white space at its end does not count.
    File(PathBuf),
}

/// Where a value came from: what may be printed about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// It stands in the configuration, so it is no secret.
    Text(String),
    /// From this environment variable.
    Env(String),
    /// From this file.
    File(PathBuf),
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) source: Source,
    pub(crate) value: Secret,
}

/// `env GITHUB_TOKEN`, `file /run/secrets/token`, or the text in quotes.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Env(name) => write!(f, "env {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

impl Written {
    /// Looks the value up; relative files are looked for in `folder`.
    ///
    /// # Errors
    ///
    /// A text that says what is missing and what to do.
    pub(crate) fn resolve(&self, folder: &Path) -> Result<Setting, String> {
        let (source, value) = match self {
            Self::Text(text) => (Source::Text(text.clone()), text.clone()),
            Self::Env(name) => {
                let value = std::env::var(name).map_err(|_| {
                    format!("the environment variable `{name}` is not set: set it before you start")
                })?;
                (Source::Env(name.clone()), value)
            }
            Self::File(path) => {
                let path = folder.join(path);
                let value = std::fs::read_to_string(&path)
                    .map_err(|e| format!("`{}` cannot be read: {e}", path.display()))?;
                (Source::File(path), value.trim_end().to_owned())
            }
        };
        if value.is_empty() && !matches!(source, Source::Text(_)) {
            return Err(format!("{source} is empty"));
        }
        Ok(Setting {
            source,
            value: Secret::new(&value),
        })
    }

    /// Whether the value itself stands in the configuration.
    pub(crate) const fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Reference {
    env: Option<String>,
    file: Option<PathBuf>,
}

struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, { env = \"NAME\" } or { file = \"PATH\" }")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Written, E> {
        Ok(Written::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
        match Reference::deserialize(MapAccessDeserializer::new(map))? {
            Reference {
                env: Some(name),
                file: None,
            } => Ok(Written::Env(name)),
            Reference {
                env: None,
                file: Some(path),
            } => Ok(Written::File(path)),
            _ => Err(A::Error::custom("needs exactly one of `env` and `file`")),
        }
    }
}
