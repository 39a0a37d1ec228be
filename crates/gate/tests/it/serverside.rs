//! What servers ask, tell and answer, and what policy says of it.

use expect_test::expect;

use crate::script::check;

#[test]
fn a_server_that_asks_in_vain_gets_an_answer() {
    check(
        r#"
        policy forbid sampling/createMessage
        policy hide roots/list
        policy hold elicitation/create
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
        message {"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}
        events id: 4\ndata: {"jsonrpc":"2.0","id":"x","method":"roots/list"}\n\n
        message {"jsonrpc":"2.0","id":8,"method":"elicitation/create","params":{}}
        message {"jsonrpc":"2.0","id":9,"method":"ping"}
        message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#,
        expect![[r#"
            > policy forbid sampling/createMessage
            > policy hide roots/list
            > policy hold elicitation/create
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            record intent permitted CALL-1 request tools/call a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            > message {"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}
            record refusal refused CALL-1 request sampling/createMessage 7 [forbid-1] {"declined":[4403]} | {"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{}}
            upstream <- sampling/createMessage {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"this request is not permitted here"}}
            agent <- nothing
            > events id: 4\ndata: {"jsonrpc":"2.0","id":"x","method":"roots/list"}\n\n
            record refusal refused CALL-1 request roots/list "x" [hide-2] {"declined":[-32601]} | {"jsonrpc":"2.0","id":"x","method":"roots/list"}
            upstream <- roots/list {"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"Method not found"}}
            agent <- nothing
            > message {"jsonrpc":"2.0","id":8,"method":"elicitation/create","params":{}}
            record refusal refused CALL-1 request elicitation/create 8 [hold-3] {"declined":[4403]} | {"jsonrpc":"2.0","id":8,"method":"elicitation/create","params":{}}
            upstream <- elicitation/create {"jsonrpc":"2.0","id":8,"error":{"code":4403,"message":"this request is not permitted here"}}
            agent <- nothing
            > message {"jsonrpc":"2.0","id":9,"method":"ping"}
            record outcome - CALL-1 request ping 9 | {"jsonrpc":"2.0","id":9,"method":"ping"}
            agent <- message 200 {"jsonrpc":"2.0","id":9,"method":"ping"}
            > message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            record outcome - CALL-1 response tools/call 1 | {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#]],
    );
}

#[test]
fn a_result_that_asks_for_input_is_judged_by_what_it_asks() {
    check(
        r#"
        policy forbid sampling/createMessage
        modern
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
        message {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"s"}}
        message {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"},"s":{"method":"s\u0061mpling/createMessage"}},"requestState":"s"}}
        message {"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
        send {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
        message {"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
        "#,
        expect![[r#"
            > policy forbid sampling/createMessage
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            record intent permitted CALL-1 request tools/call a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            > message {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"s"}}
            record outcome - CALL-1 response tools/call 1 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"s"}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}},"requestState":"s"}}
            > message {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"},"s":{"method":"s\u0061mpling/createMessage"}},"requestState":"s"}}
            record refusal refused CALL-1 response tools/call 1 [forbid-1] | {"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"},"s":{"method":"s\u0061mpling/createMessage"}},"requestState":"s"}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"The answer is blocked by policy forbid-1. Decision CALL-1. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-1","action":"block","reason":"answer","rule":"forbid-1","retryable":false}}}}
            > message {"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
            record refusal refused CALL-1 notification notifications/tasks t [forbid-1] | {"jsonrpc":"2.0","method":"notifications/tasks","params":{"taskId":"t","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
            agent <- nothing
            > send {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
            record intent permitted CALL-2 request prompts/get p 2 [permit-all] | {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
            upstream <- prompts/get {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
            > message {"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
            record refusal refused CALL-2 response prompts/get 2 [forbid-1] | {"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required","inputRequests":{"s":{"method":"sampling/createMessage"}}}}
            agent <- message 200 {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"The answer is blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"answer","rule":"forbid-1","retryable":false}}}}
        "#]],
    );
}

#[test]
fn answers_and_notifications_are_judged_by_what_is_in_them() {
    check(
        r#"
        masks standard
        cedar @id("cards") @reason("card data") forbid(principal, action == Probity::Action::"answer", resource) when { context.kinds.contains("payment_card") };
        cedar @id("logs") forbid(principal, action == Probity::Action::"answer", resource) when { context.method == "notifications/message" };
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
        message {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}
        message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
        events id: 4\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"4111 1111 1111 1111"}]}}\n\n
        send {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///a"}}
        whole 200 {"jsonrpc":"2.0","id":2,"result":{"contents":[{"uri":"file:///a","text":"4111 1111 1111 1111"}]}}
        "#,
        expect![[r#"
            > masks standard
            > cedar @id("cards") @reason("card data") forbid(principal, action == Probity::Action::"answer", resource) when { context.kinds.contains("payment_card") };
            > cedar @id("logs") forbid(principal, action == Probity::Action::"answer", resource) when { context.method == "notifications/message" };
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            record intent permitted CALL-1 request tools/call a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            > message {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}
            record refusal refused CALL-1 notification notifications/message [logs] | {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}
            agent <- nothing
            > message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            record outcome - CALL-1 notification notifications/progress | {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            agent <- message 200 {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            > events id: 4\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"4111 1111 1111 1111"}]}}\n\n
            record refusal refused CALL-1 response tools/call 1 [cards] | {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"****-****-****-1111"}]}}
            agent <- frame id: 4\ndata: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"The answer is blocked by policy cards: card data. Decision CALL-1. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-1","action":"block","reason":"answer","rule":"cards","retryable":false}}}}\n\n
            > send {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///a"}}
            record intent permitted CALL-2 request resources/read file:///a 2 [permit-all] | {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///a"}}
            upstream <- resources/read {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///a"}}
            > whole 200 {"jsonrpc":"2.0","id":2,"result":{"contents":[{"uri":"file:///a","text":"4111 1111 1111 1111"}]}}
            record refusal refused CALL-2 response resources/read 2 [cards] 200 | {"jsonrpc":"2.0","id":2,"result":{"contents":[{"uri":"file:///a","text":"****-****-****-1111"}]}}
            agent <- message 200 {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"The answer is blocked by policy cards: card data. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"answer","rule":"cards","retryable":false}}}}
        "#]],
    );
}

#[test]
fn a_batch_is_judged_message_by_message() {
    check(
        r#"
        policy forbid sampling/createMessage
        policy forbid tools/call b
        batch [{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}]
        events data: [{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"},{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}]\n\n
        events data: [{"jsonrpc":"2.0","id":8,"method":"sampling/createMessage"}]\n\n
        events data: [{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":7}]}}]\n\n
        "#,
        expect![[r#"
            > policy forbid sampling/createMessage
            > policy forbid tools/call b
            > batch [{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}]
            record intent permitted CALL-1 batch [permit-all] | [{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}]
            upstream <- batch [{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a"}}]
            > events data: [{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"},{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}]\n\n
            record outcome - CALL-1 batch {"declined":[4403],"left_out":[{"kind":"message","name":"sampling/createMessage","rules":["forbid-1"],"errors":[]},{"kind":"tools/call","name":"b","rules":["forbid-2"],"errors":[]}]} | [{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"},{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"},{"name":"b"}]}}]
            upstream <- sampling/createMessage {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"this request is not permitted here"}}
            agent <- frame data: [{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a"}]}}]\n\n
            > events data: [{"jsonrpc":"2.0","id":8,"method":"sampling/createMessage"}]\n\n
            record refusal refused CALL-1 batch [forbid-1] {"declined":[4403],"left_out":[{"kind":"message","name":"sampling/createMessage","rules":["forbid-1"],"errors":[]}]} | [{"jsonrpc":"2.0","id":8,"method":"sampling/createMessage"}]
            upstream <- sampling/createMessage {"jsonrpc":"2.0","id":8,"error":{"code":4403,"message":"this request is not permitted here"}}
            agent <- nothing
            > events data: [{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":7}]}}]\n\n
            record failure - CALL-1 (upstream_malformed) ``tools` has an element without a name` | [{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":7}]}}]
            agent <- message 502 {"jsonrpc":"2.0","error":{"code":-32603,"message":"the MCP server's answer is not a valid MCP message"}}
        "#]],
    );
}

#[test]
fn a_modern_server_asks_in_vain() {
    check(
        r#"
        modern
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
        message {"jsonrpc":"2.0","id":"x","method":"roots/list"}
        message {"jsonrpc":"2.0","id":8,"method":"ping"}
        message {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}
        aside {"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}
        "#,
        expect![[r#"
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            record intent permitted CALL-1 request tools/call a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}
            > message {"jsonrpc":"2.0","id":"x","method":"roots/list"}
            record refusal refused CALL-1 request roots/list "x" {"declined":[-32601]} | {"jsonrpc":"2.0","id":"x","method":"roots/list"}
            upstream <- roots/list {"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"Method not found"}}
            agent <- nothing
            > message {"jsonrpc":"2.0","id":8,"method":"ping"}
            record refusal refused CALL-1 request ping 8 {"declined":[-32601]} | {"jsonrpc":"2.0","id":8,"method":"ping"}
            upstream <- ping {"jsonrpc":"2.0","id":8,"error":{"code":-32601,"message":"Method not found"}}
            agent <- nothing
            > message {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}
            record outcome - CALL-1 response tools/call 1 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[]}}
            > aside {"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}
            record refusal refused request sampling/createMessage 9 {"declined":[-32601]} | {"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}
            upstream <- sampling/createMessage {"jsonrpc":"2.0","id":9,"error":{"code":-32601,"message":"Method not found"}}
            agent <- nothing
        "#]],
    );
}
