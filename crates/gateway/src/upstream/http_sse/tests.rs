//! Scripts of the stream and its posts, and what goes wrong with either.

mod server;

use std::net::SocketAddr;

use gate::{Answer, Ending};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::HttpSseLink;
use crate::config::{HttpTarget, Limits, Secret};
use crate::upstream::duplex::script::{FOR_EVER, all, describe, exchange};
use crate::upstream::{HttpClient, Incoming, Link as _};
use server::{STREAM, Server};

const ENDPOINT: &str = "event: endpoint\ndata: /message?sessionId=1\n\n";
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

struct Rig {
    server: Server,
    link: HttpSseLink,
    aside: mpsc::Receiver<Answer>,
}

async fn connect(
    addr: SocketAddr,
    limits: &Limits,
) -> (Result<HttpSseLink, Ending>, mpsc::Receiver<Answer>) {
    let target = HttpTarget {
        url: format!("http://{addr}/a/sse").parse().expect("a URL"),
        headers: vec![(http::header::AUTHORIZATION, Secret::new("Bearer s"))],
        authorities_pem: Vec::new(),
    };
    let client = HttpClient::new(&[], limits.connect_ms_max).expect("a client");
    let (sender, aside) = mpsc::channel(64);
    let connecting = HttpSseLink::connect(&target, &client, limits, sender);
    let link = timeout(FOR_EVER, connecting).await.expect("not to hang");
    (link, aside)
}

async fn rig(limits: &Limits) -> Rig {
    let server = Server::start().await;
    server.says(STREAM);
    server.says(ENDPOINT);
    let (link, mut aside) = connect(server.addr, limits).await;
    let link = link.unwrap_or_else(|ending| panic!("{ending:?}"));
    let first = aside.recv().await.map(|answer| describe(Ok(answer)));
    assert_eq!(first, Some(format!("event {ENDPOINT:?}")));
    Rig {
        server,
        link,
        aside,
    }
}

impl Rig {
    async fn send(&self, text: &str) -> Incoming {
        self.link.0.send_unrecorded(exchange(1), text).await
    }

    async fn aside(&mut self) -> String {
        let answer = timeout(FOR_EVER, self.aside.recv()).await;
        let answer = answer.expect("not to hang");
        answer.map_or("end".to_owned(), |answer| describe(Ok(answer)))
    }
}

#[tokio::test]
async fn messages_are_posted_and_answers_come_on_the_stream() {
    let mut rig = rig(&Limits::default()).await;
    let odd = "{\"id\": 1.0,\n \"jsonrpc\":\"2.0\", \"method\":\"ping\"}";
    let incoming = rig.send(odd).await;
    let post = rig.server.post().await;
    let (head, body) = post.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body, odd);
    assert!(
        head.starts_with("POST /message?sessionId=1 HTTP/1.1\r\n"),
        "{head}"
    );
    for field in [
        "authorization: Bearer s",
        "content-type: application/json",
        "accept: application/json, text/event-stream",
    ] {
        assert!(head.lines().any(|line| line == field), "{head}");
    }
    rig.server.says(": ping\n\nevent: message\nid: 7\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":1.10}\n\n");
    assert_eq!(
        all(incoming).await,
        ["{\"jsonrpc\":\"2.0\",\n\"id\":1,\"result\":1.10}"]
    );
    assert_eq!(rig.aside().await, "event \": ping\\n\\n\"");

    let incoming = rig
        .send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        .await;
    rig.server.post().await;
    assert_eq!(all(incoming).await, ["202 with 0 bytes"]);

    // Without a name an event is a message, too.
    let incoming = rig.send(PING).await;
    rig.server
        .says("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
    assert_eq!(
        all(incoming).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );
}

#[tokio::test]
async fn a_stream_that_is_none_is_not_taken_for_one() {
    let text = |status: &str, content_type: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: 0\r\n\r\n")
    };
    let stream = |events: &str| format!("{STREAM}{events}");
    let cases = [
        (
            text("404 Not Found", "text/plain"),
            "unreachable: the server answered the GET with status 404",
        ),
        (
            text("401 Unauthorized", "text/plain"),
            "upstream_credential_refused",
        ),
        (
            text("302 Found", "text/plain"),
            "unreachable: the server answered the GET with status 302",
        ),
        (
            text("200 OK", "application/json"),
            "malformed: the server's stream is `application/json`, not `text/event-stream`",
        ),
        (
            stream("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n\n"),
            "malformed: the first event of the stream is not `endpoint`",
        ),
        (
            stream("event: endpoint\ndata: http://169.254.169.254/latest\n\n"),
            "malformed: the `endpoint` event names another server than the stream's",
        ),
        (
            stream("event: endpoint\ndata: /a b\n\n"),
            "malformed: the `endpoint` event has no URI in it",
        ),
        (
            stream("event: endpoint\ndata: /m"),
            "broke: the server ended the stream, in \"event: endpoint\\ndata: /m\"",
        ),
    ];
    for (answer, expected) in cases {
        let mut server = Server::start().await;
        server.says(&answer);
        server.hangs_up();
        let (link, _aside) = connect(server.addr, &Limits::default()).await;
        let ending = link.err().map(|ending| describe(Err(ending)));
        assert_eq!(ending.as_deref(), Some(expected), "{answer}");
    }
}

