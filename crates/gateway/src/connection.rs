//! Sockets: accepting, limits that apply before anything is parsed, and which path goes where.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::respond::Body;
use crate::shared::Shared;
use crate::{door, endpoint, log_endpoint, ops, pages, sse_endpoint};

/// Pause after the operating system refused a connection, for example for lack of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The smallest read buffer that the HTTP library accepts, in bytes.
const READ_BUFFER_BYTES_MIN: usize = 8_192;

/// Time for the last responses to be written once nothing is under way any more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Accepts connections until the gateway stops, then lets the open ones finish.
pub(crate) async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let permits = Arc::new(Semaphore::new(shared.config.limits.connections_max));
    let graceful = GracefulShutdown::new();
    let builder = builder(&shared);
    loop {
        let permit = tokio::select! {
            permit = permits.clone().acquire_owned() => permit,
            () = shared.draining.cancelled() => break,
        };
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.draining.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let asked = Arc::new(AtomicBool::new(false));
        let connection = serve(&builder, shared.clone(), stream, peer, asked.clone());
        let connection = graceful.watch(connection);
        let shared = shared.clone();
        tokio::spawn(async move {
            keep(&shared, connection, peer, &asked).await;
            drop(permit);
        });
    }
    drop(listener);
    let mut finished = pin!(graceful.shutdown());
    tokio::select! {
        () = &mut finished => {}
        () = shared.stopped.cancelled() => {
            let _too_late = tokio::time::timeout(LAST_WORDS, finished).await;
        }
    }
}

/// Serves a connection to its end. A client that never gets as far as its first request is given
/// up: until the protocol version is known, the HTTP library keeps no time.
async fn keep(
    shared: &Shared,
    connection: impl Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
    peer: SocketAddr,
    asked: &AtomicBool,
) {
    let mut connection = pin!(connection);
    let head_ms_max = shared.config.limits.head_ms_max;
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = tokio::time::sleep(Duration::from_millis(head_ms_max)) => {
            if !asked.load(Ordering::Acquire) {
                return record_fault(shared, peer, no_request(head_ms_max)).await;
            }
            connection.await
        }
    };
    if let Err(error) = ended {
        broken(shared, peer, &*error, asked.load(Ordering::Acquire)).await;
    }
}

fn builder(shared: &Shared) -> Builder<TokioExecutor> {
    let limits = &shared.config.limits;
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits.head_ms_max))
        .max_buf_size(limits.head_bytes_max.max(READ_BUFFER_BYTES_MIN))
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30));
    builder
}

fn serve(
    builder: &Builder<TokioExecutor>,
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    asked: Arc<AtomicBool>,
) -> impl hyper_util::server::graceful::GracefulConnection<
    Error = Box<dyn std::error::Error + Send + Sync>,
> + Send
+ use<> {
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = shared.clone();
        asked.store(true, Ordering::Release);
        async move { Ok::<_, Infallible>(route(shared, request, peer).await) }
    });
    builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned()
}

async fn route(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    let path = request.uri().path().to_owned();
    if let Some(below) = path.strip_prefix("/log/") {
        return log_endpoint::serve(&shared, &request, below).await;
    }
    if path.starts_with("/api/") {
        return pages::serve(&shared, request).await;
    }
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["mcp", upstream] => endpoint::serve(shared, request, upstream, peer).await,
        ["sse", upstream] => sse_endpoint::open(shared, request, upstream, peer).await,
        ["sse", upstream, "message"] => {
            sse_endpoint::message(shared, request, upstream, peer).await
        }
        [".well-known", "oauth-protected-resource", path @ ..]
            if request.method() == Method::GET =>
        {
            door::metadata(&shared, path)
        }
        ["healthz"] if request.method() == Method::GET => ops::healthz(),
        ["readyz"] if request.method() == Method::GET => ops::readyz(&shared),
        ["metrics"] if request.method() == Method::GET => ops::metrics(&shared),
        _ => ops::not_found(),
    }
}

/// A connection that broke before its request was complete, or spoke no HTTP, is on record too.
async fn broken(
    shared: &Shared,
    peer: SocketAddr,
    error: &(dyn std::error::Error + Send + Sync + 'static),
    asked: bool,
) {
    let kind = error.downcast_ref::<hyper::Error>();
    if kind.is_some_and(|error| error.is_canceled() || error.is_closed() || error.is_shutdown()) {
        return;
    }
    let text = crate::upstream::chain(error);
    tracing::debug!(%peer, error = text, "a connection broke");
    // A client that goes away between or after its requests is no event, nor is a connection that
    // idles after a request: what was cancelled is recorded with the call.
    if kind.is_some_and(hyper::Error::is_parse) {
        record_fault(shared, peer, text).await;
    } else if kind.is_some_and(hyper::Error::is_timeout) && !asked {
        let head_ms_max = shared.config.limits.head_ms_max;
        record_fault(shared, peer, no_request(head_ms_max)).await;
    }
}

fn no_request(head_ms_max: u64) -> String {
    format!("no request within {head_ms_max} ms")
}

async fn record_fault(shared: &Shared, peer: SocketAddr, detail: String) {
    let record = gate::ConnectionFault {
        peer: peer.to_string(),
        detail,
        at: crate::random::now(),
    };
    if let Err(error) = shared.ledger().node_session().commit(record).await {
        tracing::error!(%error, "a broken connection cannot be recorded");
    }
}
