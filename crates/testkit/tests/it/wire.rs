//! Bytes over a socket or a pipe, without a client library that would interpret them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// After this long without a byte a test fails instead of hanging.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// One HTTP connection.
pub(crate) struct Wire {
    pub(crate) socket: BufReader<TcpStream>,
}

/// A head and what followed until the connection closed or the length was reached.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Wire {
    pub(crate) fn open(url: &str) -> Self {
        let authority = url.trim_start_matches("http://").split('/').next().unwrap();
        let socket = TcpStream::connect(authority).unwrap();
        socket.set_read_timeout(Some(SILENCE_MAX)).unwrap();
        Self {
            socket: BufReader::new(socket),
        }
    }

    pub(crate) fn post(&mut self, path: &str, headers: &[&str], body: &str) {
        let mut text = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nContent-Length: {}\r\n",
            body.len()
        );
        for header in headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.socket.get_mut().write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn get(&mut self, path: &str) {
        let text =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
        self.socket.get_mut().write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn head(&mut self) -> String {
        self.read_until("\r\n\r\n")
    }

    /// Everything up to and including `end`, or up to the end of the connection.
    pub(crate) fn read_until(&mut self, end: &str) -> String {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            let mut byte = [0];
            match self.socket.read(&mut byte) {
                Ok(1) => bytes.extend_from_slice(&byte),
                _ => break,
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    /// An answer with `Content-Length`.
    pub(crate) fn answer(&mut self) -> Answer {
        let head = self.head();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body).unwrap();
        Answer {
            head,
            body: String::from_utf8(body).unwrap(),
        }
    }
}

/// A program over stdio.
pub(crate) struct Pipe {
    pub(crate) child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Pipe {
    pub(crate) fn start(argv: &[String]) -> Self {
        let mut child = Command::new(&argv[0])
            .args(&argv[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    pub(crate) fn send(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// The next line, without its line feed; empty at the end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end_matches('\n').to_owned()
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
