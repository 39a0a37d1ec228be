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
    /// How long it waits, in milliseconds; then it counts as rejected.
    pub hold_ms_max: u64,
}
