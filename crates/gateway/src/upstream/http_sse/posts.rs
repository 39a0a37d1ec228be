//! What the server is sent: one POST for each message. The answers come on the stream.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gate::Ending;
use http::StatusCode;
use http::header::{self, HeaderValue};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::request;
use crate::config::{HttpTarget, Limits};
use crate::upstream::HttpClient;
use crate::upstream::duplex::Outgoing;

/// POSTs of one session at the same time. A server may answer a POST only after it has carried out
/// what is in it.
const POSTS_MAX: usize = 64;

/// Largest body of an answer that is read: it carries no message, but it may say what is wrong.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Posts messages to one address.
#[derive(Clone)]
pub(super) struct Posts(Arc<Address>);

struct Address {
    target: HttpTarget,
    endpoint: http::Uri,
    client: HttpClient,
    answer_ms_max: u64,
}

impl Posts {
    pub(super) fn new(
        target: HttpTarget,
        endpoint: http::Uri,
        client: HttpClient,
        limits: &Limits,
    ) -> Self {
        Self(Arc::new(Address {
            target,
            endpoint,
            client,
            answer_ms_max: limits.answer_ms_max,
        }))
    }

    /// Posts what comes until the conversation is over. Messages are begun in their order; two
    /// that are under way at the same time may arrive in any order. Dropping this ends the posts
    /// under way.
    pub(super) async fn run(self, mut outgoing: mpsc::Receiver<Outgoing>) {
        let mut under_way = JoinSet::new();
        while let Some(next) = outgoing.recv().await {
            while under_way.len() >= POSTS_MAX {
                under_way.join_next().await;
            }
            while under_way.try_join_next().is_some() {}
            let posts = self.clone();
            under_way.spawn(async move {
                let outcome = posts.0.post(next.bytes).await;
                // Whoever asked may have left.
                let _left = next.written.send(outcome);
            });
        }
    }
}

impl Address {
    async fn post(&self, message: Bytes) -> Result<(), Ending> {
        let waited_ms = self.answer_ms_max;
        timeout(Duration::from_millis(waited_ms), self.exchange(message))
            .await
            .map_err(|_| Ending::UpstreamTimedOut { waited_ms })?
    }

    async fn exchange(&self, message: Bytes) -> Result<(), Ending> {
        let mut request = request(&self.target, &self.endpoint, message)?;
        *request.method_mut() = http::Method::POST;
        let headers = request.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        let accept = HeaderValue::from_static("application/json, text/event-stream");
        headers.insert(header::ACCEPT, accept);
        let response = self.client.send(request).await?;
        let status = response.status();
        // Read even where nothing is expected: the connection is of use again only then.
        let body = whole(response.into_body()).await;
        let detail = || {
            format!(
                "the server answered a message with status {}",
                status.as_u16()
            )
        };
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let status = status.as_u16();
                Err(Ending::CredentialRefused { status })
            }
            // The session is lost, or the server is in trouble.
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Ending::UpstreamBroke {
                detail: detail(),
                cut: body,
            }),
            status if status.is_server_error() => Err(Ending::UpstreamBroke {
                detail: detail(),
                cut: body,
            }),
            _ => Err(Ending::UpstreamMalformed {
                detail: detail(),
                bytes: body,
            }),
        }
    }
}

/// The body, or nothing where it is too large or breaks off.
async fn whole(body: Incoming) -> Bytes {
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    body.map(|body| body.to_bytes()).unwrap_or_default()
}
