//! Clients that go away before everything is said.

use std::time::Duration;

use ledger::Kind;
use testkit::raw::{Answer, Event, Length, Script, Step, When};

use crate::rig::{MODERN_VERSION, PATIENCE, Rig, modern, post_bytes, request_bytes};

const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";
const NUMBERED: &str = "id: 1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";
const RESULT: &str = r#"{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;

fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

/// `slow` answers in JSON, `streams` after an event, `resumable` after a numbered event; each only
/// after a while. `endless` never does.
fn script() -> Script {
    let later = Step::PauseMs(700);
    let event = text(&format!("data: {RESULT}\n\n"));
    let json = Answer::Bytes {
        status: 200,
        headers: vec![("Content-Type".into(), "application/json".into())],
        length: Length::UntilClose,
        steps: vec![later.clone(), text(RESULT)],
    };
    let streamed =
        |first: &str| Answer::event_stream(vec![text(first), later.clone(), event.clone()]);
    Script::new()
        .on(When::call("slow"), json)
        .on(When::call("streams"), streamed(NOTE))
        .on(When::call("resumable"), streamed(NUMBERED))
        .on(
            When::call("endless"),
            Answer::event_stream(vec![text(NOTE), Step::Hang]),
        )
        .on(When::call("silent"), Answer::Silence)
        .on(
            When::http("GET", "/mcp"),
            Answer::event_stream(vec![text(NOTE), Step::Hang]),
        )
}

fn legacy(session: &str, tool: &str) -> Vec<u8> {
    let body =
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}"}}}}"#);
    post_bytes("/mcp/http", &[("Mcp-Session-Id", session)], body.as_bytes())
}

fn modern_call(tool: &str) -> Vec<u8> {
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    let body = modern(1, "tools/call", &format!(r#","name":"{tool}""#));
    post_bytes("/mcp/http", &headers, body.as_bytes())
}

/// Sends, waits until the server has it and, if there is one, for the first event; then leaves.
async fn send_and_leave(rig: &Rig, bytes: &[u8], tool: &str, streams: bool) {
    let mut connection = rig.connect().await;
    connection.write(bytes).await;
    let named = format!("\"{tool}\"");
    let received = rig.raw.wait_for(PATIENCE, |all| {
        all.iter()
            .any(|one| String::from_utf8_lossy(&one.body()).contains(&named))
    });
    assert!(received, "the server never got {tool}");
    if streams {
        connection.until("notifications/x").await;
    } else {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(connection);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_legacy_client_does_not_wait_for_is_on_record() {
    for (tool, streams) in [("slow", false), ("streams", true)] {
        let mut rig = Rig::start(script()).await;
        let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
        send_and_leave(&rig, &legacy(&session, tool), tool, streams).await;
        let is_result = |record: &crate::rig::RecordLine| {
            record.kind == Kind::Outcome && record.payload == RESULT.replace("$ID", "1").as_bytes()
        };
        let news = rig.news_with(is_result).await;
        let left = news
            .iter()
            .position(|record| record.kind == Kind::Transport && record.ending() == "client_left");
        let outcome = news.iter().position(is_result);
        assert!(left.is_some() && left < outcome, "{tool}: {news:#?}");
        let closed = rig.raw.received();
        assert!(
            closed.iter().all(|one| one.event != Event::PeerClosed),
            "{tool}"
        );
        rig.works().await;
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_can_be_resumed_is_let_go_of() {
    let mut rig = Rig::start(script()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    send_and_leave(&rig, &legacy(&session, "resumable"), "resumable", true).await;
    rig.news_with(|record| record.kind == Kind::Transport && record.ending() == "client_left")
        .await;
    rig.works().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modern_client_that_leaves_cancels() {
    for (tool, streams) in [
        ("silent", false),
        ("slow", false),
        ("streams", true),
        ("endless", true),
    ] {
        let mut rig = Rig::start(script()).await;
        send_and_leave(&rig, &modern_call(tool), tool, streams).await;
        let news = rig
            .news_with(|record| record.kind == Kind::Failure && record.ending() == "client_left")
            .await;
        let closed = rig.raw.wait_for(PATIENCE, |all| {
            all.iter().any(|one| one.event == Event::PeerClosed)
        });
        assert!(closed, "{tool}: the server was not told: {news:#?}");
        rig.works().await;
        let later = rig.news();
        assert_eq!(
            later.len(),
            2,
            "{tool}: nothing came after the cancellation: {later:#?}"
        );
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_stream_that_is_left_is_closed() {
    let mut rig = Rig::start(script()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let headers = [
        ("Mcp-Session-Id", &*session),
        ("Accept", "text/event-stream"),
    ];
    let mut connection = rig.connect().await;
    connection
        .write(&request_bytes("GET", "/mcp/http", &headers, b""))
        .await;
    connection.until("notifications/x").await;
    drop(connection);
    rig.news_with(|record| record.kind == Kind::Transport && record.ending() == "client_left")
        .await;
    let closed = rig.raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| one.event == Event::PeerClosed)
    });
    assert!(closed, "the server's stream stays open");
    // The session goes on without it.
    let ping = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
    let answer = rig
        .post("/mcp/http", &[("Mcp-Session-Id", &session)], ping)
        .await;
    assert_eq!(answer.status, 200);
    rig.stop().await;
}

/// A reset is not a polite end, and is no different.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_resets_has_left() {
    let mut rig = Rig::start(script()).await;
    let mut connection = rig.connect().await;
    connection.write(&modern_call("endless")).await;
    connection.until("notifications/x").await;
    connection.reset();
    rig.news_with(|record| record.kind == Kind::Failure && record.ending() == "client_left")
        .await;
    rig.works().await;
    rig.stop().await;
}
