//! A stdio MCP server that is really the gateway's HTTP endpoint: for clients that speak nothing
//! but stdio.
//!
//! It stands on the client's side of the gateway and keeps no record: everything that passes is
//! recorded by the gateway itself. It speaks both eras, each as the client does, and changes no
//! message except for line breaks between tokens, which stdio cannot carry.

mod answer;
mod bridge;
mod conversation;
mod endpoint;
mod lines;
mod standing;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::{Limits, Secret};
use crate::upstream::TlsError;
use bridge::Bridge;
use endpoint::Endpoint;
use lines::{read_lines, write_lines};

/// Lines that were read and not taken up, or taken up and not written.
const LINES_AHEAD: usize = 64;

/// Time to tell the gateway that the session is over.
const FAREWELL_MS_MAX: u64 = 2_000;

/// Where to connect, and how.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// The gateway's endpoint, such as `http://127.0.0.1:8808/mcp/files`.
    pub url: http::Uri,
    /// The bearer token to show, if one is needed.
    pub token: Option<Secret>,
    /// Certificate authorities to trust besides the system's, in PEM.
    pub authorities_pem: Vec<u8>,
    /// Of these the sizes and depth of messages, `connect_ms_max`, and `drain_ms_max` for requests
    /// that are under way when standard input ends.
    pub limits: Limits,
}

impl ConnectOptions {
    /// Defaults for everything but the address.
    pub fn new(url: http::Uri) -> Self {
        Self {
            url,
            token: None,
            authorities_pem: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// What passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectSummary {
    /// Messages and batches that the client wrote.
    pub from_client: u64,
    /// Messages and batches that the client was sent, failures included.
    pub to_client: u64,
    /// Error replies that were made here, because no other answer came.
    pub failures: u64,
}

/// Why nothing passes any more.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The token cannot stand in an HTTP header field.
    #[error("the token has characters that HTTP does not allow in it")]
    Token,
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Standard input cannot be read.
    #[error("standard input cannot be read: {0}")]
    Stdin(#[source] io::Error),
    /// Standard output cannot be written: the client is gone.
    #[error("standard output cannot be written: {0}")]
    Stdout(#[source] io::Error),
}

/// Serves MCP on `stdin` and `stdout` until `stdin` ends, by the gateway at `options.url`.
///
/// Nothing but MCP messages is written to `stdout`. What fails over HTTP becomes a JSON-RPC error
/// with the request's id. Requests under way when `stdin` ends are finished first, for at most
/// `drain_ms_max`. A read of `stdin` may still be pending on return where `stdout` failed.
///
/// # Errors
///
/// Where it cannot begin, or the client's side breaks. A gateway that cannot be reached is none:
/// the client is told with each request.
pub async fn connect(
    options: ConnectOptions,
    stdin: impl AsyncRead + Unpin + Send + 'static,
    stdout: impl AsyncWrite + Unpin + Send + 'static,
) -> Result<ConnectSummary, ConnectError> {
    let limits = options.limits.clone();
    let counts = Arc::new(Counts::default());
    let (out, to_write) = mpsc::channel(LINES_AHEAD);
    let ended = CancellationToken::new();
    let endpoint = Endpoint::new(&options)?;
    let bridge = Bridge::new(endpoint, out.clone(), counts.clone(), ended.clone());
    let writing = tokio::spawn(write_lines(stdout, to_write));
    let (lines, read) = mpsc::channel(LINES_AHEAD);
    let reading = tokio::spawn(read_lines(
        stdin,
        limits.body_bytes_max,
        lines,
        ended.clone(),
    ));

    let patience = async {
        ended.cancelled().await;
        sleep(Duration::from_millis(limits.drain_ms_max)).await;
    };
    let client_left = tokio::select! {
        () = bridge.serve(read) => false,
        () = patience => false,
        () = out.closed() => true,
    };
    let farewell = Duration::from_millis(FAREWELL_MS_MAX);
    let _too_late = timeout(farewell, bridge.farewell()).await;
    drop((bridge, out));

    let written = match writing.await {
        Ok(written) => written,
        Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
    };
    if client_left || written.is_err() {
        reading.abort();
    }
    let to_client = written.map_err(ConnectError::Stdout)?;
    if let Ok(Err(error)) = reading.await {
        return Err(ConnectError::Stdin(error));
    }
    Ok(ConnectSummary {
        from_client: counts.from_client.load(Ordering::Relaxed),
        to_client,
        failures: counts.failures.load(Ordering::Relaxed),
    })
}

#[derive(Debug, Default)]
struct Counts {
    from_client: AtomicU64,
    failures: AtomicU64,
}
