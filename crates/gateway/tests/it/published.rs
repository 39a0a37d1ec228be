//! The published log under `/log/`: what is there, what is not, and paths that want something else.

use ledger::note::{Checkpoint, LogPublicKey};
use testkit::raw::Script;

use crate::rig::{PATIENCE, Response, Rig, request_bytes};

async fn get(rig: &Rig, path: &str) -> Response {
    rig.send(&request_bytes("GET", path, &[], b"")).await
}

/// A rig of which something is published, and the size of that.
async fn published() -> (Rig, u64) {
    let mut rig = Rig::start(Script::new()).await;
    rig.works().await;
    let started = tokio::time::Instant::now();
    loop {
        let note = get(&rig, "/log/n1/1/checkpoint").await;
        if note.status == 200 {
            let vkey = get(&rig, "/log/n1/1/vkey").await;
            let key = LogPublicKey::from_vkey(vkey.text().trim()).expect("a key");
            let checkpoint = Checkpoint::open(&note.body, &key).expect("it is signed");
            return (rig, checkpoint.size.0);
        }
        assert_eq!(note.status, 404, "{note:?}");
        assert!(started.elapsed() < PATIENCE, "nothing is published");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_log_is_served_as_its_specification_says() {
    let (mut rig, size) = published().await;
    let rows = [
        (
            "/log/n1/1/checkpoint".to_owned(),
            "text/plain; charset=utf-8",
            false,
        ),
        (
            "/log/n1/checkpoint".to_owned(),
            "text/plain; charset=utf-8",
            false,
        ),
        (
            "/log/n1/1/vkey".to_owned(),
            "text/plain; charset=utf-8",
            false,
        ),
        (
            format!("/log/n1/1/tile/0/000.p/{size}"),
            "application/octet-stream",
            true,
        ),
        (
            format!("/log/n1/1/tile/entries/000.p/{size}"),
            "application/octet-stream",
            true,
        ),
        (
            format!("/log/n1/tile/entries/000.p/{size}"),
            "application/octet-stream",
            false,
        ),
    ];
    for (path, kind, immutable) in rows {
        let answer = get(&rig, &path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        let control = answer
            .header("cache-control")
            .expect("it says for how long");
        assert_eq!(
            control.contains("immutable"),
            immutable,
            "{path}: {control}"
        );
        let tag = answer.header("etag").expect("a tag");
        let length = answer.body.len().to_string();
        let head = rig
            .send(&request_bytes(
                "HEAD",
                &path,
                &[("Connection", "close")],
                b"",
            ))
            .await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(
            head.header("content-length"),
            Some(length.as_str()),
            "{path}"
        );
        assert_eq!(head.header("etag"), Some(tag), "{path}");
        for (known, status) in [
            (tag.to_owned(), 304),
            (format!("\"other\", W/{tag}"), 304),
            ("*".to_owned(), 304),
            ("\"other\"".to_owned(), 200),
        ] {
            let headers = [("If-None-Match", known.as_str()), ("Connection", "close")];
            let answer = rig.send(&request_bytes("GET", &path, &headers, b"")).await;
            assert_eq!(answer.status, status, "{path} {known}");
            assert_eq!(answer.body.is_empty(), status == 304, "{path} {known}");
        }
    }
    rig.stop().await;
}

#[tokio::test]
async fn nothing_else_of_the_directory_is_served() {
    let (mut rig, size) = published().await;
    let beyond = size + 1;
    let paths = [
        "/log",
        "/log/",
        "/log/n1",
        "/log/n1/1",
        "/log/n1/1/",
        "/log/n1/1/tile/0/",
        "/log/n1/2/checkpoint",
        "/log/n1/01/checkpoint",
        "/log/n2/1/checkpoint",
        "/log/org/org.key",
        "//log/n1/1/checkpoint",
        "/log//n1/1/checkpoint",
        "/log/n1/1/../1/checkpoint",
        "/log/n1/1/../../../keys/root.key",
        "/log/../keys/root.key",
        "/log/n1/../../keys/root.key",
        "/log/n1/1/%2e%2e/%2e%2e/%2e%2e/keys/root.key",
        "/log/n1/1/..%2f..%2f..%2fkeys%2froot.key",
        "/log/n1/1/tile/entries/../../../../../keys/root.key",
        "/log/n1/1/checkpoint%00",
        "/log/n1/1/checkpoint.tmp",
        "/log/n1/1/CHECKPOINT",
        "/log/n1/1/tile/0/000",
        "/log/n1/1/tile/0/000.p/0",
        "/log/n1/1/tile/0/000.p/256",
        "/log/n1/1/tile/entries/999",
        "/log/.../1/checkpoint",
        "/log/./1/checkpoint",
    ];
    for path in paths {
        let answer = get(&rig, path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.line());
        assert_ne!(answer.header("cache-control"), Some("immutable"), "{path}");
    }
    let answer = get(&rig, &format!("/log/n1/1/tile/0/000.p/{beyond}")).await;
    assert_eq!(answer.status, 404, "a size that nobody published");
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let bytes = request_bytes(method, "/log/n1/1/checkpoint", &[], b"");
        let answer = rig.send(&bytes).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD"), "{method}");
    }
    // Bytes that no client library would send.
    let raw: [&[u8]; 4] = [
        b"GET /log/n1/1/\x00checkpoint HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /log/n1/1/..\\..\\keys\\root.key HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /log/n1/1/\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost/log/../keys/root.key HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ];
    for bytes in raw {
        let answer = rig.send(bytes).await;
        let refused = [400, 404].contains(&answer.status);
        assert!(
            refused,
            "{}: {}",
            String::from_utf8_lossy(bytes),
            answer.line()
        );
    }
    rig.works().await;
    rig.stop().await;
}
