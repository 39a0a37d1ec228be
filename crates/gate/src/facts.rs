//! What the records of the walk have in common.

use std::borrow::Cow;
use std::sync::Arc;

use ledger::{
    CallerFacts, ClientFacts, Direction, Draft, Facts, HttpFacts, Kind, LinkFacts, MessageFacts,
    TimingFacts, TraceFacts, VerdictCode, VerdictFacts,
};
use mask::{Crossing, MaskSet};
use mcp::{Message, Method, Revision};
use model::{Agent, Caller, Digest, Principal, Timestamp};
use policy::Reason;
use serde_json::{Map, Value};

use crate::stored::Stored;
use crate::{Arrival, Call, Exchange, Subject};

/// The intent side of a call: everything that is known when it arrives.
pub(crate) fn of_call<'a>(call: &'a Call, stored: &'a Stored, kind: Kind) -> Draft<'a> {
    let exchange = &call.exchange;
    let mut facts = of_exchange(exchange);
    facts.call = Some(call.id.to_string());
    facts.direction = Some(Direction::ClientToServer);
    facts.http = Some(exchange.arrival.http.clone());
    facts.timing = Some(timing(&exchange.arrival, call.at));
    add_subject(&mut facts, &call.subject);
    stored.describe(&mut facts);
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

/// Says something that has no place of its own.
pub(crate) fn add(facts: &mut Facts, name: &str, value: Value) {
    let extra = facts.extra.get_or_insert_with(|| Value::Object(Map::new()));
    if let Some(members) = extra.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// The same for each member of an object.
pub(crate) fn add_all(facts: &mut Facts, more: Value) {
    if let Value::Object(members) = more {
        for (name, value) in members {
            add(facts, &name, value);
        }
    }
}

/// Masks what facts quote of a message or of the transport around it. What the gateway itself says
/// (names of upstreams, of callers) and the words of MCP stay. HTTP facts of a request were masked
/// when it arrived.
pub(crate) fn mask(facts: &mut Facts, masks: &MaskSet, at: &Crossing<'_>) {
    let text = |text: &mut Arc<str>| {
        if let Some(masked) = masked(masks, text, at) {
            *text = masked.into();
        }
    };
    if let Some(message) = &mut facts.message {
        message.id.as_mut().map(text);
        let method = message.method.as_mut();
        method.filter(|method| !is_word_of_mcp(method)).map(text);
        if let Some(name) = &mut message.name
            && let Some(masked) = changed(masks.apply_uri(name.as_bytes(), at).stored)
        {
            *name = masked.into();
        }
    }
    if let Some(client) = &mut facts.client {
        text(&mut client.name);
        text(&mut client.version);
    }
    if let Some(sse) = &mut facts.sse {
        sse.id.as_mut().map(text);
        sse.event.as_mut().map(text);
    }
    if let Some(trace) = &mut facts.trace {
        text(&mut trace.traceparent);
        trace.tracestate.as_mut().map(text);
    }
    facts.intent.as_mut().map(text);
    let version = facts.protocol_version.as_mut();
    version
        .filter(|version| Revision::parse(version).is_none())
        .map(text);
    facts.links.iter_mut().for_each(|link| text(&mut link.to));
    let places = facts
        .commands
        .iter_mut()
        .flat_map(|commands| &mut commands.places);
    places.for_each(|place| text(&mut place.at));
    if let Some(detail) = &mut facts.detail
        && let Some(masked) = masked(masks, detail, at)
    {
        *detail = masked;
    }
    if let Some(capabilities) = &facts.capabilities
        && let Cow::Owned(bytes) = masks.apply(capabilities.get().as_bytes(), at).stored
    {
        facts.capabilities = String::from_utf8(bytes)
            .ok()
            .and_then(|json| serde_json::value::RawValue::from_string(json).ok());
    }
}

/// A method of MCP, or what stands for one: anything else may be whatever a client likes.
fn is_word_of_mcp(method: &str) -> bool {
    const STAND_INS: &[&str] = &["batch", "other", "session/end", "stream/open"];
    Method::of(method) != Method::Unknown || STAND_INS.contains(&method)
}

/// The HTTP facts of a message as they may be stored.
pub fn masked_http(mut http: HttpFacts, masks: &MaskSet, at: &Crossing<'_>) -> HttpFacts {
    if let Some(method) = &mut http.method
        && !HTTP_METHODS.contains(&&**method)
        && let Some(masked) = masked(masks, method, at)
    {
        *method = masked.into();
    }
    if let Some(path) = &mut http.path
        && let Some(masked) = changed(masks.apply_uri(path.as_bytes(), at).stored)
    {
        *path = masked.into();
    }
    for (name, value) in &mut http.headers {
        let masked = masks.apply_header(name, value.as_bytes(), at).stored;
        if let Some(masked) = changed(masked) {
            *value = masked.into();
        }
    }
    http
}

/// The value of a header field as it may be sent on; `None`: as it is.
pub fn relayed_header(
    name: &str,
    value: &str,
    masks: &MaskSet,
    at: &Crossing<'_>,
) -> Option<Arc<str>> {
    changed(masks.apply_header(name, value.as_bytes(), at).relayed).map(Arc::from)
}

/// A text as it may be stored; `None`: as it is.
pub(crate) fn masked(masks: &MaskSet, text: &str, at: &Crossing<'_>) -> Option<String> {
    changed(masks.apply_text(text.as_bytes(), at).stored)
}

fn changed(bytes: Cow<'_, [u8]>) -> Option<String> {
    match bytes {
        Cow::Borrowed(_) => None,
        Cow::Owned(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
    }
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
        groups: caller.groups.clone(),
        client: caller.client().into(),
        token: caller
            .token
            .as_ref()
            .map_or_else(Arc::default, |token| token.id.clone()),
        scopes: caller
            .token
            .as_ref()
            .map_or_else(Arc::default, |token| token.scopes.clone()),
    }
}

pub(crate) fn client(agent: &Agent) -> ClientFacts {
    ClientFacts {
        name: agent.name.clone(),
        version: agent.version.clone(),
    }
}

/// The methods of RFC 9110 §9.3; a client may write any other word.
const HTTP_METHODS: &[&str] = &[
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE",
];

/// The input of the leaf's pseudonym of a principal.
pub(crate) fn principal(caller: &Caller) -> String {
    principal_of(&caller.principal)
}

/// The same of who is accountable, without the credential.
pub(crate) fn principal_of(principal: &Principal) -> String {
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

pub(crate) fn verdict(decision: &str, reason: &Reason) -> VerdictFacts {
    VerdictFacts {
        decision: decision.into(),
        rules: reason.rules.clone(),
        policy_digest: Some(reason.policy_digest.to_string().into()),
        reason: reason.told.clone(),
        severity: reason.severity.map(|severity| severity.as_str().into()),
        errors: reason.errors.clone(),
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
