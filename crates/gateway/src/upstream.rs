//! The door to the MCP servers: takes only what was [`Released`].

mod duplex;
mod http;
mod http_sse;
mod stdio;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use gate::{Answer, Ending, Forwarded, Released, Transport};
use mcp::Message;

pub use http::TlsError;
pub(crate) use http::{HttpClient, HttpLink, SESSION_ID, chain, tls};
pub(crate) use http_sse::HttpSseLink;
pub(crate) use stdio::StdioLink;

/// One conversation with a server: a legacy session, or all modern traffic under one credential.
pub(crate) trait Link: Send + Sync + 'static {
    /// Sends what was released, and gives what comes back. A failure to send is the first and only
    /// item of [`Sent::incoming`]. Nothing is retried: whether a lost request was carried out is
    /// unknown.
    fn forward(&self, released: Released) -> BoxFuture<'_, Sent>;

    /// How it speaks with the server.
    fn transport(&self) -> Transport;

    /// The message that cancels this request at the server; `None` where dropping
    /// [`Sent::incoming`] cancels it already.
    fn cancellation(&self, forwarded: &Forwarded) -> Option<Message>;

    /// Whether the conversation is over for good: the process ended, the stream broke.
    fn is_over(&self) -> bool;

    /// Ends the conversation: ends the process, closes the stream.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What was sent.
pub(crate) struct Sent {
    /// What answers are settled with.
    pub(crate) forwarded: Forwarded,
    /// What comes back, in order. It ends after the answer; an error is its last item. Dropping it
    /// ends the interest in it.
    pub(crate) incoming: Incoming,
}

/// What comes back from a server, in order.
pub(crate) type Incoming = BoxStream<'static, Result<Answer, Ending>>;

/// Where a link puts what belongs to no exchange that is under way: standard error, and messages
/// that nobody waits for. Put on record, never relayed.
pub(crate) type Aside = tokio::sync::mpsc::Sender<Answer>;
