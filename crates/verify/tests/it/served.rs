//! A log behind a URL: what is there is verified, and a server that misbehaves is not waited for.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use verify::{Exit, Options, Report, Target, VerifyError, verify_target};

use crate::support::{only, problems, stopped};

type Answer = fn(&Path, &str, &mut TcpStream) -> std::io::Result<()>;

/// Answers one request per connection, until the test's process ends.
fn serve(root: PathBuf, answer: Answer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let root = root.clone();
            std::thread::spawn(move || one(&root, stream, answer));
        }
    });
    addr
}

fn one(root: &Path, mut stream: TcpStream, answer: Answer) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    answer(root, path.trim_start_matches("/log/n1/1/"), &mut stream)
}

fn file(root: &Path, path: &str, stream: &mut TcpStream) -> std::io::Result<()> {
    let (status, body) = match fs::read(root.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

fn verify_at(addr: SocketAddr) -> Result<Report, VerifyError> {
    let url = format!("http://{addr}/log/n1/1");
    let target = Target::of(Path::new(&url));
    verify_target(&target, &Options::default(), &mut |_| {})
}

#[test]
fn a_log_is_verified_where_it_is_served() {
    let dir = stopped(2, 700);
    let log = dir.path().join("log/n1/1");
    let report = verify_at(serve(log.clone(), file)).unwrap();
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(only(&report).counts.intact, 1_405);
    assert!(!only(&report).bodies);

    let tile = log.join("tile/entries/003");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[77] ^= 4;
    fs::write(&tile, bytes).unwrap();
    let report = verify_at(serve(log.clone(), file)).unwrap();
    assert_eq!(report.exit(), Exit::Corrupt);
    assert!(problems(&report).contains(&"CORRUPT tile/entries/003".to_owned()));
    fs::remove_file(&tile).unwrap();
    let report = verify_at(serve(log, file)).unwrap();
    assert_eq!(report.exit(), Exit::Missing);
    assert_eq!(problems(&report), ["MISSING tile/entries/003"]);
}

#[test]
fn a_monitor_follows_a_url() {
    let dir = stopped(1, 300);
    let state = tempfile::tempdir().unwrap();
    let addr = serve(dir.path().join("log/n1/1"), file);
    let target = Target::of(Path::new(&format!("http://{addr}/log/n1/1/")));
    let visits = verify::Monitor {
        state: state.path(),
        every: None,
    };
    for before in [0, 303] {
        let options = Options::default();
        let report = verify::monitor(&target, visits, &options, &mut |_| {}, &mut |_| {}).unwrap();
        assert_eq!(report.exit(), Exit::Intact, "{report}");
        assert_eq!(only(&report).verified_before.0, before);
    }
}

#[test]
fn a_server_that_misbehaves_is_an_error_and_no_verdict() {
    let rows: [(&str, Answer, &str); 6] = [
        (
            "another place",
            |_, _, s| {
                s.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            },
            "redirects are not followed",
        ),
        (
            "an error",
            |_, _, s| s.write_all(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
            "status 500",
        ),
        (
            "no HTTP",
            |_, _, s| s.write_all(b"SSH-2.0-x\r\n\r\n"),
            "http://",
        ),
        ("nothing", |_, _, _| Ok(()), "http://"),
        (
            "no log",
            |_, _, s| s.write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"),
            "neither a data directory nor a published log",
        ),
        (
            "no end",
            |_, _, s| {
                s.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                loop {
                    s.write_all(&[b'x'; 4_096])?;
                }
            },
            "limit",
        ),
    ];
    for (name, answer, expected) in rows {
        let error = verify_at(serve(PathBuf::new(), answer))
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let error = verify_at(free).unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
}
