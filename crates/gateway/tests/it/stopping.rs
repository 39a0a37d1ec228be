//! Stopping loses nothing: calls end or are told, streams end, sessions are closed on record.

use std::time::Duration;

use ledger::Kind;
use store::{Reader, SessionState};
use testkit::raw::{Answer, Length, Script, Step, When};

use crate::rig::{
    MODERN_VERSION, PATIENCE, Rig, SseClient, initialize, modern, post_bytes, request_bytes,
};

const NOTE: &str = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";

fn text(text: &str) -> Step {
    Step::Text(text.to_owned())
}

fn script() -> Script {
    let result = r#"{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;
    let json = Answer::Bytes {
        status: 200,
        headers: vec![("Content-Type".into(), "application/json".into())],
        length: Length::UntilClose,
        steps: vec![Step::PauseMs(600), text(result)],
    };
    // More than sockets and channels hold, in events of 10 KB.
    let event = format!(
        "data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":{{\"x\":\"{}\"}}}}\n\n",
        "x".repeat(10_000)
    );
    let late = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"late\":1}}";
    Script::new()
        .on(When::call("slow"), json)
        .on(
            When {
                http_method: Some("POST".to_owned()),
                path: Some("/mcp".to_owned()),
                ..When::call("late")
            },
            Answer::Bytes {
                status: 200,
                headers: vec![("Content-Type".into(), "application/json".into())],
                length: Length::UntilClose,
                steps: vec![Step::PauseMs(600), text(late)],
            },
        )
        .on(
            When {
                path: Some("/message".to_owned()),
                ..When::call("late")
            },
            Answer::event_stream(vec![
                Step::PauseMs(600),
                text(&format!("event: message\ndata: {late}\n\n")),
            ]),
        )
        .on(
            When::call("late"),
            Answer::event_stream(vec![Step::PauseMs(600), text(&format!("{late}\n"))]),
        )
        .on(When::call("silent"), Answer::Silence)
        .on(
            When::call("endless"),
            Answer::event_stream(vec![text(NOTE), Step::Hang]),
        )
        .on(
            When::call("flood"),
            Answer::event_stream(vec![Step::Repeat(event, 3_000), Step::Hang]),
        )
        .on(
            When::http("GET", "/mcp"),
            Answer::event_stream(vec![text(NOTE), Step::Hang]),
        )
}

fn call(tool: &str) -> Vec<u8> {
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", tool),
    ];
    let body = modern(1, "tools/call", &format!(r#","name":"{tool}""#));
    post_bytes("/mcp/http", &headers, body.as_bytes())
}

/// Waits until the server got the call of a tool.
fn under_way(rig: &Rig, tool: &str) {
    let named = format!("\"{tool}\"");
    let got = rig.raw.wait_for(PATIENCE, |all| {
        all.iter()
            .any(|one| String::from_utf8_lossy(&one.body()).contains(&named))
    });
    assert!(got, "the server never got {tool}");
}

fn all_closed(rig: &Rig) {
    let reader = Reader::open(rig.path()).expect("the store can be read");
    for session in reader.sessions().expect("the index can be read") {
        assert_eq!(session.state, SessionState::Closed, "{session:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_under_way_ends_as_it_would() {
    let mut rig = Rig::start(script()).await;
    let mut connection = rig.connect().await;
    connection.write(&call("slow")).await;
    under_way(&rig, "slow");
    rig.stop().await;
    let answer = connection.response().await;
    assert_eq!(
        answer.line(),
        r#"200 application/json {"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#
    );
    all_closed(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_end_is_told() {
    let mut rig = Rig::with(script(), |config| config.limits.drain_ms_max = 300).await;
    let mut silent = rig.connect().await;
    silent.write(&call("silent")).await;
    under_way(&rig, "silent");
    let mut endless = rig.connect().await;
    endless.write(&call("endless")).await;
    endless.until("notifications/x").await;
    rig.stop().await;

    let told =
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the gateway was stopped"}}"#;
    let answer = silent.response().await;
    assert_eq!(answer.line(), format!("503 application/json {told}"));
    let answer = endless.response().await;
    assert_eq!(
        answer.text(),
        format!("{NOTE}event: message\ndata: {told}\n\n")
    );
    let stopped = rig
        .records()
        .into_iter()
        .filter(|record| record.kind == Kind::Failure && record.ending() == "gateway_stopped");
    assert_eq!(stopped.count(), 2);
    all_closed(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn standing_streams_end_and_the_server_hears_of_it() {
    let mut rig = Rig::start(script()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let headers = [
        ("Mcp-Session-Id", &*session),
        ("Accept", "text/event-stream"),
    ];
    let mut stream = rig.connect().await;
    stream
        .write(&request_bytes("GET", "/mcp/http", &headers, b""))
        .await;
    stream.until("notifications/x").await;
    rig.stop().await;
    let answer = stream.response().await;
    assert_eq!((answer.text(), answer.cut), (NOTE.to_owned(), false));
    let deleted = rig
        .raw
        .received()
        .into_iter()
        .filter(|one| one.http_method == "DELETE");
    let ids: Vec<_> = deleted
        .map(|one| one.header("mcp-session-id").map(str::to_owned))
        .collect();
    assert_eq!(ids, [Some("raw-session".to_owned())]);
    let records = rig.records();
    let closing = records
        .iter()
        .find(|record| record.kind == Kind::SessionClosed)
        .expect("the session's end");
    assert_eq!(closing.ending(), "gateway_stopped");
    all_closed(&rig);
}

/// Whoever does not read what it asked for keeps nobody from stopping.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_holds_nothing_up() {
    let mut rig = Rig::with(script(), |config| config.limits.drain_ms_max = 300).await;
    let mut idle = rig.connect().await;
    idle.write(&call("flood")).await;
    under_way(&rig, "flood");
    rig.news_with(|record| record.kind == Kind::Outcome).await;
    rig.stop().await;
    all_closed(&rig);
    drop(idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_taken_while_it_stops() {
    let mut rig = Rig::start(script()).await;
    let mut slow = rig.connect().await;
    slow.write(&call("slow")).await;
    // A connection that is open already, and silent until the gateway stops.
    let ping = modern(2, "ping", "");
    let ping = post_bytes(
        "/mcp/http",
        &[MODERN_VERSION, ("Mcp-Method", "ping")],
        ping.as_bytes(),
    );
    let mut late = rig.connect().await;
    late.write(&ping).await;
    assert_eq!(late.response().await.status, 200);
    under_way(&rig, "slow");
    let stopping = rig.stopping();
    rig.refuses_connections().await;
    late.write(&ping).await;
    let answer = late.response().await;
    // Whether its connection was closed or it is told: it is not served.
    assert!(matches!(answer.status, 0 | 503), "{answer:?}");
    tokio::time::timeout(PATIENCE, stopping)
        .await
        .expect("it stops")
        .expect("it does not panic");
    assert_eq!(slow.response().await.status, 200);
    rig.stop().await;
    all_closed(&rig);
}

/// The stream of a client of HTTP+SSE stays until what is under way was answered on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_on_the_deprecated_stream_ends_as_it_would() {
    for upstream in ["http", "sse", "stdio"] {
        let mut rig = Rig::start(script()).await;
        let mut client = SseClient::initialized(&rig, upstream, "2024-11-05").await;
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"late"}}"#;
        client.post(&rig, call).await;
        let stopping = rig.stopping();
        let mut answer = client.message().await;
        if answer.contains("notifications/x") {
            // The server's own stream may be quicker.
            answer = client.message().await;
        }
        assert_eq!(answer, r#"{"jsonrpc":"2.0","id":1,"result":{"late":1}}"#);
        tokio::time::timeout(PATIENCE, stopping)
            .await
            .expect("it stops")
            .expect("it does not panic");
        rig.stop().await;
        all_closed(&rig);
    }
}

/// A body that comes after the gateway began to stop begins nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_late_opens_no_session() {
    let mut rig = Rig::start(script()).await;
    let mut slow = rig.connect().await;
    slow.write(&call("slow")).await;
    under_way(&rig, "slow");
    let bytes = post_bytes("/mcp/http", &[], initialize("2025-11-25").as_bytes());
    let (first, second) = bytes.split_at(bytes.len() - 10);
    let mut late = rig.connect().await;
    late.write(first).await;
    // It was let in before the gateway stops.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = rig.stopping();
    rig.refuses_connections().await;
    late.write(second).await;
    let answer = late.response().await;
    assert_eq!(answer.status, 503, "{answer:?}");
    tokio::time::timeout(PATIENCE, stopping)
        .await
        .expect("it stops")
        .expect("it does not panic");
    rig.stop().await;
    assert!(
        rig.raw
            .received()
            .iter()
            .all(|one| !String::from_utf8_lossy(&one.body()).contains("initialize"))
    );
    all_closed(&rig);
}
