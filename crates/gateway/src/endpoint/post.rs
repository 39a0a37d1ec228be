use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use gate::{Call, Exchange, Limit, Refusal, Refused, SessionOpening, Subject, Transport};
use http::Response;
use http::header::HeaderValue;
use hyper::body::Incoming;
use mcp::era::{self, Class};
use mcp::{Batch, Era, Kind, Message, Revision};
use model::Agent;

use super::{Admitted, collect};
use crate::flight::{self, Owner};
use crate::random::{self, NoRandomness};
use crate::respond::{Body, respond, respond_once};
use crate::sessions::{Group, GroupKey, InUse, McpSession};
use crate::{ops, running};

/// Answers a POST: one message, or a batch of 2025-03-26.
pub(super) async fn serve(admitted: Admitted, body: Incoming) -> Response<Body> {
    let named = admitted.session();
    let session = named.as_ref().and_then(|named| named.as_ref().ok());
    let session = session.map(|session| &**session);
    if let Err(fault) = era::check_post(&admitted.headers()) {
        return admitted.refuse(session, Refusal::Transport(fault)).await;
    }
    let limits = &admitted.shared.config.limits;
    if admitted.shared.calls.load(Ordering::Acquire) >= limits.calls_max {
        let refusal = Refusal::Limited(Limit::Calls);
        return admitted.refuse(session, refusal).await;
    }
    let bytes = match collect(body, limits).await {
        Ok(_) if admitted.is_late() => return admitted.refuse(session, Refusal::Stopping).await,
        Ok(bytes) => bytes,
        Err(refusal) => return admitted.refuse(session, refusal).await,
    };
    let parsing = mcp::json::Limits {
        bytes_max: limits.body_bytes_max,
        depth_max: limits.depth_max,
    };
    if mcp::is_batch(&bytes) {
        return batch(admitted, named, bytes, &parsing).await;
    }
    let message = match Message::parse(bytes.clone(), &parsing) {
        Ok(message) => message,
        Err(error) => {
            let refusal = Refusal::Undecodable(error);
            return admitted.refuse_bytes(session, refusal, bytes).await;
        }
    };
    match era::classify(&admitted.headers(), &message) {
        Class::Modern => modern(admitted, message).await,
        Class::Initialize => initialize(admitted, message).await,
        Class::Legacy => legacy(admitted, named, message).await,
    }
}

async fn modern(admitted: Admitted, message: Message) -> Response<Body> {
    let exchange = Arc::new(Exchange {
        era: Era::Modern,
        protocol_version: message
            .meta_protocol_version()
            .map(|version| Arc::from(&*version))
            .or_else(|| admitted.headers().protocol_version().map(Arc::from)),
        agent: agent(&message),
        ..admitted.exchange(None)
    });
    let fault = if admitted.upstream.takes_modern() {
        era::check_modern(&admitted.headers(), &message, None)
            .err()
            .map(Refusal::Modern)
    } else {
        Some(Refusal::EraNotSpoken)
    };
    let group = match group(&admitted, &exchange) {
        Ok(group) => group,
        Err(NoRandomness) => return ops::no_randomness(),
    };
    sessionless(
        admitted,
        exchange,
        group,
        Subject::Message(message, None),
        fault,
    )
    .await
}

/// Sends on what belongs to no session.
async fn sessionless(
    admitted: Admitted,
    exchange: Arc<Exchange>,
    group: InUse<Group>,
    subject: Subject,
    fault: Option<Refusal>,
) -> Response<Body> {
    let Some(call) = call(exchange, subject) else {
        return ops::no_randomness();
    };
    let manner = admitted.manner(None);
    if let Some(refusal) = fault {
        let outside = admitted.shared.looked_at(call.subject.bytes()).await;
        let masks = admitted.shared.wiring.masks.load();
        let refused = Refused::decoded(call, refusal, &masks, &outside);
        let out = flight::refused(&group.recording, refused).await;
        return respond_once(out, manner).await;
    }
    let owner = Owner::Group(group, admitted.upstream.clone());
    respond(flight::launch(&admitted.shared, owner, call), manner).await
}

async fn legacy(
    admitted: Admitted,
    named: Option<Result<InUse<McpSession>, Refusal>>,
    message: Message,
) -> Response<Body> {
    match named {
        Some(Ok(session)) => {
            let answers = match message.kind() {
                Kind::Response | Kind::ErrorResponse => {
                    message.id().and_then(|id| session.answered(&id.key()))
                }
                Kind::Request | Kind::Notification => None,
            };
            in_session(admitted, session, Subject::Message(message, answers)).await
        }
        Some(Err(refusal)) => admitted.refuse_message(refusal, message).await,
        None if admitted.upstream.takes_sessionless() => {
            let exchange = Arc::new(admitted.exchange(None));
            match group(&admitted, &exchange) {
                Ok(group) => {
                    let subject = Subject::Message(message, None);
                    sessionless(admitted, exchange, group, subject, None).await
                }
                Err(NoRandomness) => ops::no_randomness(),
            }
        }
        None => {
            admitted
                .refuse_message(Refusal::SessionMissing, message)
                .await
        }
    }
}

