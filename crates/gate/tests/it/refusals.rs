//! Every reason for which something does not pass.

use std::sync::Arc;

use bytes::Bytes;
use expect_test::expect;
use gate::{Call, Limit, LoginFault, Pending, Refusal, Refused, Subject};
use mask::{MaskSet, Outside};
use mcp::Message;
use mcp::era::{ModernFault, TransportFault};
use mcp::json::Limits;
use model::{CallId, Digest, Halt, HaltTarget, Timestamp};
use policy::Reason;

use crate::world::{World, message};

/// The reason that follows in the table. A new one does not compile before it stands here.
fn successor(refusal: &Refusal) -> Option<Refusal> {
    Some(match refusal {
        Refusal::HostNotAllowed => Refusal::OriginNotAllowed,
        Refusal::OriginNotAllowed => Refusal::UpstreamUnknown,
        Refusal::UpstreamUnknown => Refusal::Unauthenticated {
            fault: LoginFault::Unknown,
            challenge: "Bearer".into(),
            detail: "the key `k1` has expired".to_owned(),
        },
        Refusal::Unauthenticated { .. } => Refusal::ScopeInsufficient {
            challenge: "Bearer error=\"insufficient_scope\"".into(),
            needed: vec!["mcp".into(), "mcp:write".into()],
        },
        Refusal::ScopeInsufficient { .. } => Refusal::MethodNotAllowed { allow: "POST" },
        Refusal::MethodNotAllowed { .. } => {
            Refusal::Transport(TransportFault::Repeated("x-secret"))
        }
        Refusal::Transport(_) => Refusal::BodyTooLarge { bytes_max: 1_024 },
        Refusal::BodyTooLarge { .. } => Refusal::BodyTimedOut { ms_max: 30_000 },
        Refusal::BodyTimedOut { .. } => Refusal::BodyBroken,
        Refusal::BodyBroken => Refusal::Undecodable(undecodable()),
        Refusal::Undecodable(_) => Refusal::BatchNotAllowed,
        Refusal::BatchNotAllowed => Refusal::Modern(ModernFault::Missing("Mcp-Method".into())),
        Refusal::Modern(_) => Refusal::EraNotSpoken,
        Refusal::EraNotSpoken => Refusal::SessionMissing,
        Refusal::SessionMissing => Refusal::SessionUnknown,
        Refusal::SessionUnknown => Refusal::Limited(Limit::Sessions),
        Refusal::Limited(Limit::Sessions) => Refusal::Limited(Limit::Streams),
        Refusal::Limited(Limit::Streams) => Refusal::Limited(Limit::Calls),
        Refusal::Limited(Limit::Calls) => Refusal::Policy(reason()),
        Refusal::Policy(_) => Refusal::ApprovalNeeded(reason()),
        Refusal::ApprovalNeeded(_) => Refusal::ApprovalPending(reason(), waiting(None)),
        Refusal::ApprovalPending(_, pending) if pending.request_state.is_none() => {
            Refusal::ApprovalPending(reason(), waiting(Some("probity1.abc".into())))
        }
        Refusal::ApprovalPending(..) => Refusal::ApprovalNotAwaited(reason()),
        Refusal::ApprovalNotAwaited(_) => Refusal::StateNotTaken,
        Refusal::StateNotTaken => Refusal::ApprovalsUnavailable,
        Refusal::ApprovalsUnavailable => Refusal::Rejected(reason()),
        Refusal::Rejected(_) => Refusal::HoldExpired(reason()),
        Refusal::HoldExpired(_) => Refusal::Unmaskable,
        Refusal::Unmaskable => Refusal::Stopping,
        Refusal::Stopping => {
            let halt = Halt {
                target: HaltTarget::Person("ann".into()),
                by: "ops".into(),
                reason: Some("she left".into()),
                at: Timestamp::from_unix_us(0),
            };
            Refusal::Halted(Arc::new(halt))
        }
        Refusal::Halted(_) => return None,
    })
}

fn waiting(request_state: Option<Arc<str>>) -> Box<Pending> {
    Box::new(Pending {
        hold: CallId::from_bytes([7; 16]),
        expires_at: Timestamp::from_unix_us(900_000_000),
        request_state,
    })
}

fn reason() -> Reason {
    Reason {
        rules: vec!["r1".into(), "r2".into()],
        policy_digest: Digest::default(),
        told: None,
        severity: None,
        hidden: false,
        errors: Vec::new(),
    }
}

