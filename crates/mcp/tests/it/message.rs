//! What messages say about themselves.

use mcp::json::Json;
use mcp::{Kind, Method};

use crate::message;

#[test]
fn kinds() {
    for (text, kind, method) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
            Kind::Request,
            Some(Method::ToolsList),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"x/y"}"#,
            Kind::Request,
            Some(Method::Unknown),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":""}"#,
            Kind::Request,
            Some(Method::Unknown),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            Kind::Notification,
            Some(Method::NotificationsInitialized),
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            Kind::Response,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            Kind::Response,
            None,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"error":{}}"#,
            Kind::ErrorResponse,
            None,
        ),
    ] {
        let message = message(text);
        assert_eq!((message.kind(), message.method()), (kind, method), "{text}");
        assert_eq!(message.is_answer(), method.is_none());
    }
}

#[test]
fn the_opening_of_a_legacy_session() {
    let ask = message(
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"tasks":{},"x":1.10},"clientInfo":{"name":"a\u0062","version":"1","title":"T"}}}"#,
    );
    assert_eq!(ask.requested_version().as_deref(), Some("2025-11-25"));
    assert_eq!(
        ask.client_capabilities().map(Json::lexeme),
        Some(r#"{"tasks":{},"x":1.10}"#)
    );
    let client = ask.client_info().expect("clientInfo");
    assert_eq!((client.name.as_str(), client.version.as_str()), ("ab", "1"));
    assert_eq!(ask.meta_protocol_version(), None);
    let answer = message(
        r#"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s"},"instructions":"be\u0020kind"}}"#,
    );
    assert_eq!(
        answer.server_capabilities().map(Json::lexeme),
        Some(r#"{"tools":{}}"#)
    );
    assert_eq!(answer.instructions().as_deref(), Some("be kind"));
    assert_eq!(answer.negotiated_version().as_deref(), Some("2025-06-18"));
    let server = answer.server_info().expect("serverInfo");
    assert_eq!((server.name.as_str(), server.version.as_str()), ("s", ""));
    let call = message(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{}}}"#,
    );
    assert_eq!(call.requested_version(), None);
    assert!(call.client_capabilities().is_none() && call.client_info().is_none());
}

#[test]
fn a_modern_request() {
    let call = message(
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":1},"requestState":"opaque","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"2"},"io.modelcontextprotocol/clientCapabilities":{"roots":{}},"progressToken":"p","traceparent":"00-a-b-01","tracestate":"k=v"}}}"#,
    );
    assert_eq!(call.name().as_deref(), Some("t"));
    assert_eq!(call.arguments().map(Json::lexeme), Some(r#"{"a":1}"#));
    assert_eq!(call.meta_protocol_version().as_deref(), Some("2026-07-28"));
    assert_eq!(
        call.client_info().map(|client| client.version),
        Some("2".into())
    );
    assert_eq!(
        call.client_capabilities().map(Json::lexeme),
        Some(r#"{"roots":{}}"#)
    );
    assert_eq!(call.progress_token().map(Json::lexeme), Some(r#""p""#));
    assert_eq!(call.traceparent().as_deref(), Some("00-a-b-01"));
    assert_eq!(call.tracestate().as_deref(), Some("k=v"));
    assert_eq!(call.request_state().map(Json::lexeme), Some(r#""opaque""#));
}

#[test]
fn names_follow_the_method_table() {
    for (method, params, name) in [
        ("tools/call", r#"{"name":"t","uri":"u"}"#, Some("t")),
        ("prompts/get", r#"{"name":"p"}"#, Some("p")),
        (
            "resources/read",
            r#"{"name":"n","uri":"file:///a"}"#,
            Some("file:///a"),
        ),
        ("tasks/get", r#"{"taskId":"1"}"#, Some("1")),
        ("tools/list", r#"{"name":"t"}"#, None),
        ("tools/call", r#"{"name":7}"#, None),
        ("vendor/call", r#"{"name":"t"}"#, None),
    ] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        assert_eq!(message(&text).name().as_deref(), name, "{text}");
    }
}

#[test]
fn answers() {
    let of = |result: &str| message(&format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#));
    assert!(of(r#"{"content":[],"isError":true}"#).is_tool_error());
    assert!(!of(r#"{"content":[],"isError":"true"}"#).is_tool_error());
    assert_eq!(
        of(r#"{"resultType":"task","taskId":"a"}"#)
            .task_id()
            .as_deref(),
        Some("a")
    );
    assert_eq!(
        of(r#"{"task":{"taskId":"b","status":"working"}}"#)
            .task_id()
            .as_deref(),
        Some("b")
    );
    assert_eq!(
        of(r#"{"resultType":"input_required"}"#)
            .result_type()
            .as_deref(),
        Some("input_required")
    );
    assert_eq!(
        of(r#"{"requestState":"s"}"#)
            .request_state()
            .map(Json::lexeme),
        Some("\"s\"")
    );
    assert_eq!(of("[1]").result_type(), None);
    let meta = r#"{"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}"#;
    assert_eq!(
        of(meta).server_info().map(|server| server.name),
        Some("s".into())
    );
    let error = message(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"gone"}}"#);
    assert_eq!(error.error_code(), Some(-32002));
    assert_eq!(error.error_message().as_deref(), Some("gone"));
}

#[test]
fn parameters_of_an_answer_are_just_an_unknown_member() {
    let answer = message(
        r#"{"jsonrpc":"2.0","id":1,"result":{"taskId":"a"},"params":{"taskId":"b","_meta":{"traceparent":"t","io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
    );
    assert!(answer.params().is_none() && answer.meta().is_none());
    assert_eq!(answer.task_id().as_deref(), Some("a"));
    assert_eq!(answer.traceparent(), None);
    assert_eq!(answer.meta_protocol_version(), None);
}

#[test]
fn notifications_point_at_requests() {
    let cancelled = message(
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}"#,
    );
    assert_eq!(
        cancelled
            .cancelled_request()
            .map(|id| id.lexeme().to_owned()),
        Some("\"7\"".into())
    );
    let changed = message(
        r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u","_meta":{"io.modelcontextprotocol/subscriptionId":5,"io.modelcontextprotocol/related-task":{"taskId":"t"}}}}"#,
    );
    assert_eq!(
        changed.subscription_id().map(|id| id.lexeme().to_owned()),
        Some("5".into())
    );
    assert_eq!(changed.related_task().as_deref(), Some("t"));
    let odd = message(
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
    );
    assert_eq!(odd.cancelled_request(), None);
}
