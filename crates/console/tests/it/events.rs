use std::sync::Arc;

use bytes::Bytes;
use console::Body;
use http::Response;
use http_body_util::{BodyExt as _, Empty};
use serde_json::Value;

use crate::world::{FakeDesk, api, call_id, refund, request};

async fn listen(desk: &Arc<FakeDesk>) -> Response<Body> {
    let request = request(
        "GET /api/v1/approvals/events",
        Some("ada"),
        Empty::<Bytes>::new(),
    );
    api(desk).answer(request).await
}

/// What the stream says next; `None`: it has ended.
async fn next(body: &mut Body) -> Option<String> {
    let frame = body.frame().await?.expect("a frame");
    let data = frame.into_data().expect("data");
    Some(String::from_utf8(data.to_vec()).expect("text"))
}

/// The same, comments left out.
async fn event(body: &mut Body) -> Option<Value> {
    loop {
        let text = next(body).await?;
        if text == ":\n\n" {
            continue;
        }
        let data = text
            .strip_prefix("event: approval\ndata: ")
            .and_then(|rest| rest.strip_suffix("\n\n"))
            .expect("an event of one line");
        assert!(!data.contains(['\n', '\r']));
        return Some(serde_json::from_str(data).expect("JSON"));
    }
}

#[tokio::test]
async fn changes_come_as_events() {
    let desk = FakeDesk::new();
    let response = listen(&desk).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut body = response.into_body();
    assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));

    let mut hostile = refund(1);
    hostile.shown.message = "a\n\nevent: approval\rdata: {}\n\n".into();
    desk.change(hostile);
    desk.change(refund(2));
    let first = event(&mut body).await.expect("an event");
    assert_eq!(first["id"], call_id(1).to_string());
    assert_eq!(first["message"], "a\n\nevent: approval\rdata: {}\n\n");
    let second = event(&mut body).await.expect("an event");
    assert_eq!(second["id"], call_id(2).to_string());
}

#[tokio::test]
async fn silence_is_filled_with_comments() {
    let desk = FakeDesk::new();
    let mut body = listen(&desk).await.into_body();
    for _ in 0..3 {
        assert_eq!(next(&mut body).await.as_deref(), Some(":\n\n"));
    }
    desk.change(refund(1));
    assert!(event(&mut body).await.is_some());
}

#[tokio::test]
async fn a_stream_ends_when_something_was_missed() {
    let desk = FakeDesk::new();
    let mut body = listen(&desk).await.into_body();
    desk.end_streams();
    assert_eq!(event(&mut body).await, None);
}

/// Whoever is not let in any more hears nothing more.
#[tokio::test]
async fn a_stream_ends_with_its_credential() {
    let desk = FakeDesk::new();
    let mut body = listen(&desk).await.into_body();
    desk.change(refund(1));
    assert!(event(&mut body).await.is_some());
    desk.forget_person("ada");
    desk.change(refund(2));
    assert_eq!(event(&mut body).await, None);
}
