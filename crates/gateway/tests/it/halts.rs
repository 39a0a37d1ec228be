//! An operator stops a server, a person or a session: what is open ends, what comes is refused, and all
//! of it is on record.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::expect_file;
use ledger::Kind;
use model::{Halt, HaltTarget, Halts, Timestamp};
use testkit::raw::{Answer, Script, Step, When};

use crate::rig::{MODERN_VERSION, Rig, SseClient, initialize, modern, post_bytes, request_bytes};

const NOTE: &str = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;
const RESULT: &str =
    r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete","content":[]}}"#;

fn halt(target: HaltTarget) -> Halt {
    Halt {
        target,
        by: "ops".into(),
        reason: Some("case 17".into()),
        at: Timestamp::from_unix_us(0),
    }
}

fn server(name: &str) -> HaltTarget {
    HaltTarget::Server(name.parse().expect("a name"))
}

fn script() -> Script {
    let hangs = |text: String| Answer::event_stream(vec![Step::Text(text), Step::Hang]);
    Script::new()
        .on(When::call("good"), Answer::Message(RESULT.to_owned()))
        .on(When::call("slow"), hangs(format!("data: {NOTE}\n\n")))
        .on(When::call("silent"), Answer::Silence)
        .on(
            When::method("subscriptions/listen"),
            hangs(format!("data: {NOTE}\n\n")),
        )
        .on(
            When::http("GET", "/mcp"),
            hangs(format!("data: {NOTE}\n\n")),
        )
}

