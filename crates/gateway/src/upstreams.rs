//! The configured servers, and how a conversation with one begins.

use std::sync::Arc;

use gate::{Ending, Transport};
use identity::ProtectedResource;
use model::UpstreamName;
use tokio::sync::Mutex;

use crate::config::{Access, HttpTarget, Limits, StdioTarget, Target, UpstreamConfig};
use crate::upstream::{Aside, HttpClient, HttpLink, HttpSseLink, Link, StdioLink, TlsError};

/// Where metadata of protected resources are (RFC 9728 §3).
pub(crate) const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// One configured server.
pub(crate) struct Upstream {
    pub(crate) name: UpstreamName,
    pub(crate) access: Access,
    mcp: ProtectedResource,
    sse: ProtectedResource,
    backend: Backend,
    limits: Limits,
}

enum Backend {
    Http {
        target: Arc<HttpTarget>,
        client: HttpClient,
        stateless: Arc<HttpLink>,
    },
    HttpSse {
        target: Arc<HttpTarget>,
        client: HttpClient,
    },
    Stdio {
        target: StdioTarget,
        /// The process that serves all modern traffic, once one was needed.
        shared: Mutex<Option<Arc<StdioLink>>>,
    },
}

impl Upstream {
    pub(crate) fn new(
        name: UpstreamName,
        config: &UpstreamConfig,
        limits: &Limits,
        public_url: &str,
    ) -> Result<Self, TlsError> {
        let client =
            |target: &HttpTarget| HttpClient::new(&target.authorities_pem, limits.connect_ms_max);
        let backend = match &config.target {
            Target::Http(target) => {
                let client = client(target)?;
                let target = Arc::new(target.clone());
                Backend::Http {
                    stateless: Arc::new(HttpLink::stateless(
                        target.clone(),
                        client.clone(),
                        limits.clone(),
                    )),
                    target,
                    client,
                }
            }
            Target::HttpSse(target) => Backend::HttpSse {
                client: client(target)?,
                target: Arc::new(target.clone()),
            },
            Target::Stdio(target) => Backend::Stdio {
                target: target.clone(),
                shared: Mutex::new(None),
            },
        };
        let access = config.access.clone();
        Ok(Self {
            mcp: protected(&access, public_url, &format!("mcp/{name}")),
            sse: protected(&access, public_url, &format!("sse/{name}")),
            name,
            access,
            backend,
            limits: limits.clone(),
        })
    }

    /// Its endpoint for this transport, as clients that bring tokens see it.
    pub(crate) const fn resource(&self, transport: Transport) -> &ProtectedResource {
        match transport {
            Transport::HttpSse => &self.sse,
            Transport::StreamableHttp | Transport::Stdio => &self.mcp,
        }
    }

    /// Whether a legacy request without a session may be sent on: the server decides then. Behind
    /// stdio and HTTP+SSE there is no session without `initialize`.
    pub(crate) const fn takes_sessionless(&self) -> bool {
        matches!(self.backend, Backend::Http { .. })
    }

    /// Whether modern requests can reach it at all: not over the transport of 2024-11-05.
    pub(crate) const fn takes_modern(&self) -> bool {
        !matches!(self.backend, Backend::HttpSse { .. })
    }

    /// A conversation for one legacy session.
    pub(crate) async fn converse(&self, aside: Aside) -> Result<Arc<dyn Link>, Ending> {
        Ok(match &self.backend {
            Backend::Http { target, client, .. } => Arc::new(HttpLink::session(
                target.clone(),
                client.clone(),
                self.limits.clone(),
            )),
            Backend::HttpSse { target, client } => {
                Arc::new(HttpSseLink::connect(target, client, &self.limits, aside).await?)
            }
            Backend::Stdio { target, .. } => {
                Arc::new(StdioLink::start(target, &self.limits, false, aside).await?)
            }
        })
    }

    /// The conversation that carries all traffic without sessions. `aside` is used only if a
    /// process has to be started; the flag says whether one was.
    pub(crate) async fn stateless(&self, aside: Aside) -> Result<(Arc<dyn Link>, bool), Ending> {
        match &self.backend {
            Backend::Http { stateless, .. } => Ok((stateless.clone(), false)),
            Backend::HttpSse { .. } => Err(Ending::UpstreamUnreachable {
                detail: "the server speaks the HTTP+SSE transport only".to_owned(),
            }),
            Backend::Stdio { target, shared } => {
                let mut shared = shared.lock().await;
                if let Some(link) = shared.as_ref().filter(|link| !link.is_over()) {
                    return Ok((link.clone(), false));
                }
                let link = Arc::new(StdioLink::start(target, &self.limits, true, aside).await?);
                *shared = Some(link.clone());
                Ok((link, true))
            }
        }
    }

    /// Ends the conversation that carries the traffic without sessions.
    pub(crate) async fn close(&self) {
        if let Backend::Stdio { shared, .. } = &self.backend {
            let link = shared.lock().await.take();
            if let Some(link) = link {
                link.close().await;
            }
        }
    }
}

/// The well-known address is made of the endpoint's own by putting the well-known part before its path
/// (RFC 9728 §3.1).
fn protected(access: &Access, public_url: &str, path: &str) -> ProtectedResource {
    let (scheme, rest) = public_url
        .split_once("://")
        .unwrap_or(("https", public_url));
    let (authority, prefix) = match rest.split_once('/') {
        Some((authority, prefix)) => (authority, format!("/{prefix}")),
        None => (rest, String::new()),
    };
    ProtectedResource {
        resource: format!("{public_url}/{path}").into(),
        metadata_url: format!("{scheme}://{authority}{METADATA_PATH}{prefix}/{path}").into(),
        issuers: access.issuers.clone(),
        scopes: access.scopes.clone(),
        tool_scopes: access.tool_scopes.clone(),
    }
}
