//! Policies that are asked together, without those of which it is known that they cannot match.
//!
//! Most policies begin with `context has sql &&` or the like. Where a message has no SQL, such a policy is
//! not satisfied, and nothing in it is evaluated that could fail: leaving it out changes neither what is
//! decided, nor the reasons, nor the errors.

use std::sync::{Arc, OnceLock};

use cedar_policy::{Policy, PolicySet};
use serde_json::Value;

use crate::request::Facts;
use crate::rule::{Rule, Says};
use crate::vocabulary::COMMANDS;

/// Combinations of languages that a message may have commands in.
const COMBINATIONS: usize = 1 << COMMANDS.len();

/// The languages that a message has commands in, or that a policy begins by asking for: a bit for each of
/// [`COMMANDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Languages(usize);

/// The policies for one action and target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Each with the languages without which it cannot match, and whether it holds.
    policies: Vec<(Languages, bool, Policy)>,
    /// What is asked of a message, by its languages: put together when it is first asked.
    of: Arc<[OnceLock<Sets>]>,
}

/// What is asked of a message.
#[derive(Debug)]
pub(crate) struct Sets {
    pub(crate) all: PolicySet,
    /// Without those that hold: what an approval leaves.
    pub(crate) approved: PolicySet,
}

impl Languages {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: Self = Self(COMBINATIONS - 1);

    /// Of a message.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let Facts::Message(facts) = facts else {
            return Self::default();
        };
        let commands = facts.commands().into_iter().enumerate();
        let there = commands.filter(|(_, (_, effects))| effects.is_some());
        Self(there.fold(0, |bits, (at, _)| bits | 1 << at))
    }

    /// Those without which a policy, in Cedar's JSON form, is not satisfied before anything else of it is
    /// looked at.
    fn needed(policy: &Value) -> Self {
        let conditions = policy.get("conditions").and_then(Value::as_array);
        let Some(first) = conditions.and_then(|all| all.first()) else {
            return Self::default();
        };
        if first.get("kind").and_then(Value::as_str) != Some("when") {
            return Self::default();
        }
        // The leftmost operand of a chain of `&&` is evaluated first.
        let mut operand = first.get("body");
        while let Some(left) = operand.and_then(|body| body.get("&&")?.get("left")) {
            operand = Some(left);
        }
        let asks = operand.and_then(|operand| operand.get("has"));
        let Some(asks) = asks else {
            return Self::default();
        };
        let of_context = asks.get("left") == Some(&serde_json::json!({ "Var": "context" }));
        let name = asks.get("attr").and_then(Value::as_str);
        let at = COMMANDS
            .iter()
            .position(|language| name == Some(language.name));
        Self(at.filter(|_| of_context).map_or(0, |at| 1 << at))
    }

    const fn includes(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

impl Asked {
    pub(crate) fn add(&mut self, rule: &Rule, policy: &Policy) {
        let written = policy.to_json().ok();
        let needed = written
            .as_ref()
            .map_or_else(Languages::default, Languages::needed);
        let holds = matches!(rule.says, Says::Hold(_));
        self.policies.push((needed, holds, policy.clone()));
        self.of = (0..COMBINATIONS).map(|_| OnceLock::new()).collect();
    }

    /// The policies, whatever a message has.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().map(|(_, _, policy)| policy)
    }

    /// What is asked of a message with commands in these languages.
    pub(crate) fn sets(&self, languages: Languages) -> &Sets {
        match self.of.get(languages.0) {
            Some(sets) => sets.get_or_init(|| self.put_together(languages)),
            None => &NOTHING,
        }
    }

    fn put_together(&self, languages: Languages) -> Sets {
        let mut sets = Sets {
            all: PolicySet::new(),
            approved: PolicySet::new(),
        };
        let can_match = self
            .policies
            .iter()
            .filter(|(needed, ..)| languages.includes(*needed));
        for (_, holds, policy) in can_match {
            // Names are checked to be different when the set is loaded.
            let _ = sets.all.add(policy.clone());
            if !holds {
                let _ = sets.approved.add(policy.clone());
            }
        }
        sets
    }
}

static NOTHING: std::sync::LazyLock<Sets> = std::sync::LazyLock::new(|| Sets {
    all: PolicySet::new(),
    approved: PolicySet::new(),
});

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::Languages;

    /// A policy's condition, and whether it is left out of messages without SQL.
    #[test]
    fn what_cannot_match_is_what_asks_first() {
        for (condition, left_out) in [
            ("when { context has sql }", true),
            ("when { context has sql && context.sql.drop }", true),
            (
                "when { (context has sql && context.sql.drop) && context.credentials }",
                true,
            ),
            (
                "when { context has sql } unless { context.credentials }",
                true,
            ),
            ("", false),
            ("when { context.credentials }", false),
            // It may fail before it asks.
            (
                "when { context.calls.session * 9223372036854775807 > 1 && context has sql }",
                false,
            ),
            ("when { context has sql || context.credentials }", false),
            ("when { !(context has sql) }", false),
            ("when { context.credentials == (context has sql) }", false),
            ("unless { context has sql }", false),
            (
                "when { context.credentials } when { context has sql }",
                false,
            ),
            ("when { principal has sql && context has sql }", false),
            ("when { context has intent && context has sql }", false),
            (
                "when { if context has sql then context.sql.drop else true }",
                false,
            ),
        ] {
            let text = format!("forbid(principal, action, resource) {condition};");
            let policy = Policy::parse(None, &text).unwrap();
            let needed = Languages::needed(&policy.to_json().unwrap());
            assert_eq!(needed != Languages::default(), left_out, "{condition}");
        }
    }
}
