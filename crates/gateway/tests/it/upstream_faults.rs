//! What a server can do wrong: the client gets an answer in the protocol's own shape, everything is
//! on record, and the gateway goes on.

use std::fmt::Write as _;

use expect_test::{ExpectFile, expect_file};
use testkit::raw::{Answer, Length, Script, Step, When};

use crate::rig::{MODERN_VERSION, Rig, modern, post_bytes};

/// An answer of exactly these bytes.
fn whole(status: u16, headers: &[(&str, &str)], length: Length, body: &str) -> Answer {
    Answer::Bytes {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        length,
        steps: vec![text(body)],
    }
}

fn json(body: &str) -> Answer {
    Answer::body(200, "application/json", body)
}

fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

fn stream(steps: &[&str]) -> Answer {
    Answer::event_stream(steps.iter().map(|step| text(step)).collect())
}

const RESULT: &str = r#"{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;
const RESULT_EVENT: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{\"content\":[]}}\n\n";
const NOTE_EVENT: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";

/// One fault for each tool.
fn faults() -> Vec<(&'static str, Answer)> {
    let kind = |value| ("Content-Type", value);
    let json_type = kind("application/json");
    vec![
        ("silence", Answer::Silence),
        ("closes", Answer::Close),
        (
            "500-json",
            Answer::body(500, "application/json", r#"{"error":"it broke"}"#),
        ),
        (
            "500-text",
            Answer::body(500, "text/html", "<h1>it broke</h1>"),
        ),
        ("500-empty", whole(500, &[], Length::Exact, "")),
        (
            "400-error",
            Answer::body(
                400,
                "application/json",
                r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}}"#,
            ),
        ),
        (
            "400-text",
            Answer::body(400, "text/plain", "Bad Request: no session"),
        ),
        (
            "404-error",
            Answer::body(
                404,
                "application/json",
                r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32601,"message":"no"}}"#,
            ),
        ),
        ("405", whole(405, &[("Allow", "GET")], Length::Exact, "")),
        (
            "429",
            whole(
                429,
                &[("Retry-After", "7"), ("Set-Cookie", "a=b")],
                Length::Exact,
                "slowly",
            ),
        ),
        (
            "redirect",
            whole(
                302,
                &[("Location", "http://evil.example/")],
                Length::Exact,
                "",
            ),
        ),
        ("401", whole(401, &[], Length::Exact, "who?")),
        (
            "401-bearer",
            whole(
                401,
                &[(
                    "WWW-Authenticate",
                    "Bearer resource_metadata=\"http://evil.example/\"",
                )],
                Length::Exact,
                "",
            ),
        ),
        ("403", whole(403, &[], Length::Exact, "no")),
        (
            "403-scope",
            whole(
                403,
                &[("WWW-Authenticate", "Bearer error=\"insufficient_scope\"")],
                Length::Exact,
                "",
            ),
        ),
        ("html", Answer::body(200, "text/html", "<h1>hello</h1>")),
        ("untyped", whole(200, &[], Length::Exact, RESULT)),
        ("empty", json("")),
        ("202", whole(202, &[], Length::Exact, "")),
        ("204", whole(204, &[], Length::Exact, "")),
        ("not-json", json("oops")),
        ("cut-json", json(r#"{"jsonrpc":"2.0","id":1,"res"#)),
        (
            "duplicate",
            json(r#"{"jsonrpc":"2.0","id":$ID,"result":{"content":[],"content":[]}}"#),
        ),
        (
            "both",
            json(r#"{"jsonrpc":"2.0","id":$ID,"result":{},"error":{"code":1,"message":""}}"#),
        ),
        ("neither", json(r#"{"jsonrpc":"2.0","id":$ID}"#)),
        ("array", json(r#"[{"jsonrpc":"2.0","id":$ID,"result":{}}]"#)),
        (
            "mark",
            json("\u{feff}{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{}}"),
        ),
        (
            "a-request",
            json(r#"{"jsonrpc":"2.0","id":"s1","method":"sampling/createMessage","params":{}}"#),
        ),
        (
            "a-notification",
            json(r#"{"jsonrpc":"2.0","method":"notifications/x"}"#),
        ),
        (
            "other-id",
            json(r#"{"jsonrpc":"2.0","id":"other","result":{}}"#),
        ),
        (
            "until-close",
            whole(200, &[json_type], Length::UntilClose, RESULT),
        ),
        (
            "too-short",
            whole(200, &[json_type], Length::Claimed(500), RESULT),
        ),
        (
            "too-large",
            Answer::Bytes {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                length: Length::Exact,
                steps: vec![Step::Repeat(" ".into(), 100_001)],
            },
        ),
        (
            "too-large-chunked",
            Answer::Bytes {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                length: Length::Chunked,
                steps: vec![
                    Step::Repeat(" ".into(), 90_000),
                    Step::Repeat(" ".into(), 90_000),
                ],
            },
        ),
        (
            "gzip",
            whole(
                200,
                &[json_type, ("Content-Encoding", "gzip")],
                Length::Exact,
                "\u{1f}\u{8b}",
            ),
        ),
        (
            "half-silent",
            Answer::Bytes {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                length: Length::Claimed(500),
                steps: vec![text("{"), Step::Hang],
            },
        ),
        (
            "reset",
            Answer::Bytes {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                length: Length::Claimed(500),
                steps: vec![text("{"), Step::PauseMs(50), Step::Reset],
            },
        ),
        ("events-none", stream(&[])),
        (
            "events-cut",
            Answer::event_stream(vec![
                text(NOTE_EVENT),
                text("data: {\"jsonrpc\":\"2.0\",\"id\":$ID,\"res"),
            ]),
        ),
        (
            "events-unended",
            Answer::event_stream(vec![text(
                "data: {\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{}}\n",
            )]),
        ),
        (
            "events-closed",
            Answer::event_stream(vec![text(NOTE_EVENT), text("data: {\"jso"), Step::Close]),
        ),
        (
            "events-reset",
            Answer::event_stream(vec![text(NOTE_EVENT), Step::PauseMs(50), Step::Reset]),
        ),
        ("events-no-response", stream(&[NOTE_EVENT])),
        (
            "events-no-response-but-ids",
            stream(&["id: 1\nretry: 5\ndata:\n\n"]),
        ),
        (
            "events-silent",
            Answer::event_stream(vec![text(NOTE_EVENT), Step::Hang]),
        ),
        (
            "events-garbage",
            stream(&[NOTE_EVENT, "data: oops\n\n", RESULT_EVENT]),
        ),
        (
            "events-duplicate",
            stream(&["data: {\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{},\"result\":{}}\n\n"]),
        ),
        (
            "events-batch",
            stream(&["data: [{\"jsonrpc\":\"2.0\",\"id\":$ID,\"result\":{}}]\n\n"]),
        ),
        (
            "events-other-id",
            stream(&["data: {\"jsonrpc\":\"2.0\",\"id\":\"other\",\"result\":{}}\n\n"]),
        ),
        (
            "events-other-type",
            stream(&["event: ping\ndata: tick\n\n", RESULT_EVENT]),
        ),
        (
            "events-too-large",
            Answer::event_stream(vec![
                text("data: "),
                Step::Repeat("x".into(), 100_001),
                text("\n\n"),
            ]),
        ),
        (
            "events-then-silent",
            Answer::event_stream(vec![text(RESULT_EVENT), Step::Hang]),
        ),
        (
            "events-then-reset",
            Answer::event_stream(vec![text(RESULT_EVENT), Step::PauseMs(50), Step::Reset]),
        ),
        ("events-then-cut", stream(&[RESULT_EVENT, "data: {"])),
        (
            "events-then-garbage",
            stream(&[RESULT_EVENT, "data: oops\n\n"]),
        ),
        ("events-then-more", stream(&[RESULT_EVENT, NOTE_EVENT])),
    ]
}

async fn rig() -> Rig {
    let script = faults()
        .into_iter()
        .fold(Script::new(), |script, (name, answer)| {
            script.on(When::call(name), answer)
        })
        .on(
            When {
                name: None,
                ..When::method("ping")
            },
            json(r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete"}}"#),
        );
    Rig::with(script, |config| {
        config.limits.answer_ms_max = 400;
        config.limits.answer_bytes_max = 100_000;
    })
    .await
}

/// Calls every tool, with `headers` and a body made of its name, and shows what comes of it.
async fn check(rig: &mut Rig, call: impl Fn(&str) -> Vec<u8>, expected: ExpectFile) {
    rig.works().await;
    rig.news();
    let mut shown = String::new();
    for (name, _) in faults() {
        let answer = rig.send(&call(name)).await;
        writeln!(shown, "{name}\n  {}", answer.line()).expect("it can be written");
        for record in rig.news() {
            if !record.came_from_client() {
                writeln!(shown, "  {record}").expect("it can be written");
            }
        }
        for field in [
            "set-cookie",
            "location",
            "www-authenticate",
            "retry-after",
            "allow",
            "mcp-session-id",
        ] {
            if let Some(value) = answer.header(field) {
                writeln!(shown, "  {field}: {value}").expect("it can be written");
            }
        }
        rig.works().await;
        let good = rig.news();
        assert_eq!(good.len(), 2, "after {name}: {good:#?}");
    }
    expected.assert_eq(&shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn modern_calls() {
    let mut rig = rig().await;
    let call = |name: &str| {
        let body = modern(1, "tools/call", &format!(r#","name":"{name}""#));
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", name),
        ];
        post_bytes("/mcp/http", &headers, body.as_bytes())
    };
    check(&mut rig, call, expect_file!["expected/modern_faults.txt"]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn legacy_calls() {
    let mut rig = rig().await;
    // Without a session, so that a 404 ends none.
    let call = |name: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{name}"}}}}"#
        );
        post_bytes("/mcp/http", &[], body.as_bytes())
    };
    let warm = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(rig.post("/mcp/http", &[], warm).await.status, 200);
    check(&mut rig, call, expect_file!["expected/legacy_faults.txt"]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_there() {
    let mut rig = Rig::start(Script::new()).await;
    let answer = rig.modern("gone", 5, "ping", "").await;
    assert_eq!(
        answer.line(),
        r#"502 application/json {"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}"#
    );
    let body = crate::rig::initialize("2025-11-25");
    let answer = rig.post("/mcp/gone", &[], &body).await;
    assert_eq!(
        answer.line(),
        r#"502 application/json {"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}"#
    );
    assert_eq!(answer.header("mcp-session-id"), None);
    let closed = rig
        .news_with(|record| record.ending() == "initialize_failed")
        .await;
    let failures = closed
        .iter()
        .filter(|record| record.ending() == "upstream_unreachable");
    assert_eq!(failures.count(), 2);
    rig.works().await;
    rig.stop().await;
}

/// A server's own stream that goes wrong before or after it began.
#[tokio::test(flavor = "multi_thread")]
async fn standing_streams() {
    let get = |contains: Option<&str>| When {
        contains: contains.map(str::to_owned),
        ..When::http("GET", "/mcp")
    };
    let note = "id: 7\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";
    let answers = vec![
        ("refused", Answer::body(405, "text/plain", "no")),
        (
            "unknown",
            Answer::body(
                404,
                "application/json",
                r#"{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"}}"#,
            ),
        ),
        ("json", json(RESULT)),
        ("closed", Answer::Close),
        ("credential", whole(401, &[], Length::Exact, "")),
        ("empty", stream(&[])),
        ("ends", stream(&[note])),
        ("cut", stream(&[note, "data: {"])),
        (
            "reset",
            Answer::event_stream(vec![text(note), Step::PauseMs(50), Step::Reset]),
        ),
        ("garbage", stream(&[note, "data: oops\n\n"])),
    ];
    let script = answers.iter().fold(Script::new(), |script, (_, answer)| {
        script.once(get(None), answer.clone())
    });
    let mut rig = Rig::start(script).await;
    let mut shown = String::new();
    for (name, _) in &answers {
        let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
        rig.news();
        let headers = [
            ("Mcp-Session-Id", &*session),
            ("Accept", "text/event-stream"),
        ];
        let bytes = crate::rig::request_bytes("GET", "/mcp/http", &headers, b"");
        let answer = rig.send(&bytes).await;
        writeln!(shown, "{name}\n  {}", answer.line()).expect("it can be written");
        for record in rig.news() {
            writeln!(shown, "  {record}").expect("it can be written");
        }
        rig.works().await;
        rig.news();
    }
    expect_file!["expected/standing_faults.txt"].assert_eq(&shown);
    rig.stop().await;
}
