//! The guarded way to authorization servers, on real sockets.

use std::time::Duration;

use expect_test::{Expect, expect};
use gateway::{GuardedFetch, OutsideConfig};
use identity::{Ask, Fetch as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that says the same to everybody; how it is reached.
async fn server(answer: String) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, sender) = (answer.clone(), sender.clone());
            tokio::spawn(async move {
                let mut head = vec![0; 4_096];
                let read = socket.read(&mut head).await.unwrap_or(0);
                let _nobody = sender.send(String::from_utf8_lossy(&head[..read]).into_owned());
                let _gone = socket.write_all(answer.as_bytes()).await;
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
    });
    (port, heard)
}

fn fetch(networks: &[&str]) -> GuardedFetch {
    let config = OutsideConfig {
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        answer_ms_max: 500,
        answer_bytes_max: 1_000,
        ..OutsideConfig::default()
    };
    GuardedFetch::new(&config).unwrap()
}

/// What comes of asking this URL, without the port that it was asked at.
async fn check(networks: &[&str], url: &str, port: u16, expected: Expect) {
    let answer = fetch(networks)
        .fetch(Ask::get(&url.replace("PORT", &port.to_string())))
        .await;
    let told = match answer {
        Ok(document) => format!("{} with {} bytes", document.status, document.body.len()),
        Err(error) => error.to_string(),
    };
    let told = told.replace(&format!(":{port}"), ":PORT");
    // Which of its two addresses `localhost` has first is the machine's business.
    expected.assert_eq(&told.replace("address ::1 ", "address 127.0.0.1 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_and_who_is_not() {
    let good = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_owned();
    let (port, mut heard) = server(good).await;
    let own = &["127.0.0.0/8"];
    check(
        own,
        "http://127.0.0.1:PORT/keys",
        port,
        expect!["200 with 2 bytes"],
    )
    .await;
    check(
        own,
        "http://localhost:PORT/keys",
        port,
        expect!["200 with 2 bytes"],
    )
    .await;
    for _ in 0..2 {
        assert!(
            heard
                .recv()
                .await
                .unwrap()
                .starts_with("GET /keys HTTP/1.1\r\n")
        );
    }
    // From here on nobody hears anything.
    check(&[], "http://127.0.0.1:PORT/keys", port, expect!["`http://127.0.0.1:PORT/keys` is not asked: the address 127.0.0.1 is not public; list it in `identity.networks` to allow it"]).await;
    check(&[], "http://localhost:PORT/keys", port, expect!["`http://localhost:PORT/keys` does not answer: client error (Connect): dns error: the address 127.0.0.1 is not public; list it in `identity.networks` to allow it"]).await;
    check(&[], "https://localhost:PORT/keys", port, expect!["`https://localhost:PORT/keys` does not answer: client error (Connect): dns error: the address 127.0.0.1 is not public; list it in `identity.networks` to allow it"]).await;
    check(&[], "https://2130706433:PORT/keys", port, expect!["`https://2130706433:PORT/keys` does not answer: client error (Connect): invalid dns name"]).await;
    check(
        own,
        "https://[::ffff:169.254.169.254]:PORT/",
        port,
        expect!["`https://[::ffff:169.254.169.254]:PORT/` is not asked: the address ::ffff:169.254.169.254 is not public; list it in `identity.networks` to allow it"],
    )
    .await;
    check(
        own,
        "http://192.168.0.1:PORT/keys",
        port,
        expect!["`http://192.168.0.1:PORT/keys` is not asked: it is not `https`"],
    )
    .await;
    assert!(heard.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_has_its_bounds() {
    let own = &["127.0.0.0/8"];
    let (inside, mut heard) = server(String::new()).await;
    let moved = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inside}/secret\r\ncontent-length: 0\r\n\r\n"
    );
    let large = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n{}",
        "x".repeat(1_001)
    );
    let endless = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n{}\r\n",
        "x".repeat(2_000)
    );
    let rows = [
        (moved, expect!["302 with 0 bytes"]),
        (
            large,
            expect!["the answer of `http://127.0.0.1:PORT/` is larger than 1000 bytes"],
        ),
        (
            endless,
            expect!["the answer of `http://127.0.0.1:PORT/` is larger than 1000 bytes"],
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab".to_owned(),
            expect!["`http://127.0.0.1:PORT/` did not answer within 500 ms"],
        ),
        (
            String::new(),
            expect!["`http://127.0.0.1:PORT/` did not answer within 500 ms"],
        ),
    ];
    for (answer, expected) in rows {
        let (port, _heard) = server(answer).await;
        check(own, "http://127.0.0.1:PORT/", port, expected).await;
    }
    assert!(heard.try_recv().is_err(), "a redirect is not followed");
}
