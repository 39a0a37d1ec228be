//! Eras, and the agreement of header fields with bodies.

use mcp::era::{
    Class, HeaderSchema, Headers, SchemaFault, TransportFault, check_get, check_modern, check_post,
    classify, decode_value, encode_value, is_modern_error, is_modern_version, required_headers,
};
use mcp::json::{Limits, parse};

use crate::message;

fn headers<'a>(fields: &'a [(&'a str, &'a str)]) -> Headers<'a> {
    Headers::collect(fields.iter().map(|(name, value)| (*name, value.as_bytes())))
}

/// A modern request with this method and these members of `params`.
fn modern(method: &str, params: &str) -> String {
    let meta = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;
    let comma = if params.is_empty() { "" } else { "," };
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}{comma}{meta}}}}}"#)
}

const VERSION: (&str, &str) = ("MCP-Protocol-Version", "2026-07-28");

#[test]
fn classes() {
    let class = |fields: &[(&str, &str)], text: &str| classify(&headers(fields), &message(text));
    let initialize = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#;
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    for (fields, text, expected) in [
        (&[][..], initialize, Class::Initialize),
        (&[][..], list, Class::Legacy),
        (
            &[("mcp-protocol-version", "2025-11-25")][..],
            list,
            Class::Legacy,
        ),
        (
            &[("mcp-protocol-version", "2025-11-25")][..],
            initialize,
            Class::Initialize,
        ),
        (&[("Mcp-Method", "tools/list")][..], list, Class::Legacy),
        (
            &[("MCP-PROTOCOL-VERSION", " 2026-07-28 ")][..],
            list,
            Class::Modern,
        ),
        (
            &[("mcp-protocol-version", "2027-01-01")][..],
            list,
            Class::Modern,
        ),
        (
            &[("mcp-protocol-version", "v999.0.0")][..],
            list,
            Class::Legacy,
        ),
        (&[VERSION][..], answer, Class::Modern),
        (&[][..], answer, Class::Legacy),
        (&[][..], &modern("tools/list", ""), Class::Modern),
        (&[][..], &modern("initialize", ""), Class::Modern),
    ] {
        assert_eq!(class(fields, text), expected, "{fields:?} {text}");
    }
    let notified = r#"{"jsonrpc":"2.0","method":"initialize"}"#;
    assert_eq!(class(&[], notified), Class::Legacy);
    for (version, is_modern) in [
        ("2026-07-28", true),
        ("2026-07-27", false),
        ("2026-7-280", false),
        ("", false),
    ] {
        assert_eq!(is_modern_version(version), is_modern, "{version}");
    }
}

#[test]
fn transport_checks() {
    let json = ("content-type", "application/json; charset=utf-8");
    let both = ("accept", "text/event-stream;q=0.5, application/json");
    for (fields, expected) in [
        (&[json, both][..], None),
        (
            &[
                json,
                ("Accept", "application/json"),
                ("Accept", "text/event-stream"),
            ][..],
            None,
        ),
        (
            &[("Content-Type", "Application/JSON"), ("accept", "*/*")][..],
            None,
        ),
        (&[json, ("accept", "application/*, text/*")][..], None),
        (
            &[json, ("accept", "application/json")][..],
            Some(TransportFault::Accept),
        ),
        (
            &[json, ("accept", "application/json, text/event-stream;q=0")][..],
            Some(TransportFault::Accept),
        ),
        (&[json][..], Some(TransportFault::Accept)),
        (&[both][..], Some(TransportFault::ContentType)),
        (
            &[("content-type", "text/plain"), both][..],
            Some(TransportFault::ContentType),
        ),
        (
            &[("content-type", "application/*"), both][..],
            Some(TransportFault::ContentType),
        ),
        (
            &[("content-type", "application/json; charset=UTF-8"), both][..],
            None,
        ),
        (
            &[("content-type", "application/json;charset=\"utf-8\""), both][..],
            None,
        ),
        (
            &[("content-type", "application/json; charset=utf-7"), both][..],
            Some(TransportFault::ContentType),
        ),
        (
            &[
                ("content-type", "application/json; v=1; Charset = utf-16le"),
                both,
            ][..],
            Some(TransportFault::ContentType),
        ),
        (
            &[json, both, VERSION, VERSION][..],
            Some(TransportFault::Repeated("MCP-Protocol-Version")),
        ),
        (
            &[json, both, ("mcp-session-id", "a"), ("Mcp-Session-Id", "b")][..],
            Some(TransportFault::Repeated("Mcp-Session-Id")),
        ),
    ] {
        assert_eq!(check_post(&headers(fields)).err(), expected, "{fields:?}");
    }
    assert_eq!(
        check_get(&headers(&[("accept", "text/event-stream")])),
        Ok(())
    );
    assert_eq!(
        check_get(&headers(&[("accept", "application/json")])),
        Err(TransportFault::Accept)
    );
    assert_eq!(
        [
            TransportFault::ContentType,
            TransportFault::Accept,
            TransportFault::Repeated("x")
        ]
        .map(TransportFault::http_status),
        [415, 406, 400]
    );
}

