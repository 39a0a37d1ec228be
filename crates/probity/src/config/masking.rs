//! What is masked for whom, as it is written and as it holds.

mod detector;
mod rules;

use std::collections::BTreeMap;
use std::sync::Arc;

use gateway::DetectorConfig;
use mask::{Class, Key, MaskSet, OperatorRules, Rule, Showing, Style, Styles};
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;

use detector::DetectorFile;
use rules::RuleFile;

use super::document::Document;
use super::mistake::Mistakes;

/// The `[masking]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MaskingFile {
    enabled: Option<bool>,
    network: bool,
    record: ReaderFile,
    agent: ReaderFile,
    server: ReaderFile,
    rules: Vec<Spanned<RuleFile>>,
    detector: Option<Spanned<DetectorFile>>,
}

/// How one reader is shown each class of data, and the kinds that are shown differently.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ReaderFile {
    credential: Option<Spanned<String>>,
    card: Option<Spanned<String>>,
    authentication: Option<Spanned<String>>,
    identifier: Option<Spanned<String>>,
    contact: Option<Spanned<String>>,
    network: Option<Spanned<String>>,
    kinds: BTreeMap<String, Spanned<String>>,
}

/// What is masked for whom.
#[derive(Debug, Clone)]
pub(crate) struct Masking {
    /// Without it every message is stored and relayed as it is.
    enabled: bool,
    /// IP and MAC addresses are looked for.
    network: bool,
    showing: Showing,
    /// The operator's own; they have shown that they can be in force.
    rules: Vec<Rule>,
    detector: Option<DetectorConfig>,
}

impl Default for Masking {
    fn default() -> Self {
        Self {
            enabled: true,
            network: false,
            showing: Showing::default(),
            rules: Vec::new(),
            detector: None,
        }
    }
}

impl Masking {
    /// The set in force, with pseudonyms under this key.
    pub(crate) fn set(&self, key: &[u8; 32]) -> MaskSet {
        if !self.enabled {
            return MaskSet::empty();
        }
        let builder = MaskSet::builder()
            .showing(self.showing.clone())
            .key(Key::from_bytes(key));
        // Rules that have a fault never come this far: they are mistakes of the configuration.
        let builder = match OperatorRules::new(&self.rules) {
            Ok(rules) if !self.rules.is_empty() => builder.rules(Arc::new(rules)),
            _ => builder,
        };
        if self.network {
            builder.with(Class::Network).build()
        } else {
            builder.build()
        }
    }

    /// The outside detector, if there is one.
    pub(super) fn detector(&self) -> Option<DetectorConfig> {
        self.detector.clone().filter(|_| self.enabled)
    }

    /// A line for each reader, for the rules and for the detector.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        if !self.enabled {
            return vec![("masking", "off".to_owned())];
        }
        let mut lines = self
            .readers()
            .map(|(reader, styles)| {
                let of_class = CLASSES
                    .iter()
                    .filter(|(_, class)| self.network || *class != Class::Network);
                let of_class = of_class
                    .map(|(name, class)| format!("{name} {}", styles.of(*class, "").as_str()));
                let of_kind = styles
                    .kinds
                    .iter()
                    .map(|(kind, style)| format!("{kind} {}", style.as_str()));
                let all: Vec<String> = of_class.chain(of_kind).collect();
                (reader, all.join(", "))
            })
            .to_vec();
        for rule in &self.rules {
            lines.push(("masking rule", rule.kind.clone()));
        }
        if let Some(detector) = &self.detector {
            lines.push(("masking detector", detector.url.to_string()));
        }
        lines
    }

    /// The same for programs.
    pub(super) fn to_json(&self) -> Value {
        let readers: serde_json::Map<String, Value> = self
            .readers()
            .iter()
            .map(|(reader, styles)| {
                let mut of: BTreeMap<&str, &str> = CLASSES
                    .iter()
                    .map(|(name, class)| (*name, styles.of(*class, "").as_str()))
                    .collect();
                let kinds = styles.kinds.iter();
                of.extend(kinds.map(|(kind, style)| (kind.as_str(), style.as_str())));
                let name = reader.trim_start_matches("masking ");
                (name.to_owned(), json!(of))
            })
            .collect();
        let rules: Vec<&str> = self.rules.iter().map(|rule| rule.kind.as_str()).collect();
        json!({
            "enabled": self.enabled,
            "network": self.network,
            "shown": readers,
            "rules": rules,
            "detector": self.detector.as_ref().map(|detector| detector.url.to_string()),
        })
    }

    const fn readers(&self) -> [(&'static str, &Styles); 3] {
        [
            ("masking record", &self.showing.stored),
            ("masking agent", &self.showing.to_agent),
            ("masking server", &self.showing.to_server),
        ]
    }
}

