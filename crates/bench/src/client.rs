//! One client: one connection, and one session where the era has them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::shape::{self, Era, STREAM_EVENTS, Shape};

/// A call that takes longer has failed.
const CALL_MAX: Duration = Duration::from_secs(30);

const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Where calls go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) addr: SocketAddr,
    pub(crate) path: String,
}

pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    path: String,
    number: usize,
    era: Era,
    headers: HeaderMap,
    next_id: u64,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Client {
    /// Connects. `number` tells this client apart from the others.
    ///
    /// # Errors
    ///
    /// There is nobody there.
    pub(crate) async fn connect(target: &Target, era: Era, number: usize) -> Result<Self> {
        let stream = TcpStream::connect(target.addr).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // How it ends is seen by whoever waits for an answer.
        tokio::spawn(connection);
        let json = HeaderValue::from_static("application/json");
        let both = HeaderValue::from_static("application/json, text/event-stream");
        let host = HeaderValue::from_str(&target.addr.to_string())?;
        let fields = [(HOST, host), (CONTENT_TYPE, json), (ACCEPT, both)];
        Ok(Self {
            sender,
            path: target.path.clone(),
            number,
            era,
            headers: fields.into_iter().collect(),
            next_id: 1,
        })
    }

    /// Opens the session: `initialize` and the notification after it.
    ///
    /// # Errors
    ///
    /// It is not answered as it must be.
    pub(crate) async fn open(&mut self) -> Result<()> {
        self.headers.remove(SESSION);
        self.headers.remove(VERSION);
        let answer = self.post(shape::initialize(self.number)).await?;
        ensure!(
            answer.status == StatusCode::OK && answer.body == shape::initialized(),
            "`initialize` was answered with {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        let session = answer.headers.get(SESSION).context("no session id")?;
        self.headers.insert(SESSION, session.clone());
        let version = HeaderValue::from_static(self.era.version());
        self.headers.insert(VERSION, version);
        let answer = self.post(shape::INITIALIZED).await?;
        ensure!(
            answer.status == StatusCode::ACCEPTED,
            "`notifications/initialized` was answered with {}",
            answer.status
        );
        Ok(())
    }

    /// Makes ready for calls of this shape.
    pub(crate) fn prepare(&mut self, shape: Shape) {
        if self.era == Era::Modern {
            let fields = [
                ("mcp-protocol-version", self.era.version()),
                ("mcp-method", "tools/call"),
                ("mcp-name", shape.name()),
            ];
            for (name, value) in fields {
                let value = HeaderValue::from_static(value);
                self.headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    /// Calls, and says how long it took until the last byte of the answer.
    ///
    /// # Errors
    ///
    /// The answer is not what the origin answers.
    pub(crate) async fn call(&mut self, shape: Shape) -> Result<Duration> {
        let id = self.next_id;
        self.next_id += 1;
        let body = shape::call(shape, self.era, self.number, id);
        let begun = Instant::now();
        let answer = self.post(body).await?;
        let took = begun.elapsed();
        let complete = answer.status == StatusCode::OK
            && match shape {
                Shape::Small | Shape::Large => answer.body == shape::result(shape, &id.to_string()),
                Shape::Stream => events_in(&answer.body) == STREAM_EVENTS,
            };
        ensure!(
            complete,
            "call {id} of `{}` was answered with {}: {:.300}",
            shape.name(),
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Ok(took)
    }

    async fn post(&mut self, body: Bytes) -> Result<Answer> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.path.parse()?;
        *request.headers_mut() = self.headers.clone();
        let exchange = async {
            self.sender.ready().await?;
            let (head, body) = self.sender.send_request(request).await?.into_parts();
            Ok::<_, hyper::Error>(Answer {
                status: head.status,
                headers: head.headers,
                body: body.collect().await?.to_bytes(),
            })
        };
        tokio::time::timeout(CALL_MAX, exchange)
            .await
            .with_context(|| format!("no answer in {} s", CALL_MAX.as_secs()))?
            .context("the connection failed")
    }
}

/// The number of events with data in a whole stream.
fn events_in(body: &[u8]) -> usize {
    let lines = body.split(|byte| *byte == b'\n');
    lines.filter(|line| line.starts_with(b"data:")).count()
}
