use std::sync::Arc;

use ledger::{Draft, Facts, Kind, LinkFacts, Record, VerdictCode};
use model::{Principal, Timestamp};
use serde_json::{Value, json};

use super::{Approver, Constraint, Grant, HeldCall, Vote};
use crate::facts;

/// What was said about a held call, on its way to the record. The facts' `extra` has the members `hold`
/// (the held call), `ruling` (`approve`, `reject`, `break_glass`, `expire`, `withdraw`, `rejudge`),
/// `state` (how the held call is from here on) and `arguments` (their keyed digest); of a person's word
/// also `by`, `channel`, `reason`, `approvals` (how many there are) and `quorum`; of a grant its id.
#[derive(Debug, Clone)]
pub struct RulingRecord {
    /// The held call as it is from here on.
    pub held: HeldCall,
    /// What was said.
    pub said: Said,
    /// When.
    pub at: Timestamp,
    /// The grant that came of it.
    pub grant: Option<Grant>,
}

/// Who or what spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A person.
    Vote(Vote),
    /// The clock: nobody said enough, or nobody made the call, in time.
    Lapsed,
    /// Policy, or the definition, is not as it was.
    Withdrawn(Arc<str>),
    /// The gateway started again and judged it by today's policy: it waits on.
    Rejudged,
}

impl Record for RulingRecord {
    fn draft(&self) -> Draft<'_> {
        let held = &self.held;
        let (ruling, why) = match &self.said {
            Said::Vote(vote) => (vote.word.as_str(), vote.reason.as_deref()),
            Said::Lapsed => ("expire", None),
            Said::Withdrawn(why) => ("withdraw", Some(&**why)),
            Said::Rejudged => ("rejudge", None),
        };
        let mut extra = json!({
            "hold": held.id.to_string(),
            "ruling": ruling,
            "state": held.state.as_str(),
            "arguments": held.binding.arguments.to_string(),
            "reason": why,
            "expires_at": held.expires_at.to_string(),
        });
        if let (Said::Vote(vote), Some(members)) = (&self.said, extra.as_object_mut()) {
            members.insert("by".to_owned(), approver(&vote.by));
            members.insert("channel".to_owned(), json!(vote.channel));
            members.insert("approvals".to_owned(), json!(held.votes.len()));
            members.insert("quorum".to_owned(), json!(held.terms.quorum));
        }
        if let (Some(grant), Some(members)) = (&self.grant, extra.as_object_mut()) {
            members.insert("grant".to_owned(), json!(grant.id.to_string()));
        }
        let mut facts = of_held(held);
        facts.verdict = Some(facts::verdict("held", &held.reason));
        facts.extra = Some(extra);
        Draft {
            kind: Kind::Ruling,
            verdict: VerdictCode::None,
            at: self.at,
            call: Some(held.id),
            server: held.binding.upstream.as_str(),
            tool: &held.shown.name,
            principal: facts::principal_of(&held.binding.caller),
            facts,
            payload: held.shown.message.as_bytes(),
        }
    }
}

/// A grant that was made or taken back. The facts' `extra` has the grant, and `change`: `granted` or
/// `revoked`.
#[derive(Debug, Clone)]
pub struct GrantChange {
    /// The grant as it is from here on.
    pub grant: Grant,
    /// When.
    pub at: Timestamp,
}

impl Record for GrantChange {
    fn draft(&self) -> Draft<'_> {
        let grant = &self.grant;
        let with = grant.with.iter().map(constraint).collect::<Vec<_>>();
        let revoked = grant.revoked.as_ref();
        let extra = json!({
            "change": if revoked.is_some() { "revoked" } else { "granted" },
            "grant": grant.id.to_string(),
            "hold": grant.held.to_string(),
            "caller": principal(&grant.caller),
            "method": grant.method,
            "name": grant.name,
            "rules": grant.rules,
            "with": with,
            "by": grant.by.iter().map(approver).collect::<Vec<_>>(),
            "from": grant.from.to_string(),
            "until": grant.until.to_string(),
            "revoked_by": revoked.map(|(by, _)| by),
        });
        Draft {
            kind: Kind::Grant,
            verdict: VerdictCode::None,
            at: self.at,
            call: Some(grant.held),
            server: grant.upstream.as_str(),
            tool: &grant.name,
            principal: facts::principal_of(&grant.caller),
            facts: Facts {
                upstream: Some(grant.upstream.as_str().into()),
                links: vec![link(&grant.held.to_string())],
                extra: Some(extra),
                ..Facts::default()
            },
            payload: &[],
        }
    }
}

fn of_held(held: &HeldCall) -> Facts {
    Facts {
        call: Some(held.id.to_string()),
        upstream: Some(held.binding.upstream.as_str().into()),
        client: held.binding.agent.as_ref().map(facts::client),
        intent: held.shown.intent.clone(),
        links: vec![link(&held.id.to_string())],
        ..Facts::default()
    }
}

/// What ties a record to a held call.
pub(crate) fn link(held: &str) -> LinkFacts {
    LinkFacts {
        rel: "hold".into(),
        to: held.into(),
    }
}

fn approver(by: &Approver) -> Value {
    let mut of = principal(&by.principal);
    if let Some(members) = of.as_object_mut() {
        members.insert("credential".to_owned(), json!(by.credential));
        members.insert("groups".to_owned(), json!(by.groups));
    }
    of
}

fn principal(of: &Principal) -> Value {
    json!({ "kind": of.kind(), "issuer": of.issuer(), "subject": of.subject() })
}

fn constraint(constraint: &Constraint) -> Value {
    json!({ "at": constraint.at, "is": constraint.is })
}
