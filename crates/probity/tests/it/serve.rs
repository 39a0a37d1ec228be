//! `serve` from its first line to its last.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::program::{Serving, probity, run};

/// One HTTP/1.1 exchange; the status and the body.
pub(crate) fn http(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

fn get(address: &str, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    http(address, &request)
}

pub(crate) fn initialize(address: &str, upstream: &str, authorization: &str) -> String {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let request = format!(
        "POST /mcp/{upstream} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         {authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    http(address, &request)
}

pub(crate) fn shop(dir: &std::path::Path) -> String {
    format!(
        "shop={} sample-server {}",
        env!("CARGO_BIN_EXE_probity"),
        dir.join("shop.db").display()
    )
}

#[test]
fn it_serves_without_a_file_and_drains_when_it_is_told_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let upstream = shop(dir.path());
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--upstream",
        &upstream,
    ];
    let serving = Serving::start(&arguments);
    let address = serving.address();
    let token = serving.line_with("token (shown once): ");
    let token = token.rsplit(' ').next().expect("a token").to_owned();

    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/metrics").contains("probity_ledger_entries_durable"));
    assert!(initialize(&address, "shop", "").starts_with("HTTP/1.1 401"));
    let wrong = format!("Authorization: Bearer {token}x\r\n");
    assert!(initialize(&address, "shop", &wrong).starts_with("HTTP/1.1 401"));
    let right = format!("Authorization: Bearer {token}\r\n");
    let answer = initialize(&address, "shop", &right);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("probity-sample-shop"),
        "{answer}"
    );

    // Another process reads beside it; and the data directory has one writer.
    let node = run(&["sessions", "--node", "--json", "--data", &data]).ok();
    assert!(node.contains("\"upstream\":\"shop\""), "{node}");
    let error = run(&arguments).failed(1);
    assert!(error.contains("data directory"), "{error}");

    assert_eq!(serving.terminate(), 0);
    let sessions = run(&["sessions", "--json", "--data", &data]).ok();
    assert!(sessions.contains("\"state\":\"closed\""), "{sessions}");
    run(&["verify", &data]).ok();
    let shown = run(&["show", "last", "--data", &data]).ok();
    assert!(shown.contains("-> ") && shown.contains("<- "), "{shown}");
    assert!(!shown.contains(&token), "a credential is on record");
}

#[test]
fn a_token_that_nobody_saw_does_not_count() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let upstream = shop(dir.path());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("an address").to_string();
    let common = [
        "serve",
        "--data",
        &data,
        "--upstream",
        &upstream,
        "--listen",
    ];
    let error = run(&[&common[..], &[taken.as_str()]].concat()).failed(1);
    assert!(error.contains("cannot listen on"), "{error}");
    drop(listener);
    let serving = Serving::start(&[&common[..], &["127.0.0.1:0"]].concat());
    serving.line_with("token (shown once): ");
    assert_eq!(serving.terminate(), 0);
}

#[test]
fn a_token_can_be_made_and_revoked_while_it_runs() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let upstream = shop(dir.path());
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--upstream",
        &upstream,
    ];
    let serving = Serving::start(&arguments);
    let address = serving.address();
    let made = run(&["token", "create", "late", "--json", "--data", &data]).ok();
    let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
    let header = format!(
        "Authorization: Bearer {}\r\n",
        made["token"].as_str().expect("a token")
    );
    until(|| initialize(&address, "shop", &header).starts_with("HTTP/1.1 200"));
    let id = made["id"].as_str().expect("an id");
    run(&["token", "revoke", id, "--data", &data]).ok();
    until(|| initialize(&address, "shop", &header).starts_with("HTTP/1.1 401"));
    assert_eq!(serving.terminate(), 0);
}

#[test]
fn anonymous_callers_are_let_in_where_it_is_said_and_never_beyond_loopback() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let upstream = shop(dir.path());
    let common = [
        "serve",
        "--data",
        &data,
        "--upstream",
        &upstream,
        "--anonymous",
        "--listen",
    ];
    let error = run(&[&common[..], &["0.0.0.0:0"]].concat()).failed(6);
    assert!(error.contains("loopback only"), "{error}");

    let serving = Serving::start(&[&common[..], &["127.0.0.1:0"]].concat());
    let address = serving.address();
    assert!(serving.line_with("/mcp/shop").contains("anonymous"));
    assert!(initialize(&address, "shop", "").starts_with("HTTP/1.1 200"));
    assert_eq!(serving.terminate(), 0);
    let sessions = run(&["sessions", "--json", "--data", &data]).ok();
    assert!(sessions.contains("\"kind\":\"anonymous\""), "{sessions}");
}

/// Asks until it holds, for a bounded time.
fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it never held");
}

#[test]
fn a_client_of_stdio_connects_through_a_process_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let upstream = shop(dir.path());
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
        "--upstream",
        &upstream,
    ];
    let serving = Serving::start(&arguments);
    let gateway = format!("http://{}", serving.address());
    let token = serving.line_with("token (shown once): ");
    let token = token.rsplit(' ').next().expect("a token").to_owned();
    let messages = [
        r#"{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"query","arguments":{"sql":"SELECT 6*7 AS n"}}}"#,
    ];
    let input = dir.path().join("input");
    std::fs::write(&input, messages.join("\n") + "\n").expect("written");
    let output = probity(&["connect", "shop", "--gateway", &gateway])
        .env("PROBITY_TOKEN", &token)
        .stdin(std::fs::File::open(&input).expect("readable"))
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    let answers: Vec<serde_json::Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("only MCP on standard output"))
        .collect();
    let answer = |id: &serde_json::Value| answers.iter().find(|a| a["id"] == *id);
    assert!(
        answer(&"a".into()).is_some_and(|a| a["result"].is_object()),
        "{printed}"
    );
    let rows = answer(&2.into()).map(|a| a["result"]["structuredContent"]["rows"][0]["n"].clone());
    assert_eq!(rows, Some(42.into()), "{printed}");
    assert_eq!(serving.terminate(), 0);
}

#[test]
fn the_published_log_is_served_unless_it_is_told_not_to() {
    for (serve_log, status) in [("true", "HTTP/1.1 200"), ("false", "HTTP/1.1 404")] {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("probity.toml");
        let text = format!("listen = \"127.0.0.1:0\"\nserve_log = {serve_log}\n");
        std::fs::write(&file, text).expect("it can be written");
        let serving = Serving::start(&["serve", "-c", &file.display().to_string()]);
        let address = serving.address();
        let answer = get(&address, "/log/node-1/1/vkey");
        assert!(answer.starts_with(status), "{serve_log}: {answer}");
        assert_eq!(serving.terminate(), 0);
    }
}
