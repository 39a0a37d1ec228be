//! What a client's message makes use of besides what its method says.

use expect_test::expect;

use crate::script::check;

#[test]
fn a_completion_passes_where_what_it_is_for_would() {
    check(
        r#"
        policy forbid prompts/get secret
        policy hide prompts/get hidden
        policy hold prompts/get held
        cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
        cedar @id("db") forbid(principal, action == Probity::Action::"completion/complete", resource == Probity::Resource::"files/db://{table}");
        modern
        send {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"open"},"argument":{"name":"a","value":"b"}}}
        send {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"secret"},"argument":{"name":"a","value":"b"}}}
        send {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"Ref/Prompt","name":"hidden"},"argument":{"name":"a","value":"b"}}}
        send {"jsonrpc":"2.0","id":4,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"held"},"argument":{"name":"a","value":"b"}}}
        nobody
        send {"jsonrpc":"2.0","id":5,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///etc/shadow"},"argument":{"name":"a","value":"b"}}}
        send {"jsonrpc":"2.0","id":6,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"a","value":"b"}}}
        send {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"db://{table}"},"argument":{"name":"a","value":"b"}}}
        "#,
        expect![[r#"
            > policy forbid prompts/get secret
            > policy hide prompts/get hidden
            > policy hold prompts/get held
            > cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
            > cedar @id("db") forbid(principal, action == Probity::Action::"completion/complete", resource == Probity::Resource::"files/db://{table}");
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"open"},"argument":{"name":"a","value":"b"}}}
            record intent permitted CALL-1 request completion/complete 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"open"},"argument":{"name":"a","value":"b"}}}
            upstream <- completion/complete {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"open"},"argument":{"name":"a","value":"b"}}}
            > send {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"secret"},"argument":{"name":"a","value":"b"}}}
            record refusal refused CALL-2 (policy) request completion/complete 2 [forbid-1] | {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"secret"},"argument":{"name":"a","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"Ref/Prompt","name":"hidden"},"argument":{"name":"a","value":"b"}}}
            record refusal refused CALL-3 (policy) request completion/complete 3 [hide-2] | {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"Ref/Prompt","name":"hidden"},"argument":{"name":"a","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"Unknown reference"}}
            > send {"jsonrpc":"2.0","id":4,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"held"},"argument":{"name":"a","value":"b"}}}
            record hold held CALL-4 request completion/complete 4 [hold-3] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":4,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"held"},"argument":{"name":"a","value":"b"}}}
            > nobody
            record refusal refused CALL-4 (approval_needed) request completion/complete 4 [hold-3] | {"jsonrpc":"2.0","id":4,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"held"},"argument":{"name":"a","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"This needs a person's approval, and no approval can be given here. Decision CALL-4.","data":{"decision":{"id":"CALL-4","action":"block","reason":"approval_needed","rule":"hold-3","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":5,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///etc/shadow"},"argument":{"name":"a","value":"b"}}}
            record refusal refused CALL-5 (policy) request completion/complete 5 [etc] | {"jsonrpc":"2.0","id":5,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///etc/shadow"},"argument":{"name":"a","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":5,"error":{"code":4403,"message":"Blocked by policy etc. Decision CALL-5. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-5","action":"block","reason":"policy","rule":"etc","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":6,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"a","value":"b"}}}
            record intent permitted CALL-6 request completion/complete 6 [permit-all] | {"jsonrpc":"2.0","id":6,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"a","value":"b"}}}
            upstream <- completion/complete {"jsonrpc":"2.0","id":6,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"a","value":"b"}}}
            > send {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"db://{table}"},"argument":{"name":"a","value":"b"}}}
            record refusal refused CALL-7 (policy) request completion/complete 7 [db] | {"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"db://{table}"},"argument":{"name":"a","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"Blocked by policy db. Decision CALL-7. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-7","action":"block","reason":"policy","rule":"db","retryable":false}}}}
        "#]],
    );
}

