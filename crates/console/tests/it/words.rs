use gate::{Allowance, Constraint, Word};
use http_body_util::Full;

use crate::world::{FakeDesk, NOW, api, ask, call_id, grant_id, lock, refund, request};

#[tokio::test]
async fn an_approval_counts_and_is_as_it_was_said() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let line = format!("POST /api/v1/approvals/{}/approve", call_id(1));
    let body = r#"{
        "reason": "checked with the customer",
        "grant": { "for": "1h", "with": [
            { "at": "/order", "is": 7.0 },
            { "at": "/a~1b/~0/0", "is": { "z": [true, null], "a": "\u0061" } }
        ] }
    }"#;
    let told = ask(&desk, &line, "ada", body).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.body["state"], "allowed");
    assert_eq!(told.body["votes"][0]["by"]["subject"], "ada");

    let said = lock(&desk.said).clone();
    let [vote] = said.as_slice() else {
        panic!("one vote, not {}", said.len());
    };
    let with = |at: &str, is: &str| Constraint {
        at: at.into(),
        is: is.into(),
    };
    let allowance = Allowance {
        ms: 3_600_000,
        with: vec![
            with("/order", "7"),
            with("/a~1b/~0/0", r#"{"a":"a","z":[true,null]}"#),
        ],
    };
    assert_eq!(vote.word, Word::Approve(Some(allowance)));
    assert_eq!(vote.reason.as_deref(), Some("checked with the customer"));
    assert_eq!((&*vote.channel, vote.at), ("api", NOW));
}

#[tokio::test]
async fn a_rejection_and_an_emergency() {
    for (word, state, said) in [
        ("reject", "rejected", Word::Reject),
        ("break-glass", "allowed", Word::BreakGlass),
    ] {
        let desk = FakeDesk::new();
        desk.hold(refund(1));
        let line = format!("POST /api/v1/approvals/{}/{word}", call_id(1));
        let told = ask(&desk, &line, "bob", r#"{"reason":"now"}"#).await;
        assert_eq!((told.status, &told.body["state"]), (200, &state.into()));
        assert_eq!(lock(&desk.said)[0].word, said);

        let told = ask(&desk, &line, "bob", r#"{"reason":"again"}"#).await;
        assert_eq!((told.status, told.problem()), (409, "over"));
    }
}

#[tokio::test]
async fn an_emergency_needs_a_reason() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let line = format!("POST /api/v1/approvals/{}/break-glass", call_id(1));
    for body in ["", "{}", r#"{"reason":null}"#, r#"{"reason":"  "}"#] {
        let told = ask(&desk, &line, "ada", body).await;
        assert_eq!((told.status, told.problem()), (422, "no-reason"), "{body}");
    }
}

#[tokio::test]
async fn a_grant_is_listed_and_taken_back_once() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let line = format!("POST /api/v1/approvals/{}/approve", call_id(1));
    let told = ask(&desk, &line, "ada", r#"{"grant":{"for":"15m"}}"#).await;
    assert_eq!(told.status, 200);

    let told = ask(&desk, "GET /api/v1/grants", "robot", "").await;
    let grant = &told.body["items"][0];
    assert_eq!(
        (&grant["open"], &grant["name"]),
        (&true.into(), &"refund".into())
    );
    assert_eq!(grant["held"], call_id(1).to_string());

    let line = format!("DELETE /api/v1/grants/{}", grant_id(9));
    let told = ask(&desk, &line, "bob", "").await;
    assert_eq!((told.status, &told.body["open"]), (200, &false.into()));
    assert_eq!(told.body["revoked"]["by"], "key|bob");
    let told = ask(&desk, &line, "bob", "").await;
    assert_eq!((told.status, told.problem()), (404, "no-grant"));
}

/// A client that goes away in the middle does not undo half of what it said.
#[tokio::test]
async fn a_word_is_taken_to_the_end() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let api = api(&desk);
    let line = format!("POST /api/v1/approvals/{}/approve", call_id(1));
    let request = request(&line, Some("ada"), Full::new(bytes::Bytes::new()));
    let mut answer = Box::pin(api.answer(request));
    let first = futures_util::poll!(&mut answer);
    assert!(first.is_pending());
    drop(answer);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        lock(&desk.held)[&call_id(1)].state,
        gate::HeldState::Allowed
    );
}
