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

/// Header fields that repeat the body: a modern server refuses what differs.
#[tokio::test(flavor = "multi_thread")]
async fn mirrored_headers_say_what_the_masked_body_says() {
    let card = "4111111111111111";
    let word = "Tr0ub4dor-and-4-horses";
    let arguments = format!(
        r#"{{"password":"{word}","to":{{"address":"{EMAIL}"}},"note":"{word}","card_number":{card},"city":"Zürich","owner":"{EMAIL}"}}"#
    );
    let tool = format!(r#""name":"mail {EMAIL}","arguments":{arguments}"#);
    let encoded = |text: &str| mcp::era::encode_value(text).into_owned();
    let (name, city) = (encoded(&format!("mail {EMAIL}")), encoded("Zürich"));
    let sent = [
        ("Mcp-Name", &*name),
        // Two arguments have this value, and only one of them loses it: the names tell.
        ("Mcp-Param-Password", word),
        ("Mcp-Param-NOTE", word),
        ("Mcp-Param-Recipient", EMAIL),
        ("Mcp-Param-CardNumber", card),
        ("Mcp-Param-City", &*city),
        // It repeats nothing.
        ("Mcp-Param-Other", TOKEN),
    ];
    for (masks, shown) in [(strict(), true), (crate::rig::standard_masks(), false)] {
        let mut rig = Rig::masking(leaky(), masks).await;
        for modern_era in [true, false] {
            let mut headers = sent.to_vec();
            let session;
            let body = if modern_era {
                headers.extend([MODERN_VERSION, ("Mcp-Method", "tools/call")]);
                modern(1, "tools/call", &format!(",{tool}"))
            } else {
                session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
                headers.push(("Mcp-Session-Id", &session));
                format!(
                    r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{}}}}}"#,
                    tool
                )
            };
            let answer = rig.post("/mcp/http", &headers, &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let received = rig.raw.received();
            let call = received
                .iter()
                .rev()
                .find(|one| said(one).contains("tools/call"));
            let call = call.expect("it was forwarded");
            let intents = rig.news();
            let intent = intents
                .iter()
                .find(|one| one.kind == Kind::Intent && one.method() == "tools/call");
            let intent = intent.expect("it is on record");
            let http = intent.facts.http.as_ref().expect("it came over HTTP");
            let on_record = |name: &str| {
                let mut fields = http.headers.iter();
                let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
                found
                    .map(|(_, value)| value.to_string())
                    .unwrap_or_default()
            };
            let received_field = |name: &str| call.header(name).unwrap_or_default().to_owned();
            repeats(&call.body(), &received_field);
            repeats(&intent.payload, &on_record);
            assert_eq!(on_record("Mcp-Param-Other"), "[github_token]");
            let other = received_field("Mcp-Param-Other");
            assert_eq!(other == TOKEN, !shown, "{other}");
            assert_eq!(said(call).contains(card), !shown);
        }
        rig.stop().await;
        nothing_on_record(&rig, &[TOKEN, EMAIL, card]);
    }
}

/// The fields say what the body of this call says.
fn repeats(body: &[u8], field: &dyn Fn(&str) -> String) {
    let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    let params = &body["params"];
    let arguments = &params["arguments"];
    for (name, value) in [
        ("Mcp-Name", &params["name"]),
        ("Mcp-Param-Password", &arguments["password"]),
        ("Mcp-Param-NOTE", &arguments["note"]),
        ("Mcp-Param-Recipient", &arguments["to"]["address"]),
        ("Mcp-Param-CardNumber", &arguments["card_number"]),
        ("Mcp-Param-City", &arguments["city"]),
    ] {
        let value = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let said = field(name);
        let said = mcp::era::decode_value(said.as_bytes()).expect("a value");
        assert_eq!(said, value, "{name} in {body}");
    }
}

/// The next event never comes: what came does not wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_masked_without_the_next_one() {
    let log = format!(
        r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"info","data":"the key {TOKEN} is in use."}}}}"#
    );
    let framed = |text: String| Answer::event_stream(vec![Step::Text(text), Step::Hang]);
    let script = Script::new().on(When::call("held"), framed(format!("data: {log}\n\n")));
    let mut rig = Rig::start(script).await;
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "held"),
    ];
    let body = modern(1, "tools/call", r#","name":"held""#);
    let mut connection = rig.connect().await;
    let request = crate::rig::post_bytes("/mcp/http", &headers, body.as_bytes());
    connection.write(&request).await;
    let came = connection.until("is in use.").await;
    assert!(came.contains("the key [github_token] is in use."), "{came}");
    drop(connection);
    rig.stop().await;
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
