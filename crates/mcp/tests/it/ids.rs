//! Ids on their way through a server that many clients share.

use mcp::{RequestId, Slot};

use crate::message;

#[track_caller]
fn rewritten(text: &str, edits: &[(Slot, &str)], expected: &str) {
    let message = message(text);
    assert_eq!(message.rewritten(edits), expected);
}

#[test]
fn on_the_way_in() {
    rewritten(
        r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"id","_meta":{"progressToken":"a"}}}"#,
        &[(Slot::Id, "17"), (Slot::ProgressToken, "18")],
        r#"{"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"id","_meta":{"progressToken":18}}}"#,
    );
    rewritten(
        r#"{"params":{"requestId": 1.0 ,"reason":"r"},"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        &[(Slot::CancelledRequest, "17")],
        r#"{"params":{"requestId": 17 ,"reason":"r"},"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
    );
}

#[test]
fn on_the_way_out() {
    rewritten(
        r#"{"jsonrpc":"2.0","id":17,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":17}}}"#,
        &[(Slot::SubscriptionId, "\"a\""), (Slot::Id, "\"a\"")],
        r#"{"jsonrpc":"2.0","id":"a","result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"a"}}}"#,
    );
    rewritten(
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":18,"progress":1.50}}"#,
        &[(Slot::ProgressToken, "\"a\"")],
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"a","progress":1.50}}"#,
    );
    rewritten(
        r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol\/subscriptionId":17}}}"#,
        &[(Slot::SubscriptionId, "1.0")],
        r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol\/subscriptionId":1.0}}}"#,
    );
    rewritten(
        r#"{"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}}"#,
        &[(Slot::RelatedTask, "\"t2\"")],
        r#"{"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t2"}}}}"#,
    );
}

#[test]
fn a_place_that_only_looks_like_a_slot_is_none() {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"requestId":1,"progressToken":2,"arguments":{"_meta":{"progressToken":3}}}}"#;
    rewritten(
        call,
        &[
            (Slot::CancelledRequest, "9"),
            (Slot::ProgressToken, "9"),
            (Slot::SubscriptionId, "9"),
        ],
        call,
    );
}

#[test]
fn ids_of_our_own() {
    assert_eq!(RequestId::number(7).lexeme(), "7");
    assert_eq!(RequestId::text("a\"b").lexeme(), r#""a\"b""#);
    let answer = message(r#"{"jsonrpc":"2.0","id":7.0,"result":{}}"#);
    let id = answer.id().expect("an id");
    assert_eq!(id.key(), RequestId::number(7).key());
    assert_ne!(id, RequestId::number(7));
    assert_ne!(RequestId::number(7).key(), RequestId::text("7").key());
}
