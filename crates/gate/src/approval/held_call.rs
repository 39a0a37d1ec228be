use std::sync::Arc;

use ledger::CommandFacts;
use model::{CallId, GrantId, SessionId, Timestamp};
use policy::{Reason, Terms};

use super::person::{Vote, VoteError, Word};
use super::{Allowance, Binding, Grant};
use crate::Ruling;

/// A call that waits for people, or that they have ruled on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCall {
    /// The id of the call that was held first; those that repeat it join it.
    pub id: CallId,
    /// What an approval is for.
    pub binding: Binding,
    /// The recorded session that asked last.
    pub session: SessionId,
    /// Why it is held.
    pub reason: Reason,
    /// Under which terms it may be allowed.
    pub terms: Terms,
    /// What an approver sees of it.
    pub shown: Shown,
    /// When it was held first.
    pub asked_at: Timestamp,
    /// When it counts as rejected; once it is allowed, when it may not be made any more.
    pub expires_at: Timestamp,
    /// What people said that counts, in order.
    pub votes: Vec<Vote>,
    /// How it is.
    pub state: HeldState,
    /// How many `requestState` values were given out for it: only the newest is taken.
    pub leg: u32,
}

/// What an approver sees of a call: nothing that is not masked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The tool, prompt or resource.
    pub name: Arc<str>,
    /// The message as it is stored.
    pub message: Arc<str>,
    /// What the agent says why it calls.
    pub intent: Option<Arc<str>>,
    /// What was read of the commands in it.
    pub commands: Option<CommandFacts>,
}

/// How a held call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldState {
    /// It waits.
    Waiting,
    /// It may be made, once.
    Allowed,
    /// Somebody rejected it.
    Rejected,
    /// Nobody said enough in time, or nobody made the call in time.
    Expired,
    /// It was made.
    Used,
    /// Policy does not hold it any more as it was held.
    Withdrawn,
}

impl HeldState {
    /// All.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Allowed,
        Self::Rejected,
        Self::Expired,
        Self::Used,
        Self::Withdrawn,
    ];

    /// Its name in records and in the HTTP API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Allowed => "allowed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing changes any more.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Allowed)
    }
}

/// Why an allowed call is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken(pub HeldState);

impl HeldCall {
    /// Takes somebody's word. What comes out replaces this once it is on record; with it the grant that
    /// it makes, whose id is `grant`.
    ///
    /// # Errors
    ///
    /// [`VoteError`]: the word does not count, and nothing changes.
    pub fn vote(&self, vote: Vote, grant: GrantId) -> Result<(Self, Option<Grant>), VoteError> {
        self.check(&vote)?;
        let mut after = self.clone();
        let now = vote.at;
        let alone = vote.word == Word::BreakGlass;
        after.votes.push(vote);
        if after.votes.iter().any(|vote| vote.word == Word::Reject) {
            return Ok((after.ended(HeldState::Rejected), None));
        }
        if !alone && !after.is_enough() {
            return Ok((after, None));
        }
        after.state = HeldState::Allowed;
        after.expires_at = now.plus_ms(self.terms.hold_ms_max);
        let made = after.grant(grant, now);
        Ok((after, made))
    }

    /// Who may rule on it, and in which words.
    fn check(&self, vote: &Vote) -> Result<(), VoteError> {
        if self.state != HeldState::Waiting {
            return Err(VoteError::Over(self.state.as_str()));
        }
        if vote.at >= self.expires_at {
            return Err(VoteError::Expired);
        }
        let by = &vote.by;
        if !matches!(by.principal, model::Principal::Person { .. }) {
            return Err(VoteError::NotAPerson);
        }
        if by.may_be(&self.binding.caller) {
            return Err(VoteError::OwnCall);
        }
        let emergency = vote.word == Word::BreakGlass;
        let groups = match (emergency, &self.terms.emergency) {
            (false, _) => &self.terms.groups,
            (true, Some(groups)) => groups,
            (true, None) => return Err(VoteError::NoEmergency),
        };
        // One person's word is enough in an emergency, so that they must be in each group.
        let is_in = |group: &Arc<str>| by.is_in(group);
        let may = match emergency {
            true => groups.iter().all(is_in),
            false => groups.iter().any(is_in),
        };
        if !may {
            return Err(VoteError::NotInGroup(groups.join(", ")));
        }
        if self
            .votes
            .iter()
            .any(|other| other.by.may_be(&by.principal))
            && vote.word != Word::Reject
        {
            return Err(VoteError::Twice);
        }
        let reason = vote.reason.as_deref().unwrap_or_default();
        if (self.terms.needs_reason || emergency) && reason.trim().is_empty() {
            return Err(VoteError::NoReason);
        }
        if let Some(ms_max) = self.terms.sign_in_ms_max
            && vote.word != Word::Reject
            && by
                .signed_in_at
                .is_none_or(|at| vote.at >= at.plus_ms(ms_max))
        {
            return Err(VoteError::StaleSignIn);
        }
        match &vote.word {
            Word::Approve(Some(allowance)) => self.check_allowance(allowance),
            _ => Ok(()),
        }
    }

