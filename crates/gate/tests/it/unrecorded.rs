//! The disk fails: nothing passes a door.

use expect_test::expect;

use crate::script::check;

#[test]
fn nothing_is_forwarded_while_the_disk_is_full() {
    check(
        r#"
        disk full
        send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
        send {"jsonrpc":"2.0","method":"notifications/initialized"}
        send {"jsonrpc":"2.0","id":1,
        disk sound
        send {"jsonrpc":"2.0","id":2,"method":"tools/list"}
        "#,
        expect![[r#"
            > disk full
            > send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > send {"jsonrpc":"2.0","method":"notifications/initialized"}
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > send {"jsonrpc":"2.0","id":1,
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > disk sound
            > send {"jsonrpc":"2.0","id":2,"method":"tools/list"}
            record intent permitted CALL-4 request tools/list 2 [permit-all] | {"jsonrpc":"2.0","id":2,"method":"tools/list"}
            upstream <- tools/list {"jsonrpc":"2.0","id":2,"method":"tools/list"}
        "#]],
    );
}

#[test]
fn an_answer_that_cannot_be_recorded_does_not_reach_the_agent() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
        disk full
        message {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"secret"}]}}
        disk sound
        ends broke
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            record intent permitted CALL-1 request tools/call read 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            > disk full
            > message {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"secret"}]}}
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the call was sent, and its outcome cannot be recorded, so it is withheld"}}
            > disk sound
            > ends broke
            record failure - CALL-1 (upstream_broke) `connection reset` | data: {"jsonr
            agent <- message 502 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the MCP server's connection broke before its answer was complete"}}
        "#]],
    );
}

#[test]
fn a_disk_that_failed_is_not_trusted_again() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
        disk failing
        message {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"secret"}]}}
        disk sound
        send {"jsonrpc":"2.0","id":"2","method":"tools/list"}
        ends timed-out
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            record intent permitted CALL-1 request tools/call read 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            upstream <- tools/call {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}
            > disk failing
            > message {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"secret"}]}}
            unrecorded: the ledger is poisoned by a storage error: input/output error
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the call was sent, and its outcome cannot be recorded, so it is withheld"}}
            > disk sound
            > send {"jsonrpc":"2.0","id":"2","method":"tools/list"}
            unrecorded: the ledger is poisoned by a storage error: input/output error
            agent <- unavailable 503 {"jsonrpc":"2.0","id":"2","error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > ends timed-out
            unrecorded: the ledger is poisoned by a storage error: input/output error
            agent <- unavailable 503 {"jsonrpc":"2.0","id":"2","error":{"code":-32603,"message":"the call was sent, and its outcome cannot be recorded, so it is withheld"}}
        "#]],
    );
}

#[test]
fn no_verdict_is_acted_on_without_its_record() {
    check(
        r#"
        policy forbid resources/read
        policy hold tools/call
        disk full
        send {"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a"}}
        send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
        disk sound
        send {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"write"}}
        disk full
        approve
        door unauthenticated
        "#,
        expect![[r#"
            > policy forbid resources/read
            > policy hold tools/call
            > disk full
            > send {"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a"}}
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > send {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"write"}}
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > disk sound
            > send {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"write"}}
            record hold held CALL-3 request tools/call write 3 [hold-2] {"groups":["ops"],"quorum":1,"expires_at":"2026-07-28T09:30:01.000000Z","hold":null} | {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"write"}}
            > disk full
            > approve
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
            > door unauthenticated
            unrecorded: the disk is full
            agent <- unavailable 503 {"jsonrpc":"2.0","error":{"code":-32603,"message":"the record of this call cannot be written, so it is refused"}}
        "#]],
    );
}

#[test]
fn an_answer_that_is_too_large_to_be_recorded_is_withheld() {
    check(
        r#"
        send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
        large 70000
        ends too-large
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            record intent permitted CALL-1 request tools/list 1 [permit-all] | {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            upstream <- tools/list {"jsonrpc":"2.0","id":1,"method":"tools/list"}
            > large 70000
            unrecorded: the record has 70036 bytes, and 65536 bytes is the most
            agent <- unavailable 503 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the call was sent, and its outcome cannot be recorded, so it is withheld"}}
            > ends too-large
            record failure - CALL-1 (upstream_too_large) `the limit is 1024 bytes`
            agent <- message 502 {"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"the MCP server's answer is larger than 1024 bytes"}}
        "#]],
    );
}
