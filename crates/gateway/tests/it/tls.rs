//! Servers behind TLS, over HTTP/1.1 and HTTP/2. The certificates in `tls/` are of an authority
//! that was made for these tests and forgotten: `server` is for `localhost`, `other` is not.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use gateway::{Access, Config, HttpTarget, Target, UpstreamConfig};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use ledger::Kind;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use testkit::raw::Script;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::rig::{MODERN_VERSION, PATIENCE, Rig, modern, post_bytes};

const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");
const SERVER: (&[u8], &[u8]) = (
    include_bytes!("tls/server.pem"),
    include_bytes!("tls/server.key"),
);
const OTHER: (&[u8], &[u8]) = (
    include_bytes!("tls/other.pem"),
    include_bytes!("tls/other.key"),
);
const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// A server that says over which version of HTTP it was asked. A request for an endless stream is
/// reported when its client lets go.
async fn serve(
    identity: (&'static [u8], &'static [u8]),
    protocol: &str,
) -> (SocketAddr, mpsc::Receiver<()>) {
    let chain = CertificateDer::pem_slice_iter(identity.0)
        .collect::<Result<Vec<_>, _>>()
        .expect("certificates");
    let key = PrivateKeyDer::from_pem_slice(identity.1).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a pair");
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (left, was_left) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, left) = (acceptor.clone(), left.clone());
            tokio::spawn(async move {
                let Ok(socket) = acceptor.accept(socket).await else {
                    return;
                };
                let service = service_fn(move |request| answer(request, left.clone()));
                let connection = Builder::new(TokioExecutor::new());
                let _broken = connection
                    .serve_connection(TokioIo::new(socket), service)
                    .await;
            });
        }
    });
    (addr, was_left)
}

async fn answer(
    request: http::Request<Incoming>,
    left: mpsc::Sender<()>,
) -> Result<http::Response<Body>, Infallible> {
    let version = format!("{:?}", request.version());
    let body = request.into_body().collect().await.expect("a body");
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    let (kind, body) = if body.contains("endless") {
        let guard = Guard(left);
        let frames = stream::unfold((true, guard), |(first, guard)| async move {
            if !first {
                std::future::pending::<()>().await;
            }
            Some((Ok(Frame::data(Bytes::from(NOTE))), (false, guard)))
        });
        ("text/event-stream", StreamBody::new(frames).boxed_unsync())
    } else {
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"over":"{version}"}}}}"#);
        ("application/json", Full::from(text).boxed_unsync())
    };
    let response = http::Response::builder().header("content-type", kind);
    Ok(response.body(body).expect("a response"))
}

struct Guard(mpsc::Sender<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        let _told = self.0.try_send(());
    }
}

fn configure(config: &mut Config, addr: SocketAddr, authorities_pem: &[u8]) {
    let url = format!("https://localhost:{}/mcp", addr.port());
    let target = Target::Http(HttpTarget {
        url: url.parse().expect("a URL"),
        headers: Vec::new(),
        authorities_pem: authorities_pem.to_vec(),
    });
    let upstream = UpstreamConfig {
        target,
        access: Access::keys(true),
        arguments: std::sync::Arc::default(),
    };
    let name = "secure".parse().expect("a name");
    config.upstreams.insert(name, upstream);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http() {
    for (protocol, version) in [("h2", "HTTP/2.0"), ("http/1.1", "HTTP/1.1")] {
        let (addr, mut left) = serve(SERVER, protocol).await;
        let mut rig = Rig::with(Script::new(), |config| configure(config, addr, AUTHORITY)).await;
        let answer = rig.modern("secure", 1, "ping", "").await;
        assert_eq!(
            answer.line(),
            format!(
                r#"200 application/json {{"jsonrpc":"2.0","id":1,"result":{{"over":"{version}"}}}}"#
            )
        );
        // Leaving a stream cancels it, which over HTTP/2 is no end of the connection.
        let body = modern(1, "tools/call", r#","name":"endless""#);
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "endless"),
        ];
        let mut connection = rig.connect().await;
        connection
            .write(&post_bytes("/mcp/secure", &headers, body.as_bytes()))
            .await;
        connection.until("notifications/x").await;
        drop(connection);
        tokio::time::timeout(PATIENCE, left.recv())
            .await
            .expect("the server is told");
        rig.news_with(|record| record.kind == Kind::Failure && record.ending() == "client_left")
            .await;
        assert_eq!(rig.modern("secure", 1, "ping", "").await.status, 200);
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_not_who_they_should_be() {
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let plain_addr = plain.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((socket, _)) = plain.accept().await {
            let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
            let _sent = socket.try_write(text);
        }
    });
    for (name, addr, authorities) in [
        (
            "an unknown authority",
            serve(SERVER, "h2").await.0,
            &b""[..],
        ),
        ("another name", serve(OTHER, "h2").await.0, AUTHORITY),
        ("no TLS", plain_addr, AUTHORITY),
    ] {
        let mut rig = Rig::with(Script::new(), |config| configure(config, addr, authorities)).await;
        let answer = rig.modern("secure", 1, "ping", "").await;
        assert_eq!(
            answer.line(),
            r#"502 application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}"#,
            "{name}"
        );
        let news = rig.news();
        let failure = news.iter().find(|record| record.kind == Kind::Failure);
        assert_eq!(
            failure.map(|record| record.ending()),
            Some("upstream_unreachable")
        );
        rig.works().await;
        rig.stop().await;
    }
}
