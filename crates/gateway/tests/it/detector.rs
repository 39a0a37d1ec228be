//! An outside detector that is well, and one that is not.

use std::net::SocketAddr;
use std::time::Duration;

use gateway::{DetectorConfig, OnFailure};
use mask::Class;
use serde_json::{Value, json};
use testkit::raw::{Answer, Script, Step, When};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::rig::{MODERN_VERSION, Rig, modern};

const NAME: &str = "Ada Lovelace";

/// How the analyzer of a test behaves.
#[derive(Clone, Copy)]
enum Manner {
    /// It finds [`NAME`] wherever it stands.
    Finds,
    Fails,
    Garbles,
    Hangs,
}

/// Serves `POST /analyze` for as long as the test's runtime lives.
async fn analyzer(manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, manner));
        }
    });
    addr
}

async fn converse(mut stream: TcpStream, manner: Manner) {
    while let Some(question) = question(&mut stream).await {
        let (status, body) = match manner {
            Manner::Finds => ("200 OK", found(&question).to_string()),
            Manner::Fails => ("500 Internal Server Error", "[]".to_owned()),
            Manner::Garbles => ("200 OK", "<html>".to_owned()),
            Manner::Hangs => return tokio::time::sleep(Duration::from_secs(60)).await,
        };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn question(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            assert!(head.starts_with("POST /analyze "), "{head}");
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is = name.eq_ignore_ascii_case("content-length");
                is.then(|| value.trim().parse::<usize>().expect("a length"))
            });
            if body.len() >= length.unwrap_or(0) {
                return serde_json::from_str(body).ok();
            }
        }
        let mut portion = [0; 4096];
        match stream.read(&mut portion).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&portion[..count]),
        }
    }
}

/// As Presidio counts: in characters.
fn found(question: &Value) -> Value {
    assert_eq!(question["language"], "en");
    let text = question["text"].as_str().expect("a text");
    let places = text.match_indices(NAME).map(|(byte, _)| {
        let start = text.char_indices().filter(|(at, _)| *at < byte).count();
        json!({"entity_type": "PERSON", "start": start, "end": start + NAME.len(), "score": 0.85})
    });
    places.collect()
}

fn config(addr: SocketAddr, on_failure: OnFailure) -> DetectorConfig {
    DetectorConfig {
        url: format!("http://{addr}/analyze").parse().expect("a URL"),
        language: "en".to_owned(),
        score_min: 0.5,
        entities: [(
            "PERSON".to_owned(),
            ("person".to_owned(), Class::Identifier),
        )]
        .into(),
        ms_max: 500,
        text_bytes_max: 1 << 16,
        on_failure,
    }
}

fn script() -> Script {
    let answer = format!(
        r#"{{"jsonrpc":"2.0","id":$ID,"result":{{"resultType":"complete","content":[{{"type":"text","text":"größer: {NAME} called"}}]}}}}"#
    );
    Script::new().on(When::call("who"), Answer::Message(answer))
}

async fn rig(manner: Manner, on_failure: OnFailure) -> Rig {
    let addr = analyzer(manner).await;
    Rig::with(script(), |c| c.detector = Some(config(addr, on_failure))).await
}

async fn ask(rig: &Rig) -> String {
    let params = format!(r#","name":"who","arguments":{{"about":"{NAME}"}}"#);
    let headers = [
        MODERN_VERSION,
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "who"),
    ];
    let body = modern(7, "tools/call", &params);
    rig.post("/mcp/http", &headers, &body).await.text()
}

fn no_name_on_record(rig: &Rig) {
    for record in rig.records() {
        let said = String::from_utf8_lossy(&record.payload).into_owned();
        assert!(!said.contains(NAME), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_finds_is_masked_both_ways() {
    let mut rig = rig(Manner::Finds, OnFailure::Refuse).await;
    let text = ask(&rig).await;
    assert!(text.contains("größer: [person] called"), "{text}");
    let kept = rig.raw.received();
    assert!(
        kept.iter()
            .any(|one| String::from_utf8_lossy(&one.body()).contains(NAME))
    );
    rig.stop().await;
    no_name_on_record(&rig);
}

/// Whatever does not become a call, or an answer, is on record all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_looked_at_too() {
    let batch = format!(
        r#"[{{"jsonrpc":"2.0","id":$ID,"result":{{"content":[{{"type":"text","text":"{NAME}"}}]}}}}]"#
    );
    let script = Script::new()
        .on(
            When::call("fails"),
            Answer::body(500, "text/plain", &format!("no account of {NAME}")),
        )
        .on(
            When::call("garbage"),
            Answer::body(200, "application/json", &format!("hello {NAME}")),
        )
        .on(
            When::call("batch"),
            Answer::body(200, "application/json", &batch),
        )
        .on(
            When::call("events"),
            Answer::event_stream(vec![Step::Text(format!("data: {batch}\n\n"))]),
        );
    let addr = analyzer(Manner::Finds).await;
    let mut rig = Rig::with(script, |c| {
        c.detector = Some(config(addr, OnFailure::Refuse));
    })
    .await;
    let session = rig.initialize("/mcp/http", "2025-03-26", &[]).await;
    let headers = [("Mcp-Session-Id", &*session)];
    for (id, tool) in ["fails", "garbage", "batch", "events"].iter().enumerate() {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{}}}}}}"#
        );
        let text = rig.post("/mcp/http", &headers, &call).await.text();
        assert!(!text.contains(NAME), "{tool}: {text}");
        let shown = text.contains("[person]");
        assert_eq!(shown, *tool != "garbage", "{tool}: {text}");
    }
    let malformed = format!("{{\"jsonrpc\":\"2.0\",,\"{NAME}\"");
    rig.post("/mcp/http", &headers, &malformed).await;
    let nobody = [("Mcp-Session-Id", "none")];
    let call = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"x","arguments":{{"who":"{NAME}"}}}}}}"#
    );
    rig.post("/mcp/http", &nobody, &call).await;
    let mismatch = [MODERN_VERSION, ("Mcp-Method", "tools/list")];
    let body = modern(
        7,
        "tools/call",
        &format!(r#","name":"x","arguments":{{"who":"{NAME}"}}"#),
    );
    rig.post("/mcp/http", &mismatch, &body).await;
    rig.stop().await;
    no_name_on_record(&rig);
    let records = rig.records();
    let masked = |record: &&crate::rig::RecordLine| {
        String::from_utf8_lossy(&record.payload).contains("[person]")
    };
    assert_eq!(records.iter().filter(masked).count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_nobody_looked_at_is_refused() {
    for manner in [Manner::Fails, Manner::Garbles, Manner::Hangs] {
        let mut rig = rig(manner, OnFailure::Refuse).await;
        let text = ask(&rig).await;
        assert!(
            text.contains("could not be masked, so it is refused"),
            "{text}"
        );
        assert!(rig.raw.received().is_empty(), "it reached the server");
        rig.works().await;
        rig.stop().await;
        no_name_on_record(&rig);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn or_masked_as_a_whole() {
    let mut rig = rig(Manner::Fails, OnFailure::Mask).await;
    let text = ask(&rig).await;
    assert!(text.contains(r#""text":"[unchecked]""#), "{text}");
    rig.stop().await;
    no_name_on_record(&rig);
}
