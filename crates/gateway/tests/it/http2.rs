//! Clients that speak HTTP/2 from the first byte on (RFC 9113 §3.3).

use bytes::Bytes;
use expect_test::expect;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use ledger::Kind;
use testkit::raw::{Answer, Event, Script, Step, When};
use tokio::net::TcpStream;

use crate::rig::{PATIENCE, Rig, modern};

type Client = SendRequest<Full<Bytes>>;

async fn connect(rig: &Rig) -> Client {
    let socket = TcpStream::connect(rig.addr).await.expect("it accepts");
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(socket))
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection);
    client
}

fn request(rig: &Rig, authority: &str, method: &str, body: &str) -> http::Request<Full<Bytes>> {
    let port = rig.addr.port();
    http::Request::post(format!("http://{authority}:{port}/mcp/http"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", method)
        .header("mcp-name", "endless")
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .expect("a request")
}

async fn text(client: &mut Client, request: http::Request<Full<Bytes>>) -> String {
    let answer = tokio::time::timeout(PATIENCE, client.send_request(request))
        .await
        .expect("in time")
        .expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body");
    format!("{status} {}", String::from_utf8_lossy(&body.to_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_and_refusals() {
    let mut rig = Rig::start(Script::new()).await;
    let mut client = connect(&rig).await;
    let ping = modern(1, "ping", "");
    let mut shown = Vec::new();
    for request in [
        request(&rig, "localhost", "ping", &ping),
        request(&rig, "localhost", "other", &ping),
        request(&rig, "localhost", "ping", "{"),
        request(&rig, "evil.example", "ping", &ping),
        request(&rig, "localhost", "ping", &ping),
    ] {
        shown.push(text(&mut client, request).await);
    }
    let records = rig.news();
    shown.extend(records.iter().map(ToString::to_string));
    expect![[r#"
        200 {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}
        400 {"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch: Mcp-Method does not match the body"}}
        400 {"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}
        403 {"jsonrpc":"2.0","error":{"code":-32600,"message":"this host name is not allowed here"}}
        200 {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}
        session_opened
        intent > request ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.mo…
        outcome < response ping 200 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}
        refusal > request ping header_fault (Mcp-Method does not match the body) | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.mo…
        refusal > malformed undecodable (ends inside a value at byte 1) | {
        refusal > host_not_allowed
        intent > request ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.mo…
        outcome < response ping 200 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#]].assert_eq(&shown.join("\n"));
    rig.stop().await;
}

/// One stream that is left cancels one call; the others of the connection go on.
#[tokio::test(flavor = "multi_thread")]
async fn leaving_one_of_several_streams() {
    let note = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";
    let endless = Answer::event_stream(vec![Step::Text(note.to_owned()), Step::Hang]);
    let script = Script::new().on(When::call("endless"), endless);
    let mut rig = Rig::start(script).await;
    let mut client = connect(&rig).await;
    let call = modern(1, "tools/call", r#","name":"endless""#);
    let call = request(&rig, "localhost", "tools/call", &call);
    let mut answer = client.send_request(call).await.expect("an answer");
    let first = answer.body_mut().frame().await.expect("a frame");
    assert_eq!(
        first.expect("data").into_data().ok(),
        Some(Bytes::from(note))
    );
    let ping = modern(2, "ping", "");
    let during = text(&mut client, request(&rig, "localhost", "ping", &ping)).await;
    assert!(during.starts_with("200 "), "{during}");
    drop(answer);
    rig.news_with(|record| record.kind == Kind::Failure && record.ending() == "client_left")
        .await;
    let closed = rig.raw.wait_for(PATIENCE, |all| {
        all.iter().any(|one| one.event == Event::PeerClosed)
    });
    assert!(closed, "the server is not told");
    let after = text(&mut client, request(&rig, "localhost", "ping", &ping)).await;
    assert_eq!(after, during);
    rig.stop().await;
}
