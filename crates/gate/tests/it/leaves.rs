//! What the leaves of the walk say without their bodies.

use expect_test::expect;

use crate::script::leaves;

#[test]
fn a_leaf_names_server_tool_and_principal_by_pseudonyms() {
    expect![[r#"
        session_opened open=0 server=a tool=- principal=b
        session_opened open=0 server=a tool=- principal=b
        intent awaits open=1 server=a tool=c principal=b
        outcome open=0 server=a tool=- principal=-
        refusal open=0 server=a tool=d principal=b
        hold open=0 server=a tool=e principal=b
        intent awaits open=1 server=a tool=e principal=b
        intent awaits open=2 server=a tool=c principal=b
        intent awaits open=3 server=a tool=- principal=b
        intent open=3 server=a tool=- principal=b
        login_refused open=0 server=a tool=- principal=-
    "#]]
    .assert_eq(&leaves(
        r#"
        policy forbid tools/call rm
        policy hold tools/call write
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
        message {"jsonrpc":"2.0","id":1,"result":{}}
        send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"rm"}}
        send {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"write"}}
        approve
        send {"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"r\u0065ad"}}
        send {"jsonrpc":"2.0","id":5,"method":"tools/list"}
        send {"jsonrpc":"2.0","method":"notifications/initialized"}
        door unauthenticated
        "#,
    ));
}

#[test]
fn a_call_is_open_until_it_is_answered() {
    expect![[r#"
        session_opened open=0 server=a tool=- principal=b
        session_opened open=0 server=a tool=- principal=b
        intent awaits open=1 server=a tool=c principal=b
        transport open=1 server=a tool=- principal=-
        outcome awaits open=1 server=a tool=- principal=-
        outcome awaits open=1 server=a tool=- principal=-
        outcome awaits open=1 server=a tool=- principal=-
        outcome open=1 server=a tool=- principal=-
        transport open=1 server=a tool=- principal=-
    "#]].assert_eq(&leaves(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
        head 200
        events : keep-alive\n\n
        message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
        message {"jsonrpc":"2.0","id":9,"method":"roots/list"}
        aside {"jsonrpc":"2.0","id":1,"result":{}}
        ends detached
        "#,
    ));
    expect![[r#"
        session_opened open=0 server=a tool=- principal=b
        session_opened open=0 server=a tool=- principal=b
        intent awaits open=1 server=a tool=c principal=b
        outcome awaits open=1 server=a tool=- principal=-
        outcome open=0 server=a tool=- principal=-
        intent awaits open=1 server=a tool=- principal=b
        failure open=0 server=a tool=- principal=-
        intent open=0 server=a tool=- principal=b
        outcome open=0 server=a tool=- principal=-
        intent awaits open=1 server=a tool=- principal=b
        outcome open=0 server=a tool=- principal=-
        intent open=0 server=a tool=- principal=b
        transport open=0 server=a tool=- principal=-
        outcome awaits open=0 server=a tool=- principal=-
        transport open=0 server=a tool=- principal=-
    "#]].assert_eq(&leaves(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
        message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
        message {"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}
        send {"jsonrpc":"2.0","id":2,"method":"tools/list"}
        ends timed-out
        send {"jsonrpc":"2.0","method":"notifications/initialized"}
        whole 202
        end-session
        whole 204
        stream
        head 200
        message {"jsonrpc":"2.0","method":"notifications/message","params":{}}
        ends stream-ended
        "#,
    ));
}
