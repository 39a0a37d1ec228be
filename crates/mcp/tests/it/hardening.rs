//! What parsers read differently is refused, with a reply in the protocol's own shape.

use bytes::Bytes;
use mcp::json::{JsonFault as J, Limits};
use mcp::{Batch, DecodeFault as F, Message, is_batch, reply};

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, fault: F, code: i64, id: Option<&str>) {
    let shown = String::from_utf8_lossy(bytes.as_ref()).into_owned();
    let bytes = Bytes::copy_from_slice(bytes.as_ref());
    let error = Message::parse(bytes, &Limits::default()).expect_err(&shown);
    let told = error.id.as_ref().map(|id| id.lexeme());
    assert_eq!(
        (error.fault, error.code(), told),
        (fault, code, id),
        "{shown}"
    );
    let reply = reply::error(
        error.id.as_ref(),
        error.code(),
        error.public_message(),
        None,
    );
    let reply = Message::parse(reply, &Limits::default()).expect("a reply");
    assert_eq!((reply.error_code(), reply.id_lexeme()), (Some(code), id));
}

#[test]
fn duplicate_names_at_every_depth() {
    let twice = |text, id| refused(text, F::Json(J::DuplicateKey), -32600, id);
    twice(
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}"#,
        Some("1"),
    );
    twice(
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","m\u0065thod":"tools/call"}"#,
        Some("1"),
    );
    twice(r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, None);
    twice(
        r#"{"jsonrpc":"2.0","id":1,"\u0069d":2,"method":"ping"}"#,
        None,
    );
    twice(
        r#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"read","arguments":{"path":"/safe","path":"/etc/shadow"}}}"#,
        Some("\"x\""),
    );
    twice(
        r#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","type":"image"}]}}"#,
        Some("7"),
    );
}

