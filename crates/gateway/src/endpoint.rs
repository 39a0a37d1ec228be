//! The MCP endpoint `/mcp/{upstream}`: Streamable HTTP, both eras.

mod body;
mod post;
mod standing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gate::{Arrival, Call, Exchange, Refusal, Refused, Subject, Transport};
use http::header::HeaderValue;
use http::request::Parts;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use ledger::Session as Recording;
use mcp::Era;
use mcp::era::Headers;
use model::{Caller, Timestamp};

use crate::arrival;
use crate::flight;
use crate::random;
use crate::respond::{Body, Manner, respond_once};
use crate::sessions::{InUse, McpSession};
use crate::shared::Shared;
use crate::upstreams::Upstream;
use crate::{door, ops};

pub(crate) use body::collect;

/// A request whose caller and server are known.
pub(crate) struct Admitted {
    pub(crate) shared: Arc<Shared>,
    pub(crate) parts: Parts,
    pub(crate) arrival: Arrival,
    pub(crate) caller: Caller,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) at: Timestamp,
}

/// Answers one request to `/mcp/{upstream}`.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    upstream: &str,
    peer: SocketAddr,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let admitted = match admit(shared, parts, upstream, peer, Transport::StreamableHttp).await {
        Ok(admitted) => admitted,
        Err(response) => return response,
    };
    match admitted.parts.method {
        Method::POST => post::serve(admitted, body).await,
        Method::GET => standing::open(admitted).await,
        Method::DELETE => standing::end(admitted).await,
        _ => {
            admitted
                .refuse(
                    None,
                    Refusal::MethodNotAllowed {
                        allow: "GET, POST, DELETE",
                    },
                )
                .await
        }
    }
}

/// Lets a request in, or answers it.
pub(crate) async fn admit(
    shared: Arc<Shared>,
    parts: Parts,
    upstream: &str,
    peer: SocketAddr,
    transport: Transport,
) -> Result<Admitted, Response<Body>> {
    let masks = shared.wiring.masks.load_full();
    let Ok(arrival) = arrival::arrival(&parts, peer, upstream, transport, &masks) else {
        return Err(ops::no_randomness());
    };
    let at = arrival.received_at;
    let admitted = if shared.stopping.load(Ordering::Acquire) {
        Err(Refusal::Stopping)
    } else {
        door::admit(&shared, &parts, upstream, transport, at).await
    };
    match admitted {
        Ok((caller, upstream)) => {
            let admitted = Admitted {
                shared,
                parts,
                arrival,
                caller,
                upstream,
                at,
            };
            let (caller, upstream) = (&admitted.caller, &admitted.upstream);
            match door::covered(caller, upstream, transport, std::iter::empty()) {
                None => Ok(admitted),
                Some(refusal) => Err(admitted.refuse(None, refusal).await),
            }
        }
        Err(refusal) => {
            let Ok(call) = random::call_id(at) else {
                return Err(ops::no_randomness());
            };
            let refused = Refused::at_the_door(arrival, call, refusal, &masks, random::now());
            let out = flight::refused(&shared.ledger().node_session(), refused).await;
            let manner = manner(&shared, None);
            Err(respond_once(out, manner).await)
        }
    }
}

