//! The walk of calls that pass, are refused, or are held.

use expect_test::expect;

use crate::script::check;

#[test]
fn a_call_passes_both_doors_on_record() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.10}}}
        message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
        message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.10}}}
            record intent permitted CALL-1 request tools/call read 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.10}}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.10}}}
            > message {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            record outcome - CALL-1 notification notifications/progress | {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            agent <- message 200 {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}
            > message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            record outcome - CALL-1 response tools/call 1 | {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#]],
    );
}

#[test]
fn everything_of_a_stream_is_recorded_before_it_is_relayed() {
    check(
        r#"
        stream 41
        head 200
        events : keep-alive\n\n
        events id: 42\ndata:\n\n
        events id: 43\nevent: message\ndata: {"jsonrpc":"2.0","id":9,"method":"roots/list"}\n\n
        events id: 1\n: hidden\nid: 44\nx: y\nretry: 5\ndata: {"jsonrpc":"2.0",\ndata: "method":"a"}\n\n
        ends stream-ended
        answers roots/list {"jsonrpc":"2.0","id":9,"result":{"roots":[]}}
        whole 202
        end-session
        whole 204
        "#,
        expect![[r#"
            > stream 41
            record intent permitted CALL-1 request stream/open [permit-all]
            upstream <- stream/open
            > head 200
            record transport - CALL-1 200
            agent <- head 200 content-type: application/json
            > events : keep-alive\n\n
            record outcome - CALL-1 comment | : keep-alive\n\n
            agent <- frame : keep-alive\n\n
            > events id: 42\ndata:\n\n
            record outcome - CALL-1 comment
            agent <- frame id: 42\ndata:\n\n
            > events id: 43\nevent: message\ndata: {"jsonrpc":"2.0","id":9,"method":"roots/list"}\n\n
            record outcome - CALL-1 request roots/list 9 | {"jsonrpc":"2.0","id":9,"method":"roots/list"}
            agent <- frame id: 43\nevent: message\ndata: {"jsonrpc":"2.0","id":9,"method":"roots/list"}\n\n
            > events id: 1\n: hidden\nid: 44\nx: y\nretry: 5\ndata: {"jsonrpc":"2.0",\ndata: "method":"a"}\n\n
            record outcome - CALL-1 notification a {"sse_lines":["id: 1",": hidden","x: y"]} | {"jsonrpc":"2.0",\n"method":"a"}
            agent <- frame id: 1\n: hidden\nid: 44\nx: y\nretry: 5\ndata: {"jsonrpc":"2.0",\ndata: "method":"a"}\n\n
            > ends stream-ended
            record transport - CALL-1 (stream_ended)
            agent <- nothing
            > answers roots/list {"jsonrpc":"2.0","id":9,"result":{"roots":[]}}
            record intent permitted CALL-2 response roots/list 9 [permit-all] | {"jsonrpc":"2.0","id":9,"result":{"roots":[]}}
            upstream <- roots/list {"jsonrpc":"2.0","id":9,"result":{"roots":[]}}
            > whole 202
            record outcome - CALL-2 202
            agent <- whole 202 content-type: application/json
            > end-session
            record intent permitted CALL-3 request session/end [permit-all]
            upstream <- session/end
            > whole 204
            record outcome - CALL-3 204
            agent <- whole 204 content-type: application/json
        "#]],
    );
}

#[test]
fn what_a_server_says_aside_is_recorded_and_not_relayed() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
        stderr out of memory
        aside {"jsonrpc":"2.0","id":5,"result":"nobody asked"}
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            record intent permitted CALL-1 request tools/list 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            upstream <- tools/list {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            > stderr out of memory
            record stderr - CALL-1 | out of memory
            agent <- nothing
            > aside {"jsonrpc":"2.0","id":5,"result":"nobody asked"}
            record outcome - response 5 | {"jsonrpc":"2.0","id":5,"result":"nobody asked"}
            agent <- nothing
        "#]],
    );
}

#[test]
fn policy_refuses_in_the_words_of_each_method_and_era() {
    check(
        r#"
        policy forbid tools/call rm
        policy forbid resources/read
        policy forbid notifications/cancelled
        policy forbid sampling/createMessage
        policy forbid stream/open
        policy forbid session/end
        send {"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"rm"}}
        send {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
        send {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}
        answers sampling/createMessage {"jsonrpc":"2.0","id":9,"result":{}}
        stream
        end-session
        modern
        send {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"rm"}}
        send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
        "#,
        expect![[r#"
            > policy forbid tools/call rm
            > policy forbid resources/read
            > policy forbid notifications/cancelled
            > policy forbid sampling/createMessage
            > policy forbid stream/open
            > policy forbid session/end
            > send {"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"rm"}}
            record refusal refused CALL-1 (policy) request tools/call rm "a" [forbid-1] | {"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"rm"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-1. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-1","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
            record refusal refused CALL-2 (policy) request resources/read file:///etc/shadow 2 [forbid-2] | {"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"Blocked by policy forbid-2. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-2","retryable":false}}}}
            > send {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}
            record refusal refused CALL-3 (policy) notification notifications/cancelled [forbid-3] | {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}
            agent <- whole 202
            > answers sampling/createMessage {"jsonrpc":"2.0","id":9,"result":{}}
            record refusal refused CALL-4 (policy) response sampling/createMessage 9 [forbid-4] | {"jsonrpc":"2.0","id":9,"result":{}}
            agent <- whole 202
            > stream
            record refusal refused CALL-5 (policy) request stream/open [forbid-5]
            agent <- whole 405 content-type: application/json {"jsonrpc":"2.0","error":{"code":4403,"message":"Blocked by policy forbid-5. Decision CALL-5. Do not retry with the same arguments."}}
            > end-session
            record refusal refused CALL-6 (policy) request session/end [forbid-6]
            agent <- whole 405 content-type: application/json {"jsonrpc":"2.0","error":{"code":4403,"message":"Blocked by policy forbid-6. Decision CALL-6. Do not retry with the same arguments."}}
            > modern
            > send {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"rm"}}
            record refusal refused CALL-7 (policy) request tools/call rm 3 [forbid-1] | {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"rm"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"result":{"resultType":"complete","content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-7. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-7","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
            record refusal refused CALL-8 (policy) request resources/read file:///etc/shadow 4 [forbid-2] | {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///etc/shadow"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"Blocked by policy forbid-2. Decision CALL-8. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-8","action":"block","reason":"policy","rule":"forbid-2","retryable":false}}}}
        "#]],
    );
}

#[test]
fn one_message_that_may_not_pass_stops_its_batch() {
    check(
        r#"
        policy forbid tools/call rm
        policy forbid notifications/cancelled
        batch [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":2,"method":"ping"}]
        batch [{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"rm"}},{"jsonrpc":"2.0","id":5,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]
        batch [{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}]
        policy hold ping
        batch [{"jsonrpc":"2.0","id":6,"method":"ping"},{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read"}}]
        nobody
        "#,
        expect![[r#"
            > policy forbid tools/call rm
            > policy forbid notifications/cancelled
            > batch [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":2,"method":"ping"}]
            record intent permitted CALL-1 batch [permit-all] | [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":2,"method":"ping"}]
            upstream <- batch [{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":2,"method":"ping"}]
            > batch [{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"rm"}},{"jsonrpc":"2.0","id":5,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]
            record refusal refused CALL-2 (policy) batch [forbid-1] | [{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"read"}},{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"rm"}},{"jsonrpc":"2.0","id":5,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"}]
            agent <- whole 200 content-type: application/json [{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}},{"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}},{"jsonrpc":"2.0","id":5,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}]
            > batch [{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}]
            record refusal refused CALL-3 (policy) batch [forbid-2] | [{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}]
            agent <- whole 202
            > policy hold ping
            > batch [{"jsonrpc":"2.0","id":6,"method":"ping"},{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read"}}]
            record hold held CALL-4 batch [hold-3] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | [{"jsonrpc":"2.0","id":6,"method":"ping"},{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read"}}]
            > nobody
            record refusal refused CALL-4 (approval_needed) batch [hold-3] | [{"jsonrpc":"2.0","id":6,"method":"ping"},{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read"}}]
            agent <- whole 200 content-type: application/json [{"jsonrpc":"2.0","id":6,"error":{"code":4403,"message":"This needs a person's approval, and no approval can be given here. Decision CALL-4.","data":{"decision":{"id":"CALL-4","action":"block","reason":"approval_needed","rule":"hold-3","retryable":false}}}},{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"This needs a person's approval, and no approval can be given here. Decision CALL-4."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-4","action":"block","reason":"approval_needed","rule":"hold-3","retryable":false}}}}]
        "#]],
    );
}

#[test]
fn a_held_call_passes_once_it_is_approved() {
    check(
        r#"
        policy hold tools/call
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
        wait 999
        approve
        message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#,
        expect![[r#"
            > policy hold tools/call
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            record hold held CALL-1 request tools/call write 1 [hold-1] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            > wait 999
            > approve
            record intent permitted CALL-1 request tools/call write 1 [hold-1] {"ruling":"approve","hold":"CALL-1","by":["key|bob"],"grant":null} | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            > message {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            record outcome - CALL-1 response tools/call 1 | {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"content":[]}}
        "#]],
    );
}

#[test]
fn a_held_call_that_is_not_approved_in_time_does_not_pass() {
    check(
        r#"
        policy hold
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
        reject
        send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
        wait 1000
        expire
        send {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
        wait 1000
        approve
        send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a"}}
        nobody
        "#,
        expect![[r#"
            > policy hold
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            record hold held CALL-1 request tools/call write 1 [hold-1] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            > reject
            record refusal refused CALL-1 (rejected) request tools/call write 1 [hold-1] {"ruling":"reject","hold":"CALL-1","by":"key|bob","why":"not today"} | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"A person rejected this. Decision CALL-1."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-1","action":"block","reason":"rejected","rule":"hold-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
            record hold held CALL-2 request tools/call write 2 [hold-1] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
            > wait 1000
            > expire
            record refusal refused CALL-2 (hold_expired) request tools/call write 2 [hold-1] {"ruling":"expire","hold":"CALL-2"} | {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"Nobody approved this in time. Decision CALL-2."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-2","action":"block","reason":"hold_expired","rule":"hold-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
            record hold held CALL-3 request resources/read file:///a 3 [hold-1] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:02.000000Z","hold":null} | {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
            > wait 1000
            > approve
            record refusal refused CALL-3 (hold_expired) request resources/read file:///a 3 [hold-1] {"ruling":"approve","hold":"CALL-3","by":["key|bob"],"grant":null} | {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"error":{"code":4408,"message":"Nobody approved this in time. Decision CALL-3.","data":{"decision":{"id":"CALL-3","action":"block","reason":"hold_expired","rule":"hold-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a"}}
            record hold held CALL-4 request resources/read file:///a 4 [hold-1] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:03.000000Z","hold":null} | {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a"}}
            > nobody
            record refusal refused CALL-4 (approval_needed) request resources/read file:///a 4 [hold-1] | {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"This needs a person's approval, and no approval can be given here. Decision CALL-4.","data":{"decision":{"id":"CALL-4","action":"block","reason":"approval_needed","rule":"hold-1","retryable":false}}}}
        "#]],
    );
}

#[test]
fn what_cannot_be_read_is_refused_on_record() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,
        send {"jsonrpc":"2.0","id":1,"method":7}
        send {"jsonrpc":"2.0","id":"x","method":"ping","params":{"a":1,"a":2}}
        send [
        send {"jsonrpc":"2.0","method":7}
        door unauthenticated
        door host
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,
            record refusal refused CALL-1 (undecodable) malformed `ends inside a value at byte 24` | {"jsonrpc":"2.0","id":1,
            agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32700,"message":"Parse error"}}
            > send {"jsonrpc":"2.0","id":1,"method":7}
            record refusal refused CALL-2 (undecodable) malformed ``method` is not a string at byte 33` | {"jsonrpc":"2.0","id":1,"method":7}
            agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid request: method must be a string"}}
            > send {"jsonrpc":"2.0","id":"x","method":"ping","params":{"a":1,"a":2}}
            record refusal refused CALL-3 (undecodable) malformed `the object already has the name at byte 58` | {"jsonrpc":"2.0","id":"x","method":"ping","params":{"a":1,"a":2}}
            agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"Invalid request: an object has the same name twice"}}
            > send [
            record refusal refused CALL-4 (undecodable) malformed `ends inside a value at byte 1` | [
            agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}
            > send {"jsonrpc":"2.0","method":7}
            record refusal refused CALL-5 (undecodable) malformed ``method` is not a string at byte 26` | {"jsonrpc":"2.0","method":7}
            agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: method must be a string"}}
            > door unauthenticated
            record login_refused refused CALL-6 (unauthenticated) `the key is unknown`
            agent <- whole 401 content-type: application/json, www-authenticate: Bearer {"jsonrpc":"2.0","error":{"code":-32600,"message":"authentication is required"}}
            > door host
            record refusal refused CALL-7 (host_not_allowed)
            agent <- whole 403 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"this host name is not allowed here"}}
        "#]],
    );
}

#[test]
fn what_is_hidden_looks_like_what_there_is_not() {
    check(
        r#"
        policy hide tools/call rm
        policy hide prompts/get
        policy hide resources/read
        policy hide completion/complete
        policy hide other
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}
        send {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
        send {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
        send {"jsonrpc":"2.0","id":4,"method":"vendor/do"}
        modern
        send {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"rm"}}
        send {"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"file:///a"}}
        send {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{}}
        send {"jsonrpc":"2.0","id":8,"method":"vendor/do"}
        "#,
        expect![[r#"
            > policy hide tools/call rm
            > policy hide prompts/get
            > policy hide resources/read
            > policy hide completion/complete
            > policy hide other
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}
            record refusal refused CALL-1 (policy) request tools/call rm 1 [hide-1] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"rm"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: rm"}}
            > send {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
            record refusal refused CALL-2 (policy) request prompts/get p 2 [hide-2] | {"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"p"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Unknown prompt: p"}}
            > send {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
            record refusal refused CALL-3 (policy) request resources/read file:///a 3 [hide-3] | {"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"file:///a"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"error":{"code":-32002,"message":"Resource not found","data":{"uri":"file:///a"}}}
            > send {"jsonrpc":"2.0","id":4,"method":"vendor/do"}
            record refusal refused CALL-4 (policy) request vendor/do 4 [hide-5] | {"jsonrpc":"2.0","id":4,"method":"vendor/do"}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":4,"error":{"code":-32601,"message":"Method not found"}}
            > modern
            > send {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"rm"}}
            record refusal refused CALL-5 (policy) request tools/call rm 5 [hide-1] | {"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"rm"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":5,"error":{"code":-32602,"message":"Unknown tool: rm"}}
            > send {"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"file:///a"}}
            record refusal refused CALL-6 (policy) request resources/read file:///a 6 [hide-3] | {"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"file:///a"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":6,"error":{"code":-32602,"message":"Resource not found","data":{"uri":"file:///a"}}}
            > send {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{}}
            record refusal refused CALL-7 (policy) request completion/complete 7 [hide-4] | {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown reference"}}
            > send {"jsonrpc":"2.0","id":8,"method":"vendor/do"}
            record refusal refused CALL-8 (policy) request vendor/do 8 [hide-5] | {"jsonrpc":"2.0","id":8,"method":"vendor/do"}
            agent <- whole 404 content-type: application/json {"jsonrpc":"2.0","id":8,"error":{"code":-32601,"message":"Method not found"}}
        "#]],
    );
}
