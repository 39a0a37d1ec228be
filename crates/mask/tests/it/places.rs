//! Each place of a message in which a value may stand.

use mask::{Crossing, MaskSet, Part};

use crate::script::{apply, check, labels};

#[test]
fn every_leaf_of_a_message() {
    for message in [
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":["x",{"b":"@"}]}}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no @","data":{"who":"@"}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"@"}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"message":"@"}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t","description":"ask @","inputSchema":{"properties":{"to":{"default":"@"}}}}]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"user://x/@","text":"@"}]}}"#,
    ] {
        check(
            &message.replace('@', "ann@example.com"),
            &message.replace('@', "[email]"),
        );
    }
}

#[test]
fn numbers_stay_numbers() {
    check(
        r#"{"result":{"structuredContent":{"card_number":4111111111111111,"n":2}}}"#,
        r#"{"result":{"structuredContent":{"card_number":0,"n":2}}}"#,
    );
}

#[test]
fn member_names_stay_apart() {
    check(
        r#"{"result":{"ann@example.com":{"x":1},"bob@example.com":2,"ann@example.com":3}}"#,
        r#"{"result":{"[email]":{"x":1},"[email_2]":2,"[email]":3}}"#,
    );
    let masks = labels();
    let masked = apply(
        &masks,
        r#"{"result":{"ann@example.com":{"x":"bob@example.com"}}}"#,
    );
    let found: Vec<(&str, Part)> = masked
        .findings
        .iter()
        .map(|finding| (&*finding.path, finding.part))
        .collect();
    assert_eq!(
        found,
        [
            ("/result/[email]", Part::Name),
            ("/result/[email]/x", Part::Value)
        ]
    );
}

#[test]
fn paths_and_spans_lead_to_the_value() {
    let message = r#"{"result":{"a/b":[{"t":"x \u00e9 ann@example.com"}]}}"#;
    let masks = labels();
    let masked = apply(&masks, message);
    let [finding] = &masked.findings[..] else {
        panic!("{:?}", masked.findings);
    };
    assert_eq!(&*finding.path, "/result/a~1b/0/t");
    let decoded: serde_json::Value = serde_json::from_str(message).unwrap();
    let decoded = decoded.pointer(&finding.path).unwrap().as_str().unwrap();
    assert_eq!(decoded.get(finding.span.clone()), Some("ann@example.com"));
    assert_eq!(&masked.stored[finding.stored_span.clone()], b"[email]");
}

#[test]
fn what_the_protocol_needs_is_stored_masked_and_relayed_as_it_is() {
    let masks = labels();
    for message in [
        r#"{"jsonrpc":"2.0","id":"ann@example.com","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"nextCursor":"ann@example.com"}}"#,
        r#"{"method":"x","params":{"_meta":{"progressToken":"ann@example.com"}}}"#,
        r#"{"method":"x","params":{"requestState":"ann@example.com"}}"#,
    ] {
        let masked = apply(&masks, message);
        assert_eq!(masked.relayed, message.as_bytes());
        let stored = String::from_utf8_lossy(&masked.stored).into_owned();
        assert_eq!(stored, message.replace("ann@example.com", "[email]"));
    }
}

#[test]
fn what_is_no_json_is_text() {
    check("warn: ann@example.com is gone", "warn: [email] is gone");
    check(r#"{"broken": "ann@example.com"#, r#"{"broken": "[email]"#);
    let masked = |bytes: &[u8]| {
        let masks = labels();
        let masked = masks.apply_text(bytes, &Crossing::to_agent("shop"));
        masked.stored.into_owned()
    };
    assert_eq!(
        masked(b"\xff\xfe ann@example.com \x80"),
        b"\xff\xfe [email] \x80"
    );
}

#[test]
fn headers_and_uris() {
    let masks = labels();
    let at = Crossing::to_server("shop");
    let header = |name: &str, value: &str| {
        let masked = masks.apply_header(name, value.as_bytes(), &at);
        String::from_utf8_lossy(&masked.relayed).into_owned()
    };
    assert_eq!(
        header("Mcp-Name", "user://x/ann@example.com"),
        "user://x/[email]"
    );
    assert_eq!(
        header("Mcp-Param-To", "=?base64?YW5uQGV4YW1wbGUuY29t?="),
        "=?base64?W2VtYWlsXQ==?="
    );
    // As the argument `password` is masked, of which it is the mirror.
    assert_eq!(
        header("Mcp-Param-password", "=?base64?aHVudGVyMg==?="),
        "=?base64?W3Bhc3N3b3JkXQ==?="
    );
    assert_eq!(
        header("Mcp-Session-Id", "ann@example.com"),
        "ann@example.com"
    );
    let uri = masks.apply_uri(b"/mcp?to=ann%40example.com", &at);
    assert_eq!(uri.relayed.as_ref(), b"/mcp?to=%5Bemail%5D");
}

#[test]
fn the_empty_set_changes_nothing_and_says_so() {
    let message = r#"{"result":"ann@example.com"}"#;
    let masks = MaskSet::empty();
    let masked = apply(&masks, message);
    assert_eq!(masked.stored, message.as_bytes());
    assert!(masked.findings.is_empty());
    assert_eq!(masks.digest().as_bytes(), &[0; 32]);
}
