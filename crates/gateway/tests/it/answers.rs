//! Small promises about answers: order, receipts, signs of life.

use ledger::Kind;
use model::EntryIndex;
use store::Reader;
use testkit::raw::{Answer, Script, Step, When};

use crate::rig::{MODERN_VERSION, Rig, modern, post_bytes, request_bytes};

const PING: [(&str, &str); 2] = [MODERN_VERSION, ("Mcp-Method", "ping")];

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let mut rig = Rig::start(Script::new()).await;
    let mut all = Vec::new();
    for id in 1..=5 {
        let body = modern(id, "ping", "");
        all.extend_from_slice(&post_bytes("/mcp/http", &PING, body.as_bytes()));
    }
    let mut connection = rig.connect().await;
    connection.write(&all).await;
    let text = connection.until(r#""id":5,"#).await;
    let ids: Vec<_> = text
        .split(r#""jsonrpc":"2.0","id":"#)
        .skip(1)
        .filter_map(|rest| rest.chars().next())
        .collect();
    assert_eq!(ids, ['1', '2', '3', '4', '5']);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_says_where_the_answer_is() {
    let mut rig = Rig::with(Script::new(), |config| config.receipts = true).await;
    let answers = [
        rig.modern("http", 1, "ping", "").await,
        rig.post("/mcp/http", &[], "{").await,
    ];
    let reader = Reader::open(rig.path()).expect("the store can be read");
    for (answer, kind) in answers.iter().zip([Kind::Outcome, Kind::Refusal]) {
        let field = |name| answer.header(name).expect("a receipt");
        assert_eq!(field("probity-log"), reader.origin());
        let index = EntryIndex(field("probity-index").parse().expect("a number"));
        let record = reader.entry(index).expect("it is there");
        assert_eq!(record.leaf.prefix.kind(), Some(kind));
        assert_eq!(field("probity-leaf"), record.leaf_hash.to_string());
    }
    let body = record_payload(&reader, &answers[0]);
    assert_eq!(body, answers[0].body);
    rig.stop().await;
}

fn record_payload(reader: &Reader, answer: &crate::rig::Response) -> Vec<u8> {
    let index = answer.header("probity-index").expect("a receipt");
    let index = EntryIndex(index.parse().expect("a number"));
    let record = reader.entry(index).expect("it is there");
    record
        .body
        .open()
        .expect("the key is there")
        .payload
        .clone()
}

/// Comments of the gateway's own keep a silent stream open. They have no id, and no record.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stream_shows_signs_of_life() {
    let quiet = Answer::event_stream(vec![Step::Text("id: 1\ndata:\n\n".to_owned()), Step::Hang]);
    let script = Script::new().on(When::http("GET", "/mcp"), quiet);
    let mut rig = Rig::with(script, |config| config.limits.keep_alive_ms = 50).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    rig.news();
    let headers = [
        ("Mcp-Session-Id", &*session),
        ("Accept", "text/event-stream"),
    ];
    let mut connection = rig.connect().await;
    connection
        .write(&request_bytes("GET", "/mcp/http", &headers, b""))
        .await;
    let first = connection.body_from(0).await;
    assert_eq!(first, "id: 1\ndata:\n\n");
    let mut from = first.len();
    for _ in 0..3 {
        let comment = connection.body_from(from).await;
        assert!(
            comment.starts_with(':') && !comment.contains("id"),
            "{comment}"
        );
        from += comment.len();
    }
    let records = rig.news();
    let of_server = records.iter().filter(|record| !record.came_from_client());
    // The head and the one event.
    assert_eq!(of_server.count(), 2, "{records:#?}");
    rig.stop().await;
}

/// Ending a session ends what is under way in it, on record before the session's own end.
#[tokio::test(flavor = "multi_thread")]
async fn calls_of_a_session_that_is_ended_end_before_it() {
    let mut rig = Rig::start(Script::new().on(When::call("silent"), Answer::Silence)).await;
    let session = rig.initialize("/mcp/stdio", "2025-11-25", &[]).await;
    let id = ("Mcp-Session-Id", &*session);
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"silent"}}"#;
    let mut call = rig.connect().await;
    call.write(&post_bytes("/mcp/stdio", &[id], body.as_bytes()))
        .await;
    rig.stdio.wait_for(crate::rig::PATIENCE, |all| {
        all.iter().any(|one| one.body() == body.as_bytes())
    });
    let delete = request_bytes("DELETE", "/mcp/stdio", &[id], b"");
    let answer = rig.send(&delete).await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
    let told = call.response().await;
    assert_eq!(told.status, 502, "{told:?}");
    rig.news_with(|record| record.kind == Kind::SessionClosed)
        .await;
    let records = rig.records();
    let place = |of: &dyn Fn(&crate::rig::RecordLine) -> bool| records.iter().position(of);
    let failed = place(&|record| record.kind == Kind::Failure);
    let closed = place(&|record| record.kind == Kind::SessionClosed);
    assert!(failed.is_some() && failed < closed, "{records:#?}");
    rig.stop().await;
}
