//! What cannot be put on record does not pass, in neither direction.

use ledger::Kind;
use store::Options;
use testkit::raw::{Answer, Script, Step, When};

use crate::rig::{MODERN_VERSION, Rig, SseClient, initialize, modern, request_bytes};

/// More than a record may have here, and what does not compress under it.
fn large() -> String {
    let mut state = 7_u64;
    let mut text = String::new();
    for _ in 0..600 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        text.push_str(&format!("{state:016x}"));
    }
    text
}

async fn small_records(script: Script) -> Rig {
    let options = Options {
        record_bytes_max: 6_000,
        ..Options::default()
    };
    Rig::over(options, script, |_| {}).await
}

const REFUSED: &str = r#"503 application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_cannot_be_recorded_is_not_sent() {
    let mut rig = small_records(Script::new()).await;
    let body = modern(1, "ping", &format!(r#","x":"{}""#, large()));
    let headers = [MODERN_VERSION, ("Mcp-Method", "ping")];
    for upstream in ["http", "stdio"] {
        let answer = rig.post(&format!("/mcp/{upstream}"), &headers, &body).await;
        assert_eq!(answer.line(), REFUSED);
    }
    assert!(rig.raw.received().is_empty() && rig.stdio.received().is_empty());
    // The next one is small enough.
    rig.works().await;
    let mut client = SseClient::initialized(&rig, "http", "2024-11-05").await;
    let large = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":"{}"}}}}"#,
        large()
    );
    let answer = rig.post(&client.address, &[], &large).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let ping = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
    client.post(&rig, ping).await;
    // The stream goes on, and says what became of the one before.
    assert!(client.message().await.contains(r#""id":1,"error":{"#));
    assert!(client.message().await.contains(r#""id":2,"result":{"#));
    let large = large.as_bytes();
    assert!(rig.raw.received().iter().all(|one| one.body() != large));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_recorded_is_withheld() {
    let result = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"result":{{"answer":"{}"}}}}"#,
        large()
    );
    let event = format!("data: {result}\n\n");
    let note = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n".to_owned();
    let script = Script::new()
        .on(When::call("json"), Answer::Message(result.clone()))
        .on(
            When::call("events"),
            Answer::event_stream(vec![Step::Text(note), Step::Text(event)]),
        );
    let mut rig = small_records(script).await;
    let (_, secret) = result.split_once("answer").expect("it is there");
    let secret: String = secret.chars().skip(3).take(64).collect();
    for (tool, status) in [("json", 503), ("events", 200)] {
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", tool),
        ];
        let body = modern(1, "tools/call", &format!(r#","name":"{tool}""#));
        let answer = rig.post("/mcp/http", &headers, &body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(!answer.text().contains(&secret), "{answer:?}");
        assert!(
            answer.text().contains(r#""id":1,"error":{"code":-32603"#),
            "{answer:?}"
        );
        assert!(!answer.cut, "{answer:?}");
        let news = rig.news_with(|record| record.kind == Kind::Failure).await;
        assert!(news.iter().any(|record| record.kind == Kind::Intent));
        rig.works().await;
        rig.news();
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_without_a_store() {
    let mut rig = Rig::start(Script::new()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let ready = request_bytes("GET", "/readyz", &[], b"");
    assert_eq!(rig.send(&ready).await.status, 200);
    let received = rig.raw.received().len();
    rig.close_store().await;

    let id = ("Mcp-Session-Id", &*session);
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let headers = [MODERN_VERSION, ("Mcp-Method", "ping")];
    for answer in [
        rig.post("/mcp/http", &[id], ping).await,
        rig.post("/mcp/http", &headers, &modern(1, "ping", ""))
            .await,
        rig.post("/mcp/http", &[], "{").await,
        rig.post("/mcp/other", &[], ping).await,
        rig.post("/mcp/keyed", &[], ping).await,
        rig.post("/mcp/http", &[], &initialize("2025-11-25")).await,
        rig.send(&request_bytes("DELETE", "/mcp/http", &[id], b""))
            .await,
        rig.send(&request_bytes(
            "GET",
            "/sse/http",
            &[("Accept", "text/event-stream")],
            b"",
        ))
        .await,
    ] {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(
            answer.text().contains(r#""error":{"code":-32603"#),
            "{answer:?}"
        );
        assert_eq!(answer.header("mcp-session-id"), None);
    }
    assert_eq!(
        rig.raw.received().len(),
        received,
        "nothing reached the server"
    );
    assert_eq!(rig.send(&ready).await.status, 503);
    let alive = request_bytes("GET", "/healthz", &[], b"");
    assert_eq!(rig.send(&alive).await.status, 200);
    rig.stop().await;
}
