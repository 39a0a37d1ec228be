//! The deprecated HTTP+SSE transport of MCP 2024-11-05: `/sse/{upstream}` is the stream, and the
//! session; messages are posted to the address that its first event names.

use std::net::SocketAddr;
use std::sync::Arc;

use gate::{Call, Exchange, Refusal, Subject, Transport};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use mcp::{Era, Kind, Message, sse};
use model::SessionId;
use tokio::sync::mpsc;

use crate::endpoint::{Admitted, admit, collect};
use crate::flight::{self, Out, Owner};
use crate::halting::Watch;
use crate::respond::{Body, event_stream_of, plain, unrecorded};
use crate::sessions::{InUse, McpSession};
use crate::shared::Shared;
use crate::{ops, random, running};

/// Messages on their way to the client's stream.
const STREAM_AHEAD_MAX: usize = 64;

/// Opens the stream, and with it the session.
pub(crate) async fn open(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    upstream: &str,
    peer: SocketAddr,
) -> Response<Body> {
    let (parts, _) = request.into_parts();
    let admitted = match admit(shared.clone(), parts, upstream, peer, Transport::HttpSse).await {
        Ok(admitted) => admitted,
        Err(response) => return response,
    };
    if admitted.parts.method != Method::GET {
        return admitted
            .refuse(None, Refusal::MethodNotAllowed { allow: "GET" })
            .await;
    }
    if let Err(fault) = mcp::era::check_get(&admitted.headers()) {
        return admitted.refuse(None, Refusal::Transport(fault)).await;
    }
    let halts = shared.wiring.halts.borrow().clone();
    let nothing = SessionId::from_bytes([0; 16]);
    let who = &admitted.caller.principal;
    if let Some(halt) = halts.of(&admitted.upstream.name, who, nothing) {
        let refusal = Refusal::Halted(halt.clone());
        return admitted.refuse(None, refusal).await;
    }
    if shared.sessions.legacy_count() >= shared.config.limits.sessions_max {
        let refusal = Refusal::Limited(gate::Limit::Sessions);
        return admitted.refuse(None, refusal).await;
    }
    let exchange = Arc::new(Exchange {
        era: Era::Legacy,
        ..admitted.exchange(None)
    });
    let upstream = admitted.upstream.clone();
    let opened = running::open_session(&shared, exchange.clone(), upstream, Transport::HttpSse);
    let Ok((session, opened)) = opened else {
        return ops::no_randomness();
    };
    if let Err(error) = opened.await {
        tracing::error!(%error, "a session cannot be recorded");
        shared.sessions.remove(&session.visible);
        return unrecorded();
    }
    let (sender, outs) = mpsc::channel(STREAM_AHEAD_MAX);
    let halts = Watch::new(&shared, &exchange, &session.recording);
    watch(&shared, &session, sender.clone(), halts);
    session.set_stream(Some(sender));
    let endpoint = sse::encode(&sse::Event {
        event: Some("endpoint"),
        data: address(&session).as_bytes(),
        ..sse::Event::default()
    });
    let keep_alive_ms = shared.config.limits.keep_alive_ms;
    event_stream_of(endpoint, outs, keep_alive_ms, Some(session))
}

fn address(session: &McpSession) -> String {
    let (name, visible) = (&session.upstream.name, &session.visible);
    format!("/sse/{name}/message?sessionId={visible}")
}

/// The stream is the session: when the client lets go of it, the session ends. While the gateway
/// drains, what is under way can still be answered on it.
fn watch(shared: &Arc<Shared>, session: &McpSession, sender: mpsc::Sender<Out>, mut halts: Watch) {
    let shared = shared.clone();
    let visible = session.visible.clone();
    tokio::spawn(async move {
        let why = tokio::select! {
            () = sender.closed() => "client_left",
            _halt = halts.halted() => "stopped_by_operator",
            () = shared.stopped.cancelled() => "gateway_stopped",
        };
        drop(sender);
        running::close_soon(&shared, &visible, why);
    });
}

/// Takes one message. Its answer comes on the stream.
pub(crate) async fn message(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    upstream: &str,
    peer: SocketAddr,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let admitted = match admit(shared, parts, upstream, peer, Transport::HttpSse).await {
        Ok(admitted) => admitted,
        Err(response) => return response,
    };
    if admitted.parts.method != Method::POST {
        return admitted
            .refuse(None, Refusal::MethodNotAllowed { allow: "POST" })
            .await;
    }
    let Some(session) = named(&admitted) else {
        return admitted.refuse(None, Refusal::SessionUnknown).await;
    };
    let limits = &admitted.shared.config.limits;
    let bytes = match collect(body, limits).await {
        Ok(_) if admitted.is_late() => {
            return admitted.refuse(Some(&session), Refusal::Stopping).await;
        }
        Ok(bytes) => bytes,
        Err(refusal) => return admitted.refuse(Some(&session), refusal).await,
    };
    let parsing = mcp::json::Limits {
        bytes_max: limits.body_bytes_max,
        depth_max: limits.depth_max,
    };
    match Message::parse(bytes.clone(), &parsing) {
        Ok(message) => take(&admitted, session, message).await,
        Err(error) => {
            let refusal = Refusal::Undecodable(error);
            admitted.refuse_bytes(Some(&session), refusal, bytes).await
        }
    }
}

/// The session that the query names (`sessionId`), if it is this caller's.
fn named(admitted: &Admitted) -> Option<InUse<McpSession>> {
    let query = admitted.parts.uri.query()?;
    let visible = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("sessionId="))?;
    admitted.shared.sessions.find(
        visible,
        &admitted.caller,
        &admitted.upstream.name,
        Transport::HttpSse,
        admitted.at,
    )
}

async fn take(admitted: &Admitted, session: InUse<McpSession>, message: Message) -> Response<Body> {
    let answers = match message.kind() {
        Kind::Response | Kind::ErrorResponse => {
            message.id().and_then(|id| session.answered(&id.key()))
        }
        Kind::Request | Kind::Notification => None,
    };
    let initialized = message.method() == Some(mcp::Method::NotificationsInitialized);
    let Some(stream) = session.stream() else {
        return admitted
            .refuse(Some(&session), Refusal::SessionUnknown)
            .await;
    };
    let exchange = Arc::new(admitted.exchange(Some(&session)));
    let Some(call) = call(&exchange, Subject::Message(message, answers)) else {
        return ops::no_randomness();
    };
    let shared = &admitted.shared;
    let owner = Owner::Session(session.again());
    let launched = flight::launch_into(shared, owner, call, stream.clone());
    if initialized {
        let (shared, done) = (shared.clone(), launched.done);
        admitted.shared.tasks.spawn(async move {
            let _ended = done.await;
            listen(&shared, session, &exchange, stream);
        });
    }
    match launched.recorded.await {
        Ok(()) => plain(StatusCode::ACCEPTED, "text/plain", String::new()),
        Err(_) => unrecorded(),
    }
}

/// The server's own stream, which such a client cannot ask for, is asked for on its behalf.
fn listen(
    shared: &Arc<Shared>,
    session: InUse<McpSession>,
    exchange: &Arc<Exchange>,
    stream: mpsc::Sender<Out>,
) {
    let subject = Subject::Stream {
        last_event_id: None,
    };
    if let Some(call) = call(exchange, subject) {
        flight::launch_into(shared, Owner::Session(session), call, stream);
    }
}

fn call(exchange: &Arc<Exchange>, subject: Subject) -> Option<Call> {
    let at = random::now();
    let id = random::call_id(at).ok()?;
    Some(Call {
        id,
        exchange: exchange.clone(),
        subject,
        at,
    })
}