impl Admitted {
    /// The header fields that decide about era and session.
    pub(crate) fn headers(&self) -> Headers<'_> {
        Headers::collect(
            self.parts
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_bytes())),
        )
    }

    /// Whether the gateway began to stop while the body was read.
    pub(crate) fn is_late(&self) -> bool {
        self.shared.stopping.load(Ordering::Acquire)
    }

    /// The era that the version header claims.
    pub(crate) fn claimed_era(&self) -> Era {
        match self.headers().protocol_version() {
            Some(version) if mcp::era::is_modern_version(version) => Era::Modern,
            _ => Era::Legacy,
        }
    }

    /// The session that the request names, if it names one.
    pub(crate) fn session(&self) -> Option<Result<InUse<McpSession>, Refusal>> {
        let headers = self.headers();
        let visible = headers.session_id()?;
        let found = self.shared.sessions.find(
            visible,
            &self.caller,
            &self.upstream.name,
            self.arrival.transport,
            self.at,
        );
        Some(match found {
            // What was stopped is over as well, and its client is told so.
            Some(session) if self.is_over(&session) => {
                crate::running::close_soon(&self.shared, &session.visible, "upstream_ended");
                Err(Refusal::SessionUnknown)
            }
            Some(session) => Ok(session),
            None => Err(Refusal::SessionUnknown),
        })
    }

    fn is_over(&self, session: &McpSession) -> bool {
        let halts = self.shared.wiring.halts.borrow();
        let id = session.recording.id();
        let halted = halts.of(&session.upstream.name, &session.caller.principal, id);
        halted.is_none() && session.link.get().is_some_and(|link| link.is_over())
    }

    /// The exchange as it looks before its message was read.
    pub(crate) fn exchange(&self, session: Option<&McpSession>) -> Exchange {
        let claimed = self.headers().protocol_version().map(Arc::from);
        Exchange {
            arrival: self.arrival.clone(),
            caller: self.caller.clone(),
            upstream: self.upstream.name.clone(),
            era: if session.is_some() {
                Era::Legacy
            } else {
                self.claimed_era()
            },
            protocol_version: session
                .and_then(|session| session.protocol_version.get().cloned())
                .or(claimed),
            agent: session.and_then(|session| session.agent.clone()),
        }
    }

    /// Refuses a request of a known caller, before it became a call.
    pub(crate) async fn refuse(
        &self,
        session: Option<&McpSession>,
        refusal: Refusal,
    ) -> Response<Body> {
        self.refuse_bytes(session, refusal, bytes::Bytes::new())
            .await
    }

    /// Refuses a request of a known caller, with the bytes that did not become a call.
    pub(crate) async fn refuse_bytes(
        &self,
        session: Option<&McpSession>,
        refusal: Refusal,
        raw: bytes::Bytes,
    ) -> Response<Body> {
        let exchange = Arc::new(self.exchange(session));
        let Ok(call) = random::call_id(self.at) else {
            return ops::no_randomness();
        };
        let outside = self.shared.looked_at(&raw).await;
        let masks = self.shared.wiring.masks.load();
        let now = random::now();
        let refused = Refused::undecoded(exchange, call, refusal, raw, &masks, &outside, now);
        let recording = self.recording(session);
        let out = flight::refused(&recording, refused).await;
        respond_once(out, self.manner(None)).await
    }

    /// Refuses a message of a known caller that belongs to no session.
    pub(crate) async fn refuse_message(
        &self,
        refusal: Refusal,
        message: mcp::Message,
    ) -> Response<Body> {
        let at = random::now();
        let Ok(id) = random::call_id(at) else {
            return ops::no_randomness();
        };
        let call = Call {
            id,
            exchange: Arc::new(self.exchange(None)),
            subject: Subject::Message(message, None),
            at,
        };
        let outside = self.shared.looked_at(call.subject.bytes()).await;
        let masks = self.shared.wiring.masks.load();
        let refused = Refused::decoded(call, refusal, &masks, &outside);
        let out = flight::refused(&self.recording(None), refused).await;
        respond_once(out, self.manner(None)).await
    }

    fn recording(&self, session: Option<&McpSession>) -> Recording {
        match session {
            Some(session) => session.recording.clone(),
            None => self.shared.ledger().node_session(),
        }
    }

    pub(crate) fn manner(&self, session: Option<HeaderValue>) -> Manner {
        manner(&self.shared, session)
    }
}

pub(crate) fn manner(shared: &Shared, session: Option<HeaderValue>) -> Manner {
    Manner {
        session,
        keep_alive_ms: shared.config.limits.keep_alive_ms,
        receipts: shared.config.receipts,
    }
}
