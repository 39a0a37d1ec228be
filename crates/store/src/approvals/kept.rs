//! Held calls and grants as they stand in the database: JSON, of which nothing is skipped.

use std::sync::Arc;

use gate::{
    Allowance, Approver, Binding, Constraint, Grant, HeldCall, HeldState, Shown, Vote, Word,
};
use ledger::CommandFacts;
use model::{Agent, Digest, Principal, Timestamp};
use policy::{Reason, Severity, Terms};
use serde::{Deserialize, Serialize};

type Text = Arc<str>;

pub(super) fn write_held(held: &HeldCall) -> Result<String, String> {
    serde_json::to_string(&KeptHeld::of(held)).map_err(|error| error.to_string())
}

pub(super) fn read_held(body: &str) -> Result<HeldCall, String> {
    serde_json::from_str::<KeptHeld>(body)
        .map_err(|error| error.to_string())?
        .into_held()
}

pub(super) fn write_grant(grant: &Grant) -> Result<String, String> {
    serde_json::to_string(&KeptGrant::of(grant)).map_err(|error| error.to_string())
}

pub(super) fn read_grant(body: &str) -> Result<Grant, String> {
    serde_json::from_str::<KeptGrant>(body)
        .map_err(|error| error.to_string())?
        .into_grant()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptHeld {
    id: String,
    caller: KeptPrincipal,
    agent: Option<(Text, Text)>,
    upstream: String,
    method: Text,
    arguments: String,
    definition: Option<String>,
    policy: String,
    session: String,
    reason: KeptReason,
    terms: KeptTerms,
    name: Text,
    message: Text,
    intent: Option<Text>,
    commands: Option<CommandFacts>,
    asked_us: u64,
    expires_us: u64,
    votes: Vec<KeptVote>,
    state: String,
    leg: u32,
}

impl KeptHeld {
    fn of(held: &HeldCall) -> Self {
        let binding = &held.binding;
        let agent = binding.agent.as_ref();
        Self {
            id: held.id.to_string(),
            caller: KeptPrincipal::of(&binding.caller),
            agent: agent.map(|agent| (agent.name.clone(), agent.version.clone())),
            upstream: binding.upstream.to_string(),
            method: binding.method.clone(),
            arguments: binding.arguments.to_string(),
            definition: binding.definition.map(|digest| digest.to_string()),
            policy: binding.policy.to_string(),
            session: held.session.to_string(),
            reason: KeptReason::of(&held.reason),
            terms: KeptTerms::of(&held.terms),
            name: held.shown.name.clone(),
            message: held.shown.message.clone(),
            intent: held.shown.intent.clone(),
            commands: held.shown.commands.clone(),
            asked_us: held.asked_at.unix_us(),
            expires_us: held.expires_at.unix_us(),
            votes: held.votes.iter().map(KeptVote::of).collect(),
            state: held.state.as_str().to_owned(),
            leg: held.leg,
        }
    }

    fn into_held(self) -> Result<HeldCall, String> {
        let agent = self.agent.map(|(name, version)| Agent { name, version });
        let state = HeldState::parse(&self.state);
        Ok(HeldCall {
            id: parse(&self.id)?,
            binding: Binding {
                caller: self.caller.into_principal(),
                agent,
                upstream: parse(&self.upstream)?,
                method: self.method,
                arguments: digest(&self.arguments)?,
                definition: self.definition.as_deref().map(digest).transpose()?,
                policy: digest(&self.policy)?,
            },
            session: parse(&self.session)?,
            reason: self.reason.into_reason()?,
            terms: self.terms.into_terms(),
            shown: Shown {
                name: self.name,
                message: self.message,
                intent: self.intent,
                commands: self.commands,
            },
            asked_at: Timestamp::from_unix_us(self.asked_us),
            expires_at: Timestamp::from_unix_us(self.expires_us),
            votes: self.votes.into_iter().map(KeptVote::into_vote).collect(),
            state: state.ok_or_else(|| format!("`{}` is no state", self.state))?,
            leg: self.leg,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptGrant {
    id: String,
    caller: KeptPrincipal,
    upstream: String,
    method: Text,
    name: Text,
    definition: Option<String>,
    rules: Vec<Text>,
    policy: String,
    with: Vec<(Text, Text)>,
    by: Vec<KeptApprover>,
    held: String,
    from_us: u64,
    until_us: u64,
    revoked: Option<(Text, u64)>,
}

impl KeptGrant {
    fn of(grant: &Grant) -> Self {
        let revoked = grant.revoked.as_ref();
        Self {
            id: grant.id.to_string(),
            caller: KeptPrincipal::of(&grant.caller),
            upstream: grant.upstream.to_string(),
            method: grant.method.clone(),
            name: grant.name.clone(),
            definition: grant.definition.map(|digest| digest.to_string()),
            rules: grant.rules.clone(),
            policy: grant.policy.to_string(),
            with: pairs(&grant.with),
            by: grant.by.iter().map(KeptApprover::of).collect(),
            held: grant.held.to_string(),
            from_us: grant.from.unix_us(),
            until_us: grant.until.unix_us(),
            revoked: revoked.map(|(by, at)| (by.clone(), at.unix_us())),
        }
    }

    fn into_grant(self) -> Result<Grant, String> {
        let revoked = self.revoked;
        Ok(Grant {
            id: parse(&self.id)?,
            caller: self.caller.into_principal(),
            upstream: parse(&self.upstream)?,
            method: self.method,
            name: self.name,
            definition: self.definition.as_deref().map(digest).transpose()?,
            rules: self.rules,
            policy: digest(&self.policy)?,
            with: constraints(self.with),
            by: self
                .by
                .into_iter()
                .map(KeptApprover::into_approver)
                .collect(),
            held: parse(&self.held)?,
            from: Timestamp::from_unix_us(self.from_us),
            until: Timestamp::from_unix_us(self.until_us),
            revoked: revoked.map(|(by, at)| (by, Timestamp::from_unix_us(at))),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum KeptPrincipal {
    Person { issuer: Text, subject: Text },
    Service { issuer: Text, subject: Text },
    Anonymous,
}

impl KeptPrincipal {
    fn of(principal: &Principal) -> Self {
        match principal.clone() {
            Principal::Person { issuer, subject } => Self::Person { issuer, subject },
            Principal::Service { issuer, subject } => Self::Service { issuer, subject },
            Principal::Anonymous => Self::Anonymous,
        }
    }

    fn into_principal(self) -> Principal {
        match self {
            Self::Person { issuer, subject } => Principal::Person { issuer, subject },
            Self::Service { issuer, subject } => Principal::Service { issuer, subject },
            Self::Anonymous => Principal::Anonymous,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptReason {
    rules: Vec<Text>,
    policy: String,
    told: Option<Text>,
    severity: Option<String>,
    hidden: bool,
    errors: Vec<Text>,
}

impl KeptReason {
    fn of(reason: &Reason) -> Self {
        Self {
            rules: reason.rules.clone(),
            policy: reason.policy_digest.to_string(),
            told: reason.told.clone(),
            severity: reason.severity.map(|severity| severity.to_string()),
            hidden: reason.hidden,
            errors: reason.errors.clone(),
        }
    }

    fn into_reason(self) -> Result<Reason, String> {
        let severity = self.severity.map(|text| {
            let mut all = Severity::ALL.into_iter();
            let known = all.find(|severity| severity.as_str() == text);
            known.ok_or_else(|| format!("`{text}` is no severity"))
        });
        Ok(Reason {
            rules: self.rules,
            policy_digest: digest(&self.policy)?,
            told: self.told,
            severity: severity.transpose()?,
            hidden: self.hidden,
            errors: self.errors,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptTerms {
    groups: Vec<Text>,
    quorum: u32,
    hold_ms_max: u64,
    needs_reason: bool,
    sign_in_ms_max: Option<u64>,
    grant_ms_max: Option<u64>,
    emergency: Option<Vec<Text>>,
}

impl KeptTerms {
    fn of(terms: &Terms) -> Self {
        Self {
            groups: terms.groups.clone(),
            quorum: terms.quorum,
            hold_ms_max: terms.hold_ms_max,
            needs_reason: terms.needs_reason,
            sign_in_ms_max: terms.sign_in_ms_max,
            grant_ms_max: terms.grant_ms_max,
            emergency: terms.emergency.clone(),
        }
    }

    fn into_terms(self) -> Terms {
        Terms {
            groups: self.groups,
            quorum: self.quorum,
            hold_ms_max: self.hold_ms_max,
            needs_reason: self.needs_reason,
            sign_in_ms_max: self.sign_in_ms_max,
            grant_ms_max: self.grant_ms_max,
            emergency: self.emergency,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptApprover {
    principal: KeptPrincipal,
    credential: Text,
    groups: Vec<Text>,
    signed_in_us: Option<u64>,
}

impl KeptApprover {
    fn of(by: &Approver) -> Self {
        Self {
            principal: KeptPrincipal::of(&by.principal),
            credential: by.credential.clone(),
            groups: by.groups.clone(),
            signed_in_us: by.signed_in_at.map(Timestamp::unix_us),
        }
    }

    fn into_approver(self) -> Approver {
        Approver {
            principal: self.principal.into_principal(),
            credential: self.credential,
            groups: self.groups,
            signed_in_at: self.signed_in_us.map(Timestamp::from_unix_us),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum KeptWord {
    Approve,
    Grant { ms: u64, with: Vec<(Text, Text)> },
    Reject,
    BreakGlass,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptVote {
    by: KeptApprover,
    word: KeptWord,
    reason: Option<Text>,
    channel: Text,
    at_us: u64,
}

impl KeptVote {
    fn of(vote: &Vote) -> Self {
        Self {
            by: KeptApprover::of(&vote.by),
            word: match &vote.word {
                Word::Approve(None) => KeptWord::Approve,
                Word::Approve(Some(allowance)) => KeptWord::Grant {
                    ms: allowance.ms,
                    with: pairs(&allowance.with),
                },
                Word::Reject => KeptWord::Reject,
                Word::BreakGlass => KeptWord::BreakGlass,
            },
            reason: vote.reason.clone(),
            channel: vote.channel.clone(),
            at_us: vote.at.unix_us(),
        }
    }

    fn into_vote(self) -> Vote {
        Vote {
            by: self.by.into_approver(),
            word: match self.word {
                KeptWord::Approve => Word::Approve(None),
                KeptWord::Grant { ms, with } => Word::Approve(Some(Allowance {
                    ms,
                    with: constraints(with),
                })),
                KeptWord::Reject => Word::Reject,
                KeptWord::BreakGlass => Word::BreakGlass,
            },
            reason: self.reason,
            channel: self.channel,
            at: Timestamp::from_unix_us(self.at_us),
        }
    }
}

fn pairs(constraints: &[Constraint]) -> Vec<(Text, Text)> {
    let of = |constraint: &Constraint| (constraint.at.clone(), constraint.is.clone());
    constraints.iter().map(of).collect()
}

fn constraints(pairs: Vec<(Text, Text)>) -> Vec<Constraint> {
    let of = |(at, is)| Constraint { at, is };
    pairs.into_iter().map(of).collect()
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| format!("`{text}` is no digest"))
}
