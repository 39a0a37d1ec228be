use std::sync::Arc;

use expect_test::{Expect, expect};
use ledger::{Body, Direction, Facts, MessageFacts, TimingFacts, VerdictCode, VerdictFacts};
use model::{Digest, SessionId, Timestamp};

use super::{Calls, Paint, Shown, escape, escape_lines, record_json, what, write_record};

#[test]
fn nothing_that_a_terminal_obeys_gets_through() {
    for (text, expected) in [
        ("plain ümlaut 漢字 👍", "plain ümlaut 漢字 👍"),
        ("\x1b[2J\x1b]0;title\x07", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
        ("a\u{9b}31mb", "a\\u{9b}31mb"),
        ("user\u{202e}nimda", "user\\u{202e}nimda"),
        ("in\u{200b}visible\u{e0041}", "in\\u{200b}visible\\u{e0041}"),
        ("tab\there\r", "tab\\u{9}here\\u{d}"),
        ("\u{2028}line\u{feff}", "\\u{2028}line\\u{feff}"),
    ] {
        assert_eq!(escape(text), expected);
    }
    let every: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
    assert!(!escape(&every).chars().any(char::is_control));
    assert_eq!(
        escape_lines(b"one\r\ntwo \xff\x80 \xc3\xa4\x1b"),
        ["one", "two \\xff\\x80 ä\\u{1b}"]
    );
}

fn shown(kind: &str, verdict: VerdictCode, facts: Facts, payload: &[u8]) -> Shown {
    Shown {
        index: 17,
        seq: 3,
        session: SessionId::from_bytes([1; 16]),
        kind: kind.to_owned(),
        verdict,
        at: Timestamp::from_unix_us(1_785_231_000_541_000),
        leaf_hash: Digest::default(),
        called: None,
        body: Ok(Body {
            facts,
            payload: payload.to_vec(),
        }),
    }
}

fn check(shown: &Shown, expected: Expect) {
    // A first line at the margin, so that the indentation of the others counts.
    let mut out = b"printed:\n".to_vec();
    let opened_at = Timestamp::from_unix_us(1_785_231_000_500_000);
    write_record(&mut out, shown, opened_at, 40, Paint::off()).unwrap();
    expected.assert_eq(&String::from_utf8(out).unwrap());
}

#[test]
fn an_answer_says_what_it_answers() {
    let mut calls = Calls::default();
    let mut follow = |kind: &str, call: &str, name: Option<&str>| {
        let facts = Facts {
            call: Some(call.to_owned()),
            message: Some(message(kind, "tools/call", name)),
            ..Facts::default()
        };
        let mut shown = shown("outcome", VerdictCode::None, facts, b"");
        calls.follow(&mut shown);
        what(&shown)
    };
    assert_eq!(
        follow("request", "A", Some("query")),
        "request tools/call query (id 2)"
    );
    assert_eq!(follow("request", "B", None), "request tools/call (id 2)");
    assert_eq!(follow("response", "B", None), "response tools/call (id 2)");
    assert_eq!(
        follow("notification", "A", None),
        "notification tools/call (id 2)"
    );
    assert_eq!(follow("error", "A", None), "error tools/call query (id 2)");
}

fn message(kind: &str, method: &str, name: Option<&str>) -> MessageFacts {
    MessageFacts {
        kind: kind.into(),
        id: Some("2".into()),
        method: Some(method.into()),
        name: name.map(Arc::from),
    }
}

#[test]
fn a_record_is_a_heading_and_its_message() {
    let answer = Facts {
        direction: Some(Direction::ServerToClient),
        message: Some(message("response", "tools/call", Some("get_order"))),
        timing: Some(TimingFacts {
            since_received_us: 41_000,
            since_forwarded_us: Some(38_940),
        }),
        ..Facts::default()
    };
    let permitted = VerdictCode::Permitted;
    check(
        &shown("outcome", permitted, answer, b"{\"id\":2}\n"),
        expect![[r#"
            printed:
               3  #17       +0.041 s  <- outcome         response tools/call get_order (id 2)  permitted  38.9 ms
                      {"id":2}
        "#]],
    );
    let refused = Facts {
        direction: Some(Direction::ClientToServer),
        message: Some(message("request", "tools/call", Some("rm\x1b[31m"))),
        verdict: Some(VerdictFacts {
            decision: "refused".into(),
            rules: vec!["no-shell".into()],
            policy_digest: None,
            severity: None,
            errors: Vec::new(),
            reason: Some("not \u{202e}allowed".into()),
        }),
        ..Facts::default()
    };
    let code = VerdictCode::Refused;
    check(
        &shown("refusal", code, refused, "x".repeat(1_700).as_bytes()),
        expect![[r#"
            printed:
               3  #17       +0.041 s  -> refusal         request tools/call rm\u{1b}[31m (id 2)  refused no-shell: not \u{202e}allowed
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      … 1700 bytes in all; --full prints them
        "#]],
    );
    let mut unreadable = shown("intent", VerdictCode::None, Facts::default(), b"");
    unreadable.body = Err("the key of the record does not exist".to_owned());
    check(
        &unreadable,
        expect![[r#"
            printed:
               3  #17       +0.041 s  -- intent          [cannot be read: the key of the record does not exist]
        "#]],
    );
}

#[test]
fn json_has_the_message_as_text_or_as_base64() {
    let facts = Facts {
        direction: Some(Direction::ClientToServer),
        ..Facts::default()
    };
    let text = record_json(&shown(
        "intent",
        VerdictCode::Permitted,
        facts,
        b"{\"a\":1.10}",
    ));
    assert_eq!(text["payload"], "{\"a\":1.10}");
    assert_eq!(text["direction"], "client_to_server");
    assert_eq!(text["facts"]["direction"], "client_to_server");
    let bytes = record_json(&shown(
        "stderr",
        VerdictCode::None,
        Facts::default(),
        b"\xff",
    ));
    assert_eq!(bytes["payload_base64"], "/w==");
    let none = record_json(&shown(
        "heartbeat",
        VerdictCode::None,
        Facts::default(),
        b"",
    ));
    assert_eq!(none["payload"], serde_json::Value::Null);
}

/// Whoever calls chooses most of what an approver reads.
#[test]
fn a_hostile_call_commands_no_terminal() {
    let evil = "a\u{1b}[2J\u{9b}31m\u{202e}\nid  forged\r";
    let call = serde_json::json!({
        "id": evil, "state": evil, "expires_at": evil, "severity": evil, "server": evil,
        "method": evil, "name": evil, "reason": evil, "intent": evil, "rules": [evil, 7, [evil]],
        "caller": { "kind": evil, "issuer": evil, "subject": evil },
        "agent": { "name": evil, "version": evil },
        "commands": { "is": { evil: [evil] } },
        "votes": [{ "by": evil, "word": evil, "reason": { evil: evil } }],
        "with": [{ "at": evil, "is": { evil: evil } }], "by": [evil],
        "message": { evil: [evil] },
    });
    let mut out = Vec::new();
    super::held::write_line(&mut out, &call).expect("memory");
    super::held::write_grant(&mut out, &call).expect("memory");
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 2);
    super::held::write(&mut out, &call).expect("memory");
    let out = String::from_utf8(out).expect("text");
    let obeyed = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!out.contains(obeyed), "{out}");
    assert!(!out.contains("\nid  forged"), "{out}");

    let json = super::held::ascii_json(&call);
    assert!(
        json.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        "{json}"
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json).ok(),
        Some(call)
    );
}
