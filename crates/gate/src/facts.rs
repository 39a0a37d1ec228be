//! What the records of the walk have in common.

use std::sync::Arc;

use ledger::{
    CallerFacts, ClientFacts, Direction, Draft, Facts, FindingFacts, Kind, LinkFacts, MaskFacts,
    MessageFacts, TimingFacts, TraceFacts, VerdictCode, VerdictFacts,
};
use mcp::Message;
use model::{Agent, Caller, Digest, Timestamp};
use policy::Reason;

use crate::call::Stored;
use crate::{Arrival, Call, Exchange, Subject};

/// The intent side of a call: everything that is known when it arrives.
pub(crate) fn of_call<'a>(call: &'a Call, stored: &'a Stored, kind: Kind) -> Draft<'a> {
    let exchange = &call.exchange;
    let mut facts = of_exchange(exchange);
    facts.call = Some(call.id.to_string());
    facts.direction = Some(Direction::ClientToServer);
    facts.http = Some(exchange.arrival.http.clone());
    facts.timing = Some(timing(&exchange.arrival, call.at));
    add_masking(&mut facts, stored);
    add_subject(&mut facts, &call.subject);
    Draft {
        kind,
        verdict: VerdictCode::None,
        at: call.at,
        call: Some(call.id),
        server: exchange.upstream.as_str(),
        tool: stored.name(),
        principal: principal(&exchange.caller),
        facts,
        payload: stored.bytes(call.subject.bytes()),
    }
}

/// What a client asked to have delivered.
pub(crate) fn add_subject(facts: &mut Facts, subject: &Subject) {
    match subject {
        Subject::Message(message, answers) => {
            facts.message = Some(message_facts(message, answers.as_ref()));
            facts.trace = trace(message);
            facts.links = links(message);
            facts.capabilities = capabilities(message);
        }
        Subject::Batch(_) => facts.message = Some(message_kind("batch")),
        Subject::Stream { last_event_id } => {
            facts.message = Some(stands_for("request", &subject.action()));
            facts.links = last_event_id
                .iter()
                .map(|id| LinkFacts {
                    rel: "last_event_id".into(),
                    to: id.clone(),
                })
                .collect();
        }
        Subject::EndSession => facts.message = Some(stands_for("request", &subject.action())),
    }
}

/// What masking found, and by which set; of the empty set the leaf's zeros say enough.
pub(crate) fn add_masking(facts: &mut Facts, stored: &Stored) {
    facts.findings = findings(stored);
    let digest = stored.mask_set();
    facts.mask = (digest != Digest::default()).then(|| MaskFacts {
        policy_digest: digest.to_string().into(),
    });
}

/// What every record of an exchange says.
pub(crate) fn of_exchange(exchange: &Exchange) -> Facts {
    Facts {
        exchange: Some(exchange.arrival.id.to_string()),
        upstream: Some(exchange.upstream.as_str().into()),
        transport: Some(exchange.arrival.transport.as_str().into()),
        era: Some(exchange.era.as_str().into()),
        protocol_version: exchange.protocol_version.clone(),
        caller: Some(caller(&exchange.caller)),
        client: exchange.agent.as_ref().map(client),
        ..Facts::default()
    }
}

pub(crate) fn caller(caller: &Caller) -> CallerFacts {
    CallerFacts {
        kind: caller.principal.kind().into(),
        issuer: caller.principal.issuer().into(),
        subject: caller.principal.subject().into(),
        credential: caller.credential.clone(),
    }
}

pub(crate) fn client(agent: &Agent) -> ClientFacts {
    ClientFacts {
        name: agent.name.clone(),
        version: agent.version.clone(),
    }
}

/// The input of the leaf's pseudonym of a principal.
pub(crate) fn principal(caller: &Caller) -> String {
    let principal = &caller.principal;
    format!(
        "{}|{}|{}",
        principal.kind(),
        principal.issuer(),
        principal.subject()
    )
}

pub(crate) fn timing(arrival: &Arrival, now: Timestamp) -> TimingFacts {
    TimingFacts {
        since_received_us: now.us_since(arrival.received_at),
        since_forwarded_us: None,
    }
}

fn findings(stored: &Stored) -> Vec<FindingFacts> {
    let place = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    stored
        .findings()
        .iter()
        .map(|finding| FindingFacts {
            kind: finding.kind.clone(),
            start: place(finding.stored_span.start),
            end: place(finding.stored_span.end),
        })
        .collect()
}

pub(crate) fn verdict(decision: &str, reason: &Reason, told: Option<&str>) -> VerdictFacts {
    VerdictFacts {
        decision: decision.into(),
        rules: reason.rules.clone(),
        policy_digest: Some(reason.policy_digest.to_string().into()),
        reason: told.map(Into::into),
    }
}

/// The outside of a message. `answers` is the method of the request that an answer belongs to.
pub(crate) fn message_facts(message: &Message, answers: Option<&Arc<str>>) -> MessageFacts {
    MessageFacts {
        kind: message.kind().as_str().into(),
        id: message.id_lexeme().map(Into::into),
        method: message
            .method_name()
            .map(|name| Arc::from(&*name))
            .or_else(|| answers.cloned()),
        name: message.name().map(|name| Arc::from(&*name)),
    }
}

pub(crate) fn message_kind(kind: &str) -> MessageFacts {
    MessageFacts {
        kind: kind.into(),
        id: None,
        method: None,
        name: None,
    }
}

fn stands_for(kind: &str, action: &str) -> MessageFacts {
    MessageFacts {
        method: Some(action.into()),
        ..message_kind(kind)
    }
}

fn trace(message: &Message) -> Option<TraceFacts> {
    let traceparent = message.traceparent()?;
    Some(TraceFacts {
        traceparent: Arc::from(&*traceparent),
        tracestate: message.tracestate().map(|state| Arc::from(&*state)),
    })
}

fn capabilities(message: &Message) -> Option<Box<serde_json::value::RawValue>> {
    let raw = message.client_capabilities()?.lexeme().to_owned();
    serde_json::value::RawValue::from_string(raw).ok()
}

/// What ties a message to others: opaque values by their digest, the rest by name.
pub(crate) fn links(message: &Message) -> Vec<LinkFacts> {
    let mut links = Vec::new();
    let mut link = |rel: &str, to: &str| {
        links.push(LinkFacts {
            rel: rel.into(),
            to: to.into(),
        });
    };
    if let Some(state) = message.request_state() {
        link("request_state", &sha256(state.raw()).to_string());
    }
    if let Some(task) = message.task_id() {
        link("task", &task);
    }
    if let Some(task) = message.related_task() {
        link("task", &task);
    }
    if let Some(request) = message.cancelled_request() {
        link("cancels", request.lexeme());
    }
    if let Some(subscription) = message.subscription_id() {
        link("subscription", subscription.lexeme());
    }
    links
}

fn sha256(bytes: &[u8]) -> Digest {
    ledger::merkle::sha256(&[bytes])
}
