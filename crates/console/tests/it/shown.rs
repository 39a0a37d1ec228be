use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::{FakeDesk, NOW, ask, call_id, refund};

#[tokio::test]
async fn a_held_call_as_json() {
    let desk = FakeDesk::new();
    let mut held = refund(1);
    held.shown.commands = Some(ledger::CommandFacts {
        places: Vec::new(),
        is: BTreeMap::from([("sql".into(), vec!["deletes".into()])]),
        unread: false,
    });
    desk.hold(held);
    let line = format!("GET /api/v1/approvals/{}", call_id(1));
    let told = ask(&desk, &line, "robot", "").await;
    let mut shown = told.body;
    let session = shown.as_object_mut().and_then(|all| all.remove("session"));
    assert!(session.is_some_and(|session| session.is_string()));
    let expected = json!({
        "id": call_id(1).to_string(),
        "state": "waiting",
        "asked_at": NOW.to_string(),
        "expires_at": NOW.plus_ms(900_000).to_string(),
        "caller": { "kind": "person", "issuer": "https://idp.example", "subject": "carol" },
        "agent": { "name": "desktop", "version": "1.2" },
        "server": "shop",
        "method": "tools/call",
        "name": "refund",
        "rules": ["refunds"],
        "reason": "refunds need finance",
        "severity": "high",
        "groups": ["finance"],
        "quorum": 1,
        "needs_reason": false,
        "sign_in_ms_max": null,
        "grant_ms_max": 3_600_000,
        "emergency": ["finance"],
        "message": {
            "method": "tools/call",
            "params": { "name": "refund", "arguments": { "order": 7 } }
        },
        "intent": "the customer asked",
        "commands": { "places": [], "is": { "sql": ["deletes"] } },
        "votes": [],
        "arguments": "aa".repeat(32),
        "definition": "bb".repeat(32),
        "policy": "cc".repeat(32),
    });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_message_that_is_no_json_is_text() {
    let desk = FakeDesk::new();
    let nested = "[".repeat(100_000);
    for (number, message, shown) in [
        (1, "", Value::Null),
        (2, "{\"a\":", "{\"a\":".into()),
        (3, "\u{1b}[2J", "\u{1b}[2J".into()),
        (4, nested.as_str(), nested.as_str().into()),
        (5, r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#.into()),
    ] {
        let mut held = refund(number);
        held.shown.message = message.into();
        desk.hold(held);
        let line = format!("GET /api/v1/approvals/{}", call_id(number));
        assert_eq!(ask(&desk, &line, "ada", "").await.body["message"], shown);
    }
}