    fn check_allowance(&self, allowance: &Allowance) -> Result<(), VoteError> {
        let ms_max = self.terms.grant_ms_max.unwrap_or(0);
        if allowance.ms > ms_max {
            return Err(VoteError::GrantTooLong(ms_max));
        }
        if allowance.ms == 0 {
            return Err(VoteError::Allowance("a grant lasts at least a millisecond"));
        }
        if self.shown.name.is_empty() {
            let what = "only calls of a tool or a prompt can be granted";
            return Err(VoteError::Allowance(what));
        }
        Ok(())
    }

    /// Whether enough people have allowed it: the quorum, and somebody of each group.
    fn is_enough(&self) -> bool {
        let approvers = || self.votes.iter().map(|vote| &vote.by);
        let people = u32::try_from(self.votes.len()).unwrap_or(u32::MAX);
        let of_each = |group: &Arc<str>| approvers().any(|by| by.is_in(group));
        people >= self.terms.quorum && self.terms.groups.iter().all(of_each)
    }

    /// The grant that was allowed with it, if everybody who allowed it allowed one with the same
    /// arguments: for the shortest of their times.
    fn grant(&self, id: GrantId, now: Timestamp) -> Option<Grant> {
        let mut allowed: Option<Allowance> = None;
        for vote in &self.votes {
            let Word::Approve(Some(allowance)) = &vote.word else {
                return None;
            };
            match &mut allowed {
                None => allowed = Some(allowance.clone()),
                Some(all) if all.with == allowance.with => all.ms = all.ms.min(allowance.ms),
                Some(_) => return None,
            }
        }
        let Allowance { ms, with } = allowed?;
        let binding = &self.binding;
        Some(Grant {
            id,
            caller: binding.caller.clone(),
            upstream: binding.upstream.clone(),
            method: binding.method.clone(),
            name: self.shown.name.clone(),
            definition: binding.definition,
            rules: self.reason.rules.clone(),
            policy: binding.policy,
            with,
            by: self.votes.iter().map(|vote| vote.by.clone()).collect(),
            held: self.id,
            from: now,
            until: now.plus_ms(ms),
            revoked: None,
        })
    }

    /// The same, once its call is made: this is possible once.
    ///
    /// # Errors
    ///
    /// It is not allowed, or not any more.
    pub fn taken(&self, now: Timestamp) -> Result<Self, NotTaken> {
        match self.state {
            HeldState::Allowed if now < self.expires_at => Ok(self.ended(HeldState::Used)),
            HeldState::Allowed => Err(NotTaken(HeldState::Expired)),
            other => Err(NotTaken(other)),
        }
    }

    /// The same, when its time has come; `None`: it is not over yet, or was over before.
    pub fn lapsed(&self, now: Timestamp) -> Option<Self> {
        let open = !self.state.is_over();
        (open && now >= self.expires_at).then(|| self.ended(HeldState::Expired))
    }

    /// The same, when policy does not hold it any more as it was held; `None`: it was over before.
    pub fn withdrawn(&self) -> Option<Self> {
        (!self.state.is_over()).then(|| self.ended(HeldState::Withdrawn))
    }

    /// The same, with the message gone that nobody needs any more.
    fn ended(&self, state: HeldState) -> Self {
        Self {
            state,
            shown: Shown {
                name: self.shown.name.clone(),
                ..Shown::default()
            },
            ..self.clone()
        }
    }

    /// What its walk goes on with; `None`: it waits.
    pub fn ruling(&self) -> Option<Ruling> {
        match self.state {
            HeldState::Waiting => None,
            HeldState::Allowed | HeldState::Used => Some(Ruling::Approve {
                hold: self.id,
                by: self.votes.iter().map(|vote| vote.by.name()).collect(),
                grant: None,
            }),
            HeldState::Rejected => {
                let said = self.votes.iter().find(|vote| vote.word == Word::Reject);
                Some(Ruling::Reject {
                    hold: self.id,
                    by: said.map_or_else(|| "".into(), |vote| vote.by.name()),
                    why: said.and_then(|vote| vote.reason.clone()),
                })
            }
            HeldState::Expired | HeldState::Withdrawn => Some(Ruling::Expire { hold: self.id }),
        }
    }
}
