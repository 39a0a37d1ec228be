//! A conversation with a server over the deprecated HTTP+SSE transport (MCP 2024-11-05,
//! transports): one stream of events for all that the server says, which is the session, and one
//! POST for each message that it is sent.

mod endpoint;
mod events;
mod posts;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use gate::{Ending, Forwarded, Released, Transport};
use http::header::{self, HeaderValue};
use http_body_util::Full;
use mcp::Message;
use tokio::time::timeout;

use super::duplex::{Duplex, Wire};
use super::{Aside, HttpClient, Link, Sent};
use crate::config::{HttpTarget, Limits};
use events::Events;
use posts::Posts;

/// An open stream.
pub(crate) struct HttpSseLink(Duplex);

impl HttpSseLink {
    /// Opens the stream, and waits for its first event: where to post.
    ///
    /// # Errors
    ///
    /// [`Ending::UpstreamUnreachable`] where there is no such stream,
    /// [`Ending::UpstreamMalformed`] where it is none of MCP or wants messages posted elsewhere.
    pub(crate) async fn connect(
        target: &HttpTarget,
        client: &HttpClient,
        limits: &Limits,
        aside: Aside,
    ) -> Result<Self, Ending> {
        let (duplex, wire) = Duplex::new(false, limits, aside);
        let waited_ms = limits.connect_ms_max;
        let opening = open(target, client, limits, &wire);
        let (events, endpoint) = timeout(Duration::from_millis(waited_ms), opening)
            .await
            .map_err(|_| Ending::UpstreamTimedOut { waited_ms })??;
        let posts = Posts::new(target.clone(), endpoint, client.clone(), limits);
        tokio::spawn(supervise(events, posts, wire));
        Ok(Self(duplex))
    }
}

impl Link for HttpSseLink {
    fn forward(&self, released: Released) -> BoxFuture<'_, Sent> {
        Box::pin(self.0.forward(released))
    }

    fn transport(&self) -> Transport {
        Transport::HttpSse
    }

    fn cancellation(&self, forwarded: &Forwarded) -> Option<Message> {
        self.0.cancellation(forwarded)
    }

    fn is_over(&self) -> bool {
        self.0.is_over()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.close())
    }
}

async fn open(
    target: &HttpTarget,
    client: &HttpClient,
    limits: &Limits,
    wire: &Wire,
) -> Result<(Events, http::Uri), Ending> {
    let mut request = request(target, &target.url, Bytes::new())?;
    let accept = HeaderValue::from_static("text/event-stream");
    request.headers_mut().insert(header::ACCEPT, accept);
    let response = client.send(request).await?;
    let mut events = Events::of(response, limits)?;
    let named = events.endpoint(&wire.inlet).await?;
    let endpoint =
        endpoint::resolve(&target.url, &named).map_err(|fault| Ending::UpstreamMalformed {
            detail: fault.to_string(),
            bytes: named.into(),
        })?;
    Ok((events, endpoint))
}

/// Lives as long as the stream: everybody who waits on it is told how it ended.
async fn supervise(mut events: Events, posts: Posts, wire: Wire) {
    let Wire {
        outgoing,
        inlet,
        closing,
    } = wire;
    let posting = tokio::spawn(posts.run(outgoing));
    let ending = tokio::select! {
        biased;
        () = closing.cancelled() => Ending::UpstreamBroke {
            detail: "the conversation was closed".to_owned(),
            cut: Bytes::new(),
        },
        ending = events.deliver(&inlet) => ending,
    };
    posting.abort();
    // The server sees the end of the session when the connection closes.
    drop(events);
    inlet.end(ending).await;
}

/// A request with the configured header fields: a GET, which the caller may turn into something
/// else.
fn request(
    target: &HttpTarget,
    url: &http::Uri,
    body: Bytes,
) -> Result<http::Request<Full<Bytes>>, Ending> {
    let mut request = http::Request::new(Full::new(body));
    *request.uri_mut() = url.clone();
    let headers = request.headers_mut();
    for (name, secret) in &target.headers {
        let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
            let detail = format!("the configured header `{name}` has a value that HTTP forbids");
            Ending::UpstreamUnreachable { detail }
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let identity = HeaderValue::from_static("identity");
    headers.insert(header::ACCEPT_ENCODING, identity);
    Ok(request)
}
