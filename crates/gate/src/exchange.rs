use std::sync::Arc;

use ledger::HttpFacts;
use mcp::Era;
use model::{Agent, Caller, ExchangeId, Timestamp, UpstreamName};

/// How a message came to the gateway, or left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// MCP Streamable HTTP.
    StreamableHttp,
    /// The deprecated HTTP+SSE transport of 2024-11-05.
    HttpSse,
    /// A process's standard input and output.
    Stdio,
}

impl Transport {
    /// Its name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StreamableHttp => "streamable_http",
            Self::HttpSse => "http_sse",
            Self::Stdio => "stdio",
        }
    }
}

/// Something that reached the listener, before anybody knows who sent it or what it means.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What belongs together on the wire.
    pub id: ExchangeId,
    /// The upstream that the request's path names, known or not.
    pub upstream: Arc<str>,
    /// How it came.
    pub transport: Transport,
    /// When its head was read.
    pub received_at: Timestamp,
    /// The HTTP request without its body and without credentials, masked: what goes on record.
    pub http: HttpFacts,
    /// Its header fields as they may be sent on: without credentials, masked where servers are shown
    /// masked data, but for those that repeat a part of the body ([`crate::is_mirrored`]): what of
    /// them is sent on says [`crate::Released::headers`]. Never recorded.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
}

/// An arrival whose caller is known.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What reached the listener.
    pub arrival: Arrival,
    /// Who is accountable.
    pub caller: Caller,
    /// The server that it is for.
    pub upstream: UpstreamName,
    /// The era that it speaks.
    pub era: Era,
    /// The MCP revision in force, if it is known yet.
    pub protocol_version: Option<Arc<str>>,
    /// The software that speaks for the caller, as it describes itself.
    pub agent: Option<Agent>,
}

/// W3C Trace Context as the client sent it; never an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `traceparent`.
    pub traceparent: String,
    /// `tracestate`.
    pub tracestate: Option<String>,
}