async fn in_session(
    admitted: Admitted,
    session: InUse<McpSession>,
    subject: Subject,
) -> Response<Body> {
    let exchange = Arc::new(admitted.exchange(Some(&session)));
    let Some(call) = call(exchange, subject) else {
        return ops::no_randomness();
    };
    let visible = session.visible.clone();
    let owner = Owner::Session(session);
    let outs = flight::launch(&admitted.shared, owner, call);
    let response = respond(outs, admitted.manner(None)).await;
    if response.status() == http::StatusCode::NOT_FOUND {
        // The server does not know the session any more: nor does the gateway.
        running::close_soon(&admitted.shared, &visible, "upstream_ended");
    }
    response
}

/// Batches exist in 2025-03-26 only (2025-03-26 basic, "Batching").
async fn batch(
    admitted: Admitted,
    named: Option<Result<InUse<McpSession>, Refusal>>,
    bytes: Bytes,
    parsing: &mcp::json::Limits,
) -> Response<Body> {
    let session = match named {
        Some(Ok(session)) => session,
        Some(Err(refusal)) => return admitted.refuse_bytes(None, refusal, bytes).await,
        None => {
            let refusal = Refusal::BatchNotAllowed;
            return admitted.refuse_bytes(None, refusal, bytes).await;
        }
    };
    let negotiated = session.protocol_version.get().map(|version| &**version);
    if negotiated != Some(Revision::V2025_03_26.as_str()) {
        let refusal = Refusal::BatchNotAllowed;
        return admitted.refuse_bytes(Some(&session), refusal, bytes).await;
    }
    match Batch::parse(bytes.clone(), parsing) {
        Ok(batch) => in_session(admitted, session, Subject::Batch(batch)).await,
        Err(error) => {
            let refusal = Refusal::Undecodable(error);
            admitted.refuse_bytes(Some(&session), refusal, bytes).await
        }
    }
}

async fn initialize(admitted: Admitted, message: Message) -> Response<Body> {
    let shared = admitted.shared.clone();
    if shared.sessions.legacy_count() >= shared.config.limits.sessions_max {
        let refusal = Refusal::Limited(Limit::Sessions);
        return admitted.refuse_message(refusal, message).await;
    }
    let exchange = Arc::new(Exchange {
        era: Era::Legacy,
        protocol_version: message
            .requested_version()
            .map(|version| Arc::from(&*version)),
        agent: agent(&message),
        ..admitted.exchange(None)
    });
    let transport = Transport::StreamableHttp;
    let Ok((session, _opened)) = running::open_session(
        &shared,
        exchange.clone(),
        admitted.upstream.clone(),
        transport,
    ) else {
        return ops::no_randomness();
    };
    let Some(call) = call(exchange, Subject::Message(message, None)) else {
        return ops::no_randomness();
    };
    let header = HeaderValue::from_str(&session.visible).ok();
    let owner = Owner::Session(session);
    let outs = flight::launch(&shared, owner, call);
    respond(outs, admitted.manner(header)).await
}

/// The group of what belongs to no session. What clients say about themselves opens as many
/// recordings as there may be sessions, and no more.
fn group(admitted: &Admitted, exchange: &Arc<Exchange>) -> Result<InUse<Group>, NoRandomness> {
    let shared = &admitted.shared;
    let crowded = shared.sessions.group_count() >= shared.config.limits.sessions_max;
    let key = GroupKey {
        upstream: admitted.upstream.name.clone(),
        principal: admitted.caller.principal.clone(),
        by: match &admitted.caller.token {
            Some(token) => token.client.clone(),
            None => admitted.caller.credential.clone(),
        },
        agent: exchange.agent.clone().filter(|_| !crowded),
        era: exchange.era,
    };
    shared.sessions.group(key, admitted.at, || {
        let opening = SessionOpening {
            exchange: exchange.clone(),
            at: admitted.at,
            grouping: "caller_and_client",
            masks: (**shared.wiring.masks.load()).clone(),
        };
        let id = random::session_id(admitted.at)?;
        // Whatever comes after it in the session is durable only if this is.
        let (recording, _opening) = shared.ledger().open_session(id, opening);
        Ok(Group {
            upstream: admitted.upstream.name.clone(),
            recording,
            counters: crate::counters::SessionCounters::default(),
            use_count: crate::sessions::Use::default(),
        })
    })
}

fn call(exchange: Arc<Exchange>, subject: Subject) -> Option<Call> {
    let at = random::now();
    let id = random::call_id(at).ok()?;
    Some(Call {
        id,
        exchange,
        subject,
        at,
    })
}

fn agent(message: &Message) -> Option<Agent> {
    let client = message.client_info()?;
    Some(Agent {
        name: client.name.into(),
        version: client.version.into(),
    })
}
