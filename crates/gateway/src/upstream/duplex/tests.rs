//! Scripts of one channel: what is sent, what the server says, and what comes out where.

use std::time::Duration;

use bytes::Bytes;
use gate::{Answer, Ending, Subject};
use mcp::{Batch, json};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::script::{FOR_EVER, all, describe, exchange, message, next};
use super::{Duplex, Wire};
use crate::config::Limits;
use crate::upstream::Incoming;

struct Rig {
    duplex: Duplex,
    wire: Wire,
    aside: mpsc::Receiver<Answer>,
}

fn rig(shared: bool) -> Rig {
    rig_with(shared, &Limits::default(), 30_000)
}

fn rig_with(shared: bool, limits: &Limits, stalled_ms_max: u64) -> Rig {
    let (sender, aside) = mpsc::channel(64);
    let (duplex, wire) = Duplex::with_patience(shared, limits, sender, stalled_ms_max);
    Rig {
        duplex,
        wire,
        aside,
    }
}

impl Rig {
    async fn send(&self, caller: u8, text: &str) -> Incoming {
        let subject = Subject::Message(message(text), None);
        self.duplex.send(&subject, exchange(caller)).await
    }

    async fn open_stream(&self) -> Incoming {
        let last_event_id = None;
        let subject = Subject::Stream { last_event_id };
        self.duplex.send(&subject, exchange(0)).await
    }

    /// The next message on the wire, which counts as written.
    async fn wrote(&mut self) -> String {
        let next = timeout(FOR_EVER, self.wire.outgoing.recv()).await;
        let next = next
            .expect("something was sent")
            .expect("the channel is open");
        let _left = next.written.send(Ok(()));
        String::from_utf8_lossy(&next.bytes).into_owned()
    }

    fn wrote_nothing(&mut self) -> bool {
        self.wire.outgoing.try_recv().is_err()
    }

    async fn says(&self, text: &str) {
        self.wire.inlet.deliver(message(text)).await;
    }

    async fn ends(&self) {
        let detail = "gone".to_owned();
        let cut = Bytes::new();
        self.wire
            .inlet
            .end(Ending::UpstreamBroke { detail, cut })
            .await;
    }

    /// What went aside until now.
    fn aside(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.aside.try_recv().ok())
            .map(|answer| describe(Ok(answer)))
            .collect()
    }
}

