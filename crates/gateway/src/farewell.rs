//! The end of a session: the server is told, its process or stream is ended, the recording is
//! closed.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use gate::{Arrival, Call, Exchange, SessionClosing, Subject, Transport};
use ledger::HttpFacts;
use mcp::Era;

use crate::flight::{self, Owner};
use crate::random;
use crate::running::close_group;
use crate::sessions::{InUse, McpSession, Used};
use crate::shared::Shared;

/// Time for calls of the session to end and for a server to hear of the end.
const FAREWELL_MS_MAX: u64 = 5_000;

/// Sessions that are closed at the same time when the gateway stops.
const FAREWELLS_AT_ONCE: usize = 64;

/// Closes a session that was taken out of the table.
pub(crate) async fn close_session(
    shared: Arc<Shared>,
    session: Arc<McpSession>,
    why: &'static str,
) {
    let patience = Duration::from_millis(FAREWELL_MS_MAX);
    session.set_stream(None);
    if why != "deleted" && why != "upstream_ended" {
        let _too_late = tokio::time::timeout(patience, tell(&shared, &session)).await;
    }
    if let Some(link) = session.link.get() {
        link.close().await;
    }
    // What is still under way has its ending to record first.
    let _too_late = tokio::time::timeout(patience, unused(&*session)).await;
    let closing = SessionClosing {
        upstream: session.upstream.name.as_str().into(),
        at: random::now(),
        why,
    };
    if let Err(error) = session.recording.close(closing).await {
        tracing::error!(%error, "the end of a session cannot be recorded");
    }
}

/// Closes everything that is open.
pub(crate) async fn close_all(shared: &Arc<Shared>, why: &'static str) {
    let (sessions, groups) = shared.sessions.drain();
    let mut closing = FuturesUnordered::new();
    for session in sessions {
        if closing.len() >= FAREWELLS_AT_ONCE {
            closing.next().await;
        }
        closing.push(close_session(shared.clone(), session, why));
    }
    while closing.next().await.is_some() {}
    for upstream in shared.upstreams.values() {
        upstream.close().await;
    }
    let patience = Duration::from_millis(FAREWELL_MS_MAX);
    let unused = async {
        for group in &groups {
            unused(&**group).await;
        }
    };
    // What is still under way has its ending to record first.
    let _too_late = tokio::time::timeout(patience, unused).await;
    for group in groups {
        close_group(&group, why).await;
    }
}

/// Sends a Streamable HTTP server the end of its session. It walks like any other message.
async fn tell(shared: &Arc<Shared>, session: &Arc<McpSession>) {
    let Some(link) = session.link.get() else {
        return;
    };
    let at = random::now();
    if link.transport() != Transport::StreamableHttp || session.protocol_version.get().is_none() {
        return;
    }
    let (Ok(exchange), Ok(call)) = (random::exchange_id(at), random::call_id(at)) else {
        return;
    };
    let exchange = Exchange {
        arrival: Arrival {
            id: exchange,
            upstream: session.upstream.name.as_str().into(),
            transport: session.transport,
            received_at: at,
            http: HttpFacts::default(),
            headers: Vec::new(),
        },
        caller: session.caller.clone(),
        upstream: session.upstream.name.clone(),
        era: Era::Legacy,
        protocol_version: session.protocol_version.get().cloned(),
        agent: session.agent.clone(),
    };
    let call = Call {
        id: call,
        exchange: Arc::new(exchange),
        subject: Subject::EndSession,
        at,
    };
    session.use_count.begin(at);
    let owner = Owner::Session(InUse(session.clone()));
    let mut outs = flight::launch(shared, owner, call);
    while outs.recv().await.is_some() {}
}

async fn unused(recording: &impl Used) {
    while recording.uses().under_way() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