fn undecodable() -> mcp::DecodeError {
    let bytes = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"id\":7}");
    Message::parse(bytes, &Limits::default()).expect_err("not a message")
}

/// Every reason.
fn all() -> Vec<Refusal> {
    let next = |refusal: &Refusal| successor(refusal);
    std::iter::successors(Some(Refusal::HostNotAllowed), next).collect()
}

/// The trace of each reason, with what `refuse` makes of it.
fn told(reasons: Vec<Refusal>, refuse: impl Fn(&mut World, Refusal) -> Refused) -> String {
    let mut told = String::new();
    for reason in reasons {
        let mut world = World::new();
        let refused = refuse(&mut world, reason);
        world.turn_away(refused, None);
        told += &world.end();
    }
    told
}

#[test]
fn a_request_is_refused_under_its_id() {
    let request = r#"{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}"#;
    expect![[r#"
        record refusal refused CALL-1 (host_not_allowed) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 403 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"this host name is not allowed here"}}
        record refusal refused CALL-1 (origin_not_allowed) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 403 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"this origin is not allowed here"}}
        record refusal refused CALL-1 (upstream_unknown) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 404 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"there is no MCP server of this name"}}
        record login_refused refused CALL-1 (unauthenticated) request prompts/get p 7 `the key `k1` has expired` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 401 content-type: application/json, www-authenticate: Bearer {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"authentication is required"}}
        record refusal refused CALL-1 (scope_insufficient) request prompts/get p 7 `the call needs the scopes `mcp mcp:write`` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 403 content-type: application/json, www-authenticate: Bearer error="insufficient_scope" {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the access token covers less than this call needs"}}
        record refusal refused CALL-1 (method_not_allowed) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 405 content-type: application/json, allow: POST {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"this HTTP method is not offered here"}}
        record refusal refused CALL-1 (transport_fault) request prompts/get p 7 `header field `x-secret` came more than once` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"Bad request: an MCP header field came more than once"}}
        record refusal refused CALL-1 (body_too_large) request prompts/get p 7 `the limit is 1024 bytes` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 413 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the body is larger than 1024 bytes"}}
        record refusal refused CALL-1 (body_timed_out) request prompts/get p 7 `the limit is 30000 ms` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 408 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the body was not complete within 30000 ms"}}
        record refusal refused CALL-1 (body_broken) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the body is incomplete"}}
        record refusal refused CALL-1 (undecodable) request prompts/get p 7 `no `method`, `result` or `error` at byte 0` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"Invalid request: no method, result or error"}}
        record refusal refused CALL-1 (batch_not_allowed) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"batches exist in MCP 2025-03-26 only: send one message"}}
        record refusal refused CALL-1 (header_fault) request prompts/get p 7 `Mcp-Method is missing` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"Header mismatch: Mcp-Method is missing"}}
        record refusal refused CALL-1 (era_not_spoken) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"this MCP server speaks the HTTP+SSE transport of MCP 2024-11-05 only"}}
        record refusal refused CALL-1 (session_missing) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"the Mcp-Session-Id header is missing"}}
        record refusal refused CALL-1 (session_unknown) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 404 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"session not found: send `initialize` again"}}
        record refusal refused CALL-1 (sessions_limited) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 503 content-type: application/json, retry-after: 1 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"too much is under way: try again later"}}
        record refusal refused CALL-1 (streams_limited) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 503 content-type: application/json, retry-after: 1 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"too much is under way: try again later"}}
        record refusal refused CALL-1 (calls_limited) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 503 content-type: application/json, retry-after: 1 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"too much is under way: try again later"}}
        record refusal refused CALL-1 (policy) request prompts/get p 7 [r1,r2] | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"Blocked by policy r1. Decision CALL-1. Do not retry with the same arguments.","data":{"decision":{"id":"CALL-1","action":"block","reason":"policy","rule":"r1","retryable":false}}}}
        record refusal refused CALL-1 (approval_needed) request prompts/get p 7 [r1,r2] | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"This needs a person's approval, and no approval can be given here. Decision CALL-1.","data":{"decision":{"id":"CALL-1","action":"block","reason":"approval_needed","rule":"r1","retryable":false}}}}
        record refusal refused CALL-1 (approval_pending) request prompts/get p 7 [r1,r2] {"hold":"070W3GE1R70W3GE1R70W3GE1R7"} | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"This needs a person's approval. Approval 070W3GE1R70W3GE1R70W3GE1R7 is pending until 1970-01-01T00:15:00.000000Z. Nothing was done: repeat exactly the same call once it is approved, or to ask again. Decision CALL-1.","data":{"decision":{"id":"CALL-1","action":"hold","reason":"approval_pending","rule":"r1","retryable":true,"approval":"070W3GE1R70W3GE1R70W3GE1R7","expires_at":"1970-01-01T00:15:00.000000Z"}}}}
        record refusal refused CALL-1 (approval_pending) request prompts/get p 7 [r1,r2] {"hold":"070W3GE1R70W3GE1R70W3GE1R7"} | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"result":{"resultType":"input_required","requestState":"probity1.abc"}}
        record refusal refused CALL-1 (approval_not_awaited) request prompts/get p 7 [r1,r2] | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"This needs a person's approval, and the call was given up before. Decision CALL-1.","data":{"decision":{"id":"CALL-1","action":"block","reason":"approval_not_awaited","rule":"r1","retryable":false}}}}
        record refusal refused CALL-1 (request_state_not_taken) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"this `requestState` was not given out for this request, or was used already"}}
        record refusal refused CALL-1 (approvals_unavailable) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 503 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"this needs a person's approval, and approvals cannot be kept now, so it is refused"}}
        record refusal refused CALL-1 (rejected) request prompts/get p 7 [r1,r2] | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"A person rejected this. Decision CALL-1.","data":{"decision":{"id":"CALL-1","action":"block","reason":"rejected","rule":"r1","retryable":false}}}}
        record refusal refused CALL-1 (hold_expired) request prompts/get p 7 [r1,r2] | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4408,"message":"Nobody approved this in time. Decision CALL-1.","data":{"decision":{"id":"CALL-1","action":"block","reason":"hold_expired","rule":"r1","retryable":false}}}}
        record refusal refused CALL-1 (unmaskable) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 500 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"this message could not be masked, so it is refused"}}
        record refusal refused CALL-1 (stopping) request prompts/get p 7 | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 503 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the gateway is stopping"}}
        record refusal refused CALL-1 (stopped_by_operator) request prompts/get p 7 `person ann was stopped by ops: she left` | {"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"p"}}
        agent <- whole 200 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":4403,"message":"An operator stopped everything that is done for this caller. Decision CALL-1. Do not retry.","data":{"decision":{"id":"CALL-1","action":"block","reason":"stopped_by_operator","rule":null,"retryable":false}}}}
    "#]].assert_eq(&told(all(), |world, refusal| {
        let call: Call = world.call(Subject::Message(message(request), None));
        Refused::decoded(call, refusal, &MaskSet::empty(), &Outside::default())
    }));
}

