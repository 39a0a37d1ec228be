//! Sessions: whose they are, what of them each side sees, and how they end.

use std::time::Duration;

use ledger::Kind;
use testkit::raw::{Answer, Length, Received, Script, Step, When};

use crate::rig::{MODERN_VERSION, PATIENCE, Response, Rig, initialize, modern, request_bytes};

const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
const EVENTS: (&str, &str) = ("Accept", "text/event-stream");

fn id(session: &str) -> (&'static str, &str) {
    ("Mcp-Session-Id", session)
}

async fn delete(rig: &Rig, path: &str, headers: &[(&str, &str)]) -> Response {
    rig.send(&request_bytes("DELETE", path, headers, b"")).await
}

/// All requests of the gateway's that carry this text somewhere.
fn naming(received: &[Received], text: &str) -> Vec<String> {
    received
        .iter()
        .filter(|one| {
            let fields = one.headers.iter();
            one.target.contains(text)
                || String::from_utf8_lossy(&one.body()).contains(text)
                || fields
                    .clone()
                    .any(|(name, value)| name.contains(text) || value.contains(text))
        })
        .map(|one| format!("{one:?}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_side_learns_the_others_session_id() {
    let mut rig = Rig::start(Script::new()).await;
    let answer = rig.post("/mcp/http", &[], &initialize("2025-11-25")).await;
    let session = answer.header("mcp-session-id").expect("an id").to_owned();
    assert!(session.len() >= 32, "{session}");
    let mut answers = vec![answer];
    answers.push(rig.post("/mcp/http", &[id(&session)], LIST).await);
    let get = request_bytes("GET", "/mcp/http", &[id(&session), EVENTS], b"");
    answers.push(rig.send(&get).await);
    answers.push(delete(&rig, "/mcp/http", &[id(&session)]).await);
    for answer in &answers {
        assert!(!format!("{answer:?}").contains("raw-session"), "{answer:?}");
    }
    let received = rig.raw.received();
    assert_eq!(naming(&received, &session), Vec::<String>::new());
    let ids: Vec<_> = received
        .iter()
        .map(|one| (one.http_method.as_str(), one.header("mcp-session-id")))
        .collect();
    let theirs = Some("raw-session");
    assert_eq!(
        ids,
        [
            ("POST", None),
            ("POST", theirs),
            ("GET", theirs),
            ("DELETE", theirs)
        ]
    );
    // Nor do records hold what opens a session at either side.
    for record in rig.records() {
        let facts = serde_json::to_string(&record.facts).expect("facts are JSON");
        assert!(
            !facts.contains(&session) && !facts.contains("raw-session"),
            "{facts}"
        );
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_clients_own_stays_here() {
    let mut rig = Rig::start(Script::new()).await;
    let alice = format!("Bearer {}", rig.alice);
    let body = modern(1, "ping", "");
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "ping"),
        ("Authorization", &alice),
        ("Proxy-Authorization", "Basic secret-1"),
        ("Cookie", "a=secret-2"),
        ("X-Api-Key", "secret-3"),
        ("Forwarded", "for=secret-4"),
        ("X-Forwarded-For", "secret-5"),
        ("X-Forwarded-Host", "secret-6"),
        ("X-Real-IP", "secret-7"),
        ("Via", "1.1 secret-8"),
        ("Referer", "http://localhost/secret-9"),
        ("Origin", "http://localhost"),
        ("Sec-Fetch-Site", "secret-10"),
        ("Connection", "keep-alive, X-Hop"),
        ("X-Hop", "secret-11"),
        ("Accept-Encoding", "gzip, br"),
        ("Last-Event-ID", "secret-12"),
        ("Mcp-Session-Id", "secret-13"),
        ("TE", "trailers"),
        // These pass.
        ("Mcp-Param-Region", "west"),
        (
            "Traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("X-Vendor", "a"),
        ("X-Vendor", "b"),
        ("User-Agent", "rig/1"),
    ];
    let answer = rig.post("/mcp/keyed", &headers, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = rig.raw.received();
    let [one] = received.as_slice() else {
        panic!("{received:#?}");
    };
    let mut fields: Vec<String> = one
        .headers
        .iter()
        .filter(|(name, _)| name != "host")
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    fields.sort();
    expect_test::expect![[r#"
        accept-encoding: identity
        accept: application/json, text/event-stream
        authorization: Bearer of-the-gateway
        content-length: 164
        content-type: application/json
        mcp-method: ping
        mcp-param-region: west
        mcp-protocol-version: 2026-07-28
        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
        user-agent: rig/1
        x-vendor: a
        x-vendor: b"#]]
    .assert_eq(&fields.join("\n"));
    // On record are the names of what came, and no secret.
    for record in rig.records() {
        let facts = serde_json::to_string(&record.facts).expect("facts are JSON");
        for secret in [
            "secret-1\"",
            "secret-2",
            "secret-3",
            rig.alice.trim_start_matches("probity_"),
            "of-the-gateway",
        ] {
            assert!(!facts.contains(secret), "{secret}: {facts}");
        }
    }
    rig.stop().await;
}

/// What a server says to one caller about sessions is not remembered for the others.
#[tokio::test(flavor = "multi_thread")]
async fn traffic_without_sessions_picks_none_up() {
    let answer = Answer::Bytes {
        status: 200,
        headers: vec![
            ("Content-Type".into(), "application/json".into()),
            ("Mcp-Session-Id".into(), "of-somebody".into()),
        ],
        length: Length::Exact,
        steps: vec![Step::Text(
            r#"{"jsonrpc":"2.0","id":$ID,"result":{}}"#.into(),
        )],
    };
    let mut rig = Rig::start(Script::new().on(When::method("ping"), answer)).await;
    for _ in 0..2 {
        let answer = rig.modern("http", 1, "ping", "").await;
        assert_eq!(
            (answer.status, answer.header("mcp-session-id")),
            (200, None)
        );
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let answer = rig.post("/mcp/http", &[], ping).await;
        assert_eq!(
            (answer.status, answer.header("mcp-session-id")),
            (200, None)
        );
    }
    assert_eq!(
        naming(&rig.raw.received(), "of-somebody"),
        Vec::<String>::new()
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_is_gone() {
    let mut rig = Rig::start(Script::new()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    assert_eq!(
        rig.post("/mcp/http", &[id(&session)], LIST).await.status,
        200
    );
    assert_eq!(delete(&rig, "/mcp/http", &[id(&session)]).await.status, 200);
    rig.news_with(|record| record.kind == Kind::SessionClosed && record.ending() == "deleted")
        .await;
    for answer in [
        rig.post("/mcp/http", &[id(&session)], LIST).await,
        delete(&rig, "/mcp/http", &[id(&session)]).await,
    ] {
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    // It can begin anew.
    rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_keeps_is_kept() {
    let no = Answer::body(405, "text/plain", "");
    let mut rig = Rig::start(Script::new().on(When::http("DELETE", "/mcp"), no)).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    assert_eq!(delete(&rig, "/mcp/http", &[id(&session)]).await.status, 405);
    assert_eq!(
        rig.post("/mcp/http", &[id(&session)], LIST).await.status,
        200
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_the_server_lost_is_lost() {
    let lost = Answer::body(
        404,
        "application/json",
        r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32001,"message":"Session not found"}}"#,
    );
    let mut rig = Rig::start(Script::new().once(When::method("tools/list"), lost)).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let answer = rig.post("/mcp/http", &[id(&session)], LIST).await;
    assert_eq!(
        answer.line(),
        r#"404 application/json {"jsonrpc":"2.0","id":7,"error":{"code":-32001,"message":"Session not found"}}"#
    );
    rig.news_with(|record| {
        record.kind == Kind::SessionClosed && record.ending() == "upstream_ended"
    })
    .await;
    let answer = rig.post("/mcp/http", &[id(&session)], LIST).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(rig.raw.received().len(), 3, "the server is not asked again");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initialize_that_fails_opens_nothing() {
    let error = r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32602,"message":"no"}}"#;
    for (status, answer) in [
        (400, Answer::body(400, "application/json", error)),
        (200, Answer::body(200, "application/json", error)),
        (500, Answer::body(500, "text/plain", "")),
        (502, Answer::body(200, "application/json", "{")),
        (502, Answer::Close),
    ] {
        let mut rig = Rig::start(Script::new().on(When::method("initialize"), answer)).await;
        let answer = rig.post("/mcp/http", &[], &initialize("2025-11-25")).await;
        assert_eq!(answer.status, status, "{answer:?}");
        rig.news_with(|record| {
            record.kind == Kind::SessionClosed && record.ending() == "initialize_failed"
        })
        .await;
        if let Some(session) = answer.header("mcp-session-id") {
            let answer = rig.post("/mcp/http", &[id(session)], LIST).await;
            assert_eq!(answer.status, 404, "{answer:?}");
        }
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_nobody_uses_ends() {
    let mut rig = Rig::with(Script::new(), |config| {
        config.limits.session_idle_ms_max = 500;
    })
    .await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    rig.news_with(|record| record.kind == Kind::SessionClosed && record.ending() == "idle")
        .await;
    let told = rig.raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| one.http_method == "DELETE")
    });
    assert!(told, "the server is not told");
    let answer = rig.post("/mcp/http", &[id(&session)], LIST).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    rig.stop().await;
}

/// A standing stream is use, however silent.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_with_an_open_stream_is_not_idle() {
    let open = Answer::event_stream(vec![Step::Text(": hello\n\n".into()), Step::Hang]);
    let script = Script::new().on(When::http("GET", "/mcp"), open);
    let mut rig = Rig::with(script, |config| {
        config.limits.session_idle_ms_max = 300;
        config.limits.answer_ms_max = 300;
    })
    .await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let mut stream = rig.connect().await;
    stream
        .write(&request_bytes(
            "GET",
            "/mcp/http",
            &[id(&session), EVENTS],
            b"",
        ))
        .await;
    stream.until(": hello").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(
        rig.post("/mcp/http", &[id(&session)], LIST).await.status,
        200
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_resumed_where_the_client_says() {
    let first = "id: e1\nretry: 10\ndata:\n\nid: e2\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/a\"}\n\n";
    let second =
        ": again\n\nid: e3\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"ping\"}\n\n";
    let stream = |text: &str| Answer::event_stream(vec![Step::Text(text.into())]);
    let get = When::http("GET", "/mcp");
    let script = Script::new()
        .once(get.clone(), stream(first))
        .once(get, stream(second));
    let mut rig = Rig::start(script).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let headers = [id(&session), EVENTS];
    let answer = rig
        .send(&request_bytes("GET", "/mcp/http", &headers, b""))
        .await;
    assert_eq!(answer.text(), first);
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    let headers = [id(&session), EVENTS, ("Last-Event-ID", "e2")];
    let answer = rig
        .send(&request_bytes("GET", "/mcp/http", &headers, b""))
        .await;
    assert_eq!(answer.text(), second);
    let resumed = rig.raw.received().pop().expect("a request");
    assert_eq!(resumed.header("last-event-id"), Some("e2"));
    // The client's answer names on record what it answers.
    let pong = r#"{"jsonrpc":"2.0","id":"s1","result":{}}"#;
    rig.news();
    assert_eq!(
        rig.post("/mcp/http", &[id(&session)], pong).await.status,
        202
    );
    let news = rig.news();
    let lines: Vec<_> = news.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            format!("intent > response ping | {pong}"),
            "outcome < 202".to_owned()
        ]
    );
    let records = rig.records();
    let resume = records
        .iter()
        .rfind(|record| record.method() == "stream/open" && record.came_from_client());
    let links = &resume.expect("the request").facts.links;
    assert_eq!(
        links
            .iter()
            .map(|link| (&*link.rel, &*link.to))
            .collect::<Vec<_>>(),
        [("last_event_id", "e2")]
    );
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_told_and_recorded() {
    let open = Answer::event_stream(vec![Step::Text(": hello\n\n".into()), Step::Hang]);
    let script = Script::new()
        .on(When::http("GET", "/mcp"), open)
        .on(When::call("silent"), Answer::Silence);
    let mut rig = Rig::with(script, |config| {
        config.limits.sessions_max = 1;
        config.limits.session_streams_max = 1;
        config.limits.calls_max = 1;
        config.limits.drain_ms_max = 100;
    })
    .await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    rig.news();
    let refused =
        |ending: &'static str| move |record: &crate::rig::RecordLine| record.ending() == ending;

    let answer = rig.post("/mcp/http", &[], &initialize("2025-11-25")).await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("1"))
    );
    rig.news_with(refused("sessions_limited")).await;

    let get = request_bytes("GET", "/mcp/http", &[id(&session), EVENTS], b"");
    let mut stream = rig.connect().await;
    stream.write(&get).await;
    stream.until(": hello").await;
    assert_eq!(rig.send(&get).await.status, 503);
    rig.news_with(refused("streams_limited")).await;

    let body = modern(1, "tools/call", r#","name":"silent""#);
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "silent"),
    ];
    let mut call = rig.connect().await;
    call.write(&crate::rig::post_bytes(
        "/mcp/http",
        &headers,
        body.as_bytes(),
    ))
    .await;
    let sent = rig
        .raw
        .wait_for(PATIENCE, |all| !naming(all, "\"silent\"").is_empty());
    assert!(sent, "the call is under way");
    assert_eq!(rig.modern("http", 2, "ping", "").await.status, 503);
    rig.news_with(refused("calls_limited")).await;
    // When the call is over there is room again.
    drop(call);
    rig.news_with(refused("client_left")).await;
    let mut status = 503;
    for _ in 0..200 {
        status = rig.modern("http", 3, "ping", "").await.status;
        if status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(status, 200);
    rig.stop().await;
}

/// Modern requests are recorded together by caller and client software, and never across callers.
#[tokio::test(flavor = "multi_thread")]
async fn modern_requests_are_recorded_by_caller_and_client() {
    let mut rig = Rig::start(Script::new()).await;
    let (alice, bob) = (
        format!("Bearer {}", rig.alice),
        format!("Bearer {}", rig.bob),
    );
    let ping = |client: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}},"io.modelcontextprotocol/clientInfo":{{"name":"{client}","version":"1"}}}}}}}}"#
        )
    };
    let mut intents = Vec::new();
    for (bearer, client) in [
        (&alice, "a"),
        (&alice, "a"),
        (&bob, "a"),
        (&alice, "b"),
        (&bob, "a"),
    ] {
        let headers = [
            MODERN_VERSION,
            ("Mcp-Method", "ping"),
            ("Authorization", bearer),
        ];
        let answer = rig.post("/mcp/keyed", &headers, &ping(client)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let news = rig.news();
        let intent = news.iter().find(|record| record.kind == Kind::Intent);
        intents.push(intent.expect("an intent").session);
    }
    assert_eq!(intents[0], intents[1]);
    assert_eq!(intents[2], intents[4]);
    assert_ne!(intents[0], intents[2]);
    assert_ne!(intents[0], intents[3]);
    rig.stop().await;
}

/// However many names a client gives itself.
#[tokio::test(flavor = "multi_thread")]
async fn recordings_of_modern_requests_are_bounded() {
    let mut rig = Rig::with(Script::new(), |config| config.limits.sessions_max = 3).await;
    for at in 0..10 {
        let ping = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}},"io.modelcontextprotocol/clientInfo":{{"name":"a{at}","version":"1"}}}}}}}}"#
        );
        let headers = [MODERN_VERSION, ("Mcp-Method", "ping")];
        assert_eq!(rig.post("/mcp/http", &headers, &ping).await.status, 200);
    }
    let records = rig.records();
    let of = |kind| records.iter().filter(move |record| record.kind == kind);
    // One more for all that came after.
    assert_eq!(of(Kind::SessionOpened).count(), 4);
    let mut named = of(Kind::Intent).filter_map(|record| record.facts.client.as_ref());
    assert!(
        named.any(|client| &*client.name == "a9"),
        "each record says who"
    );
    rig.stop().await;
}
