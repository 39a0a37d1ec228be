//! What is sent arrives, byte for byte, both ways, over every transport; and is on record so.

use ledger::Kind;
use testkit::raw::{Answer, Event, Received, Script, Step, When};

use crate::corpus::{BROKEN_LINES, IDS, message, values};
use crate::rig::{META, MODERN_VERSION, PATIENCE, RecordLine, Rig, SseClient};

const NOTIFICATION: &str = r#""method":"notifications/vendor""#;

fn request(id: &str) -> String {
    format!(r#""method":"x/echo","id":{id}"#)
}

fn response(id: &str) -> String {
    format!(r#""id":{id}"#)
}

/// How the client speaks with the gateway.
enum Client {
    Http(Vec<(&'static str, String)>),
    Sse(Box<SseClient>),
}

impl Client {
    /// In a legacy session over Streamable HTTP.
    async fn http(rig: &Rig, upstream: &str) -> Self {
        let path = format!("/mcp/{upstream}");
        let session = rig.initialize(&path, "2025-11-25", &[]).await;
        Self::Http(vec![("Mcp-Session-Id", session)])
    }

    /// In a legacy session over HTTP+SSE.
    async fn sse(rig: &Rig, upstream: &str) -> Self {
        Self::Sse(Box::new(
            SseClient::initialized(rig, upstream, "2024-11-05").await,
        ))
    }

    /// Without a session, each request of this method.
    fn modern(method: &str) -> Self {
        let version = (MODERN_VERSION.0, MODERN_VERSION.1.to_owned());
        Self::Http(vec![version, ("Mcp-Method", method.to_owned())])
    }

    /// Sends a message; gives the message that answers it, if one does.
    async fn send(&mut self, rig: &Rig, upstream: &str, body: &str, answered: bool) -> String {
        match self {
            Self::Sse(client) => {
                client.post(rig, body).await;
                if answered {
                    client.message().await
                } else {
                    String::new()
                }
            }
            Self::Http(fields) => {
                let headers: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (*name, &**value))
                    .collect();
                let answer = rig.post(&format!("/mcp/{upstream}"), &headers, body).await;
                let status = if answered { 200 } else { 202 };
                assert_eq!(answer.status, status, "{body}: {answer:?}");
                answer.text()
            }
        }
    }
}

/// The bodies that the server behind `upstream` received, after those of `initialize`.
fn arrived(rig: &Rig, upstream: &str, count: usize) -> Vec<String> {
    let of_test = |all: &[Received]| {
        all.iter()
            .filter(|one| matches!(one.event, Event::Request | Event::Line))
            .map(|one| String::from_utf8(one.body()).expect("UTF-8"))
            .filter(|body| body.contains("\"v\""))
            .collect::<Vec<_>>()
    };
    let enough = |all: &[Received]| of_test(all).len() >= count;
    let (came, all) = match upstream {
        "stdio" => (rig.stdio.wait_for(PATIENCE, enough), rig.stdio.received()),
        _ => (rig.raw.wait_for(PATIENCE, enough), rig.raw.received()),
    };
    assert!(
        came,
        "{} of {count} arrived over {upstream}",
        of_test(&all).len()
    );
    of_test(&all)
}

fn payloads(records: &[RecordLine], of: impl Fn(&RecordLine) -> bool) -> Vec<String> {
    records
        .iter()
        .filter(|record| of(record))
        .map(|record| String::from_utf8(record.payload.clone()).expect("UTF-8"))
        .filter(|payload| payload.contains("\"v\""))
        .collect()
}

fn assert_same(left: &[String], right: &[String], what: &str) {
    assert_eq!(left.len(), right.len(), "{what}");
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left, right, "{what}");
    }
}

/// Requests, notifications and responses of a legacy client.
fn legacy_messages() -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for (at, value) in values().iter().enumerate() {
        let id = IDS[at % IDS.len()];
        all.push((message(at, &request(id), "params", "", value), true));
        all.push((message(at + 1, NOTIFICATION, "params", "", value), false));
        all.push((message(at + 2, &response(id), "result", "", value), false));
        let error = format!(r#""id":{id},"x":0"#);
        let error = message(0, &error, "error", r#""code":1,"message":"\u0041""#, value);
        all.push((error, false));
    }
    for id in IDS {
        all.push((message(0, &request(id), "params", "", "1"), true));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn from_legacy_clients() {
    for (client, upstream) in [
        ("http", "http"),
        ("http", "sse"),
        ("http", "stdio"),
        ("sse", "http"),
        ("sse", "sse"),
        ("sse", "stdio"),
    ] {
        let mut rig = Rig::start(Script::new()).await;
        let mut messages = legacy_messages();
        let broken = message(0, &request("8"), "params", "", BROKEN_LINES);
        messages.push((broken, true));
        let mut client_end = match client {
            "http" => Client::http(&rig, upstream).await,
            _ => Client::sse(&rig, upstream).await,
        };
        let what = format!("from {client} to {upstream}");
        let mut sent = Vec::new();
        for (message, answered) in &messages {
            client_end.send(&rig, upstream, message, *answered).await;
            sent.push(message.clone());
        }
        let mut arrived = arrived(&rig, upstream, sent.len());
        let mut on_record = payloads(&rig.records(), |record| record.kind == Kind::Intent);
        // Notifications and answers may overtake each other where each has a connection of its own.
        if client == "sse" {
            arrived.sort();
            on_record.sort();
            sent.sort();
        }
        assert_same(&on_record, &sent, &format!("{what}, on record"));
        if upstream == "stdio" {
            sent.iter_mut()
                .for_each(|text| *text = text.replace(BROKEN_LINES, &compact()));
            sent.sort();
            arrived.sort();
        }
        assert_same(&arrived, &sent, &what);
        rig.stop().await;
    }
}

/// The value with line breaks, as it crosses a transport that has none.
fn compact() -> String {
    r#"{"a":[1,"\r\n"]}"#.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_modern_clients() {
    for upstream in ["http", "stdio"] {
        let done = Answer::Message(r#"{"jsonrpc":"2.0","id":$ID,"result":{}}"#.to_owned());
        let script = Script::new().on(When::method("x/echo"), done);
        let mut rig = Rig::start(script).await;
        let mut client = Client::modern("x/echo");
        let mut sent = Vec::new();
        let mut of_id = Vec::new();
        for (at, value) in values().iter().enumerate() {
            let id = IDS[at % IDS.len()];
            let with =
                move |id: &str, value: &str| message(at, &request(id), "params", META, value);
            let text = with(id, value);
            client.send(&rig, upstream, &text, true).await;
            sent.push(text);
            of_id.push((value.clone(), with));
        }
        let what = format!("modern, to {upstream}");
        let on_record = payloads(&rig.records(), |record| record.kind == Kind::Intent);
        assert_same(&on_record, &sent, &format!("{what}, on record"));
        let arrived = arrived(&rig, upstream, sent.len());
        if upstream == "stdio" {
            // One process serves all callers: only the id is the gateway's own.
            sent = arrived
                .iter()
                .zip(&of_id)
                .map(|(arrived, (value, with))| with(&id_of(arrived), value))
                .collect();
        }
        assert_same(&arrived, &sent, &what);
        rig.stop().await;
    }
}

fn id_of(message: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Envelope {
        id: Box<serde_json::value::RawValue>,
    }
    let envelope: Envelope = serde_json::from_str(message).expect("a message");
    envelope.id.get().to_owned()
}

/// What servers answer, with the id to be filled in.
fn answers() -> Vec<String> {
    let mut all = Vec::new();
    for (at, value) in values().iter().enumerate() {
        all.push(message(at, r#""id":$ID"#, "result", "", value));
        let error = r#""code":-32000,"message":"\u0041""#;
        all.push(message(at, r#""id":$ID"#, "error", error, value));
    }
    all
}

fn scripted(answers: &[String]) -> Script {
    answers.iter().fold(Script::new(), |script, answer| {
        script.once(When::method("x/next"), Answer::Message(answer.clone()))
    })
}

/// A request for the next answer.
fn next(id: &str, meta: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"x/next","params":{{{meta}}}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_servers() {
    for (client, upstream) in [
        ("http", "http"),
        ("http", "sse"),
        ("http", "stdio"),
        ("sse", "http"),
        ("sse", "sse"),
        ("sse", "stdio"),
        ("modern", "http"),
        ("modern", "stdio"),
    ] {
        let mut answers = answers();
        if upstream == "http" && client != "sse" {
            answers.push(message(0, r#""id":$ID"#, "result", "", BROKEN_LINES));
        }
        let mut rig = Rig::start(scripted(&answers)).await;
        let mut client_end = match client {
            "http" => Client::http(&rig, upstream).await,
            "sse" => Client::sse(&rig, upstream).await,
            _ => Client::modern("x/next"),
        };
        let meta = if client == "modern" { META } else { "" };
        let (mut came, mut expected) = (Vec::new(), Vec::new());
        for (at, answer) in answers.iter().enumerate() {
            let id = IDS[at % IDS.len()];
            came.push(client_end.send(&rig, upstream, &next(id, meta), true).await);
            // The value may have the text of a marker in it only if it is one.
            expected.push(answer.replace("$ID", id));
        }
        let what = format!("from {upstream} to {client}");
        assert_same(&came, &expected, &what);
        let on_record = payloads(&rig.records(), |record| record.kind == Kind::Outcome);
        assert_same(&on_record, &expected, &format!("{what}, on record"));
        rig.stop().await;
    }
}

/// Streams with every kind of framing that the standard allows.
#[tokio::test(flavor = "multi_thread")]
async fn events_keep_their_framing() {
    let note = r#"{"jsonrpc":"2.0","method":"notifications/vendor","params":{"v":1.10}}"#;
    let mut streams: Vec<String> = vec![
        format!("data: {note}\n\ndata:$RESULT\n\n"),
        format!("id: 1\r\nevent: message\r\nretry: 250\r\ndata: {note}\r\n\r\ndata: $RESULT\r\n\r\n"),
        format!("id:\u{e9}\nid\ndata: {note}\nevent:\nunknown: x\n:x\n\ndata: $RESULT\n\n"),
        format!(": hello\n\n:\n\n\n\ndata: {note}\n\n: between\ndata: $RESULT\n: after\n\n: end\n\n"),
        "id: 5\ndata:\n\nretry: 1\n\nid: 6\n\ndata: $RESULT\n\n".to_owned(),
        "data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":$ID,\ndata:\ndata:  \"result\":{\"v\":\ndata: 1}}\n\n".to_owned(),
        "event: ping\ndata: tick\n\nevent: message\ndata: $RESULT\n\n".to_owned(),
        format!("data: {note}\r\rdata: $RESULT\r\r"),
        format!("data: {note}\n\r\ndata: $RESULT\r\n\n"),
        format!("\u{feff}data: {note}\n\ndata: $RESULT\n\n"),
    ];
    for value in values() {
        let note = message(1, NOTIFICATION, "params", "", &value);
        streams.push(format!("id: x\ndata: {note}\n\ndata: $RESULT\n\n"));
    }
    let result = r#"{"jsonrpc":"2.0","id":$ID,"result":{"v":"\u0041"}}"#;
    let streams: Vec<String> = streams
        .iter()
        .map(|text| text.replace("$RESULT", result))
        .collect();
    // Whole, in small pieces, and cut between the two bytes of a line end.
    for pieces in [usize::MAX, 7, 1] {
        let streams: Vec<&String> = streams
            .iter()
            .filter(|text| pieces > 7 || text.len() < 2_000)
            .collect();
        let script = streams.iter().fold(Script::new(), |script, text| {
            let filled = text.replace("$ID", "7");
            let steps = filled
                .as_bytes()
                .chunks(pieces.min(filled.len()))
                .map(|piece| Step::Base64(base64(piece)))
                .collect();
            script.once(When::method("x/next"), Answer::event_stream(steps))
        });
        let mut rig = Rig::start(script).await;
        let session = rig.initialize("/mcp/http", "2025-11-25", &[]).await;
        for (at, text) in streams.iter().enumerate() {
            let modern = [MODERN_VERSION, ("Mcp-Method", "x/next")];
            let legacy = [("Mcp-Session-Id", &*session)];
            let (headers, meta) = if at % 2 == 0 {
                (&modern[..], META)
            } else {
                (&legacy[..], "")
            };
            let answer = rig.post("/mcp/http", headers, &next("7", meta)).await;
            // A line feed that comes alone, after the end of the last event, is no part of it.
            let (came, sent) = (answer.text(), text.replace("$ID", "7"));
            assert_eq!(came.trim_end(), sent.trim_end(), "in pieces of {pieces}");
            assert!(!answer.cut);
        }
        let on_record = payloads(&rig.records(), |record| record.kind == Kind::Outcome);
        for payload in &on_record {
            let parsed: Result<serde_json::Value, _> =
                serde_json::from_str(&payload.replace("1E400", "1"));
            assert!(parsed.is_ok(), "{payload}");
        }
        let results = on_record
            .iter()
            .filter(|payload| payload.contains("\"result\""));
        assert_eq!(results.count(), streams.len());
        rig.stop().await;
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
