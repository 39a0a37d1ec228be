use std::sync::Arc;

use model::{Principal, Timestamp};

use super::Allowance;

/// Who says something about a held call, as an identity provider or a key vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Who.
    pub principal: Principal,
    /// A key's id or a token's fingerprint.
    pub credential: Arc<str>,
    /// The groups that they are in.
    pub groups: Vec<Arc<str>>,
    /// When they signed in, where that is known.
    pub signed_in_at: Option<Timestamp>,
}

impl Approver {
    /// Whether they may be the same human being. One subject at two issuers is taken for one: that asks
    /// for one person more, never for one less.
    pub(super) fn may_be(&self, other: &Principal) -> bool {
        let subject = self.principal.subject();
        !subject.is_empty() && subject.eq_ignore_ascii_case(other.subject())
    }

    pub(super) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| **own == *group)
    }

    /// `issuer|subject`.
    pub fn name(&self) -> Arc<str> {
        let (issuer, subject) = (self.principal.issuer(), self.principal.subject());
        format!("{issuer}|{subject}").into()
    }
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It may pass; and further calls of the kind, if they say so.
    Approve(Option<Allowance>),
    /// It may not.
    Reject,
    /// It may pass on one person's word, because it cannot wait for others. Raises an alarm.
    BreakGlass,
}

impl Word {
    /// Its name in records.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approve(_) => "approve",
            Self::Reject => "reject",
            Self::BreakGlass => "break_glass",
        }
    }
}

/// What somebody said about a held call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub by: Approver,
    /// What.
    pub word: Word,
    /// Why, in their words.
    pub reason: Option<Arc<str>>,
    /// Through what: `api`, `slack`, `mail`, …
    pub channel: Arc<str>,
    /// When.
    pub at: Timestamp,
}

/// Why a word does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// There is no such held call, or it is forgotten.
    #[error("there is no held call of this id")]
    Unknown,
    /// It was ruled, used or withdrawn already.
    #[error("this call does not wait any more: {0}")]
    Over(&'static str),
    /// It waited as long as it may.
    #[error("this call has waited too long, which counts as a rejection")]
    Expired,
    /// Only a human being allows a call.
    #[error("only a person can rule on a held call")]
    NotAPerson,
    /// Whoever asks for a call does not allow it.
    #[error("nobody rules on a call of their own")]
    OwnCall,
    /// The person is in none of the groups.
    #[error("this takes a member of {0}")]
    NotInGroup(String),
    /// The person said so already.
    #[error("you have approved this call already, and it needs another person")]
    Twice,
    /// A reason is needed.
    #[error("this needs a reason")]
    NoReason,
    /// The sign-in is too old, or its time is not known.
    #[error("this needs a fresh sign-in")]
    StaleSignIn,
    /// No emergency is foreseen.
    #[error("no rule that holds this call foresees an emergency")]
    NoEmergency,
    /// Policy foresees no grant, or only a shorter one.
    #[error("this call can be granted for {0} ms at the most")]
    GrantTooLong(u64),
    /// The allowance is for no further calls, or for all arguments where others said some.
    #[error("{0}")]
    Allowance(&'static str),
    /// Policy does not let the person rule on it.
    #[error("policy does not let you rule on this call")]
    Forbidden,
}
