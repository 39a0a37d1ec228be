//! Sensitive data on its way through the gateway: what the server gets, what the agent gets, and
//! what is left of it on disk.

use std::path::Path;

use ledger::Kind;
use mask::{Key, MaskSet, Showing};
use testkit::raw::{Answer, Received, Script, Step, When};

use crate::rig::{MODERN_VERSION, PATIENCE, Rig, SseClient, modern};

const TOKEN: &str = "ghp_wJalrXUtnFEMIK7MDENGbPxRfiCYzKQ4c9Lw";
const PASSWORD: &str = "Tr0ub4dor-and-3-horses";
const CARD: &str = "4111 1111 1111 1111";
const EMAIL: &str = "ada.lovelace@engines.test";

fn strict() -> MaskSet {
    MaskSet::builder()
        .showing(Showing::strict())
        .key(Key::from_bytes(b"a key of tests"))
        .build()
}

/// What a server says that has no manners: a secret in each place where one fits.
fn leaky() -> Script {
    let text = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"result":{{"resultType":"complete","content":[{{"type":"text","text":"token {TOKEN}, card {CARD}, mail {EMAIL}"}}],"cacheScope":"public","ttlMs":5}}}}"#
    );
    let progress = format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":$TOKEN,"progress":1,"message":"using {TOKEN}"}}}}"#
    );
    let log = format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"info","data":{{"password":"{PASSWORD}"}}}}}}"#
    );
    let error = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"error":{{"code":-32000,"message":"cannot log in with {TOKEN}","data":{{"password":"{PASSWORD}"}}}}}}"#
    );
    let commented = format!(": debug {TOKEN}\ndata: {text}\n\n");
    Script::new()
        .on(When::call("text"), Answer::Message(text.clone()))
        .on(
            When::call("stream"),
            Answer::Messages(vec![progress, log, text]),
        )
        .on(When::call("error"), Answer::Message(error))
        .on(
            When::call("comment"),
            Answer::event_stream(vec![Step::Text(commented)]),
        )
        .on(
            When::call("garbage"),
            Answer::body(200, "application/json", &format!("password={PASSWORD}")),
        )
        .on(
            When::call("cut"),
            Answer::event_stream(vec![Step::Text(format!("data: {{\"t\":\"{TOKEN}"))]),
        )
}

fn call(id: u32, tool: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"password":"{PASSWORD}","to":"{EMAIL}"}},"_meta":{{"progressToken":{id}}}}}}}"#
    )
}

fn said(received: &Received) -> String {
    String::from_utf8_lossy(&received.body()).into_owned()
}

/// No record says any of these, in its payload or in its facts.
fn nothing_on_record(rig: &Rig, values: &[&str]) {
    for record in rig.records() {
        let facts = serde_json::to_string(&record.facts).expect("JSON");
        let said = format!("{facts} {}", String::from_utf8_lossy(&record.payload));
        for value in values {
            assert!(!said.contains(value), "{value} in {said}");
        }
    }
}