fn call(tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

fn legacy(path: &str, session: &str, body: &str) -> Vec<u8> {
    post_bytes(path, &[("Mcp-Session-Id", session)], body.as_bytes())
}

fn modern_call(path: &str, method: &str, name: &str, params: &str) -> Vec<u8> {
    let body = modern(1, method, params);
    let headers = [MODERN_VERSION, ("Mcp-Method", method), ("Mcp-Name", name)];
    let headers = if name.is_empty() {
        &headers[..2]
    } else {
        &headers[..]
    };
    post_bytes(path, headers, body.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_ends_and_what_comes_is_refused() {
    let mut rig = Rig::start(script()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let process = rig.initialize("/mcp/stdio", "2025-11-25", &[]).await;
    let get = [
        ("Mcp-Session-Id", &*session),
        ("Accept", "text/event-stream"),
    ];
    let slow = r#","name":"slow""#;
    let silent = r#","name":"silent""#;
    let streams = [
        (
            "a legacy call",
            legacy("/mcp/http", &session, &call("slow")),
        ),
        (
            "a modern call",
            modern_call("/mcp/http", "tools/call", "slow", slow),
        ),
        (
            "a subscription",
            modern_call("/mcp/http", "subscriptions/listen", "", r#","filter":{}"#),
        ),
        ("a stream", request_bytes("GET", "/mcp/http", &get, b"")),
    ];
    let waits = [
        (
            "a process's legacy call",
            legacy("/mcp/stdio", &process, &call("silent")),
        ),
        (
            "a process's modern call",
            modern_call("/mcp/stdio", "tools/call", "silent", silent),
        ),
    ];
    let mut open = Vec::new();
    for (name, bytes) in streams {
        let mut connection = rig.connect().await;
        connection.write(&bytes).await;
        connection.until("notifications/x").await;
        open.push((name, connection));
    }
    for (name, bytes) in waits {
        let mut connection = rig.connect().await;
        connection.write(&bytes).await;
        rig.news_with(|record| record.kind == Kind::Intent && record.method() == "tools/call")
            .await;
        open.push((name, connection));
    }
    let mut sse = SseClient::initialized(&rig, "sse", "2024-11-05").await;
    sse.post(&rig, &call("silent")).await;
    rig.news_with(|record| record.kind == Kind::Intent && record.method() == "tools/call")
        .await;

    let stopped = ["http", "stdio", "sse"].map(|name| halt(server(name)));
    rig.halts.send_replace(Arc::new(Halts::new(stopped)));
    let mut shown = String::new();
    for (name, mut connection) in open {
        let answer = connection.response().await;
        writeln!(shown, "{name}: {}", answer.line()).expect("a line");
    }
    writeln!(shown, "HTTP+SSE: {}", sse.message().await).expect("a line");
    expect_file!["expected/halted.txt"].assert_eq(&shown);

    let rows = [
        (
            "a legacy call",
            legacy("/mcp/http", &session, &call("good")),
        ),
        (
            "a process's call",
            legacy("/mcp/stdio", &process, &call("good")),
        ),
        (
            "a modern call",
            modern_call("/mcp/http", "tools/call", "good", r#","name":"good""#),
        ),
        ("a ping", modern_call("/mcp/http", "ping", "", "")),
        (
            "a new session",
            post_bytes("/mcp/http", &[], initialize("2025-11-25").as_bytes()),
        ),
        ("a stream", request_bytes("GET", "/mcp/http", &get, b"")),
        (
            "an end",
            request_bytes("DELETE", "/mcp/http", &get[..1], b""),
        ),
        ("HTTP+SSE", request_bytes("GET", "/sse/sse", &get[1..], b"")),
    ];
    rig.news();
    let before = rig.raw.received().len();
    let mut shown = String::new();
    for (name, bytes) in rows {
        let answer = rig.send(&bytes).await;
        writeln!(shown, "{name}: {}", answer.line()).expect("a line");
        let mut news = rig.news();
        news.retain(|record| matches!(record.kind, Kind::Refusal | Kind::Intent | Kind::Outcome));
        for record in news {
            let kind = record.kind.as_str();
            let detail = record.facts.detail.unwrap_or_default();
            writeln!(
                shown,
                "  {kind} {} ({detail})",
                record.facts.ending.unwrap_or_default()
            )
            .expect("a line");
        }
    }
    let shown = hidden(&shown);
    expect_file!["expected/after_halts.txt"].assert_eq(&shown);
    assert_eq!(
        rig.raw.received().len(),
        before,
        "nothing reaches the server"
    );

    // What was lifted goes on.
    rig.halts.send_replace(Arc::new(Halts::default()));
    rig.works().await;
    let answer = rig
        .send(&legacy("/mcp/http", &session, &call("good")))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!answer.text().contains("isError"), "{}", answer.text());
    let again = modern_call("/mcp/stdio", "tools/call", "good", r#","name":"good""#);
    assert_eq!(rig.send(&again).await.status, 200);
    // The session's process is gone, and the session with it.
    assert_eq!(
        rig.send(&legacy("/mcp/stdio", &process, &call("good")))
            .await
            .status,
        404
    );
    rig.stop().await;
}

/// Without the ids of decisions.
fn hidden(text: &str) -> String {
    let mut words = text.split("Decision ");
    let mut shown = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (id, rest) = word.split_at_checked(26).expect("an id");
        let rest = rest.replace(id, "ID");
        write!(shown, "Decision ID{rest}").expect("a line");
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_stopped_everywhere_and_nobody_else() {
    let mut rig = Rig::start(script()).await;
    let bearer = |token: &str| format!("Bearer {token}");
    let (alice, bob) = (bearer(&rig.alice), bearer(&rig.bob));
    let good = r#","name":"good""#;
    let headers = |who: &str| {
        let body = modern(1, "tools/call", good);
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "good"),
            ("Authorization", who),
        ];
        post_bytes("/mcp/keyed", &headers, body.as_bytes())
    };
    for target in [
        HaltTarget::Person("alice".into()),
        HaltTarget::Person("person|key|alice".into()),
    ] {
        rig.halts.send_replace(Arc::new(Halts::new([halt(target)])));
        let answer = rig.send(&headers(&alice)).await.text();
        assert!(
            answer.contains("An operator stopped everything that is done for this caller."),
            "{answer}"
        );
        // Nothing of why.
        assert!(!answer.contains("case 17"), "{answer}");
        let answer = rig.send(&headers(&bob)).await.text();
        assert!(!answer.contains("isError"), "{answer}");
    }
    rig.works().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_is_stopped_of_several() {
    let mut rig = Rig::start(script()).await;
    let mut ids = Vec::new();
    let mut sessions = Vec::new();
    for _ in 0..2 {
        rig.news();
        sessions.push(rig.initialize("/mcp/http", "2025-11-25", &[]).await);
        ids.push(rig.news().first().expect("an opening").session);
    }
    let mut slow = rig.connect().await;
    slow.write(&legacy("/mcp/http", &sessions[0], &call("slow")))
        .await;
    slow.until("notifications/x").await;
    rig.halts
        .send_replace(Arc::new(Halts::new([halt(HaltTarget::Session(ids[0]))])));
    let answer = slow.response().await.text();
    assert!(
        answer.contains("An operator stopped this session."),
        "{answer}"
    );
    for (session, stopped) in sessions.iter().zip([true, false]) {
        let answer = rig.send(&legacy("/mcp/http", session, &call("good"))).await;
        assert_eq!(answer.text().contains("isError"), stopped, "{answer:?}");
    }
    rig.stop().await;
}
