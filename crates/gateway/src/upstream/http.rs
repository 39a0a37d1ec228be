//! A conversation with a server over MCP Streamable HTTP.

mod answer;
mod client;
mod request;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use gate::{Ending, Forwarded, Released, Transport};
use mcp::Message;

pub use client::TlsError;
pub(crate) use client::{HttpClient, chain, tls};
pub(crate) use request::SESSION_ID;

use super::{Link, Sent};
use crate::config::{HttpTarget, Limits};

/// Speaks with one server. A legacy session has one of its own, which remembers the server's
/// session id; modern traffic shares one that has nothing to remember.
pub(crate) struct HttpLink(Arc<Conversation>);

struct Conversation {
    target: Arc<HttpTarget>,
    client: HttpClient,
    limits: Limits,
    /// The server's own session id, where there is a session. It never reaches a client.
    session: Option<OnceLock<http::HeaderValue>>,
}

impl HttpLink {
    /// A legacy session.
    pub(crate) fn session(target: Arc<HttpTarget>, client: HttpClient, limits: Limits) -> Self {
        Self::new(target, client, limits, Some(OnceLock::new()))
    }

    /// What belongs to no session, of all callers: nothing that a server says to one of them is
    /// remembered for the others.
    pub(crate) fn stateless(target: Arc<HttpTarget>, client: HttpClient, limits: Limits) -> Self {
        Self::new(target, client, limits, None)
    }

    fn new(
        target: Arc<HttpTarget>,
        client: HttpClient,
        limits: Limits,
        session: Option<OnceLock<http::HeaderValue>>,
    ) -> Self {
        Self(Arc::new(Conversation {
            target,
            client,
            limits,
            session,
        }))
    }

    /// Sends when the answer is first asked for, so that whoever waits for it can give up at any
    /// time.
    fn send(&self, released: Released) -> Sent {
        let exchange = released.exchange().clone();
        let headers = released.headers();
        let (subject, forwarded) = released.forward();
        let conversation = self.0.clone();
        let incoming = stream::once(async move {
            match conversation.exchange(&exchange, &headers, &subject).await {
                Ok(incoming) => incoming,
                Err(ending) => stream::iter([Err(ending)]).boxed(),
            }
        });
        Sent {
            forwarded,
            incoming: incoming.flatten().boxed(),
        }
    }
}

impl Conversation {
    async fn exchange(
        &self,
        exchange: &gate::Exchange,
        headers: &[(Arc<str>, Arc<str>)],
        subject: &gate::Subject,
    ) -> Result<super::Incoming, Ending> {
        let known = self.session.as_ref().and_then(OnceLock::get);
        let request = request::build(&self.target, exchange, headers, subject, known)?;
        let waited_ms = self.limits.answer_ms_max;
        let response =
            tokio::time::timeout(Duration::from_millis(waited_ms), self.client.send(request))
                .await
                .map_err(|_| Ending::UpstreamTimedOut { waited_ms })??;
        if let Some(session) = &self.session
            && let Some(id) = response.headers().get(&request::SESSION_ID)
        {
            // Only the answer to `initialize` sets it; a server cannot move a session later.
            let _already_set = session.set(id.clone());
        }
        answer::read(response, exchange, subject, &self.limits).await
    }
}

impl Link for HttpLink {
    fn forward(&self, released: Released) -> BoxFuture<'_, Sent> {
        Box::pin(std::future::ready(self.send(released)))
    }

    fn transport(&self) -> Transport {
        Transport::StreamableHttp
    }

    /// Closing the connection is the cancellation (MCP 2026-07-28, Streamable HTTP,
    /// "Cancellation").
    fn cancellation(&self, _forwarded: &Forwarded) -> Option<Message> {
        None
    }

    fn is_over(&self) -> bool {
        false
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