const CLASSES: [(&str, Class); 6] = [
    ("credential", Class::Credential),
    ("card", Class::Card),
    ("authentication", Class::Authentication),
    ("identifier", Class::Identifier),
    ("contact", Class::Contact),
    ("network", Class::Network),
];

/// Lays what is written over the defaults.
pub(super) fn resolve(
    file: &MaskingFile,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Masking {
    let mut showing = Showing::default();
    let rules = rules::resolve(&file.rules, document, mistakes);
    let detector = file
        .detector
        .as_ref()
        .and_then(|detector| detector::resolve(detector, document, mistakes));
    for (written, styles) in [
        (&file.record, &mut showing.stored),
        (&file.agent, &mut showing.to_agent),
        (&file.server, &mut showing.to_server),
    ] {
        lay_over(written, styles, document, mistakes);
    }
    // PCI DSS 3.3.1: what authenticates a payment is not kept, in whatever form.
    let of_class = file.record.authentication.iter();
    let of_kinds = file.record.kinds.iter();
    let of_kinds = of_kinds.filter(|(kind, _)| authenticates(kind, &rules));
    for written in of_class.chain(of_kinds.map(|(_, written)| written)) {
        let style = Style::from_name(written.get_ref());
        if matches!(
            style,
            Some(Style::Reveal | Style::Partial | Style::Pseudonym)
        ) {
            let message = "security codes, PINs and seed phrases are not stored: \
                           write `delete`, `label` or `full`";
            mistakes.push(document.at(&written.span(), message.to_owned()));
        }
    }
    Masking {
        enabled: file.enabled.unwrap_or(true),
        network: file.network,
        showing,
        rules,
        detector,
    }
}

/// Whether a kind is of the class that is never stored.
fn authenticates(kind: &str, rules: &[Rule]) -> bool {
    const KINDS: &[&str] = &[
        "card_pin",
        "card_security_code",
        "card_track",
        "pin",
        "seed_phrase",
    ];
    let of_rule = |rule: &Rule| rule.kind == kind && rule.class == Class::Authentication;
    KINDS.contains(&kind) || rules.iter().any(of_rule)
}

/// A class by its name.
fn class_named(
    name: &Spanned<String>,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) -> Option<Class> {
    let named = CLASSES.iter().find(|(class, _)| class == name.get_ref());
    if named.is_none() {
        let classes = CLASSES.map(|(class, _)| class).join(", ");
        let message = format!("`{}` is no class; there are {classes}", name.get_ref());
        mistakes.push(document.at(&name.span(), message));
    }
    named.map(|(_, class)| *class)
}

fn lay_over(
    written: &ReaderFile,
    styles: &mut Styles,
    document: &Document<'_>,
    mistakes: &mut Mistakes,
) {
    let mut style = |written: &Spanned<String>| {
        let style = Style::from_name(written.get_ref());
        if style.is_none() {
            let message = format!(
                "`{}` is no style; there are reveal, label, partial, pseudonym, full and delete",
                written.get_ref()
            );
            mistakes.push(document.at(&written.span(), message));
        }
        style
    };
    for (written, to) in [
        (&written.credential, &mut styles.credential),
        (&written.card, &mut styles.card),
        (&written.authentication, &mut styles.authentication),
        (&written.identifier, &mut styles.identifier),
        (&written.contact, &mut styles.contact),
        (&written.network, &mut styles.network),
    ] {
        if let Some(named) = written.as_ref().and_then(&mut style) {
            *to = named;
        }
    }
    for (kind, written) in &written.kinds {
        if let Some(named) = style(written) {
            styles.kinds.insert(kind.clone(), named);
        }
    }
}
