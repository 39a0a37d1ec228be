//! The raw server does to the byte what its script says, over each transport.

use std::time::Duration;

use testkit::raw::{Answer, Event, Length, RawHttp, RawStdio, Script, Step, When};

use crate::wire::{Pipe, Wire};

const WAIT: Duration = Duration::from_secs(10);
const CALL: &str = r#"{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{ "name":"x", "n":1.10,"_meta":{"progressToken":"t"}}}"#;

fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

/// What the client sees after the head, up to the end of the connection or of the chunks.
#[test]
fn http_answers() {
    let stream = Answer::event_stream;
    let bytes = |length, steps| Answer::Bytes {
        status: 200,
        headers: Vec::new(),
        length,
        steps,
    };
    for (name, answer, status, seen) in [
        (
            "filled in",
            Answer::body(
                200,
                "application/json",
                r#"{"id":$ID,"params":$PARAMS,"token":$TOKEN}"#,
            ),
            "200 OK",
            r#"{"id":1.0,"params":{ "name":"x", "n":1.10,"_meta":{"progressToken":"t"}},"token":"t"}"#,
        ),
        (
            "stream",
            stream(vec![
                text("data: a\n\n"),
                Step::PauseMs(1),
                text("data: b\n\n"),
            ]),
            "200 OK",
            "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n",
        ),
        (
            "messages",
            Answer::Messages(vec!["{}".to_owned()]),
            "200 OK",
            "a\r\ndata: {}\n\n\r\n0\r\n\r\n",
        ),
        (
            "cut in a frame",
            stream(vec![text("data: {\"a"), Step::Close]),
            "200 OK",
            "9\r\ndata: {\"a\r\n",
        ),
        (
            "reset",
            stream(vec![text("data: x"), Step::PauseMs(50), Step::Reset]),
            "200 OK",
            "7\r\ndata: x\r\n",
        ),
        (
            "shorter than claimed",
            bytes(Length::Claimed(99), vec![text("short")]),
            "200 OK",
            "short",
        ),
        (
            "until close",
            bytes(
                Length::UntilClose,
                vec![text("ab"), Step::Repeat("c".into(), 3)],
            ),
            "200 OK",
            "abccc",
        ),
        (
            "wrong type",
            Answer::body(503, "text/html", "<p>no"),
            "503 Scripted",
            "<p>no",
        ),
        (
            "not UTF-8 in Base64",
            bytes(Length::UntilClose, vec![Step::Base64("4oKs".into())]),
            "200 OK",
            "€",
        ),
        ("close", Answer::Close, "", ""),
    ] {
        let server = RawHttp::start(&Script::new().on(When::call("x"), answer)).unwrap();
        let mut wire = Wire::open(server.url());
        wire.post("/mcp", &["Connection: close"], CALL);
        let head = wire.head();
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status}")) || status.is_empty(),
            "{name}: {head}"
        );
        let end = if seen.ends_with("0\r\n\r\n") {
            "0\r\n\r\n"
        } else {
            seen
        };
        assert_eq!(wire.read_until(end), seen, "{name}");
        assert_eq!(server.received()[0].body(), CALL.as_bytes(), "{name}");
    }
}

#[test]
fn rules_are_used_up_and_the_rest_is_answered() {
    let script = Script::new()
        .once(When::method("ping"), Answer::Message("first".into()))
        .on(
            When {
                contains: Some("\"zz\"".into()),
                ..When::default()
            },
            Answer::Message("zz".into()),
        );
    let server = RawHttp::start(&script).unwrap();
    let mut wire = Wire::open(server.url());
    for (body, seen) in [
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "first"),
        (
            r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":2,"result":{}}"#,
        ),
        (r#"{"jsonrpc":"2.0","id":"zz","method":"ping"}"#, "zz"),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            "",
        ),
    ] {
        wire.post("/mcp", &[], body);
        assert_eq!(wire.answer().body, seen);
    }
}

#[test]
fn a_client_that_leaves_is_noticed() {
    let script = Script::new().on(
        When::call("x"),
        Answer::event_stream(vec![text("data: 1\n\n"), Step::Hang]),
    );
    let server = RawHttp::start(&script).unwrap();
    let mut wire = Wire::open(server.url());
    wire.post("/mcp", &[], CALL);
    wire.head();
    drop(wire);
    assert!(server.wait_for(WAIT, |seen| {
        seen.iter().any(|one| one.event == Event::PeerClosed)
    }));
}

#[test]
fn http_sse() {
    let script = Script::new().on(When::call("x"), Answer::Message(r#"{"id":$ID}"#.into()));
    let server = RawHttp::start(&script).unwrap();
    let mut stream = Wire::open(server.sse_url());
    stream.get("/sse");
    stream.head();
    let endpoint = stream.read_until("\n\n");
    let path = endpoint
        .lines()
        .nth(1)
        .unwrap()
        .trim_start_matches("data: ")
        .to_owned();
    let mut post = Wire::open(server.url());
    post.post(&path, &[], CALL);
    assert!(post.answer().head.starts_with("HTTP/1.1 202"));
    assert_eq!(
        stream.read_until("\n\n"),
        "event: message\ndata: {\"id\":1.0}\n\n"
    );
    let received = server.received();
    assert_eq!(
        received
            .iter()
            .map(|one| one.target.as_str())
            .collect::<Vec<_>>(),
        ["/sse", &path]
    );
    assert_eq!(received[1].header("HOST"), Some("localhost"));
}

#[test]
fn stdio() {
    let script = Script::new()
        .on(
            When::call("x"),
            Answer::Messages(vec!["{ \"n\": 1.10 }".into(), "{\"id\":$ID}".into()]),
        )
        .on(
            When::call("die"),
            Answer::Bytes {
                status: 0,
                headers: Vec::new(),
                length: Length::UntilClose,
                steps: vec![text("{\"cut"), Step::Reset],
            },
        );
    let raw = RawStdio::new(&script).unwrap();
    let mut pipe = Pipe::start(&raw.argv().unwrap());
    pipe.send(CALL);
    assert_eq!(pipe.line(), "{ \"n\": 1.10 }");
    assert_eq!(pipe.line(), "{\"id\":1.0}");
    pipe.send(r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"die"}}"#);
    assert_eq!(pipe.line(), "{\"cut");
    assert_eq!(pipe.child.wait().unwrap().code(), Some(87));
    assert_eq!(raw.received()[0].body(), CALL.as_bytes());
}