#[test]
fn what_a_completion_is_for_must_be_readable_where_prompts_are_restricted() {
    check(
        r#"
        policy forbid prompts/get
        policy forbid resources/read
        send {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":["open"]}}}
        send {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"}}}
        send {"jsonrpc":"2.0","id":3,"method":"completion/complete"}
        "#,
        expect![[r#"
            > policy forbid prompts/get
            > policy forbid resources/read
            > send {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":["open"]}}}
            record refusal refused CALL-1 (policy) request completion/complete 1 [forbid-1] | {"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":["open"]}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":1,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-1. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-1","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"}}}
            record refusal refused CALL-2 (policy) request completion/complete 2 [forbid-2] | {"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"Blocked by policy forbid-2. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-2","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":3,"method":"completion/complete"}
            record intent permitted CALL-3 request completion/complete 3 [permit-all] | {"jsonrpc":"2.0","id":3,"method":"completion/complete"}
            upstream <- completion/complete {"jsonrpc":"2.0","id":3,"method":"completion/complete"}
        "#]],
    );
}

#[test]
fn a_changed_template_is_not_completed() {
    check(
        r#"
        pins
        cedar @id("changed") forbid(principal, action in Probity::Action::"from_client", resource) when { context.pin.changed };
        send {"jsonrpc":"2.0","id":1,"method":"resources/templates/list"}
        message {"jsonrpc":"2.0","id":1,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}"}]}}
        send {"jsonrpc":"2.0","id":2,"method":"resources/templates/list"}
        message {"jsonrpc":"2.0","id":2,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}","description":"also /etc"}]}}
        send {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"path","value":"b"}}}
        "#,
        expect![[r#"
            > pins
            > cedar @id("changed") forbid(principal, action in Probity::Action::"from_client", resource) when { context.pin.changed };
            > send {"jsonrpc":"2.0","id":1,"method":"resources/templates/list"}
            record intent permitted CALL-1 request resources/templates/list 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"resources/templates/list"}
            upstream <- resources/templates/list {"jsonrpc":"2.0","id":1,"method":"resources/templates/list"}
            > message {"jsonrpc":"2.0","id":1,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}"}]}}
            record definition - {"kind":"template","name":"file:///{path}","state":"first_seen","fingerprint":"1aefd5925a5b06902e0fa251acbbca04702c409151384f6c4915ba819c2b7ef2","suspicious":[]} | {"uriTemplate":"file:///{path}"}
            record outcome - CALL-1 response resources/templates/list 1 | {"jsonrpc":"2.0","id":1,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}"}]}}
            agent <- message 200 {"jsonrpc":"2.0","id":1,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}"}]}}
            > send {"jsonrpc":"2.0","id":2,"method":"resources/templates/list"}
            record intent permitted CALL-2 request resources/templates/list 2 [permit-all] | {"jsonrpc":"2.0","id":2,"method":"resources/templates/list"}
            upstream <- resources/templates/list {"jsonrpc":"2.0","id":2,"method":"resources/templates/list"}
            > message {"jsonrpc":"2.0","id":2,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}","description":"also /etc"}]}}
            record definition - {"kind":"template","name":"file:///{path}","state":"changed","fingerprint":"153bde2c396c90fb5a2df33ec5a4a8003d2d6b6cae41b830aa0e69b68c1e802f","suspicious":[],"was":"1aefd5925a5b06902e0fa251acbbca04702c409151384f6c4915ba819c2b7ef2","changes":[{"path":"/description","old":null,"new":"\"also /etc\""}],"more_changes":0} | {"description":"also /etc","uriTemplate":"file:///{path}"}
            record outcome - CALL-2 response resources/templates/list 2 {"left_out":[{"kind":"resources/read","name":"file:///{path}","rules":["changed"],"errors":[]}]} | {"jsonrpc":"2.0","id":2,"result":{"resourceTemplates":[{"uriTemplate":"file:///{path}","description":"also /etc"}]}}
            agent <- message 200 {"jsonrpc":"2.0","id":2,"result":{"resourceTemplates":[]}}
            > send {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"path","value":"b"}}}
            record refusal refused CALL-3 (policy) request completion/complete 3 [changed] | {"jsonrpc":"2.0","id":3,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"file:///{path}"},"argument":{"name":"path","value":"b"}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"error":{"code":4403,"message":"Blocked by policy changed. Decision CALL-3. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-3","action":"block","reason":"policy","rule":"changed","retryable":false}}}}
        "#]],
    );
}

