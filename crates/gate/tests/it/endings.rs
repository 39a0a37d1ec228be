//! Every way in which a call can end without its answer.

use std::sync::Arc;

use bytes::Bytes;
use expect_test::expect;
use gate::Ending;
use model::{Halt, HaltTarget, Timestamp};

use crate::script::{check, trace};

/// Every ending, by a name for scripts. A new one does not compile before it stands here.
pub(crate) fn all() -> Vec<(&'static str, Ending)> {
    let mut endings = Vec::new();
    let mut next = Some(Ending::UpstreamUnreachable {
        detail: "connection refused".to_owned(),
    });
    while let Some(ending) = next {
        let (name, after) = successor(&ending);
        endings.push((name, ending));
        next = after;
    }
    endings
}

/// The name of an ending, and the one that follows it in the table.
fn successor(ending: &Ending) -> (&'static str, Option<Ending>) {
    match ending {
        Ending::UpstreamUnreachable { .. } => (
            "unreachable",
            Some(Ending::UpstreamTimedOut { waited_ms: 60_000 }),
        ),
        Ending::UpstreamTimedOut { .. } => {
            let detail = "connection reset".to_owned();
            let cut = Bytes::from_static(b"data: {\"jsonr");
            ("timed-out", Some(Ending::UpstreamBroke { detail, cut }))
        }
        Ending::UpstreamBroke { .. } => {
            let detail = "not JSON at byte 0".to_owned();
            let bytes = Bytes::from_static(b"<html>");
            ("broke", Some(Ending::UpstreamMalformed { detail, bytes }))
        }
        Ending::UpstreamMalformed { .. } => (
            "malformed",
            Some(Ending::UpstreamTooLarge { bytes_max: 1_024 }),
        ),
        Ending::UpstreamTooLarge { .. } => {
            ("too-large", Some(Ending::CredentialRefused { status: 401 }))
        }
        Ending::CredentialRefused { .. } => (
            "credential-refused",
            Some(Ending::ClientLeft { cancelled: true }),
        ),
        Ending::ClientLeft { cancelled: true } => {
            ("cancelled", Some(Ending::ClientLeft { cancelled: false }))
        }
        Ending::ClientLeft { cancelled: false } => ("detached", Some(Ending::Cancelled)),
        Ending::Cancelled => ("cancelled-by-notification", Some(Ending::StreamEnded)),
        Ending::StreamEnded => ("stream-ended", Some(Ending::GatewayStopped)),
        Ending::GatewayStopped => {
            let halt = Halt {
                target: HaltTarget::Server("files".parse().expect("a name")),
                by: "ops".into(),
                reason: Some("it leaks".into()),
                at: Timestamp::from_unix_us(0),
            };
            ("stopped", Some(Ending::Halted(Arc::new(halt))))
        }
        Ending::Halted(_) => ("halted", Some(Ending::Unmaskable)),
        Ending::Unmaskable => ("unmaskable", Some(Ending::Unfitting)),
        Ending::Unfitting => (
            "unfitting",
            Some(Ending::Unpinned {
                detail: "the disk is full".to_owned(),
            }),
        ),
        Ending::Unpinned { .. } => (
            "unpinned",
            Some(Ending::Unrecorded {
                detail: "the disk is full".to_owned(),
            }),
        ),
        Ending::Unrecorded { .. } => ("unrecorded", None),
    }
}

#[test]
fn each_ending_has_its_record_and_its_words() {
    let mut told = String::new();
    for (name, _) in all() {
        let request = match name {
            "unfitting" | "halted" => {
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t"}}"#
            }
            _ => r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#,
        };
        let trace = trace(&format!("send {request}\nends {name}"));
        told.extend(trace.split_inclusive('\n').skip(3));
    }
    expect![[r#"
        > ends unreachable
        record failure - CALL-1 (upstream_unreachable) `connection refused`
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}
        > ends timed-out
        record failure - CALL-1 (upstream_timed_out) `waited 60000 ms`
        agent <- message 504 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server did not answer within 60000 ms"}}
        > ends broke
        record failure - CALL-1 (upstream_broke) `connection reset` | data: {"jsonr
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server's connection broke before its answer was complete"}}
        > ends malformed
        record failure - CALL-1 (upstream_malformed) `not JSON at byte 0` | <html>
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server's answer is not a valid MCP message"}}
        > ends too-large
        record failure - CALL-1 (upstream_too_large) `the limit is 1024 bytes`
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server's answer is larger than 1024 bytes"}}
        > ends credential-refused
        record failure - CALL-1 (upstream_credential_refused) `the server answered 401`
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server refused the gateway's credential"}}
        > ends cancelled
        record failure - CALL-1 (client_left) `the call was cancelled`
        agent <- nothing
        > ends detached
        record transport - CALL-1 (client_left)
        agent <- nothing
        > ends cancelled-by-notification
        record failure - CALL-1 (cancelled)
        agent <- message 200 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the request was cancelled"}}
        > ends stream-ended
        record transport - CALL-1 (stream_ended)
        agent <- nothing
        > ends stopped
        record failure - CALL-1 (gateway_stopped)
        agent <- message 503 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the gateway was stopped"}}
        > ends halted
        record failure - CALL-1 (stopped_by_operator) `server files was stopped by ops: it leaks`
        agent <- message 200 {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"An operator stopped this MCP server."}],"isError":true}}
        > ends unmaskable
        record failure - CALL-1 (unmaskable)
        agent <- message 502 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server's answer could not be masked, so it is withheld"}}
        > ends unfitting
        record failure - CALL-1 (unfitting)
        agent <- message 200 {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"The tool's result has data that may not be shown here, and what is left of it does not fit the tool's outputSchema, so it is withheld."}],"isError":true}}
        > ends unpinned
        record failure - CALL-1 (unpinned) `the disk is full`
        agent <- message 503 {"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"the MCP server's definitions could not be kept, so they are withheld"}}
        > ends unrecorded
        record failure - CALL-1 (unrecorded) `the disk is full`
        agent <- nothing
    "#]].assert_eq(&told);
}

#[test]
fn nobody_waits_for_the_answer_to_a_notification() {
    check(
        r#"
        send {"jsonrpc":"2.0","method":"notifications/initialized"}
        ends unreachable
        "#,
        expect![[r#"
            > send {"jsonrpc":"2.0","method":"notifications/initialized"}
            record intent permitted CALL-1 notification notifications/initialized [permit-all] | {"jsonrpc":"2.0","method":"notifications/initialized"}
            upstream <- notifications/initialized {"jsonrpc":"2.0","method":"notifications/initialized"}
            > ends unreachable
            record failure - CALL-1 (upstream_unreachable) `connection refused`
            agent <- message 502 {"jsonrpc":"2.0","error":{"code":-32603,"message":"the MCP server cannot be reached"}}
        "#]],
    );
}