#[tokio::test]
async fn a_stream_without_a_first_event_times_out() {
    let server = Server::start().await;
    server.says(STREAM);
    server.says(": nothing yet\n\n");
    let limits = Limits {
        connect_ms_max: 100,
        ..Limits::default()
    };
    let (link, _aside) = connect(server.addr, &limits).await;
    let ending = link.err().map(|ending| describe(Err(ending)));
    assert_eq!(ending.as_deref(), Some("upstream_timed_out"));
    server.stream_left().await;
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = gone.local_addr().expect("an address");
    drop(gone);
    let (link, _aside) = connect(addr, &Limits::default()).await;
    let ending = link.err().map(|ending| ending.name());
    assert_eq!(ending, Some("upstream_unreachable"));
}

#[tokio::test]
async fn a_post_that_is_refused_is_the_end_of_that_call() {
    let cases = [
        ("200 OK", None),
        ("204 No Content", None),
        ("401 Unauthorized", Some("upstream_credential_refused")),
        (
            "400 Bad Request",
            Some("malformed: the server answered a message with status 400"),
        ),
        (
            "404 Not Found",
            Some("broke: the server answered a message with status 404, in \"why\""),
        ),
        (
            "503 Service Unavailable",
            Some("broke: the server answered a message with status 503, in \"why\""),
        ),
    ];
    let rig = rig(&Limits::default()).await;
    for (status, refusal) in cases {
        let body = if status.starts_with("204") { "" } else { "why" };
        rig.server.answer_posts(status, body);
        let incoming = rig.send(PING).await;
        let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
        if refusal.is_none() {
            rig.server.says(&format!("data: {answer}\n\n"));
        }
        assert_eq!(all(incoming).await, [refusal.unwrap_or(answer)], "{status}");
        assert!(!rig.link.is_over());
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_ends_every_call() {
    let mut rig = rig(&Limits::default()).await;
    let first = rig.send(PING).await;
    let second = rig
        .send(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        .await;
    rig.server
        .says("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\ndata: {\"jsonrpc");
    rig.server.hangs_up();
    assert_eq!(
        all(first).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );
    assert_eq!(
        all(second).await,
        ["broke: the server ended the stream, in \"data: {\\\"jsonrpc\""]
    );
    assert!(rig.link.is_over());
    assert_eq!(rig.aside().await, "end");
}

#[tokio::test]
async fn what_is_no_message_does_not_stop_the_next() {
    let mut rig = rig(&Limits::default()).await;
    let incoming = rig.send(PING).await;
    rig.server
        .says("data: garbage\n\nevent: other\ndata: {}\n\nid: 4\n\n");
    rig.server
        .says("data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
    assert_eq!(all(incoming).await.len(), 1);
    assert_eq!(rig.aside().await, r#"event "data: garbage\n\n""#);
    assert_eq!(rig.aside().await, r#"event "event: other\ndata: {}\n\n""#);
    assert_eq!(rig.aside().await, r#"event "id: 4\n\n""#);
}

#[tokio::test]
async fn an_event_that_is_too_large_is_the_end() {
    let limits = Limits {
        answer_bytes_max: 200,
        ..Limits::default()
    };
    let rig = rig(&limits).await;
    let first = rig.send(PING).await;
    let second = rig
        .send(r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        .await;
    rig.server.says(&format!("data: {}\n\n", "x".repeat(300)));
    assert_eq!(all(first).await, ["upstream_too_large"]);
    assert_eq!(all(second).await, ["upstream_too_large"]);
    assert!(rig.link.is_over());
}

#[tokio::test]
async fn closing_lets_go_of_the_stream() {
    let mut rig = rig(&Limits::default()).await;
    let pending = rig.send(PING).await;
    rig.server.post().await;
    timeout(FOR_EVER, rig.link.close())
        .await
        .expect("it closes");
    assert_eq!(all(pending).await, ["broke: the conversation was closed"]);
    rig.server.stream_left().await;
    // Dropping it is enough.
    let rig = self::rig(&Limits::default()).await;
    drop(rig.link);
    rig.server.stream_left().await;
}
