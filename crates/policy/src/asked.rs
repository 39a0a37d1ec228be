//! Policies that are asked together, without those of which it is known that they are not satisfied.
//!
//! A policy that is not satisfied has no part in Cedar's response: leaving it out changes neither what is
//! decided, nor the reasons, nor the errors.

use cedar_policy::{Policy, PolicySet};

use crate::condition::Condition;
use crate::reads::Reads;
use crate::request::Facts;
use crate::rule::{Rule, Says};

/// The policies for one action and target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Vec<Candidate>);

#[derive(Debug, Clone)]
struct Candidate {
    policy: Policy,
    /// Whether it holds what it forbids.
    holds: bool,
    condition: Condition,
    reads: Reads,
}

/// What is asked of a message.
#[derive(Debug)]
pub(crate) struct Open<'a>(Vec<&'a Candidate>);

impl Asked {
    pub(crate) fn add(&mut self, rule: &Rule, policy: &Policy) {
        let written = policy.to_json().ok();
        self.0.push(Candidate {
            policy: policy.clone(),
            holds: matches!(rule.says, Says::Hold(_)),
            condition: written.as_ref().map_or(Condition::Untold, Condition::of),
            reads: written.as_ref().map_or(Reads::ALL, Reads::of),
        });
    }

    /// The policies, whatever a message has.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter().map(|candidate| &candidate.policy)
    }

    /// Those that may be satisfied by these facts.
    pub(crate) fn open(&self, facts: &Facts<'_>) -> Open<'_> {
        let candidates = self.0.iter();
        Open(
            candidates
                .filter(|one| !one.condition.is_false(facts))
                .collect(),
        )
    }

    /// All of them.
    #[cfg(test)]
    pub(crate) fn all(&self) -> Open<'_> {
        Open(self.0.iter().collect())
    }
}

impl Open<'_> {
    /// What they read of a message.
    pub(crate) fn reads(&self) -> Reads {
        self.0
            .iter()
            .fold(Reads::default(), |reads, one| reads.and(one.reads))
    }

    /// As Cedar is asked.
    pub(crate) fn set(&self) -> PolicySet {
        set(self.0.iter())
    }

    /// Without those that hold: what an approval leaves.
    pub(crate) fn approved(&self) -> PolicySet {
        set(self.0.iter().filter(|one| !one.holds))
    }
}

fn set<'a>(candidates: impl Iterator<Item = &'a &'a Candidate>) -> PolicySet {
    let mut set = PolicySet::new();
    for one in candidates {
        // Names are checked to be different when the set is loaded.
        let _ = set.add(one.policy.clone());
    }
    set
}
