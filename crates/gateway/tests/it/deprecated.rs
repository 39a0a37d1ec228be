//! Clients of the HTTP+SSE transport of 2024-11-05: one stream for all that they are told.

use ledger::Kind;
use testkit::raw::{Answer, Script, Step, When};

use crate::rig::{PATIENCE, Rig, SseClient, initialize};

const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;

fn call(id: u32, tool: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}"}}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_is_the_session() {
    let mut rig = Rig::start(Script::new()).await;
    let mut client = SseClient::initialized(&rig, "http", "2024-11-05").await;
    client.post(&rig, LIST).await;
    assert!(client.message().await.contains(r#""id":7"#));
    let address = client.address.clone();
    drop(client);
    rig.news_with(|record| record.kind == Kind::SessionClosed && record.ending() == "client_left")
        .await;
    let told = rig.raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| one.http_method == "DELETE")
    });
    assert!(told, "the server is not told");
    assert_eq!(rig.post(&address, &[], LIST).await.status, 404);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_opens_nothing_for_others() {
    let mut rig = Rig::start(Script::new()).await;
    let client = SseClient::initialized(&rig, "http", "2024-11-05").await;
    let alice = format!("Bearer {}", rig.alice);
    let known = [("Authorization", &*alice)];
    for (address, headers) in [
        (client.address.clone(), &known[..]),
        (client.address.replace("/sse/http/", "/sse/stdio/"), &[]),
        (
            client.address.replace("/sse/http/", "/sse/keyed/"),
            &known[..],
        ),
    ] {
        let answer = rig.post(&address, headers, LIST).await;
        assert_eq!(answer.status, 404, "{address}: {answer:?}");
    }
    let (_, session) = client.address.split_once("sessionId=").expect("an id");
    let headers = [("Mcp-Session-Id", session)];
    let answer = rig.post("/mcp/http", &headers, LIST).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_on_the_stream() {
    let error = r#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32000,"message":"it broke"}}"#;
    let script = Script::new()
        .on(
            When::call("text"),
            Answer::body(500, "text/plain", "it broke"),
        )
        .on(
            When::call("error"),
            Answer::body(400, "application/json", error),
        )
        .on(When::call("closes"), Answer::Close)
        .on(
            When::call("garbage"),
            Answer::body(200, "application/json", "oops"),
        )
        .on(When::call("silent"), Answer::Silence)
        .on(
            When::call("cut"),
            Answer::event_stream(vec![Step::Text(": x\n\ndata: {".to_owned())]),
        );
    let mut rig = Rig::with(script, |config| config.limits.answer_ms_max = 400).await;
    let mut client = SseClient::initialized(&rig, "http", "2024-11-05").await;
    let mut shown = Vec::new();
    for (at, tool) in ["text", "error", "closes", "garbage", "silent", "cut"]
        .iter()
        .enumerate()
    {
        let id = u32::try_from(at).expect("a small number");
        client.post(&rig, &call(id, tool)).await;
        shown.push(format!("{tool}: {}", client.message().await));
        client.post(&rig, LIST).await;
        assert!(client.message().await.contains("Scripted"));
    }
    expect_test::expect![[r#"
        text: {"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"the MCP server's connection broke before its answer was complete"}}
        error: {"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"it broke"}}
        closes: {"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"the MCP server's connection broke before its answer was complete"}}
        garbage: {"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"the MCP server's answer is not a valid MCP message"}}
        silent: {"jsonrpc":"2.0","id":4,"error":{"code":-32603,"message":"the MCP server did not answer within 400 ms"}}
        cut: {"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"the MCP server's connection broke before its answer was complete"}}"#]].assert_eq(&shown.join("\n"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_refused_where_it_was_posted() {
    let mut rig = Rig::with(Script::new(), |config| config.limits.body_bytes_max = 2_000).await;
    let client = SseClient::initialized(&rig, "http", "2024-11-05").await;
    rig.news_with(|record| record.facts.http.as_ref().and_then(|http| http.status) == Some(405))
        .await;
    let large = call(1, &"x".repeat(2_000));
    let mut shown = String::new();
    for (name, body) in [
        ("no JSON", "{"),
        ("an array", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#),
        (
            "two names",
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}"#,
        ),
        ("too large", &large),
        ("nothing", ""),
    ] {
        let answer = rig.post(&client.address, &[], body).await;
        shown.push_str(&format!("{name}: {}\n", answer.line()));
        for record in rig.news() {
            shown.push_str(&format!("  {record}\n"));
        }
    }
    expect_test::expect![[r#"
        no JSON: 400 application/json {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}
          refusal > malformed undecodable (ends inside a value at byte 1) | {
        an array: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: a batch is not supported here"}}
          refusal > malformed undecodable (an array where one message is expected at byte 0) | [{"jsonrpc":"2.0","id":1,"method":"ping"}]
        two names: 400 application/json {"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid request: an object has the same name twice"}}
          refusal > malformed undecodable (the object already has the name at byte 40) | {"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}
        too large: 413 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is larger than 2000 bytes"}}
          refusal > body_too_large (the limit is 2000 bytes)
        nothing: 400 application/json {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}
          refusal > malformed undecodable (ends inside a value at byte 0)
    "#]].assert_eq(&shown);
    rig.stop().await;
}

/// The server's own messages reach a client that cannot ask for them.
#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_stream_is_asked_for() {
    let note = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;
    let ping = r#"{"jsonrpc":"2.0","id":"s1","method":"ping"}"#;
    let stream = Answer::event_stream(vec![
        Step::Text(format!("id: 1\ndata: {note}\n\ndata: {ping}\n\n")),
        Step::Hang,
    ]);
    let script = Script::new().on(When::http("GET", "/mcp"), stream);
    let mut rig = Rig::start(script).await;
    let mut client = SseClient::initialized(&rig, "http", "2025-03-26").await;
    assert_eq!(client.message().await, note);
    assert_eq!(client.message().await, ping);
    client
        .post(&rig, r#"{"jsonrpc":"2.0","id":"s1","result":{}}"#)
        .await;
    let answered = rig.raw.wait_for(PATIENCE, |all| {
        all.iter()
            .any(|one| one.body().ends_with(br#""id":"s1","result":{}}"#))
    });
    assert!(answered, "the server waits for its answer");
    rig.stop().await;
}

/// A server that nobody can reach fails the first message, and the stream stays for another try.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there() {
    let mut rig = Rig::start(Script::new()).await;
    let mut client = SseClient::open(&rig, "gone").await;
    for _ in 0..2 {
        client.post(&rig, &initialize("2024-11-05")).await;
        assert_eq!(
            client.message().await,
            r#"{"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"the MCP server cannot be reached"}}"#
        );
    }
    rig.works().await;
    rig.stop().await;
}
