//! What the leaves of the walk say without their bodies.

use expect_test::expect;

use crate::script::leaves;

#[test]
fn a_leaf_names_server_tool_and_principal_by_pseudonyms() {
    expect![[r#"
        session_opened server=a tool=- principal=b
        session_opened server=a tool=- principal=b
        intent awaits server=a tool=c principal=b
        outcome server=a tool=- principal=-
        refusal server=a tool=d principal=b
        hold server=a tool=e principal=b
        intent awaits server=a tool=e principal=b
        intent awaits server=a tool=c principal=b
        intent awaits server=a tool=- principal=b
        intent server=a tool=- principal=b
        login_refused server=a tool=- principal=-
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
