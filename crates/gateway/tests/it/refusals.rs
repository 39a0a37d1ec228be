//! What a client can do wrong: each row is answered in the protocol's own shape, is on record, and
//! the gateway goes on.

use std::fmt::Write as _;

use expect_test::{ExpectFile, expect_file};
use testkit::raw::Script;

use crate::rig::{META, MODERN_VERSION, Rig, initialize, modern, post_bytes, request_bytes};

/// A name and the bytes of one request.
type Row = (&'static str, Vec<u8>);

/// Sends each row on a connection of its own. Shows the answer and what came on record.
async fn check(rig: &mut Rig, rows: Vec<Row>, expected: ExpectFile) {
    rig.works().await;
    rig.news();
    let mut shown = String::new();
    for (name, bytes) in rows {
        let answer = rig.connect().await.exchange(&bytes).await;
        writeln!(shown, "{name}\n  {}", answer.line()).expect("it can be written");
        for record in rig.news() {
            writeln!(shown, "  {record}").expect("it can be written");
        }
        rig.works().await;
        let good = rig.news();
        assert_eq!(good.len(), 2, "after {name}: {good:#?}");
    }
    expected.assert_eq(&shown);
}

fn legacy(body: &str) -> Vec<u8> {
    post_bytes("/mcp/http", &[], body.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_parsers_read_differently() {
    let mut rig = Rig::start(Script::new()).await;
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}{}}}"#,
        r#"{"a":"#.repeat(130),
        "1".to_owned() + &"}".repeat(130)
    );
    let utf16: Vec<u8> = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let rows: Vec<Row> = vec![
        (
            "two methods",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#),
        ),
        (
            "two methods, one escaped",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","m\u0065thod":"tools/call"}"#),
        ),
        (
            "two ids",
            legacy(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#),
        ),
        (
            "two arguments of a name",
            legacy(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"path":"/safe","path":"/etc/shadow"}}}"#,
            ),
        ),
        (
            "two members of a name in an array",
            legacy(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"all":[{"a":1,"\u0061":2}]}}}"#,
            ),
        ),
        (
            "a method in two spellings",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}"#),
        ),
        (
            "a name in two spellings",
            legacy(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"safe","NAME":"rm"}}"#,
            ),
        ),
        (
            "an array that reads as a request",
            legacy(r#"["2.0",1,"tools/call",{"name":"rm"}]"#),
        ),
        (
            "a batch without a session",
            legacy(r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#),
        ),
        (
            "byte order mark",
            legacy("\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"),
        ),
        ("UTF-16", post_bytes("/mcp/http", &[], &utf16)),
        (
            "not UTF-8",
            post_bytes(
                "/mcp/http",
                &[],
                b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xff\"}}",
            ),
        ),
        (
            "overlong UTF-8",
            post_bytes(
                "/mcp/http",
                &[],
                b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xc0\xaf\"}}",
            ),
        ),
        (
            "lone surrogate",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}"#),
        ),
        (
            "reversed surrogates",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\udc00\ud800"}}"#),
        ),
        ("too deep", legacy(&deep)),
        (
            "id null",
            legacy(r#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#),
        ),
        (
            "id is an object",
            legacy(r#"{"jsonrpc":"2.0","id":{},"method":"tools/list"}"#),
        ),
        (
            "id is true",
            legacy(r#"{"jsonrpc":"2.0","id":true,"method":"tools/list"}"#),
        ),
        (
            "result and error",
            legacy(r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#),
        ),
        (
            "method and result",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#),
        ),
        (
            "result without id",
            legacy(r#"{"jsonrpc":"2.0","result":{}}"#),
        ),
        ("nothing of it", legacy(r#"{"jsonrpc":"2.0","id":1}"#)),
        (
            "other version",
            legacy(r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#),
        ),
        ("no version", legacy(r#"{"id":1,"method":"ping"}"#)),
        (
            "method is a number",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":7}"#),
        ),
        (
            "params is an array",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#),
        ),
        (
            "params is a string",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}"#),
        ),
        ("empty", legacy("")),
        ("only space", legacy(" \r\n ")),
        ("null", legacy("null")),
        ("a number", legacy("1")),
        ("cut", legacy(r#"{"jsonrpc":"2.0","id":1,"method":"pi"#)),
        (
            "two documents",
            legacy(
                r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            ),
        ),
        (
            "two lines",
            legacy(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}",
            ),
        ),
        (
            "trailing comma",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping",}"#),
        ),
        (
            "comment",
            legacy(r#"{"jsonrpc":"2.0","id":1,/* x */"method":"ping"}"#),
        ),
        (
            "single quotes",
            legacy(r"{'jsonrpc':'2.0','id':1,'method':'ping'}"),
        ),
        (
            "not a number",
            legacy(r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}"#),
        ),
        (
            "leading zero",
            legacy(r#"{"jsonrpc":"2.0","id":01,"method":"ping"}"#),
        ),
        (
            "raw control character",
            legacy("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\nng\"}"),
        ),
        (
            "null byte after the end",
            legacy("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\0"),
        ),
        (
            "form feed as space",
            legacy("{\"jsonrpc\":\"2.0\",\u{c}\"id\":1,\"method\":\"ping\"}"),
        ),
    ];
    check(&mut rig, rows, expect_file!["expected/bodies.txt"]).await;
    // None of it reached the server.
    assert!(rig.raw.received().iter().all(|received| {
        received
            .body()
            .starts_with(br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta""#)
    }),);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn header_fields_that_do_not_let_in() {
    let mut rig = Rig::start(Script::new()).await;
    let ping = modern(1, "ping", "");
    let good = [MODERN_VERSION, ("Mcp-Method", "ping")];
    let json = ("Content-Type", "application/json");
    let both = ("Accept", "application/json, text/event-stream");
    let with = |more: &[(&str, &str)]| {
        let mut headers = good.to_vec();
        headers.extend_from_slice(more);
        request_bytes("POST", "/mcp/http", &headers, ping.as_bytes())
    };
    let post = |path: &str, more: &[(&str, &str)]| {
        let mut headers = good.to_vec();
        headers.extend_from_slice(more);
        post_bytes(path, &headers, ping.as_bytes())
    };
    let host = |lines: &str| {
        let fields = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: ping";
        let length = ping.len();
        format!(
            "POST /mcp/http HTTP/1.1\r\n{lines}{fields}\r\nContent-Length: {length}\r\n\r\n{ping}"
        )
        .into_bytes()
    };
    let alice = format!("Bearer {}", rig.alice);
    let bob = format!("Bearer {}", rig.bob);
    let wrong = format!("{alice}x");
    let lower = format!("bearer {}", rig.alice);
    let rows: Vec<Row> = vec![
        ("no content type", with(&[both])),
        ("text", with(&[("Content-Type", "text/plain"), both])),
        (
            "json, nearly",
            with(&[("Content-Type", "application/json-seq"), both]),
        ),
        ("any type", with(&[("Content-Type", "application/*"), both])),
        (
            "two content types",
            with(&[json, ("Content-Type", "text/plain"), both]),
        ),
        (
            "UTF-8 said",
            with(&[("Content-Type", "Application/JSON; charset=UTF-8"), both]),
        ),
        (
            "UTF-8 said in quotes",
            with(&[("Content-Type", "application/json;charset=\"utf-8\""), both]),
        ),
        (
            "UTF-7",
            with(&[("Content-Type", "application/json; charset=utf-7"), both]),
        ),
        (
            "UTF-16",
            with(&[("Content-Type", "application/json; charset=utf-16le"), both]),
        ),
        (
            "compressed",
            with(&[json, both, ("Content-Encoding", "gzip")]),
        ),
        ("no accept", with(&[json])),
        (
            "accepts JSON only",
            with(&[json, ("Accept", "application/json")]),
        ),
        (
            "accepts events only",
            with(&[json, ("Accept", "text/event-stream")]),
        ),
        (
            "accepts no events",
            with(&[json, ("Accept", "application/json, text/event-stream;q=0")]),
        ),
        ("accepts anything", with(&[json, ("Accept", "*/*")])),
        (
            "accepts in two fields",
            with(&[
                json,
                ("Accept", "application/json"),
                ("Accept", "text/event-stream"),
            ]),
        ),
        ("another host", host("Host: evil.example\r\n")),
        ("no host", host("")),
        (
            "two hosts",
            host("Host: localhost\r\nHost: evil.example\r\n"),
        ),
        ("empty host", host("Host: \r\n")),
        (
            "a host that begins well",
            host("Host: localhost.evil.example\r\n"),
        ),
        (
            "a host with a user",
            host("Host: localhost@evil.example\r\n"),
        ),
        (
            "a host in capitals, with port",
            host("Host: LOCALHOST:1234\r\n"),
        ),
        ("loopback of version 6", host("Host: [::1]:80\r\n")),
        (
            "another origin",
            post("/mcp/http", &[("Origin", "https://evil.example")]),
        ),
        ("an opaque origin", post("/mcp/http", &[("Origin", "null")])),
        (
            "an origin that begins well",
            post("/mcp/http", &[("Origin", "http://localhost.evil.example")]),
        ),
        (
            "an origin with a user",
            post("/mcp/http", &[("Origin", "http://localhost@evil.example")]),
        ),
        (
            "two origins",
            post(
                "/mcp/http",
                &[
                    ("Origin", "http://localhost"),
                    ("Origin", "https://evil.example"),
                ],
            ),
        ),
        (
            "a local origin",
            post("/mcp/http", &[("Origin", "http://localhost:3000")]),
        ),
        ("no credential", post("/mcp/keyed", &[])),
        (
            "a wrong credential",
            post("/mcp/keyed", &[("Authorization", &wrong)]),
        ),
        (
            "another scheme",
            post("/mcp/keyed", &[("Authorization", "Basic YWxpY2U6eA==")]),
        ),
        (
            "a scheme alone",
            post("/mcp/keyed", &[("Authorization", "Bearer")]),
        ),
        (
            "an empty credential",
            post("/mcp/keyed", &[("Authorization", "")]),
        ),
        (
            "two credentials",
            post(
                "/mcp/keyed",
                &[("Authorization", &alice), ("Authorization", &bob)],
            ),
        ),
        (
            "twice the same credential",
            post(
                "/mcp/keyed",
                &[("Authorization", &alice), ("Authorization", &alice)],
            ),
        ),
        (
            "a good credential",
            post("/mcp/keyed", &[("Authorization", &alice)]),
        ),
        (
            "the scheme in lower case",
            post("/mcp/keyed", &[("Authorization", &lower)]),
        ),
        (
            "a wrong credential where none is needed",
            post("/mcp/http", &[("Authorization", &wrong)]),
        ),
        ("unknown server", post("/mcp/other", &[])),
        ("no name of a server", post("/mcp/", &[])),
        ("a server's name in other letters", post("/mcp/HTTP", &[])),
        ("a server's name with an escape", post("/mcp/htt%70", &[])),
        ("more after the name", post("/mcp/http/", &[])),
        ("unknown path", post("/else", &[])),
        ("dots", post("/mcp/../mcp/http", &[])),
    ];
    check(&mut rig, rows, expect_file!["expected/headers.txt"]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn modern_requests_that_contradict_themselves() {
    let mut rig = Rig::start(Script::new()).await;
    let call = modern(1, "tools/call", r#","name":"raw","arguments":{}"#);
    let strange = modern(1, "tools/call", r#","name":"Grüße","arguments":{}"#);
    let method = ("Mcp-Method", "tools/call");
    let name = ("Mcp-Name", "raw");
    let version = MODERN_VERSION;
    let post =
        |headers: &[(&str, &str)], body: &str| post_bytes("/mcp/http", headers, body.as_bytes());
    let rows: Vec<Row> = vec![
        ("all of it", post(&[version, method, name], &call)),
        ("no version header", post(&[method, name], &call)),
        (
            "another version header",
            post(
                &[("MCP-Protocol-Version", "2025-11-25"), method, name],
                &call,
            ),
        ),
        (
            "a later version header",
            post(
                &[("MCP-Protocol-Version", "2027-01-01"), method, name],
                &call,
            ),
        ),
        (
            "two version headers",
            post(&[version, version, method, name], &call),
        ),
        ("no method header", post(&[version, name], &call)),
        (
            "another method",
            post(&[version, ("Mcp-Method", "ping"), name], &call),
        ),
        (
            "a method in other letters",
            post(&[version, ("Mcp-Method", "Tools/Call"), name], &call),
        ),
        (
            "two methods",
            post(&[version, method, ("Mcp-Method", "ping"), name], &call),
        ),
        ("no name header", post(&[version, method], &call)),
        (
            "another name",
            post(&[version, method, ("Mcp-Name", "rm")], &call),
        ),
        (
            "an encoded name",
            post(
                &[version, method, ("Mcp-Name", "=?base64?R3LDvMOfZQ==?=")],
                &strange,
            ),
        ),
        (
            "another encoded name",
            post(
                &[version, method, ("Mcp-Name", "=?base64?R3LDvMOfZg==?=")],
                &strange,
            ),
        ),
        (
            "an encoding that is none",
            post(
                &[version, method, ("Mcp-Name", "=?base64?R3L*?=")],
                &strange,
            ),
        ),
        (
            "a name that is not ASCII, as it is",
            post(&[version, method, ("Mcp-Name", "Grüße")], &strange),
        ),
        (
            "no metadata",
            post(
                &[version, ("Mcp-Method", "ping")],
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}"#,
            ),
        ),
        (
            "no params",
            post(
                &[version, ("Mcp-Method", "ping")],
                r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            ),
        ),
        (
            "no capabilities",
            post(
                &[version, ("Mcp-Method", "ping")],
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
            ),
        ),
        (
            "version is a number",
            post(
                &[version, ("Mcp-Method", "ping")],
                r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":20260728,"io.modelcontextprotocol/clientCapabilities":{}}}}"#,
            ),
        ),
        (
            "an answer",
            post(&[version], r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        ),
        (
            "a batch",
            post(&[version, method, name], &format!("[{call}]")),
        ),
        (
            "a draft's version header alone",
            post(
                &[("MCP-Protocol-Version", "DRAFT-2026-v1")],
                r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            ),
        ),
        (
            "a modern initialize",
            post(
                &[version, ("Mcp-Method", "initialize")],
                &modern(1, "initialize", ""),
            ),
        ),
        (
            "a session header, which means nothing here",
            post(
                &[version, method, name, ("Mcp-Session-Id", "nonsense")],
                &call,
            ),
        ),
        (
            "to a server of 2024-11-05",
            post_bytes(
                "/mcp/sse",
                &[version, ("Mcp-Method", "ping")],
                modern(1, "ping", "").as_bytes(),
            ),
        ),
        (
            "GET",
            request_bytes(
                "GET",
                "/mcp/http",
                &[version, ("Accept", "text/event-stream")],
                b"",
            ),
        ),
        (
            "DELETE",
            request_bytes("DELETE", "/mcp/http", &[version], b""),
        ),
        (
            "GET of a draft's version",
            request_bytes(
                "GET",
                "/mcp/http",
                &[
                    ("MCP-Protocol-Version", "DRAFT-2026-v1"),
                    ("Accept", "text/event-stream"),
                ],
                b"",
            ),
        ),
    ];
    assert!(call.contains(META));
    check(&mut rig, rows, expect_file!["expected/modern.txt"]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_do_not_open() {
    let mut rig = Rig::start(Script::new()).await;
    let alice = format!("Bearer {}", rig.alice);
    let bob = format!("Bearer {}", rig.bob);
    let alices = [("Authorization", &*alice)];
    let session = rig.initialize("/mcp/keyed", "2025-11-25", &alices).await;
    let old = rig.initialize("/mcp/http", "2025-03-26", &[]).await;
    let newer = rig.initialize("/mcp/http", "2025-06-18", &[]).await;
    let list = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    let batch = r#"[{"jsonrpc":"2.0","id":7,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]"#;
    let post = |path: &str, headers: &[(&str, &str)], body: &str| {
        post_bytes(path, headers, body.as_bytes())
    };
    let alone = |method: &str, path: &str, headers: &[(&str, &str)]| {
        request_bytes(method, path, headers, b"")
    };
    fn id(session: &str) -> (&'static str, &str) {
        ("Mcp-Session-Id", session)
    }
    let events = ("Accept", "text/event-stream");
    let (as_alice, as_bob) = (("Authorization", &*alice), ("Authorization", &*bob));
    let rows: Vec<Row> = vec![
        (
            "its own",
            post("/mcp/keyed", &[as_alice, id(&session)], list),
        ),
        (
            "another caller's",
            post("/mcp/keyed", &[as_bob, id(&session)], list),
        ),
        (
            "another caller's, to read",
            alone("GET", "/mcp/keyed", &[as_bob, id(&session), events]),
        ),
        (
            "another caller's, to end",
            alone("DELETE", "/mcp/keyed", &[as_bob, id(&session)]),
        ),
        (
            "a known caller's without a credential",
            post("/mcp/keyed", &[id(&session)], list),
        ),
        (
            "another server's",
            post("/mcp/http", &[as_alice, id(&session)], list),
        ),
        (
            "another transport's",
            post(
                &format!("/sse/keyed/message?sessionId={session}"),
                &[as_alice],
                list,
            ),
        ),
        ("nobody's", post("/mcp/http", &[id("00000000")], list)),
        ("an empty one", post("/mcp/http", &[id("")], list)),
        ("two", post("/mcp/http", &[id(&old), id(&newer)], list)),
        (
            "two, to end",
            alone("DELETE", "/mcp/http", &[id(&old), id(&newer)]),
        ),
        (
            "nobody's, with an answer",
            post(
                "/mcp/http",
                &[id("00000000")],
                r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            ),
        ),
        ("none, where one is needed", post("/mcp/stdio", &[], list)),
        ("none, to read", alone("GET", "/mcp/http", &[events])),
        ("none, to end", alone("DELETE", "/mcp/http", &[])),
        (
            "a stream for a client that takes none",
            alone(
                "GET",
                "/mcp/http",
                &[id(&old), ("Accept", "application/json")],
            ),
        ),
        (
            "a stream that the server does not offer",
            alone("GET", "/mcp/http", &[id(&old), events]),
        ),
        ("PUT", request_bytes("PUT", "/mcp/http", &[], b"x")),
        ("OPTIONS", alone("OPTIONS", "/mcp/http", &[])),
        (
            "HEAD, which has no body",
            alone("HEAD", "/mcp/http", &[("Connection", "close")]),
        ),
        (
            "a batch where there are batches",
            post("/mcp/http", &[id(&old)], batch),
        ),
        (
            "a batch where there are none",
            post("/mcp/http", &[id(&newer)], batch),
        ),
        ("an empty batch", post("/mcp/http", &[id(&old)], "[]")),
        (
            "a batch of one that is none",
            post("/mcp/http", &[id(&old)], "[1]"),
        ),
        (
            "a batch in a batch",
            post("/mcp/http", &[id(&old)], &format!("[{batch}]")),
        ),
        (
            "initialize in a batch",
            post(
                "/mcp/http",
                &[id(&old)],
                &format!("[{}]", initialize("2025-03-26")),
            ),
        ),
        (
            "a batch in nobody's session",
            post("/mcp/http", &[id("00000000")], batch),
        ),
        (
            "the deprecated stream, posted to",
            post("/sse/http", &[], list),
        ),
        (
            "a message for no stream",
            post("/sse/http/message", &[], list),
        ),
        (
            "a message for nobody's stream",
            post("/sse/http/message?sessionId=0", &[], list),
        ),
    ];
    check(&mut rig, rows, expect_file!["expected/sessions.txt"]).await;
    rig.stop().await;
}