/// Go's `encoding/json` matches names without regard to case.
#[test]
fn names_that_differ_only_in_case() {
    let variant = |text: &str| refused(text, F::CaseVariant, -32600, Some("1"));
    let request = |method: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}}}}}"#)
    };
    variant(r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}"#);
    variant(r#"{"jsonrpc":"2.0","id":1,"method":"ping","param\u017f":{}}"#);
    variant(&request("tools/call", r#""name":"read","Name":"delete""#));
    variant(&request("tools/call", r#""Name":"delete""#));
    variant(&request(
        "tools/call",
        r#""name":"read","argument\u0073":{},"Arguments":{}"#,
    ));
    variant(&request("vendor/do", r#""name":"read","NAME":"delete""#));
    variant(r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"Tools":[{"name":"hidden"}]}}"#);
    refused(
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"RequestId":2}}"#,
        F::CaseVariant,
        -32600,
        None,
    );
    for text in [
        request("vendor/do", r#""Name":"x","URI":"y""#),
        request(
            "tools/call",
            r#""name":"t","arguments":{"path":1,"Path":2},"names":1"#,
        ),
        request("tools/list", r#""_meta":{"a":1,"A":2},"x-Name":1"#),
        r#"{"jsonrpc":"2.0","id":1,"result":{"Content":[]},"vendor":1,"Vendor":2}"#.to_owned(),
    ] {
        crate::message(&text);
    }
}

#[test]
fn arrays_where_one_message_is_expected() {
    refused(
        r#"["2.0",1,"tools/call",{"name":"x"}]"#,
        F::Batch,
        -32600,
        None,
    );
    refused(
        r#" [{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        F::Batch,
        -32600,
        None,
    );
    refused("[]", F::Batch, -32600, None);
    assert!(is_batch(b" \r\n\t[1]"));
    assert!(!is_batch(b"{}") && !is_batch(b""));
}

#[test]
fn marks_encodings_and_surrogates() {
    let json = |fault| F::Json(fault);
    refused(
        "\u{feff}{\"jsonrpc\":\"2.0\"}",
        json(J::ByteOrderMark),
        -32700,
        None,
    );
    refused(
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
        json(J::NotUtf8),
        -32700,
        None,
    );
    refused(
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud83d"}}"#,
        json(J::LoneSurrogate),
        -32700,
        Some("1"),
    );
    refused(
        r#"{"jsonrpc":"2.0","id":1,"params":{"\udc00":1},"method":"ping"}"#,
        json(J::LoneSurrogate),
        -32700,
        Some("1"),
    );
    let utf16: Vec<u8> = "{\"a\":1}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    refused(utf16, json(J::UnexpectedByte(0)), -32700, None);
}

#[test]
fn depth_size_and_truncation() {
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"arguments":{}1{}}}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    refused(deep, F::Json(J::TooDeep(128)), -32600, Some("1"));
    let limits = Limits {
        bytes_max: 8,
        ..Limits::default()
    };
    let error = Message::parse(Bytes::from_static(b"{\"jsonrpc\":1}"), &limits).expect_err("long");
    assert_eq!(
        (error.fault, error.code()),
        (F::Json(J::TooLarge(8)), -32600)
    );
    refused("", F::Json(J::UnexpectedEnd), -32700, None);
    refused(
        r#"{"jsonrpc":"2.0","id":12"#,
        F::Json(J::UnexpectedEnd),
        -32700,
        None,
    );
    refused(
        r#"{"jsonrpc":"2.0","id":12,"#,
        F::Json(J::UnexpectedEnd),
        -32700,
        Some("12"),
    );
    refused("hello", F::Json(J::UnexpectedByte(b'h')), -32700, None);
}

#[test]
fn ids() {
    for (id, fault) in [
        ("null", F::NullId),
        ("true", F::IdType),
        ("[1]", F::IdType),
        ("{}", F::IdType),
    ] {
        refused(
            format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#),
            fault,
            -32600,
            None,
        );
    }
    for id in [
        "1",
        "-1",
        "1.0",
        "1.5",
        "12345678901234567890123",
        "1e400",
        "\"\"",
        "\"1\"",
        "\"\\u0031\"",
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        assert_eq!(crate::message(&text).id_lexeme(), Some(id));
    }
    refused(
        r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
        F::ResultWithoutId,
        -32600,
        None,
    );
    refused(
        r#"{"jsonrpc":"2.0","result":{}}"#,
        F::ResultWithoutId,
        -32600,
        None,
    );
    for id in ["", "\"id\":null,"] {
        let text = format!(r#"{{"jsonrpc":"2.0",{id}"error":{{"code":-32700,"message":"m"}}}}"#);
        assert_eq!(crate::message(&text).id(), None);
    }
}

#[test]
fn envelopes() {
    for (text, fault) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#,
            F::Ambiguous,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
            F::Ambiguous,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","error":null}"#,
            F::Ambiguous,
        ),
        (r#"{"jsonrpc":"2.0","id":1}"#, F::Shapeless),
        (r#"{"jsonrpc":"2.0","id":1,"params":{}}"#, F::Shapeless),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, F::MethodType),
        (r#"{"jsonrpc":"2.0","id":1,"method":null}"#, F::MethodType),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}"#,
            F::ParamsType,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"m","params":"p"}"#,
            F::ParamsType,
        ),
        (r#"{"jsonrpc":"2.0","id":1,"error":"text"}"#, F::ErrorType),
        (r#"{"jsonrpc":"2.0","id":1,"error":null}"#, F::ErrorType),
        (r#"{"id":1,"method":"ping"}"#, F::Version),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, F::Version),
        (r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, F::Version),
        (r#"{"jsonrpc":null,"id":1,"method":"ping"}"#, F::Version),
    ] {
        refused(text, fault, -32600, Some("1"));
    }
    refused("7", F::NotAnObject, -32600, None);
    refused("\"{}\"", F::NotAnObject, -32600, None);
    refused("{}", F::Version, -32600, None);
}

#[test]
fn batches_are_read_all_or_nothing() {
    let batch =
        |text: &str| Batch::parse(Bytes::copy_from_slice(text.as_bytes()), &Limits::default());
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let good = batch(&format!(" [ {ping} , {ping}]")).expect("two messages");
    assert_eq!(good.messages().len(), 2);
    assert_eq!(good.messages()[1].bytes(), ping);
    for (text, fault, offset) in [
        ("[]", F::EmptyBatch, 0),
        (ping, F::NotAnObject, 0),
        ("[1]", F::NotAnObject, 1),
        ("[[]]", F::Batch, 1),
        (
            r#"[{"jsonrpc":"2.0","id":true,"method":"m"}]"#,
            F::IdType,
            23,
        ),
        (
            r#"[{"jsonrpc":"2.0","id":1,"method":"initialize"}]"#,
            F::InitializeInBatch,
            1,
        ),
        (r#"[{"a":1},{"a":1,"a":2}]"#, F::Json(J::DuplicateKey), 16),
        ("[", F::Json(J::UnexpectedEnd), 1),
    ] {
        let error = batch(text).expect_err(text);
        assert_eq!((error.fault, error.offset), (fault, offset), "{text}");
    }
}
