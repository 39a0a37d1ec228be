//! Requests that are broken below MCP: sizes, times, and HTTP itself.

use std::time::Duration;

use expect_test::expect;
use ledger::Kind;
use testkit::raw::Script;

use crate::rig::{MODERN_VERSION, Rig, chunked, modern, post_bytes};

const PING: [(&str, &str); 2] = [MODERN_VERSION, ("Mcp-Method", "ping")];

/// A gateway with little patience and small limits.
async fn small() -> Rig {
    Rig::with(Script::new(), |config| {
        config.limits.body_bytes_max = 10_000;
        config.limits.head_bytes_max = 10_000;
        config.limits.head_ms_max = 300;
        config.limits.body_ms_max = 300;
    })
    .await
}

fn ping_of(bytes: usize) -> String {
    let empty = modern(1, "ping", r#","x":"""#).len();
    modern(
        1,
        "ping",
        &format!(r#","x":"{}""#, "x".repeat(bytes - empty)),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_up_to_the_limit_pass_and_larger_ones_do_not() {
    let mut rig = small().await;
    rig.works().await;
    rig.news();
    let (fits, large) = (ping_of(10_000), ping_of(10_001));
    let huge = "x".repeat(3 << 20);
    let halves = |body: &'static str| body.as_bytes().split_at(5_000);
    let fits_chunked: &'static str = Box::leak(fits.clone().into_boxed_str());
    let large_chunked: &'static str = Box::leak(large.clone().into_boxed_str());
    let ((a, b), (c, d)) = (halves(fits_chunked), halves(large_chunked));
    let mut shown = String::new();
    for (name, bytes) in [
        ("fits", post_bytes("/mcp/http", &PING, fits.as_bytes())),
        ("fits, in chunks", chunked("/mcp/http", &PING, &[a, b])),
        (
            "one byte more",
            post_bytes("/mcp/http", &PING, large.as_bytes()),
        ),
        (
            "one byte more, in chunks",
            chunked("/mcp/http", &PING, &[c, d]),
        ),
        ("far more", post_bytes("/mcp/http", &PING, huge.as_bytes())),
        (
            "far more, in chunks",
            chunked("/mcp/http", &PING, &[huge.as_bytes(), huge.as_bytes()]),
        ),
    ] {
        let answer = rig.connect().await.exchange(&bytes).await;
        shown.push_str(&format!("{name}: {}\n", answer.line()));
        for record in rig.news() {
            let mut line = record.to_string();
            line.truncate(80);
            shown.push_str(&format!("  {line}\n"));
        }
        rig.works().await;
        rig.news();
    }
    expect![[r#"
        fits: 200 application/json {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}
          intent > request ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta
          outcome < response ping 200 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"co
        fits, in chunks: 200 application/json {"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}
          intent > request ping | {"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta
          outcome < response ping 200 | {"jsonrpc":"2.0","id":1,"result":{"resultType":"co
        one byte more: 413 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is larger than 10000 bytes"}}
          refusal > body_too_large (the limit is 10000 bytes)
        one byte more, in chunks: 413 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is larger than 10000 bytes"}}
          refusal > body_too_large (the limit is 10000 bytes)
        far more: 413 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is larger than 10000 bytes"}}
          refusal > body_too_large (the limit is 10000 bytes)
        far more, in chunks: 413 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is larger than 10000 bytes"}}
          refusal > body_too_large (the limit is 10000 bytes)
    "#]].assert_eq(&shown);
    rig.stop().await;
}

/// Each row: bytes, whether the client then says that it writes no more, and what comes of it.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_stop_half_way() {
    let mut rig = small().await;
    let ping = modern(1, "ping", "");
    let whole = post_bytes("/mcp/http", &PING, ping.as_bytes());
    let head = whole.len() - ping.len();
    let chunk = chunked("/mcp/http", &PING, &[ping.as_bytes()]);
    let mut shown = String::new();
    for (name, bytes, closes) in [
        ("nothing", &b""[..], false),
        ("a part of HTTP/2's first line", &b"PRI * HT"[..], false),
        (
            "HTTP/2's first line alone",
            &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
            false,
        ),
        ("a part of the head", &whole[..40], false),
        ("a part of the head, then the end", &whole[..40], true),
        ("a part of the body", &whole[..head + 20], false),
        (
            "a part of the body, then the end",
            &whole[..head + 20],
            true,
        ),
        ("no body", &whole[..head], false),
        ("a part of a chunk", &chunk[..chunk.len() - 30], false),
        (
            "a part of a chunk, then the end",
            &chunk[..chunk.len() - 30],
            true,
        ),
    ] {
        rig.works().await;
        rig.news();
        let mut connection = rig.connect().await;
        connection.write(bytes).await;
        if closes {
            connection.half_close().await;
        }
        let answer = connection.response().await;
        let records = if name.ends_with("head, then the end") {
            // A client that changed its mind before it said anything.
            Vec::new()
        } else {
            rig.news_with(|_| true).await
        };
        shown.push_str(&format!("{name}: {}\n", answer.line()));
        for record in records {
            shown.push_str(&format!("  {record}\n"));
        }
    }
    expect![[r#"
        nothing: (closed)
          transport connection_fault (no request within 300 ms)
        a part of HTTP/2's first line: (closed)
          transport connection_fault (no request within 300 ms)
        HTTP/2's first line alone: (closed)
          transport connection_fault (no request within 300 ms)
        a part of the head: (closed)
          transport connection_fault (no request within 300 ms)
        a part of the head, then the end: (closed)
        a part of the body: 408 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body was not complete within 300 ms"}}
          refusal > body_timed_out (the limit is 300 ms)
        a part of the body, then the end: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
          refusal > body_broken
        no body: 408 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body was not complete within 300 ms"}}
          refusal > body_timed_out (the limit is 300 ms)
        a part of a chunk: 408 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body was not complete within 300 ms"}}
          refusal > body_timed_out (the limit is 300 ms)
        a part of a chunk, then the end: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
          refusal > body_broken
    "#]].assert_eq(&shown);
    rig.works().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_byte_by_byte_is_given_up() {
    let mut rig = small().await;
    let mut connection = rig.connect().await;
    let bytes = post_bytes("/mcp/http", &[], b"{}");
    let dripping = async {
        for byte in bytes.iter().cycle() {
            connection.write(std::slice::from_ref(byte)).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // The record says that it was given up, while the client would go on for ever.
    let record = tokio::select! {
        () = dripping => Vec::new(),
        news = rig.news_with(|record| record.kind == Kind::Transport) => news,
    };
    assert_eq!(record.len(), 1, "{record:#?}");
    assert_eq!(record[0].ending(), "connection_fault");
    rig.works().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_idle_between_requests_are_no_event() {
    let mut rig = small().await;
    let ping = post_bytes("/mcp/http", &PING, modern(1, "ping", "").as_bytes());
    let mut connection = rig.connect().await;
    connection.write(&ping).await;
    assert_eq!(connection.response().await.status, 200);
    rig.news();
    // The gateway closes what is idle; that is how HTTP is meant to be used.
    assert_eq!(connection.until_closed().await, "");
    rig.works().await;
    let news = rig.news();
    assert_eq!(news.len(), 2, "{news:#?}");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_refused() {
    let mut rig = small().await;
    let ping = modern(1, "ping", "");
    let post = |lines: &str| {
        format!(
            "POST /mcp/http HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: */*\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: ping\r\n{lines}\r\n{ping}"
        )
    };
    let length = ping.len();
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let mut shown = String::new();
    for (name, bytes) in [
        ("another protocol", "SSH-2.0-OpenSSH_9.9\r\n".to_owned()),
        (
            "TLS",
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}".to_owned(),
        ),
        ("no version", "GET /healthz\r\n\r\n".to_owned()),
        (
            "a space in the path",
            "GET /mcp /http HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        ),
        (
            "two lengths",
            post(&format!(
                "Content-Length: {length}\r\nContent-Length: 5\r\n"
            )),
        ),
        ("a negative length", post("Content-Length: -1\r\n")),
        (
            "a length with a sign",
            post(&format!("Content-Length: +{length}\r\n")),
        ),
        (
            "a length and chunks",
            post(&format!(
                "Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"
            )),
        ),
        ("an unknown coding", post("Transfer-Encoding: gzip\r\n")),
        (
            "chunks before the last coding",
            post("Transfer-Encoding: chunked, gzip\r\n"),
        ),
        (
            "a chunk's size that is none",
            post("Transfer-Encoding: chunked\r\n").replace(&ping, "zz\r\n"),
        ),
        (
            "a chunk's size that is too large",
            post("Transfer-Encoding: chunked\r\n").replace(&ping, "ffffffffffffffffff\r\n"),
        ),
        (
            "a folded field",
            post(&format!("Content-Length: {length}\r\nX-A: b\r\n c\r\n")),
        ),
        (
            "a space before the colon",
            post(&format!("Content-Length : {length}\r\n")),
        ),
        (
            "a bare carriage return",
            post(&format!("Content-Length: {length}\r\nX-A: b\rX-B: c\r\n")),
        ),
        (
            "many fields",
            post(&format!("Content-Length: {length}\r\n{many}")),
        ),
        (
            "a long field",
            post(&format!(
                "Content-Length: {length}\r\nX-A: {}\r\n",
                "x".repeat(20_000)
            )),
        ),
        (
            "a long path",
            format!(
                "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "x".repeat(20_000)
            ),
        ),
    ] {
        rig.works().await;
        rig.news();
        let answer = rig.connect().await.exchange(bytes.as_bytes()).await;
        shown.push_str(&format!("{name}: {}\n", answer.line()));
        if answer.status == 400
            || answer.status == 431
            || answer.status == 414
            || answer.status == 0
        {
            for record in rig.news_with(|_| true).await {
                shown.push_str(&format!("  {record}\n"));
            }
        } else {
            for record in rig.news() {
                shown.push_str(&format!("  {record}\n"));
            }
        }
    }
    expect![[r#"
        another protocol: 400 - 
          transport connection_fault (invalid HTTP method parsed)
        TLS: 400 - 
          transport connection_fault (invalid HTTP method parsed)
        no version: 400 - 
          transport connection_fault (invalid URI)
        a space in the path: 400 - 
          transport connection_fault (invalid HTTP version parsed)
        two lengths: 400 - 
          transport connection_fault (invalid content-length parsed)
        a negative length: 400 - 
          transport connection_fault (invalid content-length parsed)
        a length with a sign: 400 - 
          transport connection_fault (invalid content-length parsed)
        a length and chunks: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
          refusal > body_broken
        an unknown coding: 400 - 
          transport connection_fault (invalid transfer-encoding parsed)
        chunks before the last coding: 400 - 
          transport connection_fault (invalid transfer-encoding parsed)
        a chunk's size that is none: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
          refusal > body_broken
        a chunk's size that is too large: 400 application/json {"jsonrpc":"2.0","error":{"code":-32600,"message":"the body is incomplete"}}
          refusal > body_broken
        a folded field: 400 - 
          transport connection_fault (invalid HTTP header parsed)
        a space before the colon: 400 - 
          transport connection_fault (invalid HTTP header parsed)
        a bare carriage return: 400 - 
          transport connection_fault (invalid HTTP header parsed)
        many fields: 431 - 
          transport connection_fault (message head is too large)
        a long field: 431 - 
          transport connection_fault (message head is too large)
        a long path: 431 - 
          transport connection_fault (message head is too large)
    "#]].assert_eq(&shown);
    rig.works().await;
    rig.stop().await;
}