/// `code text`, or `ok`.
fn verdict(fields: &[(&str, &str)], text: &str, schema: Option<&HeaderSchema>) -> String {
    match check_modern(&headers(fields), &message(text), schema) {
        Ok(()) => "ok".to_owned(),
        Err(fault) => {
            assert_eq!(fault.http_status(), 400);
            format!("{} {fault}", fault.code())
        }
    }
}

#[test]
fn modern_requests_repeat_themselves_in_headers() {
    let list = modern("tools/list", "");
    let call = modern("tools/call", r#""name":"t""#);
    let read = modern("resources/read", r#""uri":"file:///ä""#);
    let task = modern("tasks/get", r#""taskId":"7""#);
    let method = |method| ("Mcp-Method", method);
    let name = |name| ("Mcp-Name", name);
    for (fields, text, expected) in [
        (&[VERSION, method("tools/list")][..], &list, "ok"),
        (
            &[VERSION, ("MCP-METHOD", "tools/list"), name("ignored")][..],
            &list,
            "ok",
        ),
        (
            &[method("tools/list")][..],
            &list,
            "-32020 MCP-Protocol-Version is missing",
        ),
        (
            &[("mcp-protocol-version", "2025-11-25"), method("tools/list")][..],
            &list,
            "-32020 MCP-Protocol-Version does not match the body",
        ),
        (&[VERSION][..], &list, "-32020 Mcp-Method is missing"),
        (
            &[VERSION, method("TOOLS/LIST")][..],
            &list,
            "-32020 Mcp-Method does not match the body",
        ),
        (
            &[VERSION, method("prompts/list")][..],
            &list,
            "-32020 Mcp-Method does not match the body",
        ),
        (&[VERSION, method("tools/call"), name("t")][..], &call, "ok"),
        (
            &[VERSION, method("tools/call"), name("  t  ")][..],
            &call,
            "ok",
        ),
        (
            &[VERSION, method("tools/call"), name("=?base64?dA==?=")][..],
            &call,
            "ok",
        ),
        (
            &[VERSION, method("tools/call")][..],
            &call,
            "-32020 Mcp-Name is missing",
        ),
        (
            &[VERSION, method("tools/call"), name("T")][..],
            &call,
            "-32020 Mcp-Name does not match the body",
        ),
        (
            &[VERSION, method("tools/call"), name("=?base64?dA?=")][..],
            &call,
            "-32020 Mcp-Name is not valid Base64 between `=?base64?` and `?=`",
        ),
        (
            &[
                VERSION,
                method("resources/read"),
                name("=?base64?ZmlsZTovLy/DpA==?="),
            ][..],
            &read,
            "ok",
        ),
        (
            &[VERSION, method("resources/read"), name("file:///ä")][..],
            &read,
            "-32020 Mcp-Name has the byte 0xc3",
        ),
        (&[VERSION, method("tasks/get"), name("7")][..], &task, "ok"),
        (
            &[VERSION, method("tasks/get")][..],
            &task,
            "-32020 Mcp-Name is missing",
        ),
    ] {
        assert_eq!(verdict(fields, text, None), expected, "{fields:?} {text}");
    }
}

#[test]
fn modern_requests_need_their_metadata() {
    let request = |meta: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{{{meta}}}}}"#)
    };
    let version = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#;
    let capabilities = r#""io.modelcontextprotocol/clientCapabilities""#;
    let fields = &[VERSION, ("mcp-method", "server/discover")];
    let no_version = "-32602 `_meta` lacks a valid `io.modelcontextprotocol/protocolVersion`";
    let no_capabilities =
        "-32602 `_meta` lacks a valid `io.modelcontextprotocol/clientCapabilities`";
    for (meta, expected) in [
        (String::new(), no_version),
        (r#""_meta":{}"#.to_owned(), no_version),
        (
            r#""_meta":{"io.modelcontextprotocol/protocolVersion":7}"#.to_owned(),
            no_version,
        ),
        (format!(r#""_meta":{{{capabilities}:{{}}}}"#), no_version),
        (format!(r#""_meta":{{{version}}}"#), no_capabilities),
        (
            format!(r#""_meta":{{{version},{capabilities}:[]}}"#),
            no_capabilities,
        ),
        (
            format!(r#""_meta":{{{version},{capabilities}:{{}}}}"#),
            "ok",
        ),
    ] {
        assert_eq!(verdict(fields, &request(&meta), None), expected, "{meta}");
    }
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(
        verdict(fields, answer, None),
        "-32600 a response in a modern POST"
    );
    let unsupported = request(&format!(
        r#""_meta":{{"io.modelcontextprotocol/protocolVersion":"v999.0.0",{capabilities}:{{}}}}"#
    ));
    let same = &[
        ("mcp-protocol-version", "v999.0.0"),
        ("mcp-method", "server/discover"),
    ];
    assert_eq!(verdict(same, &unsupported, None), "ok");
    assert_eq!(
        verdict(fields, &unsupported, None),
        "-32020 MCP-Protocol-Version does not match the body"
    );
}

#[test]
fn notifications_must_only_not_disagree() {
    let cancelled =
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#;
    assert_eq!(verdict(&[VERSION], cancelled, None), "ok");
    assert_eq!(
        verdict(
            &[VERSION, ("mcp-method", "notifications/cancelled")],
            cancelled,
            None
        ),
        "ok"
    );
    assert_eq!(
        verdict(&[VERSION, ("mcp-method", "tools/call")], cancelled, None),
        "-32020 Mcp-Method does not match the body"
    );
}

fn schema(properties: &str) -> Result<HeaderSchema, SchemaFault> {
    let tool = format!(
        r#"{{"name":"t","inputSchema":{{"type":"object","properties":{{{properties}}}}}}}"#
    );
    HeaderSchema::of_tool(parse(tool.as_bytes(), &Limits::default()).expect("a tool"))
}

#[test]
fn arguments_are_repeated_where_the_schema_says_so() {
    let schema = schema(
        r#""region":{"type":"string","x-mcp-header":"Region"},"limit":{"type":"integer","x-mcp-header":"Limit"},"deep":{"type":"object","properties":{"flag":{"type":"boolean","x-mcp-header":"Flag"}}},"free":{"type":"string"}"#,
    )
    .expect("a sound schema");
    let run = |arguments: &str, params: &[(&str, &str)]| {
        let call = modern(
            "tools/call",
            &format!(r#""name":"t","arguments":{arguments}"#),
        );
        let mut fields = vec![VERSION, ("Mcp-Method", "tools/call"), ("Mcp-Name", "t")];
        fields.extend_from_slice(params);
        verdict(&fields, &call, Some(&schema))
    };
    let region = |value| ("Mcp-Param-Region", value);
    let limit = |value| ("mcp-param-LIMIT", value);
    let mismatch = "-32020 Mcp-Param-Region does not match the body";
    for (arguments, params, expected) in [
        ("{}", &[][..], "ok"),
        (r#"{"region":null}"#, &[][..], "ok"),
        (
            r#"{"region":"a","limit":42,"deep":{"flag":true},"free":"x"}"#,
            &[
                region("a"),
                limit("42.0"),
                ("Mcp-Param-Flag", "true"),
                ("Mcp-Param-Other", "y"),
            ][..],
            "ok",
        ),
        (
            r#"{"region":"a"}"#,
            &[][..],
            "-32020 Mcp-Param-Region is missing",
        ),
        (r#"{"region":"a"}"#, &[region("A")][..], mismatch),
        (
            r#"{"region":"a"}"#,
            &[region("a"), region("a")][..],
            mismatch,
        ),
        ("{}", &[region("a")][..], mismatch),
        (r#"{"region":null}"#, &[region("null")][..], mismatch),
        (
            r#"{"limit":42}"#,
            &[limit("43")][..],
            "-32020 Mcp-Param-Limit does not match the body",
        ),
        (
            r#"{"limit":42}"#,
            &[limit("forty-two")][..],
            "-32020 Mcp-Param-Limit does not match the body",
        ),
        (
            r#"{"limit":9007199254740993}"#,
            &[limit("9007199254740992")][..],
            "-32020 Mcp-Param-Limit does not match the body",
        ),
        (
            r#"{"deep":{"flag":false}}"#,
            &[("Mcp-Param-Flag", "False")][..],
            "-32020 Mcp-Param-Flag does not match the body",
        ),
        // The cases of the conformance scenario `http-custom-header-server-validation`.
        (
            r#"{"region":"Hello"}"#,
            &[region("=?base64?SGVsbG8=?=")][..],
            "ok",
        ),
        (
            r#"{"region":"Hello"}"#,
            &[region("=?base64?SGVsbG8?=")][..],
            "-32020 Mcp-Param-Region is not valid Base64 between `=?base64?` and `?=`",
        ),
        (
            r#"{"region":"Hello"}"#,
            &[region("=?base64?SGVs!!!bG8=?=")][..],
            "-32020 Mcp-Param-Region is not valid Base64 between `=?base64?` and `?=`",
        ),
        (r#"{"region":"SGVsbG8="}"#, &[region("SGVsbG8=")][..], "ok"),
        (
            r#"{"region":"=?base64?SGVsbG8="}"#,
            &[region("=?base64?SGVsbG8=")][..],
            "ok",
        ),
    ] {
        assert_eq!(run(arguments, params), expected, "{arguments} {params:?}");
    }
}

#[test]
fn annotations_have_rules() {
    let on = |annotation: &str| format!(r#""a":{{"type":"string","x-mcp-header":{annotation}}}"#);
    assert!(schema(r#""x-mcp-header":{"type":"string"}"#).is_ok_and(|schema| schema.is_empty()));
    assert!(schema(r#""a":{"default":{"x-mcp-header":1},"enum":[{"x-mcp-header":1}]}"#).is_ok());
    for (properties, fault) in [
        (on("7"), SchemaFault::NotText),
        (on("\"\""), SchemaFault::NotToken(String::new())),
        (on("\"a b\""), SchemaFault::NotToken("a b".into())),
        (on("\"a\\r\\n\""), SchemaFault::NotToken("a\r\n".into())),
        (
            r#""a":{"type":"number","x-mcp-header":"A"}"#.into(),
            SchemaFault::NotPrimitive("A".into()),
        ),
        (
            r#""a":{"x-mcp-header":"A"}"#.into(),
            SchemaFault::NotPrimitive("A".into()),
        ),
        (
            r#""a":{"items":{"type":"string","x-mcp-header":"A"}}"#.into(),
            SchemaFault::Unreachable,
        ),
        (
            r#""a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]}"#.into(),
            SchemaFault::Unreachable,
        ),
        (
            r#""a":{"if":{"properties":{"b":{"type":"string","x-mcp-header":"A"}}}}"#.into(),
            SchemaFault::Unreachable,
        ),
    ] {
        assert_eq!(schema(&properties).err(), Some(fault), "{properties}");
    }
    let twice =
        r#""a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}"#;
    assert!(matches!(schema(twice), Err(SchemaFault::Repeated(_))));
}

#[test]
fn values_are_encoded_as_the_specification_shows() {
    for (text, value) in [
        ("us-west1", "us-west1"),
        ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
        (" padded ", "=?base64?IHBhZGRlZCA=?="),
        ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
        ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ("=?BASE64?x?=", "=?BASE64?x?="),
        ("a\tb", "a\tb"),
        ("", "=?base64??="),
        ("=?base64?=", "=?base64?="),
    ] {
        assert_eq!(encode_value(text), value);
        assert_eq!(decode_value(value.as_bytes()).as_deref(), Ok(text));
    }
    assert!(decode_value(b"\x80").is_err() && decode_value(b"=?base64?/w==?=").is_err());
}

#[test]
fn headers_are_made_from_a_request() {
    let call = message(&modern(
        "tools/call",
        r#""name":"é","arguments":{"region":"a b","limit":1.0}"#,
    ));
    let named: Vec<_> = required_headers(&call);
    let expected = [
        ("MCP-Protocol-Version", "2026-07-28".to_owned()),
        ("Mcp-Method", "tools/call".to_owned()),
        ("Mcp-Name", "=?base64?w6k=?=".to_owned()),
    ];
    assert_eq!(named, expected);
    let schema = schema(
        r#""region":{"type":"string","x-mcp-header":"Region"},"limit":{"type":"integer","x-mcp-header":"Limit"},"absent":{"type":"string","x-mcp-header":"Absent"}"#,
    )
    .expect("a sound schema");
    let params = schema.headers_for(call.arguments());
    let expected = [("Mcp-Param-Limit", "1.0"), ("Mcp-Param-Region", "a b")];
    assert_eq!(
        params,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn three_codes_prove_a_modern_server() {
    for (code, proves) in [
        (-32020, true),
        (-32021, true),
        (-32022, true),
        (-32601, false),
        (-32602, false),
        (-32000, false),
    ] {
        let error = format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":""}}}}"#);
        assert_eq!(is_modern_error(&message(&error)), proves, "{code}");
    }
}
