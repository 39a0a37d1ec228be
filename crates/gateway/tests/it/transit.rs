//! A root key's server that is not there, does not answer, or answers something else. What a real
//! one does is tested where the program runs against one.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use gateway::{Secret, Transit, TransitConfig, TransitError};

fn transit(address: SocketAddr) -> Transit {
    let config = TransitConfig {
        url: format!("http://{address}").parse().expect("a URL"),
        mount: "transit".to_owned(),
        key: "probity".to_owned(),
        namespace: Some("security".to_owned()),
        token: Secret::new("a-token"),
        authorities_pem: Vec::new(),
        answer_ms_max: 300,
    };
    Transit::new(&config).expect("a thread")
}

/// A server that gives one answer, whatever it is asked; gives back what it was asked.
fn answering(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut asked = Vec::new();
        let mut buffer = [0; 4096];
        while !asked.ends_with(b"}") {
            let read = stream.read(&mut buffer).expect("a request");
            asked.extend_from_slice(buffer.get(..read).unwrap_or_default());
        }
        stream.write_all(answer.as_bytes()).expect("it reads");
        String::from_utf8_lossy(&asked).into_owned()
    });
    (address, asked)
}

fn http(status: &str, body: &str) -> &'static str {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    Box::leak(text.into_boxed_str())
}

#[test]
fn what_is_asked_is_what_the_api_takes() {
    let (address, asked) = answering(http("200 OK", r#"{"data":{"ciphertext":"vault:v1:AA=="}}"#));
    let wrapped = transit(address).encrypt(&[1; 32], b"place");
    assert_eq!(wrapped.expect("an answer"), b"vault:v1:AA==");
    let asked = asked.join().expect("it was asked");
    assert!(
        asked.starts_with("POST /v1/transit/encrypt/probity HTTP/1.1\r\n"),
        "{asked}"
    );
    for part in [
        "x-vault-token: a-token\r\n",
        "x-vault-namespace: security\r\n",
        "\"plaintext\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"",
        "\"associated_data\":\"cGxhY2U=\"",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn what_may_pass_is_told_from_what_does_not() {
    let rows = [
        (
            "503 Service Unavailable",
            r#"{"errors":["Vault is sealed"]}"#,
            true,
        ),
        ("429 Too Many Requests", "", true),
        ("502 Bad Gateway", "<html>", true),
        (
            "400 Bad Request",
            r#"{"errors":["cipher: message authentication failed"]}"#,
            false,
        ),
        (
            "403 Forbidden",
            r#"{"errors":["permission denied"]}"#,
            false,
        ),
        ("404 Not Found", r#"{"errors":[]}"#, false),
        ("307 Temporary Redirect", "", false),
        ("200 OK", "{}", false),
        ("200 OK", r#"{"data":{"plaintext":"c2hvcnQ="}}"#, false),
    ];
    for (status, body, passes) in rows {
        let (address, _asked) = answering(http(status, body));
        let error = transit(address).decrypt(b"vault:v1:AA==", b"place");
        let error = error.expect_err("no key came");
        let away = matches!(error, TransitError::Away(_));
        assert_eq!(away, passes, "{status} {body}: {error}");
    }
}

#[test]
fn nobody_waits_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let silent = transit(address).encrypt(&[1; 32], b"place");
    assert!(matches!(silent, Err(TransitError::Away(_))), "{silent:?}");
    drop(listener);
    let gone = transit(address).encrypt(&[1; 32], b"place");
    assert!(matches!(gone, Err(TransitError::Away(_))), "{gone:?}");
}
