use std::sync::Arc;

use inspect::difference;
use inspect::pins::{Key, Pins, Version};
use ledger::{Direction, Draft, Facts, FindingFacts, Kind, Record, VerdictCode};
use mask::MaskSet;
use model::Timestamp;
use serde_json::{Value, json};

use crate::{Forwarded, facts};

/// Longest old or new value that the record of a change quotes, in bytes.
const VALUE_BYTES_MAX: usize = 4 << 10;

/// A version of a definition that was not known, ready to go on record: its facts' `extra` has the
/// members `kind`, `name`, `state` (`first_seen` or `changed`), `fingerprint`, `suspicious`, and of a
/// change `was` and `changes`. The payload is the definition in canonical form, masked.
#[derive(Debug)]
pub struct News {
    forwarded: Forwarded,
    version: Version,
    extra: Value,
    at: Timestamp,
}

impl News {
    /// That this version was seen in answer to that call, where these were known.
    pub fn new(
        forwarded: &Forwarded,
        key: &Key,
        version: &Version,
        known: &Pins,
        masks: &MaskSet,
        at: Timestamp,
    ) -> Self {
        let name = facts::masked(masks, &key.name, &forwarded.crossing());
        let name = name.map_or_else(|| key.name.clone(), Arc::from);
        Self {
            forwarded: forwarded.clone(),
            version: version.clone(),
            extra: extra(key, &name, version, known),
            at,
        }
    }
}

impl Record for News {
    fn draft(&self) -> Draft<'_> {
        let exchange = &self.forwarded.exchange;
        let end = u64::try_from(self.version.text.len()).unwrap_or(u64::MAX);
        let finding = |kind: &str| FindingFacts {
            kind: kind.into(),
            start: 0,
            end,
        };
        Draft {
            kind: Kind::Definition,
            verdict: VerdictCode::None,
            at: self.at,
            call: None,
            server: exchange.upstream.as_str(),
            tool: "",
            principal: facts::principal(&exchange.caller),
            facts: Facts {
                exchange: Some(exchange.arrival.id.to_string()),
                direction: Some(Direction::ServerToClient),
                upstream: Some(exchange.upstream.as_str().into()),
                findings: kinds(&self.version).into_iter().map(finding).collect(),
                extra: Some(self.extra.clone()),
                ..Facts::default()
            },
            payload: self.version.text.as_bytes(),
        }
    }
}

/// The kinds of what is suspicious, each once.
fn kinds(version: &Version) -> Vec<&'static str> {
    let mut kinds: Vec<_> = version
        .suspicious
        .iter()
        .map(|suspicious| suspicious.what.as_str())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn extra(key: &Key, name: &str, version: &Version, known: &Pins) -> Value {
    let suspicious: Vec<Value> = version
        .suspicious
        .iter()
        .map(|suspicious| json!({"path": suspicious.path, "kind": suspicious.what.as_str()}))
        .collect();
    let mut extra = json!({
        "kind": key.kind.as_str(),
        "name": name,
        "state": "first_seen",
        "fingerprint": version.fingerprint.to_string(),
        "suspicious": suspicious,
    });
    let members = extra.as_object_mut();
    if let (Some(members), Some(pinned)) = (members, known.get(key)) {
        let old = &pinned.version;
        let found = difference(old.text.as_bytes(), version.text.as_bytes());
        let changes: Vec<Value> = found
            .changes
            .iter()
            .map(|change| {
                json!({
                    "path": change.path,
                    "old": change.old.as_deref().map(quoted),
                    "new": change.new.as_deref().map(quoted),
                })
            })
            .collect();
        members.insert("state".to_owned(), "changed".into());
        members.insert("was".to_owned(), old.fingerprint.to_string().into());
        members.insert("changes".to_owned(), changes.into());
        members.insert("more_changes".to_owned(), found.more.into());
    }
    extra
}

fn quoted(value: &str) -> Arc<str> {
    let mut end = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    let (kept, rest) = value.split_at(end);
    if rest.is_empty() {
        kept.into()
    } else {
        format!("{kept}…").into()
    }
}
