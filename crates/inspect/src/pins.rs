//! Definitions that were seen, and which version of each a person has accepted.
//!
//! A pin is a fingerprint over the whole of a definition. The first version that is seen is pinned; what
//! differs from the pin is a change until a person accepts it, whatever is seen in between: a server
//! that showed another definition once may do so again. Texts are kept as they may be stored, masked;
//! the fingerprint is that of the original.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Digest, Timestamp, UpstreamName};
use serde_json::Value;

use crate::definitions::{Suspicious, suspicions};
use crate::{canonical, fingerprint};

/// What a definition is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A tool, by its name.
    Tool,
    /// A prompt, by its name.
    Prompt,
    /// A template of resources, by its `uriTemplate`.
    Template,
    /// What the server tells models about itself, its `instructions`. One for each server.
    Instructions,
    /// What the server says that it is, its `serverInfo`. One for each server.
    Server,
}

impl Kind {
    /// All.
    pub const ALL: [Self; 5] = [
        Self::Tool,
        Self::Prompt,
        Self::Template,
        Self::Instructions,
        Self::Server,
    ];

    /// Its name in records and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Template => "template",
            Self::Instructions => "instructions",
            Self::Server => "server",
        }
    }

    /// From its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Which definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The server that it is from.
    pub upstream: UpstreamName,
    /// What it is of.
    pub kind: Kind,
    /// Its name there; empty where a server has one only.
    pub name: Arc<str>,
}

/// One version of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// SHA-256 over its canonical form (RFC 8785).
    pub fingerprint: Digest,
    /// Its canonical form, masked.
    pub text: Arc<str>,
    /// What is suspicious about it.
    pub suspicious: Vec<Suspicious>,
    /// The annotations of a tool that are a yes or a no, by their names.
    pub hints: BTreeMap<String, bool>,
    /// When it was seen first.
    pub at: Timestamp,
}

impl Version {
    /// Of a definition as it was sent, and of the same as it may be stored. `None`: it has no
    /// canonical form.
    pub fn new(definition: &[u8], masked: &[u8], at: Timestamp) -> Option<Self> {
        let text = canonical(masked).and_then(|text| String::from_utf8(text).ok());
        Some(Self {
            fingerprint: fingerprint(definition)?,
            text: text.unwrap_or_default().into(),
            suspicious: suspicions(definition),
            hints: hints(definition),
            at,
        })
    }

    /// An annotation of a tool that is a yes or a no, as the server says it.
    pub fn hint(&self, name: &str) -> Option<bool> {
        self.hints.get(name).copied()
    }
}

fn hints(definition: &[u8]) -> BTreeMap<String, bool> {
    let definition: Value = serde_json::from_slice(definition).unwrap_or_default();
    let annotations = definition.get("annotations").and_then(Value::as_object);
    let hints = annotations.into_iter().flatten();
    hints
        .filter(|(name, _)| name.ends_with("Hint"))
        .filter_map(|(name, value)| Some((name.clone(), value.as_bool()?)))
        .collect()
}

/// Who accepted a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: Option<Arc<str>>,
    /// Whether this is on record already.
    pub on_record: bool,
}

/// A definition that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The version that is expected.
    pub version: Version,
    /// Who accepted it; `None`: it was the first, and nobody has looked at it.
    pub review: Option<Review>,
    /// The newest other version, until somebody accepts one.
    pub changed: Option<Version>,
}

/// Whether a definition is the one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It was never seen.
    Unknown,
    /// It is as it was first seen, and nobody has looked at it.
    FirstSeen,
    /// It is the one that was accepted.
    Unchanged,
    /// Another version was seen, and nobody has accepted one since.
    Changed,
}

impl State {
    /// Its name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::FirstSeen => "first_seen",
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
        }
    }
}

impl Pinned {
    /// How it is.
    pub const fn state(&self) -> State {
        match (&self.changed, &self.review) {
            (Some(_), _) => State::Changed,
            (None, None) => State::FirstSeen,
            (None, Some(_)) => State::Unchanged,
        }
    }

    /// The version that was seen last, as far as it is another one.
    pub fn newest(&self) -> &Version {
        self.changed.as_ref().unwrap_or(&self.version)
    }

    /// Accepts the version with this fingerprint, or the newest. `false`: there is no such version.
    pub fn accept(&mut self, fingerprint: Option<Digest>, review: Review) -> bool {
        let wanted = fingerprint.unwrap_or(self.newest().fingerprint);
        match &self.changed {
            Some(changed) if changed.fingerprint == wanted => self.version = changed.clone(),
            _ if self.version.fingerprint == wanted => {}
            _ => return false,
        }
        self.changed = None;
        self.review = Some(review);
        true
    }
}

/// All definitions that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins(BTreeMap<Key, Pinned>);

impl Pins {
    /// The definition of that name.
    pub fn get(&self, key: &Key) -> Option<&Pinned> {
        self.0.get(key)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &Key) -> Option<&mut Pinned> {
        self.0.get_mut(key)
    }

    /// Each, ordered by server, kind and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Pinned)> {
        self.0.iter()
    }

    /// Those of one kind that a server has shown, ordered by name.
    pub fn of<'a>(
        &'a self,
        upstream: &'a UpstreamName,
        kind: Kind,
    ) -> impl Iterator<Item = (&'a str, &'a Pinned)> {
        let first = Key {
            upstream: upstream.clone(),
            kind,
            name: "".into(),
        };
        let from = self.0.range(first..);
        from.take_while(move |(key, _)| key.upstream == *upstream && key.kind == kind)
            .map(|(key, pinned)| (&*key.name, pinned))
    }

    /// Each, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Pinned)> {
        self.0.iter_mut()
    }

    /// Puts a definition in its place.
    pub fn insert(&mut self, key: Key, pinned: Pinned) {
        self.0.insert(key, pinned);
    }

    /// Whether a version with this fingerprint is something that is not known yet.
    pub fn is_news(&self, key: &Key, fingerprint: &Digest) -> bool {
        self.0.get(key).is_none_or(|known| {
            let is_it = |version: &Version| version.fingerprint == *fingerprint;
            !is_it(&known.version) && !known.changed.as_ref().is_some_and(is_it)
        })
    }

    /// Takes note of a version. `false`: it was known.
    pub fn see(&mut self, key: &Key, version: &Version) -> bool {
        if !self.is_news(key, &version.fingerprint) {
            return false;
        }
        match self.0.get_mut(key) {
            Some(known) => known.changed = Some(version.clone()),
            None => {
                let pinned = Pinned {
                    version: version.clone(),
                    review: None,
                    changed: None,
                };
                self.0.insert(key.clone(), pinned);
            }
        }
        true
    }
}
