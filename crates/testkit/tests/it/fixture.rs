//! The fixture's own tools, over each transport.

use serde_json::Value;
use testkit::spawn;

use crate::wire::{Pipe, Wire};

const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

fn call(id: &str, name: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{name}","arguments":{arguments},{META}}}}}"#
    )
}

fn post(wire: &mut Wire, name: &str, body: &str) {
    let name = format!("Mcp-Name: {name}");
    let headers = [
        "MCP-Protocol-Version: 2026-07-28",
        "Mcp-Method: tools/call",
        &name,
    ];
    wire.post("/mcp", &headers, body);
}

fn text_of(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer
        .pointer("/result/content/0/text")
        .and_then(Value::as_str)
        .unwrap()
        .to_owned()
}

const ODD: &str = r#"{ "n":1.10, "big":12345678901234567890123, "k":"\u0041", "z":1,"a":[ ] }"#;

#[test]
fn echo_keeps_every_byte() {
    let server = spawn::fixture_server().unwrap();
    let mut wire = Wire::open(server.url());
    let request = call("1.0", "echo", ODD);
    post(&mut wire, "echo", &request);
    let answer = wire.answer().body;
    assert!(
        answer.starts_with(r#"{"jsonrpc":"2.0","id":1.0,"#),
        "{answer}"
    );
    assert_eq!(text_of(&answer), ODD);
    let request = call("\"1\"", "raw_request", ODD);
    post(&mut wire, "raw_request", &request);
    assert_eq!(text_of(&wire.answer().body), request);
}

#[test]
fn raw_result_is_verbatim() {
    let server = spawn::fixture_server().unwrap();
    let mut wire = Wire::open(server.url());
    let arguments = serde_json::json!({ "json": ODD }).to_string();
    post(
        &mut wire,
        "raw_result",
        &call("7", "raw_result", &arguments),
    );
    let expected = format!(r#"{{"jsonrpc":"2.0","id":7,"result":{ODD}}}"#);
    assert_eq!(wire.answer().body, expected);
}

#[test]
fn leaving_abandons_a_modern_call() {
    let server = spawn::fixture_server().unwrap();
    let mut wire = Wire::open(server.url());
    post(
        &mut wire,
        "sleep_forever",
        &call("1", "sleep_forever", "{}"),
    );
    let mut other = Wire::open(server.url());
    let mut counts = || {
        post(&mut other, "stats", &call("2", "stats", "{}"));
        let answer: Value = serde_json::from_str(&text_of(&other.answer().body)).unwrap();
        answer.get("sleep_forever").cloned().unwrap_or_default()
    };
    wait_until(|| counts().get("started") == Some(&1.into()));
    drop(wire);
    wait_until(|| counts().get("abandoned") == Some(&1.into()));
}

#[test]
fn stdio_serves_both_eras() {
    let mut pipe = Pipe::start(&spawn::fixture_stdio_argv().unwrap());
    pipe.send(&call("1.0", "echo", ODD));
    assert_eq!(text_of(&pipe.line()), ODD);
    pipe.send(r#"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"sampling":{}},"clientInfo":{"name":"t","version":"1"}}}"#);
    assert!(pipe.line().contains(r#""protocolVersion":"2025-06-18""#));
    pipe.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    pipe.send(r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"test_sampling","arguments":{"prompt":"hi"}}}"#);
    let question: Value = serde_json::from_str(&pipe.line()).unwrap();
    assert_eq!(question["method"], "sampling/createMessage");
    let id = &question["id"];
    pipe.send(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"role":"assistant","model":"m","content":{{"type":"text","text":"ho"}}}}}}"#));
    assert_eq!(text_of(&pipe.line()), "LLM response: ho");
    pipe.send(
        r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"sleep_forever"}}"#,
    );
    pipe.send(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4}}"#);
    pipe.send(r#"{"jsonrpc":"2.0","id":5,"method":"ping"}"#);
    assert_eq!(pipe.line(), r#"{"jsonrpc":"2.0","id":5,"result":{}}"#);
    pipe.send(r#"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"crash"}}"#);
    assert_eq!(pipe.line(), "");
    assert_eq!(pipe.child.wait().unwrap().code(), Some(86));
}

#[test]
fn http_sse_of_2024_11_05() {
    let server = spawn::fixture_server().unwrap();
    let mut stream = Wire::open(server.sse_url());
    stream.get("/sse");
    stream.head();
    let start = stream.read_until("\n\n");
    let path = start
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap()
        .to_owned();
    let mut post = Wire::open(server.url());
    for (body, seen) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#,
            r#""protocolVersion":"2024-11-05""#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":2,"result":{}}"#,
        ),
    ] {
        post.post(&path, &[], body);
        assert!(post.answer().head.starts_with("HTTP/1.1 202"));
        let event = stream.read_until("\n\n");
        assert!(event.contains(seen), "{event}");
    }
}

#[test]
fn batches_are_of_2025_03_26() {
    let server = spawn::fixture_server().unwrap();
    for (version, status) in [("2025-03-26", "200"), ("2025-06-18", "400")] {
        let mut wire = Wire::open(server.url());
        let params = format!(
            r#"{{"protocolVersion":"{version}","capabilities":{{}},"clientInfo":{{"name":"t","version":"1"}}}}"#
        );
        wire.post(
            "/mcp",
            &[],
            &format!(r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{params}}}"#),
        );
        let head = wire.answer().head;
        let session = head
            .lines()
            .find(|line| line.starts_with("mcp-session-id"))
            .unwrap()
            .to_owned();
        wire.post("/mcp", &[&session], r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"#);
        let answer = wire.answer();
        assert!(
            answer.head.starts_with(&format!("HTTP/1.1 {status}")),
            "{version}"
        );
        if status == "200" {
            assert_eq!(
                answer.body,
                r#"[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]"#
            );
        }
    }
}

/// Bounded: a condition that never holds fails the test.
fn wait_until(mut holds: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the condition did not come to hold");
}