fn nothing_on_disk(dir: &Path, values: &[&str]) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            nothing_on_disk(&path, values);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        for value in values {
            let found = bytes.windows(value.len()).any(|w| w == value.as_bytes());
            assert!(!found, "{value} in {}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_and_records_get_no_secrets_and_servers_what_was_sent() {
    let mut rig = Rig::start(leaky()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let param = format!("Bearer {TOKEN}");
    let headers = [("Mcp-Session-Id", &*session), ("Mcp-Param-Note", &*param)];
    for (id, tool) in ["text", "stream", "error", "comment", "garbage", "cut"]
        .into_iter()
        .enumerate()
    {
        let id = u32::try_from(id).expect("a small number") + 1;
        let answer = rig.post("/mcp/http", &headers, &call(id, tool)).await;
        let text = answer.text();
        for secret in [TOKEN, PASSWORD, CARD] {
            assert!(!text.contains(secret), "{tool}: {text}");
        }
        match tool {
            "text" => {
                assert!(
                    text.contains("token [github_token], card ****-****-****-1111"),
                    "{text}"
                );
                assert!(text.contains(EMAIL), "contact data is shown: {text}");
                assert!(
                    text.contains(r#""cacheScope":"private","ttlMs":5"#),
                    "{text}"
                );
            }
            "stream" | "comment" => assert!(text.contains("[github_token]"), "{text}"),
            "error" => assert!(text.contains("cannot log in with [github_token]"), "{text}"),
            _ => {}
        }
    }
    let received = rig.raw.received();
    let calls = received
        .iter()
        .filter(|one| said(one).contains("tools/call"));
    assert_eq!(calls.filter(|one| said(one).contains(PASSWORD)).count(), 6);
    rig.stop().await;
    nothing_on_record(&rig, &[TOKEN, PASSWORD, CARD, EMAIL]);
    nothing_on_disk(rig.path(), &[TOKEN, PASSWORD, CARD, EMAIL]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transport_masks() {
    let mut rig = Rig::start(leaky()).await;
    for (upstream, id) in [("http", 1), ("stdio", 2), ("sse", 3)] {
        let mut client = SseClient::initialized(&rig, upstream, "2024-11-05").await;
        client.post(&rig, &call(id, "text")).await;
        let text = client.message().await;
        assert!(
            text.contains("token [github_token], card"),
            "{upstream}: {text}"
        );
    }
    let params = format!(r#","name":"text","arguments":{{"api_key":"{TOKEN}"}}"#);
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "text"),
    ];
    let body = modern(9, "tools/call", &params);
    let text = rig.post("/mcp/http", &headers, &body).await.text();
    assert!(text.contains("token [github_token], card"), "{text}");
    rig.stop().await;
    nothing_on_record(&rig, &[TOKEN, PASSWORD, CARD, EMAIL]);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_may_be_shown_no_more_than_the_record() {
    let mut rig = Rig::masking(leaky(), strict()).await;
    let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
    let param = format!("Bearer {TOKEN}");
    let headers = [("Mcp-Session-Id", &*session), ("Mcp-Param-Note", &*param)];
    rig.post("/mcp/http", &headers, &call(1, "text")).await;
    rig.raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| said(one).contains("tools/call"))
    });
    for one in rig.raw.received() {
        let said = format!("{:?} {}", one.headers, said(&one));
        for value in [TOKEN, PASSWORD, EMAIL] {
            assert!(!said.contains(value), "{said}");
        }
    }
    rig.stop().await;
    let intent = rig
        .records()
        .into_iter()
        .find(|record| record.kind == Kind::Intent && record.method() == "tools/call")
        .expect("an intent");
    let kinds: Vec<&str> = intent.facts.findings.iter().map(|f| &*f.kind).collect();
    assert!(kinds.contains(&"email"), "{kinds:?}");
    for finding in &intent.facts.findings {
        let (start, end) = (finding.start as usize, finding.end as usize);
        let shown = String::from_utf8_lossy(&intent.payload[start..end]);
        assert!(shown.starts_with('[') && shown.ends_with(']'), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_split_over_events_is_masked_in_all() {
    let (first, second) = TOKEN.split_at(15);
    let log = |data: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"info","data":"{data}"}}}}"#
        )
    };
    let answer = r#"{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}"#;
    let script = Script::new()
        .on(
            When::call("split"),
            Answer::Messages(vec![
                log("one moment"),
                log(&format!("using {first}")),
                log(&format!("{second} now")),
                answer.to_owned(),
            ]),
        )
        .on(
            When::call("stops"),
            Answer::Messages(vec![log(&format!("using {first}")), answer.to_owned()]),
        );
    let mut rig = Rig::start(script).await;
    for upstream in ["http", "stdio"] {
        let path = format!("/mcp/{upstream}");
        let session = rig.initialize(&path, "2025-11-25", &[]).await;
        let headers = [("Mcp-Session-Id", &*session)];
        let text = rig.post(&path, &headers, &call(1, "split")).await.text();
        assert!(!text.contains(first) && !text.contains(second), "{text}");
        let places = ["one moment", "[github_token]", " now", r#""content":[]"#];
        let found: Vec<_> = places.iter().map(|part| text.find(part)).collect();
        assert!(
            found.is_sorted() && found.iter().all(Option::is_some),
            "{text}"
        );
        // What may be the beginning of a value waits, and is not lost when nothing follows it.
        let text = rig.post(&path, &headers, &call(2, "stops")).await.text();
        assert!(
            text.contains("using ") && text.contains(r#""content":[]"#),
            "{text}"
        );
    }
    rig.stop().await;
    nothing_on_record(&rig, &[TOKEN, second]);
}