#[test]
fn bytes_that_did_not_become_a_call_are_on_record() {
    let reasons = vec![
        Refusal::Undecodable(undecodable()),
        Refusal::BatchNotAllowed,
        Refusal::SessionUnknown,
        Refusal::BodyBroken,
    ];
    expect![[r#"
        record refusal refused CALL-1 (undecodable) malformed `no `method`, `result` or `error` at byte 0` | [1,\n2
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32600,"message":"Invalid request: no method, result or error"}}
        record refusal refused CALL-1 (batch_not_allowed) batch | [1,\n2
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"batches exist in MCP 2025-03-26 only: send one message"}}
        record refusal refused CALL-1 (session_unknown) | [1,\n2
        agent <- whole 404 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"session not found: send `initialize` again"}}
        record refusal refused CALL-1 (body_broken) | [1,\n2
        agent <- whole 400 content-type: application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
    "#]].assert_eq(&told(reasons, |world, refusal| {
        let call = world.call_id();
        let raw = Bytes::from_static(b"[1,\n2");
        let masks = MaskSet::empty();
        Refused::undecoded(
            world.exchange(),
            call,
            refusal,
            raw,
            &masks,
            &Outside::default(),
            world.now,
        )
    }));
}

#[test]
fn policy_refuses_what_has_no_shape_to_answer_in() {
    expect![[r#"
        record refusal refused CALL-1 (policy) [r1,r2]
        agent <- whole 403 content-type: application/json {"jsonrpc":"2.0","error":{"code":4403,"message":"Blocked by policy r1. Decision CALL-1. Do not retry with the same arguments."}}
    "#]].assert_eq(&told(vec![Refusal::Policy(reason())], |world, refusal| {
        let call = world.call_id();
        Refused::at_the_door(world.arrival(), call, refusal, &MaskSet::empty(), world.now)
    }));
}
