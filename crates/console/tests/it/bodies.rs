use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{Full, StreamBody};

use crate::world::{FakeDesk, api, ask, call_id, lock, read, refund, request};

fn line() -> String {
    format!("POST /api/v1/approvals/{}/approve", call_id(1))
}

#[tokio::test]
async fn bodies_that_make_no_sense() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let deep = format!(
        r#"{{"grant":{{"for":"1h","with":[{{"at":"/a","is":{}{}}}]}}}}"#,
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    let deep_document = "[".repeat(4_000);
    let many = vec![r#"{"at":"/a","is":1}"#; 65].join(",");
    let many = format!(r#"{{"grant":{{"for":"1h","with":[{many}]}}}}"#);
    let grant = |grant: &str| format!(r#"{{"grant":{grant}}}"#);
    let with = |with: &str| grant(&format!(r#"{{"for":"1h","with":[{with}]}}"#));
    let rows = [
        (400, "nonsense".to_owned()),
        (400, "null".to_owned()),
        (400, "{}{}".to_owned()),
        (400, r#"{"reason":7}"#.to_owned()),
        (400, r#"{"reason":"a","reason":"b"}"#.to_owned()),
        (400, r#"{"Reason":"a"}"#.to_owned()),
        (400, r#"{"by":"bob"}"#.to_owned()),
        (400, r#"{"reason":"\ud800"}"#.to_owned()),
        (400, deep_document),
        (400, grant("{}")),
        (400, grant(r#"{"for":"1h","rules":[]}"#)),
        (400, with(r#"{"at":"/a"}"#)),
        (400, with(r#"{"at":"/a","is":01}"#)),
        (422, grant(r#"{"for":""}"#)),
        (422, grant(r#"{"for":"h"}"#)),
        (422, grant(r#"{"for":"1"}"#)),
        (422, grant(r#"{"for":"-1h"}"#)),
        (422, grant(r#"{"for":"+1h"}"#)),
        (422, grant(r#"{"for":"1d"}"#)),
        (422, grant(r#"{"for":"1é"}"#)),
        (422, grant(r#"{"for":"18446744073709551615h"}"#)),
        (422, grant(r#"{"for":"0s"}"#)),
        (422, grant(r#"{"for":"61m"}"#)),
        (422, with(r#"{"at":"a","is":1}"#)),
        (422, with(r#"{"at":"/~2","is":1}"#)),
        (422, with(r#"{"at":"/~","is":1}"#)),
        (422, with(r#"{"at":"/a","is":{"b":1,"b":2}}"#)),
        (422, with(r#"{"at":"/a","is":1e999}"#)),
        (422, deep),
        (422, many),
    ];
    for (status, body) in rows {
        let told = ask(&desk, &line(), "ada", &body).await;
        assert_eq!(told.status, status, "{body}: {}", told.body);
    }
    assert!(lock(&desk.held)[&call_id(1)].votes.is_empty());
}

#[tokio::test]
async fn a_grant_goes_with_an_approval_only() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    for word in ["reject", "break-glass"] {
        let line = format!("POST /api/v1/approvals/{}/{word}", call_id(1));
        let body = r#"{"reason":"x","grant":{"for":"1h"}}"#;
        let told = ask(&desk, &line, "ada", body).await;
        assert_eq!((told.status, told.problem()), (422, "allowance"));
    }
}

#[tokio::test]
async fn bodies_beyond_the_limit() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let announced = " ".repeat(4_097);
    let told = ask(&desk, &line(), "ada", &announced).await;
    assert_eq!((told.status, told.problem()), (413, "too-large"));

    // One that does not say how long it is, and never ends.
    let chunk = || Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[b' '; 1_000])));
    let endless = StreamBody::new(stream::repeat_with(chunk));
    let told = read(
        api(&desk)
            .answer(request(&line(), Some("ada"), endless))
            .await,
    )
    .await;
    assert_eq!((told.status, told.problem()), (413, "too-large"));

    // And just within.
    let within = format!("{:<4096}", "{}");
    let told = ask(&desk, &line(), "ada", &within).await;
    assert_eq!(told.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    let silent = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
    let told = read(
        api(&desk)
            .answer(request(&line(), Some("ada"), silent))
            .await,
    )
    .await;
    assert_eq!((told.status, told.problem()), (408, "too-slow"));

    let broken = stream::iter([
        Ok(Frame::data(Bytes::from_static(b"{}"))),
        Err(io::Error::other("reset")),
    ]);
    let broken = StreamBody::new(broken);
    let told = read(
        api(&desk)
            .answer(request(&line(), Some("ada"), broken))
            .await,
    )
    .await;
    assert_eq!((told.status, told.problem()), (400, "malformed"));
    assert!(lock(&desk.said).is_empty());
}

/// A form of another site can send text and form types without asking; JSON it cannot.
#[tokio::test]
async fn only_json_is_taken() {
    let desk = FakeDesk::new();
    desk.hold(refund(1));
    for (kind, status) in [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonp", 415),
        ("", 415),
        ("Application/JSON; charset=utf-8", 200),
    ] {
        let mut request = request(&line(), Some("ada"), Full::new(Bytes::from_static(b"{}")));
        let kind = kind.parse().expect("a header");
        request.headers_mut().insert("content-type", kind);
        let told = read(api(&desk).answer(request).await).await;
        assert_eq!(told.status, status);
    }
}
