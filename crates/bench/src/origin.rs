//! The server behind everything that is measured: it reads the id and the tool, and answers.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Channel, Empty, Full};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::shape::{self, STREAM_EVENTS, Shape};

type Body = BoxBody<Bytes, Infallible>;

/// What it prints before its address, when it is ready.
pub(crate) const READY: &str = "origin listening on http://";

/// Serves until standard input closes.
///
/// # Errors
///
/// It cannot listen.
pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{READY}{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    tokio::select! {
        result = accept(listener) => result,
        () = stdin_closes() => Ok(()),
    }
}

async fn accept(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::spawn(async move {
            // Clients leave when they are done; whether calls fail is seen at their side.
            let _ = connection.await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    if request.method() != Method::POST {
        // No stream of its own: MCP 2025-11-25 transports, "Listening for Messages from the Server".
        let status = match *request.method() {
            Method::DELETE => StatusCode::OK,
            _ => StatusCode::METHOD_NOT_ALLOWED,
        };
        return Ok(empty(status));
    }
    let body = request.into_body().collect().await?.to_bytes();
    let body = String::from_utf8_lossy(&body);
    let Some(id) = between(&body, "\"id\":", ",") else {
        return Ok(empty(StatusCode::ACCEPTED));
    };
    if between(&body, "\"method\":\"", "\"") == Some("initialize") {
        return Ok(opened());
    }
    let tool = between(&body, "\"params\":{\"name\":\"", "\"");
    if tool == Some(shape::HELD) {
        return Ok(held());
    }
    Ok(match tool.and_then(Shape::named) {
        None => empty(StatusCode::BAD_REQUEST),
        Some(Shape::Stream) => stream(id),
        Some(shape) => json(shape::result(shape, id)),
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn opened() -> Response<Body> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut response = json(shape::initialized());
    let session = format!("origin-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    if let Ok(session) = HeaderValue::from_str(&session) {
        response.headers_mut().insert("mcp-session-id", session);
    }
    response
}

fn json(body: Bytes) -> Response<Body> {
    with_type("application/json", Full::new(body).boxed())
}

/// All events at once, each in a frame of its own: what a pause between them costs is not asked.
fn stream(id: &str) -> Response<Body> {
    let (mut sender, body) = Channel::new(STREAM_EVENTS);
    for event in shape::events(id) {
        // The channel has room for all of them.
        let _ = sender.try_send(Frame::data(event));
    }
    with_type("text/event-stream", body.boxed())
}

/// One event, and then nothing for as long as the client stays.
fn held() -> Response<Body> {
    let (mut sender, body) = Channel::new(1);
    tokio::spawn(async move {
        // Whoever leaves gets none.
        if sender.send_data(shape::held()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    });
    with_type("text/event-stream", body.boxed())
}

fn with_type(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().boxed());
    *response.status_mut() = status;
    response
}

/// Ends with the process that started it, however that one ends.
async fn stdin_closes() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(read) if read > 0) {}
}
