use std::fmt;
use std::sync::Arc;

use model::Digest;

/// What policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass.
    Permit(Reason),
    /// It may pass once enough people have allowed exactly this.
    Hold(Reason, Terms),
    /// It may not pass.
    Refuse(Reason),
}

impl Verdict {
    /// Why.
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::Permit(reason) | Self::Hold(reason, _) | Self::Refuse(reason) => reason,
        }
    }
}

/// Why policy says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The ids of the rules that decided, in the order of the set; empty if none matched.
    pub rules: Vec<Arc<str>>,
    /// SHA-256 over the policy set.
    pub policy_digest: Digest,
    /// What the agent may learn: the `@reason` of the first of the rules that has one.
    pub told: Option<Arc<str>>,
    /// The highest `@severity` of the rules.
    pub severity: Option<Severity>,
    /// Whether the agent is told that there is no such thing, and not that it may not (`@hide`).
    pub hidden: bool,
    /// Rules that could not be evaluated, and why. Where there are any, nothing is permitted.
    pub errors: Vec<Arc<str>>,
}

/// How bad it is that somebody tried (`@severity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// To be known.
    Low,
    /// To be looked at.
    Medium,
    /// To be looked at today.
    High,
    /// To be looked at now.
    Critical,
}

impl Severity {
    /// All, the lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its name in policies and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Under which terms a held call may be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The groups whose members may allow it: of each rule that holds it, one.
    pub groups: Vec<Arc<str>>,
    /// How many distinct people have to.
    pub quorum: u32,
    /// How long it waits, in milliseconds, before it counts as rejected; and how long it may still
    /// be made once it is allowed.
    pub hold_ms_max: u64,
    /// Whether whoever allows or rejects it has to say why (`@require_reason`).
    pub needs_reason: bool,
    /// How long ago whoever allows it may have signed in, in milliseconds (`@fresh_sign_in`); `None`:
    /// that does not matter.
    pub sign_in_ms_max: Option<u64>,
    /// For how long further calls of the kind may be allowed at once, in milliseconds (`@grant`);
    /// `None`: one call at a time.
    pub grant_ms_max: Option<u64>,
    /// The groups of which one member may allow it in an emergency, with a reason and an alarm
    /// (`@break_glass`): of each rule that holds it, one. `None`: nobody may.
    pub emergency: Option<Vec<Arc<str>>>,
}

impl Terms {
    /// What both ask for.
    pub(crate) fn join(&mut self, other: &Self) {
        add(&mut self.groups, &other.groups);
        self.quorum = self.quorum.max(other.quorum);
        self.hold_ms_max = self.hold_ms_max.min(other.hold_ms_max);
        self.needs_reason |= other.needs_reason;
        self.sign_in_ms_max = match (self.sign_in_ms_max, other.sign_in_ms_max) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.grant_ms_max =
            (self.grant_ms_max.zip(other.grant_ms_max)).map(|(one, other)| one.min(other));
        self.emergency = match (self.emergency.take(), &other.emergency) {
            (Some(mut groups), Some(others)) => {
                add(&mut groups, others);
                Some(groups)
            }
            _ => None,
        };
    }
}

fn add(groups: &mut Vec<Arc<str>>, others: &[Arc<str>]) {
    for group in others {
        if !groups.contains(group) {
            groups.push(group.clone());
        }
    }
}
