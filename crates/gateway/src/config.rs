//! What the gateway is told: resolved, checked, without anything to look up any more.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use gate::ArgumentSettings;
use identity::IssuerConfig;
use model::UpstreamName;

use crate::detector::DetectorConfig;
use crate::outside::OutsideConfig;

/// The data path's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The URL below which clients reach it, without a slash at the end; where it listens if none is
    /// given. Tokens are issued for the URLs of its endpoints.
    pub public_url: Option<Arc<str>>,
    /// Whose tokens are believed, and where they are asked.
    pub identity: IdentityConfig,
    /// The MCP servers, by name.
    pub upstreams: BTreeMap<UpstreamName, UpstreamConfig>,
    /// Host names that requests may name besides loopback's own, in lower case, without port.
    pub hosts: Vec<Arc<str>>,
    /// Origins of web pages that may call, such as `https://console.example`.
    pub origins: Vec<Arc<str>>,
    /// Whether answers carry a receipt in the headers `Probity-Log`, `Probity-Index` and
    /// `Probity-Leaf`.
    pub receipts: bool,
    /// An outside detector that is asked about every message.
    pub detector: Option<DetectorConfig>,
    /// The limits.
    pub limits: Limits,
}

/// One MCP server.
#[derive(Debug, Clone)]
pub struct UpstreamConfig {
    /// How it is reached.
    pub target: Target,
    /// What opens it.
    pub access: Access,
    /// What its tools' arguments are.
    pub arguments: Arc<ArgumentSettings>,
}

/// Authorization servers, and the way to them.
#[derive(Debug, Clone, Default)]
pub struct IdentityConfig {
    /// Those whose tokens are believed.
    pub issuers: Vec<IssuerConfig>,
    /// How they are asked.
    pub outside: OutsideConfig,
}

/// What opens an endpoint.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whether a caller without a credential is let in; every record says so.
    pub anonymous: bool,
    /// Whether keys of this gateway open it.
    pub keys: bool,
    /// The issuer identifiers of those whose tokens open it.
    pub issuers: Vec<Arc<str>>,
    /// The scopes that every call with a token needs.
    pub scopes: Vec<Arc<str>>,
    /// The scopes that calls of tools need besides, by pattern of the tool's name.
    pub tool_scopes: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Access {
    /// For keys alone, or for anybody.
    pub const fn keys(anonymous: bool) -> Self {
        Self {
            anonymous,
            keys: true,
            issuers: Vec::new(),
            scopes: Vec::new(),
            tool_scopes: Vec::new(),
        }
    }
}

/// How a server is reached.
#[derive(Debug, Clone)]
pub enum Target {
    /// MCP Streamable HTTP.
    Http(HttpTarget),
    /// The deprecated HTTP+SSE transport; the URL is that of the stream.
    HttpSse(HttpTarget),
    /// A process that speaks MCP on its standard input and output.
    Stdio(StdioTarget),
}

/// A server behind HTTP.
#[derive(Debug, Clone)]
pub struct HttpTarget {
    /// Its MCP endpoint: `http` or `https`.
    pub url: http::Uri,
    /// Header fields that the gateway adds, such as the server's credential.
    pub headers: Vec<(http::HeaderName, Secret)>,
    /// Certificate authorities to trust besides the system's, in PEM.
    pub authorities_pem: Vec<u8>,
}

/// A server that the gateway starts.
#[derive(Debug, Clone)]
pub struct StdioTarget {
    /// The program and its arguments; nothing of it comes from a client.
    pub argv: Vec<String>,
    /// Its environment, besides the few variables that every program needs.
    pub env: Vec<(String, Secret)>,
    /// Its working directory; the gateway's own if there is none.
    pub dir: Option<PathBuf>,
}

/// A text that never appears in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The limits of the data path.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest body of a request, in bytes.
    pub body_bytes_max: usize,
    /// Largest complete answer, and largest event of a stream, in bytes.
    pub answer_bytes_max: usize,
    /// Largest head of a request, in bytes.
    pub head_bytes_max: usize,
    /// Time for a request's head, in milliseconds.
    pub head_ms_max: u64,
    /// Time for a request's body, in milliseconds.
    pub body_ms_max: u64,
    /// Deepest nesting of a message.
    pub depth_max: usize,
    /// Open connections.
    pub connections_max: usize,
    /// Open legacy sessions.
    pub sessions_max: usize,
    /// Open streams of one session.
    pub session_streams_max: usize,
    /// Calls under way.
    pub calls_max: usize,
    /// Silence of an upstream before a call counts as timed out, in milliseconds.
    pub answer_ms_max: u64,
    /// Time for a connection to an upstream, in milliseconds.
    pub connect_ms_max: u64,
    /// Time that a session without traffic stays open, in milliseconds.
    pub session_idle_ms_max: u64,
    /// Silence on a stream to a client before the gateway sends a comment, in milliseconds.
    pub keep_alive_ms: u64,
    /// How long a held call waits for people before its client is told to come back, in milliseconds.
    pub approval_wait_ms_max: u64,
    /// Time for calls under way to end when the gateway stops, in milliseconds.
    pub drain_ms_max: u64,
    /// Events of one stream that are settled ahead of the one being written.
    pub stream_ahead_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 4 << 20,
            answer_bytes_max: 16 << 20,
            head_bytes_max: 64 << 10,
            head_ms_max: 10_000,
            body_ms_max: 30_000,
            depth_max: 128,
            connections_max: 20_000,
            sessions_max: 20_000,
            session_streams_max: 64,
            calls_max: 10_000,
            answer_ms_max: 300_000,
            connect_ms_max: 10_000,
            session_idle_ms_max: 1_800_000,
            keep_alive_ms: 15_000,
            approval_wait_ms_max: 45_000,
            drain_ms_max: 20_000,
            stream_ahead_max: 64,
        }
    }
}

impl Config {
    /// Defaults for everything but the address: no upstream, loopback hosts only.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: None,
            identity: IdentityConfig::default(),
            upstreams: BTreeMap::new(),
            hosts: Vec::new(),
            origins: Vec::new(),
            receipts: false,
            detector: None,
            limits: Limits::default(),
        }
    }
}