#[test]
fn a_subscription_passes_where_reading_would() {
    check(
        r#"
        cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
        send {"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"file:///a"}}
        send {"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}
        send {"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"file:///etc/shadow"}}
        batch [{"jsonrpc":"2.0","id":4,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}]
        "#,
        expect![[r#"
            > cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
            > send {"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"file:///a"}}
            record intent permitted CALL-1 request resources/subscribe file:///a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"file:///a"}}
            upstream <- resources/subscribe {"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"file:///a"}}
            > send {"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}
            record refusal refused CALL-2 (policy) request resources/subscribe file:///etc/shadow 2 [etc] | {"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"error":{"code":4403,"message":"Blocked by policy etc. Decision CALL-2. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"etc","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"file:///etc/shadow"}}
            record intent permitted CALL-3 request resources/unsubscribe file:///etc/shadow 3 [permit-all] | {"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"file:///etc/shadow"}}
            upstream <- resources/unsubscribe {"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe","params":{"uri":"file:///etc/shadow"}}
            > batch [{"jsonrpc":"2.0","id":4,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}]
            record refusal refused CALL-4 (policy) batch [etc] | [{"jsonrpc":"2.0","id":4,"method":"resources/subscribe","params":{"uri":"file:///etc/shadow"}}]
            agent <- whole 200 content-type: application/json [{"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"Blocked by policy etc. Decision CALL-4. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-4","action":"block","reason":"policy","rule":"etc","retryable":false}}}}]
        "#]],
    );
}

#[test]
fn a_filter_of_subscriptions_loses_what_may_not_be_read() {
    check(
        r#"
        policy forbid tasks/get
        cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
        cedar @id("logs") @hold("ops") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///logs/*" };
        modern
        send {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]}}}
        send {"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow", "file:///a", 7 ,"file:///logs/x"],"taskIds":["t"]},"x":1.10}}
        send {"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":"file:///etc/shadow","taskIds":null}}}
        batch [{"jsonrpc":"2.0","id":4,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow"]}}}]
        "#,
        expect![[r#"
            > policy forbid tasks/get
            > cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
            > cedar @id("logs") @hold("ops") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///logs/*" };
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]}}}
            record intent permitted CALL-1 request subscriptions/listen 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]}}}
            upstream <- subscriptions/listen {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///a"]}}}
            > send {"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow", "file:///a", 7 ,"file:///logs/x"],"taskIds":["t"]},"x":1.10}}
            record intent permitted CALL-2 request subscriptions/listen 2 [permit-all] {"left_out":[{"kind":"resources/read","name":"file:///etc/shadow","rules":["etc"],"errors":[]},{"kind":"resources/read","name":"","rules":[],"errors":["it is no text"]},{"kind":"resources/read","name":"file:///logs/x","rules":["logs"],"errors":[]},{"kind":"tasks/get","name":"t","rules":["forbid-1"],"errors":[]}]} | {"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow", "file:///a", 7 ,"file:///logs/x"],"taskIds":["t"]},"x":1.10}}
            upstream <- subscriptions/listen {"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///a"],"taskIds":[]},"x":1.10}}
            > send {"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":"file:///etc/shadow","taskIds":null}}}
            record intent permitted CALL-3 request subscriptions/listen 3 [permit-all] {"left_out":[{"kind":"resources/read","name":"","rules":[],"errors":["it is no list"]}]} | {"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":"file:///etc/shadow","taskIds":null}}}
            upstream <- subscriptions/listen {"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"taskIds":null}}}
            > batch [{"jsonrpc":"2.0","id":4,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow"]}}}]
            record refusal refused CALL-4 (policy) batch [etc] | [{"jsonrpc":"2.0","id":4,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/shadow"]}}}]
            agent <- whole 200 content-type: application/json [{"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"Blocked by policy etc. Decision CALL-4. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-4","action":"block","reason":"policy","rule":"etc","retryable":false}}}}]
        "#]],
    );
}

#[test]
fn a_filter_is_cut_as_masking_left_it() {
    check(
        r#"
        masks strict
        cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
        modern
        send {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/4111111111111111","file:///a?password=hunter2hunter2"]}}}
        "#,
        expect![[r#"
            > masks strict
            > cedar @id("etc") forbid(principal, action == Probity::Action::"resources/read", resource) when { resource.uri like "file:///etc/*" };
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/4111111111111111","file:///a?password=hunter2hunter2"]}}}
            record intent permitted CALL-1 request subscriptions/listen 1 [permit-all] {"left_out":[{"kind":"resources/read","name":"file:///etc/****-****-****-1111","rules":["etc"],"errors":[]}]} | {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///etc/****-****-****-1111","file:///a?password=[password]"]}}}
            upstream <- subscriptions/listen {"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":["file:///a?password=[password]"]}}}
        "#]],
    );
}

#[test]
fn what_is_answered_within_a_request_is_judged_as_what_it_answers() {
    check(
        r#"
        policy forbid sampling/createMessage
        policy hold elicitation/create
        modern
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]}},"requestState":"s"}}
        send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]},"s":{"role":"assistant","content":{"type":"text","text":"Paris"},"model":"m"}},"requestState":"s"}}
        send {"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"p","inputResponses":{"s":{"roots":[],"model":"m"}}}}
        send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a","inputResponses":{"e":{"action":"accept","content":{}}}}}
        nobody
        send {"jsonrpc":"2.0","id":5,"method":"tasks/update","params":{"taskId":"t","inputResponses":{"s":{"content":"like nothing"}}}}
        send {"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"a","inputResponses":["like nothing"]}}
        send {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","inputResponses":{}}}
        send {"jsonrpc":"2.0","id":8,"method":"vendor/do","params":{"inputResponses":{"s":{"model":"m"}}}}
        "#,
        expect![[r#"
            > policy forbid sampling/createMessage
            > policy hold elicitation/create
            > modern
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]}},"requestState":"s"}}
            record intent permitted CALL-1 request tools/call a 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]}},"requestState":"s"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]}},"requestState":"s"}}
            > send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]},"s":{"role":"assistant","content":{"type":"text","text":"Paris"},"model":"m"}},"requestState":"s"}}
            record refusal refused CALL-2 (policy) request tools/call a 2 [forbid-1] | {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]},"s":{"role":"assistant","content":{"type":"text","text":"Paris"},"model":"m"}},"requestState":"s"}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-2. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-2","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"p","inputResponses":{"s":{"roots":[],"model":"m"}}}}
            record refusal refused CALL-3 (policy) request prompts/get p 3 [forbid-1] | {"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"p","inputResponses":{"s":{"roots":[],"model":"m"}}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":3,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-3. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-3","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a","inputResponses":{"e":{"action":"accept","content":{}}}}}
            record hold held CALL-4 request resources/read file:///a 4 [hold-2] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a","inputResponses":{"e":{"action":"accept","content":{}}}}}
            > nobody
            record refusal refused CALL-4 (approval_needed) request resources/read file:///a 4 [hold-2] | {"jsonrpc":"2.0","id":4,"method":"resources/read","params":{"uri":"file:///a","inputResponses":{"e":{"action":"accept","content":{}}}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":4,"error":{"code":4403,"message":"This needs a person's approval, and no approval can be given here. Decision CALL-4.","data":{"decision":{"id":"CALL-4","action":"block","reason":"approval_needed","rule":"hold-2","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":5,"method":"tasks/update","params":{"taskId":"t","inputResponses":{"s":{"content":"like nothing"}}}}
            record refusal refused CALL-5 (policy) request tasks/update t 5 [forbid-1] | {"jsonrpc":"2.0","id":5,"method":"tasks/update","params":{"taskId":"t","inputResponses":{"s":{"content":"like nothing"}}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":5,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-5. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-5","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"a","inputResponses":["like nothing"]}}
            record refusal refused CALL-6 (policy) request tools/call a 6 [forbid-1] | {"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"a","inputResponses":["like nothing"]}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":6,"result":{"resultType":"complete","content":[{"type":"text","text":"Blocked by policy forbid-1. Decision CALL-6. Do not retry with the same arguments."}],"isError":true,"_meta":{"dev.probity/decision":{"id":"CALL-6","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
            > send {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","inputResponses":{}}}
            record intent permitted CALL-7 request tools/call a 7 [permit-all] | {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","inputResponses":{}}}
            upstream <- tools/call {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","inputResponses":{}}}
            > send {"jsonrpc":"2.0","id":8,"method":"vendor/do","params":{"inputResponses":{"s":{"model":"m"}}}}
            record refusal refused CALL-8 (policy) request vendor/do 8 [forbid-1] | {"jsonrpc":"2.0","id":8,"method":"vendor/do","params":{"inputResponses":{"s":{"model":"m"}}}}
            agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":8,"error":{"code":4403,"message":"Blocked by policy forbid-1. Decision CALL-8. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-8","action":"block","reason":"policy","rule":"forbid-1","retryable":false}}}}
        "#]],
    );
}