#[tokio::test]
async fn answers_find_their_requests_in_any_order_and_any_spelling() {
    let mut rig = rig(false);
    let a = rig
        .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    let b = rig
        .send(
            2,
            r#"{"jsonrpc":"2.0","id":"\u0061","method":"ping", "x":1.10}"#,
        )
        .await;
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    );
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","id":"\u0061","method":"ping", "x":1.10}"#
    );
    rig.says(r#"{"jsonrpc":"2.0","id":"a","result":{}}"#).await;
    rig.says(r#"{"id":1.0, "jsonrpc":"2.0","error":{"code":1,"message":""}}"#)
        .await;
    assert_eq!(
        all(a).await,
        [r#"{"id":1.0, "jsonrpc":"2.0","error":{"code":1,"message":""}}"#]
    );
    assert_eq!(all(b).await, [r#"{"jsonrpc":"2.0","id":"a","result":{}}"#]);
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(rig.aside(), [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]);
}

#[tokio::test]
async fn one_session_gets_everything_once() {
    let progress = |token: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":{token},"progress":1}}}}"#
        )
    };
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    let asks = r#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#;
    let rig = rig(false);
    // Nobody is there: kept.
    rig.says(changed).await;
    let call = |id: &str, token: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t","_meta":{{"progressToken":{token}}}}}}}"#
        )
    };
    let first = rig.send(1, &call("1", r#""t""#)).await;
    let second = rig.send(2, &call("2", "7")).await;
    rig.says(&progress(r#""t""#)).await;
    rig.says(&progress("7")).await;
    // No stream: to the latest request.
    rig.says(asks).await;
    let mut stream = rig.open_stream().await;
    assert_eq!(next(&mut stream).await, "stream 200");
    assert_eq!(next(&mut stream).await, changed);
    rig.says(asks).await;
    assert_eq!(next(&mut stream).await, asks);
    // Another stream takes its place.
    let mut other = rig.open_stream().await;
    assert_eq!(next(&mut stream).await, "end");
    rig.says(changed).await;
    assert_eq!(next(&mut other).await, "stream 200");
    assert_eq!(next(&mut other).await, changed);
    // The stream is gone: to the latest request again.
    drop(other);
    rig.says(changed).await;
    rig.says(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#).await;
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(
        all(second).await,
        [
            &progress("7"),
            asks,
            changed,
            r#"{"jsonrpc":"2.0","id":2,"result":{}}"#
        ]
    );
    assert_eq!(
        all(first).await,
        [
            &progress(r#""t""#),
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#
        ]
    );
}

#[tokio::test]
async fn what_needs_no_answer_is_accepted_once_it_is_written() {
    let mut rig = rig(false);
    for text in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":5,"result":{"roots":[]}}"#,
        r#"{"jsonrpc":"2.0","id":5,"error":{"code":-1,"message":"no"}}"#,
    ] {
        let incoming = rig.send(1, text).await;
        assert_eq!(rig.wrote().await, text);
        assert_eq!(all(incoming).await, ["202 with 0 bytes"]);
    }
}

#[tokio::test]
async fn a_batch_ends_with_its_last_answer() {
    let mut rig = rig(false);
    let array = r#"[ {"jsonrpc":"2.0","id":1,"method":"ping"},
        {"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":2,"method":"ping"}]"#;
    let limits = json::Limits::default();
    let batch = |array: &str| {
        let bytes = Bytes::copy_from_slice(array.as_bytes());
        Subject::Batch(Batch::parse(bytes, &limits).expect("a batch"))
    };
    let mut incoming = rig.duplex.send(&batch(array), exchange(1)).await;
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    );
    assert!(rig.wrote().await.contains("initialized"));
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#
    );
    rig.says(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#).await;
    assert_eq!(
        next(&mut incoming).await,
        r#"{"jsonrpc":"2.0","id":2,"result":{}}"#
    );
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(
        all(incoming).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );

    let silent = batch(r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#);
    let incoming = rig.duplex.send(&silent, exchange(2)).await;
    rig.wrote().await;
    assert_eq!(all(incoming).await, ["202 with 0 bytes"]);

    let twice =
        r#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":1.0,"method":"ping"}]"#;
    let incoming = rig.duplex.send(&batch(twice), exchange(3)).await;
    assert_eq!(
        all(incoming).await,
        ["broke: not sent: a request with the same id is under way"]
    );
    assert!(rig.wrote_nothing());
}

#[tokio::test]
async fn an_id_that_is_under_way_is_not_sent_again() {
    let mut rig = rig(false);
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let first = rig.send(1, ping).await;
    rig.wrote().await;
    let second = rig
        .send(2, r#"{"jsonrpc":"2.0","id":1e0,"method":"ping"}"#)
        .await;
    assert_eq!(
        all(second).await,
        ["broke: not sent: a request with the same id is under way"]
    );
    assert!(rig.wrote_nothing());
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(
        all(first).await,
        [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]
    );
    // Free again.
    let third = rig.send(3, ping).await;
    rig.wrote().await;
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(all(third).await.len(), 1);
}

#[tokio::test]
async fn many_callers_keep_their_own_ids() {
    let mut rig = rig(true);
    let call = r#"{"jsonrpc":"2.0", "id":1.0,"method":"tools/call","params":{"name":"t","n":1.10,"_meta":{"progressToken":"p\u0041"}}}"#;
    let listen = r#"{"jsonrpc":"2.0","id":"1","method":"subscriptions/listen","params":{}}"#;
    let a = rig.send(1, call).await;
    let b = rig.send(2, call).await;
    let c = rig.send(3, listen).await;
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0", "id":1,"method":"tools/call","params":{"name":"t","n":1.10,"_meta":{"progressToken":1}}}"#
    );
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0", "id":2,"method":"tools/call","params":{"name":"t","n":1.10,"_meta":{"progressToken":2}}}"#
    );
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{}}"#
    );
    rig.says(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":1.0}}"#).await;
    rig.says(r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":3}}}"#).await;
    rig.says(r#"{"jsonrpc":"2.0","id":2,"result":{"x":12345678901234567890123}}"#)
        .await;
    rig.says(r#"{"jsonrpc":"2.0","id":1.0,"result":{}}"#).await;
    rig.says(r#"{"jsonrpc":"2.0","id":3,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":3}}}"#).await;
    assert_eq!(all(a).await, [r#"{"jsonrpc":"2.0","id":1.0,"result":{}}"#]);
    assert_eq!(
        all(b).await,
        [
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p\u0041","progress":1.0}}"#,
            r#"{"jsonrpc":"2.0","id":1.0,"result":{"x":12345678901234567890123}}"#
        ]
    );
    assert_eq!(
        all(c).await,
        [
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}}}"#,
            r#"{"jsonrpc":"2.0","id":"1","result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}}}"#
        ]
    );
    assert_eq!(all(rig.open_stream().await).await, ["405 with 0 bytes"]);
    assert!(rig.aside().is_empty());
}

#[tokio::test]
async fn a_cancellation_reaches_the_callers_own_request_only() {
    let mut rig = rig(true);
    let request = r#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"t"}}"#;
    let stranger = rig.send(1, request).await;
    let mine = rig.send(2, request).await;
    rig.wrote().await;
    rig.wrote().await;
    assert!(rig.duplex.cancel(exchange(3), &message(request)).is_none());
    drop(mine);
    let cancel = rig.duplex.cancel(exchange(2), &message(request));
    let cancel = cancel.expect("it is under way");
    assert_eq!(
        describe(Ok(Answer::Message(cancel.clone()))),
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}"#
    );
    let subject = Subject::Message(cancel, None);
    let sent = rig.duplex.send(&subject, exchange(2)).await;
    assert_eq!(
        rig.wrote().await,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#
    );
    assert_eq!(all(sent).await, ["202 with 0 bytes"]);
    // From an exchange without such a request: not written, so that it cancels nobody's.
    let sent = rig.duplex.send(&subject, exchange(3)).await;
    assert!(rig.wrote_nothing());
    assert_eq!(all(sent).await, ["202 with 0 bytes"]);
    // Late, with the id that the caller knows.
    rig.says(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#).await;
    assert_eq!(rig.aside(), [r#"{"jsonrpc":"2.0","id":"x","result":{}}"#]);
    assert!(rig.duplex.cancel(exchange(2), &message(request)).is_none());
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(
        all(stranger).await,
        [r#"{"jsonrpc":"2.0","id":"x","result":{}}"#]
    );
}

#[tokio::test]
async fn what_names_no_caller_reaches_the_only_one_or_nobody() {
    let log =
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}"#;
    let asks = r#"{"jsonrpc":"2.0","id":1,"method":"roots/list"}"#;
    let call = |level: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","_meta":{{{level}}}}}}}"#
        )
    };
    let wants = call(r#""io.modelcontextprotocol/logLevel":"info""#);
    let mut rig = rig(true);
    let mut only = rig.send(1, &wants).await;
    rig.says(log).await;
    assert_eq!(next(&mut only).await, log);
    rig.says(asks).await;
    assert_eq!(rig.aside(), [asks]);
    let second = rig.send(2, &wants).await;
    rig.says(log).await;
    assert_eq!(rig.aside(), [log]);
    drop((only, second));
    let _silent = rig.send(3, &call("")).await;
    rig.says(log).await;
    assert_eq!(rig.aside(), [log]);
}

#[tokio::test]
async fn nobody_hangs_when_the_channel_ends() {
    let mut rig = rig(false);
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    rig.says(changed).await;
    let call = rig
        .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    rig.wrote().await;
    // Not written: its outcome never comes.
    let notified = rig
        .send(
            2,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        )
        .await;
    drop(rig.wire.outgoing.recv().await);
    rig.says(r#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#)
        .await;
    assert!(!rig.duplex.is_over());
    rig.ends().await;
    assert!(rig.duplex.is_over());
    assert_eq!(
        all(call).await,
        [r#"{"jsonrpc":"2.0","id":9,"method":"ping"}"#, "broke: gone"]
    );
    assert_eq!(all(notified).await, ["broke: gone"]);
    assert_eq!(rig.aside(), [changed]);
    let late = rig
        .send(3, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    assert_eq!(all(late).await, ["broke: gone"]);
    assert_eq!(all(rig.open_stream().await).await, ["broke: gone"]);
    timeout(FOR_EVER, rig.duplex.close())
        .await
        .expect("it is closed");
}

#[tokio::test]
async fn an_open_stream_learns_of_the_end() {
    let rig = rig(false);
    let stream = rig.open_stream().await;
    rig.ends().await;
    assert_eq!(all(stream).await, ["stream 200", "broke: gone"]);
}

#[tokio::test]
async fn a_write_that_fails_is_the_end_of_that_call() {
    let mut rig = rig(false);
    let incoming = rig
        .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    let next = rig.wire.outgoing.recv().await.expect("it was sent");
    let refused = Ending::CredentialRefused { status: 401 };
    next.written.send(Err(refused)).expect("somebody waits");
    assert_eq!(all(incoming).await, ["upstream_credential_refused"]);
    assert!(!rig.duplex.is_over());
}

#[tokio::test]
async fn silence_ends_a_call_unless_the_client_owes_an_answer() {
    let limits = Limits {
        answer_ms_max: 50,
        ..Limits::default()
    };
    let mut rig = rig_with(false, &limits, 30_000);
    let quiet = rig
        .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    rig.wrote().await;
    assert_eq!(all(quiet).await, ["upstream_timed_out"]);
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(rig.aside(), [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]);

    let asks = r#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{}}"#;
    let mut asked = rig
        .send(2, r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        .await;
    rig.wrote().await;
    rig.says(asks).await;
    assert_eq!(next(&mut asked).await, asks);
    let mut waiting = Box::pin(next(&mut asked));
    let patient = timeout(Duration::from_millis(200), &mut waiting).await;
    assert!(patient.is_err(), "{patient:?}");
    let answered = rig.send(3, r#"{"jsonrpc":"2.0","id":7,"result":{}}"#).await;
    rig.wrote().await;
    assert_eq!(all(answered).await, ["202 with 0 bytes"]);
    drop(waiting);
    assert_eq!(all(asked).await, ["upstream_timed_out"]);
}

/// What nobody was asked, or what a client answers by itself, makes no call wait for ever.
#[tokio::test]
async fn a_question_that_nobody_considers_makes_no_call_wait() {
    let limits = Limits {
        answer_ms_max: 50,
        ..Limits::default()
    };
    let elicit = r#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{}}"#;
    let ping = r#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#;
    let roots = r#"{"jsonrpc":"2.0","id":9,"method":"roots/list"}"#;
    for (shared, before, after) in [
        (false, Some(elicit), None),
        (false, Some(ping), None),
        (false, None, Some(ping)),
        (false, None, Some(roots)),
        (true, Some(elicit), None),
        (true, None, Some(elicit)),
    ] {
        let mut rig = rig_with(shared, &limits, 30_000);
        if let Some(before) = before {
            rig.says(before).await;
        }
        let call = rig
            .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
            .await;
        rig.wrote().await;
        if let Some(after) = after {
            rig.says(after).await;
        }
        let heard = all(call).await;
        let last = heard.last().map(String::as_str);
        assert_eq!(last, Some("upstream_timed_out"), "{before:?} {after:?}");
    }
    // One that people consider says nothing about calls that come after it.
    let mut rig = rig_with(false, &limits, 30_000);
    let call = |id: u8| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list"}}"#);
    let mut first = rig.send(1, &call(1)).await;
    rig.wrote().await;
    rig.says(elicit).await;
    assert_eq!(next(&mut first).await, elicit);
    let second = rig.send(2, &call(2)).await;
    rig.wrote().await;
    assert_eq!(all(second).await, ["upstream_timed_out"]);
    let patient = timeout(Duration::from_millis(200), next(&mut first)).await;
    assert!(patient.is_err(), "{patient:?}");
}

#[tokio::test]
async fn a_subscription_may_be_silent() {
    let limits = Limits {
        answer_ms_max: 50,
        ..Limits::default()
    };
    let mut rig = rig_with(true, &limits, 30_000);
    let listen = r#"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}"#;
    let mut open = rig.send(1, listen).await;
    rig.wrote().await;
    let ack = r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}"#;
    rig.says(ack).await;
    assert_eq!(next(&mut open).await, ack);
    let patient = timeout(Duration::from_millis(200), next(&mut open)).await;
    assert!(patient.is_err(), "{patient:?}");
    // One that is not even acknowledged is not.
    let lost = rig.send(2, listen).await;
    rig.wrote().await;
    assert_eq!(all(lost).await, ["upstream_timed_out"]);
}

#[tokio::test]
async fn a_server_that_does_not_read_ends_the_calls_not_the_gateway() {
    let limits = Limits {
        answer_ms_max: 50,
        ..Limits::default()
    };
    let rig = rig_with(false, &limits, 30_000);
    // Nobody takes what is to be written.
    for id in 0..20 {
        let ping = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let incoming = rig.send(1, &ping).await;
        assert_eq!(all(incoming).await, ["upstream_timed_out"], "{id}");
    }
}

#[tokio::test]
async fn a_slow_reader_is_left_behind() {
    let mut rig = rig_with(false, &Limits::default(), 30);
    let slow = rig.open_stream().await;
    let mut call = rig
        .send(1, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
        .await;
    rig.wrote().await;
    let big = format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/message","params":"{}"}}"#,
        "x".repeat(700_000)
    )
    .replace("\"params\":\"", "\"params\":{\"data\":\"")
    .replace("\"}", "\"}}");
    rig.says(&big).await;
    rig.says(&big).await;
    // The first is in the stream's queue, the second found no room and went to the request.
    assert_eq!(next(&mut call).await, big);
    rig.says(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).await;
    assert_eq!(all(call).await, [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#]);
    assert_eq!(
        all(slow).await,
        [
            "stream 200",
            &big,
            "broke: its messages came faster than they were taken"
        ]
    );
    assert!(rig.aside().is_empty());
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_only_call_it_can_belong_to() {
    let mut rig = rig(false);
    let ping = |id: u8| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    let first = rig.send(1, &ping(1)).await;
    rig.wrote().await;
    rig.wire.inlet.too_large();
    assert_eq!(all(first).await, ["upstream_too_large"]);
    let second = rig.send(2, &ping(2)).await;
    let third = rig.send(3, &ping(3)).await;
    rig.wire.inlet.too_large();
    rig.says(r#"{"jsonrpc":"2.0","id":2,"result":{}}"#).await;
    rig.says(r#"{"jsonrpc":"2.0","id":3,"result":{}}"#).await;
    assert_eq!(all(second).await.len(), 1);
    assert_eq!(all(third).await.len(), 1);
}

#[tokio::test]
async fn what_is_kept_has_a_bound() {
    let mut rig = rig(false);
    let changed = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    for _ in 0..260 {
        rig.says(changed).await;
    }
    assert_eq!(rig.aside().len(), 4);
    let mut stream = rig.open_stream().await;
    assert_eq!(next(&mut stream).await, "stream 200");
    for _ in 0..256 {
        assert_eq!(next(&mut stream).await, changed);
    }
}

#[tokio::test]
async fn closing_is_asked_of_the_transport() {
    let rig = rig(false);
    let Rig { duplex, wire, .. } = rig;
    let closed = tokio::spawn(async move {
        let subject = Subject::EndSession;
        all(duplex.send(&subject, exchange(1)).await).await
    });
    timeout(FOR_EVER, wire.closing.cancelled())
        .await
        .expect("it is asked");
    sleep(Duration::from_millis(1)).await;
    assert!(!closed.is_finished());
    wire.inlet.end(Ending::GatewayStopped).await;
    assert_eq!(closed.await.expect("no panic"), ["200 with 0 bytes"]);
}

#[tokio::test]
async fn dropping_the_link_closes_the_channel() {
    let rig = rig(false);
    drop(rig.duplex);
    timeout(FOR_EVER, rig.wire.closing.cancelled())
        .await
        .expect("it is asked");
}
