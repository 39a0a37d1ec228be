//! Held calls and grants as JSON. What is shown of a call was masked before it came here.

use gate::{Allowance, Constraint, Grant, HeldCall, Vote, Word};
use model::{Principal, Timestamp};
use serde_json::{Value, json};

pub(crate) fn held(held: &HeldCall) -> Value {
    let (binding, terms, shown) = (&held.binding, &held.terms, &held.shown);
    let agent = binding.agent.as_ref();
    json!({
        "id": held.id.to_string(),
        "state": held.state.as_str(),
        "asked_at": held.asked_at.to_string(),
        "expires_at": held.expires_at.to_string(),
        "session": held.session.to_string(),
        "caller": principal(&binding.caller),
        "agent": agent.map(|agent| json!({ "name": agent.name, "version": agent.version })),
        "server": binding.upstream.as_str(),
        "method": binding.method,
        "name": shown.name,
        "rules": held.reason.rules,
        "reason": held.reason.told,
        "severity": held.reason.severity.map(|severity| severity.as_str()),
        "groups": terms.groups,
        "quorum": terms.quorum,
        "needs_reason": terms.needs_reason,
        "sign_in_ms_max": terms.sign_in_ms_max,
        "grant_ms_max": terms.grant_ms_max,
        "emergency": terms.emergency,
        "message": message(&shown.message),
        "intent": shown.intent,
        "commands": shown.commands,
        "votes": held.votes.iter().map(vote).collect::<Vec<_>>(),
        "arguments": binding.arguments.to_string(),
        "definition": binding.definition.map(|digest| digest.to_string()),
        "policy": binding.policy.to_string(),
    })
}

pub(crate) fn grant(grant: &Grant, now: Timestamp) -> Value {
    let revoked = grant.revoked.as_ref();
    json!({
        "id": grant.id.to_string(),
        "open": grant.is_open(now),
        "caller": principal(&grant.caller),
        "server": grant.upstream.as_str(),
        "method": grant.method,
        "name": grant.name,
        "definition": grant.definition.map(|digest| digest.to_string()),
        "rules": grant.rules,
        "policy": grant.policy.to_string(),
        "with": constraints(&grant.with),
        "by": grant.by.iter().map(|by| principal(&by.principal)).collect::<Vec<_>>(),
        "held": grant.held.to_string(),
        "from": grant.from.to_string(),
        "until": grant.until.to_string(),
        "revoked": revoked.map(|(by, at)| json!({ "by": by, "at": at.to_string() })),
    })
}

fn vote(vote: &Vote) -> Value {
    let allowed = match &vote.word {
        Word::Approve(Some(allowance)) => Some(allowance),
        _ => None,
    };
    json!({
        "by": principal(&vote.by.principal),
        "word": vote.word.as_str(),
        "reason": vote.reason,
        "channel": vote.channel,
        "at": vote.at.to_string(),
        "grant": allowed.map(allowance),
    })
}

fn allowance(allowance: &Allowance) -> Value {
    json!({ "ms": allowance.ms, "with": constraints(&allowance.with) })
}

fn constraints(all: &[Constraint]) -> Vec<Value> {
    let one = |c: &Constraint| json!({ "at": c.at, "is": parsed(&c.is) });
    all.iter().map(one).collect()
}

fn principal(principal: &Principal) -> Value {
    json!({
        "kind": principal.kind(),
        "issuer": principal.issuer(),
        "subject": principal.subject(),
    })
}

/// The message as JSON where it means one thing to every reader; the text where it does not; nothing
/// where it is forgotten.
fn message(text: &str) -> Value {
    let one_meaning = inspect::canonical(text.as_bytes()).is_some();
    match text {
        "" => Value::Null,
        text if one_meaning => parsed(text),
        text => text.into(),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
