//! Messages of our own, byte for byte.

use bytes::Bytes;
use expect_test::{Expect, expect};
use mcp::reply::{Blocked, blocked_tool, cancelled, code, error, result};
use mcp::{Era, RequestId};

fn check(bytes: &Bytes, expected: Expect) {
    let text = std::str::from_utf8(bytes).expect("text");
    crate::message(text);
    expected.assert_eq(text);
}

#[test]
fn replies() {
    let id = RequestId::text("a");
    check(
        &error(
            Some(&id),
            code::BLOCKED,
            "Blocked \"x\"",
            Some(r#"{"decision":1}"#),
        ),
        expect![[
            r#"{"jsonrpc":"2.0","id":"a","error":{"code":4403,"message":"Blocked \"x\"","data":{"decision":1}}}"#
        ]],
    );
    check(
        &error(None, code::PARSE_ERROR, "Parse error", None),
        expect![[r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}"#]],
    );
    check(
        &result(&RequestId::number(3), "{}"),
        expect![[r#"{"jsonrpc":"2.0","id":3,"result":{}}"#]],
    );
    check(
        &cancelled(&RequestId::number(3), Some("the client left")),
        expect![[
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3,"reason":"the client left"}}"#
        ]],
    );
    check(
        &cancelled(&id, None),
        expect![[
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}"#
        ]],
    );
}

#[test]
fn a_blocked_tool_has_a_result_type_only_for_modern_peers() {
    let id = RequestId::number(1);
    let blocked = Blocked {
        text: "Blocked by policy.\nDo not retry.",
        decision: Some(("com.example/decision", r#"{"action":"block"}"#)),
    };
    check(
        &blocked_tool(&id, Era::Modern, &blocked),
        expect![[
            r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"Blocked by policy.\nDo not retry."}],"isError":true,"_meta":{"com.example/decision":{"action":"block"}}}}"#
        ]],
    );
    let plain = Blocked {
        text: "Blocked.",
        decision: None,
    };
    check(
        &blocked_tool(&id, Era::Legacy, &plain),
        expect![[
            r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"Blocked."}],"isError":true}}"#
        ]],
    );
}
