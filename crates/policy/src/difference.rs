//! What differs between two sets of policies.

use std::collections::HashMap;
use std::sync::Arc;

use model::Digest;

use crate::Policy;

/// A policy that differs between two sets. One that only moved does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleChange {
    /// Its name in records.
    pub id: Arc<str>,
    /// SHA-256 over its text in the set of before; `None`: it was not there.
    pub was: Option<Digest>,
    /// SHA-256 over its text now; `None`: it is gone.
    pub is: Option<Digest>,
}

impl Policy {
    /// What this set has that `before` had not, had otherwise, or had besides: its own in their order,
    /// then those that are gone.
    pub fn changes_since(&self, before: &Self) -> Vec<RuleChange> {
        let digests = |of: &Self| -> HashMap<Arc<str>, Digest> {
            let rules = of.rules.iter();
            rules.map(|rule| (rule.id.clone(), rule.digest)).collect()
        };
        let (old, new) = (digests(before), digests(self));
        let all = self.rules.iter().chain(&before.rules);
        let mut changes: Vec<RuleChange> = Vec::new();
        for rule in all {
            let (was, is) = (old.get(&rule.id).copied(), new.get(&rule.id).copied());
            if was != is && !changes.iter().any(|known| known.id == rule.id) {
                let id = rule.id.clone();
                changes.push(RuleChange { id, was, is });
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, Source, Tools};

    fn set(text: &str) -> Policy {
        let source = Source {
            name: "a.cedar".into(),
            text: text.into(),
        };
        Policy::load(&[source], Tools::default()).unwrap()
    }

    #[test]
    fn what_is_new_other_or_gone_is_told_by_name() {
        let a = "@id(\"a\") permit(principal, action, resource);\n";
        let b = "@id(\"b\") forbid(principal, action == Probity::Action::\"ping\", resource);\n";
        let told = "@id(\"b\") @reason(\"no\") forbid(principal, action == Probity::Action::\"ping\", resource);\n";
        let tell = |now: &str, before: &str| -> Vec<String> {
            let changes = set(now).changes_since(&set(before));
            let tell = |id: &str, was: bool, is: bool| format!("{id} {was} {is}");
            changes
                .iter()
                .map(|c| tell(&c.id, c.was.is_some(), c.is.is_some()))
                .collect()
        };
        assert_eq!(tell(&format!("{a}{b}"), &format!("{b}{a}")), [""; 0]);
        assert_eq!(tell(&format!("{a}{b}"), a), ["b false true"]);
        assert_eq!(tell(b, &format!("{a}{b}")), ["a true false"]);
        assert_eq!(
            tell(&format!("{a}{told}"), &format!("{a}{b}")),
            ["b true true"]
        );
        assert_eq!(tell(told, a), ["b false true", "a true false"]);
    }
}
