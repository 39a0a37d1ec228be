//! A client that writes the bytes it is told to, and shows the bytes that come back.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// One connection.
pub(crate) struct Connection {
    socket: TcpStream,
    /// What was read and not used yet.
    buffer: Vec<u8>,
}

/// One HTTP response as it came.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// The status; 0 where the connection ended without a response.
    pub(crate) status: u16,
    /// Header fields in their order.
    pub(crate) headers: Vec<(String, String)>,
    /// The body without its framing.
    pub(crate) body: Vec<u8>,
    /// The body ended before its framing said so.
    pub(crate) cut: bool,
}

/// How the length of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Exact(usize),
    Chunked,
    UntilClose,
}

impl Response {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `STATUS CONTENT-TYPE BODY` on one line.
    pub(crate) fn line(&self) -> String {
        if self.status == 0 {
            return "(closed)".to_owned();
        }
        let kind = self.header("content-type").unwrap_or("-");
        let cut = if self.cut { " (cut)" } else { "" };
        let body = self.text().replace("\r\n", "␍").replace('\n', "␊");
        format!("{} {kind} {body}{cut}", self.status)
    }
}

impl Connection {
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        let socket = TcpStream::connect(addr).await.expect("the gateway accepts");
        socket.set_nodelay(true).expect("an option");
        Self {
            socket,
            buffer: Vec::new(),
        }
    }

    /// Writes; a gateway that closed in the meantime is no fault here.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let written = timeout(PATIENCE, self.socket.write_all(bytes)).await;
        let _closed = written.expect("the gateway reads");
    }

    /// Writes and reads at the same time: for bodies that are refused before they were read.
    pub(crate) async fn exchange(self, bytes: &[u8]) -> Response {
        let (mut reading, mut writing) = self.socket.into_split();
        let bytes = bytes.to_vec();
        let written = tokio::spawn(async move {
            let _closed = writing.write_all(&bytes).await;
            writing
        });
        let mut all = Vec::new();
        let mut portion = [0; 4_096];
        let response = loop {
            if let Some(response) = complete(&all) {
                break response;
            }
            match timeout(PATIENCE, reading.read(&mut portion)).await {
                Err(_) => panic!("no response in time: {:?}", String::from_utf8_lossy(&all)),
                Ok(Ok(0) | Err(_)) => break at_close(&all),
                Ok(Ok(read)) => all.extend_from_slice(&portion[..read]),
            }
        };
        written.abort();
        response
    }

    /// Says that nothing more will be written.
    pub(crate) async fn half_close(&mut self) {
        let _closed = self.socket.shutdown().await;
    }

    /// Resets the connection.
    pub(crate) fn reset(self) {
        self.socket.set_zero_linger().expect("an option");
    }

    /// One response, whole.
    pub(crate) async fn response(&mut self) -> Response {
        loop {
            if let Some(response) = complete(&self.buffer) {
                self.buffer.clear();
                return response;
            }
            if !self.more().await {
                return at_close(&std::mem::take(&mut self.buffer));
            }
        }
    }

    /// Reads until `text` came; gives everything that came, with its framing.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        loop {
            let all = String::from_utf8_lossy(&self.buffer).into_owned();
            if all.contains(text) {
                return all;
            }
            if !self.more().await {
                panic!("the connection ended before `{text}`: {all}");
            }
        }
    }

    /// The text of the streamed body from this byte to the end of the event that is there.
    pub(crate) async fn body_from(&mut self, from: usize) -> String {
        loop {
            if let Some((_, start)) = head(&self.buffer) {
                let (body, _) = unchunk(&self.buffer[start..]);
                let text = String::from_utf8_lossy(&body[from..]).into_owned();
                if let Some((event, _)) = text.split_once("\n\n") {
                    return format!("{event}\n\n");
                }
            }
            if !self.more().await {
                panic!("the stream ended");
            }
        }
    }

    /// Reads until the gateway closes the connection.
    pub(crate) async fn until_closed(&mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    async fn more(&mut self) -> bool {
        let mut portion = [0; 16_384];
        let read = match timeout(PATIENCE, self.socket.read(&mut portion)).await {
            Ok(Ok(read)) => read,
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            Ok(Err(error)) => panic!("the connection broke: {error}"),
            Err(_) => panic!(
                "nothing came in time, after {:?}",
                String::from_utf8_lossy(&self.buffer)
            ),
        };
        self.buffer.extend_from_slice(&portion[..read]);
        read > 0
    }
}

/// The head of a response and where its body begins.
fn head(bytes: &[u8]) -> Option<(Response, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let response = Response {
        status,
        headers,
        body: Vec::new(),
        cut: false,
    };
    // Interim responses are not the response.
    if status / 100 == 1 {
        let (response, start) = head(&bytes[end + 4..])?;
        return Some((response, start + end + 4));
    }
    Some((response, end + 4))
}

fn framing(response: &Response) -> Framing {
    if let Some(length) = response.header("content-length") {
        return Framing::Exact(length.parse().expect("a length"));
    }
    match response.header("transfer-encoding") {
        Some(_) => Framing::Chunked,
        None if response.status == 204 => Framing::Exact(0),
        None => Framing::UntilClose,
    }
}

/// The response, if these bytes are all of it.
fn complete(bytes: &[u8]) -> Option<Response> {
    let (mut response, start) = head(bytes)?;
    let rest = &bytes[start..];
    match framing(&response) {
        Framing::Exact(length) if rest.len() >= length => {
            response.body = rest[..length].to_vec();
            Some(response)
        }
        Framing::Chunked => match unchunk(rest) {
            (body, true) => {
                response.body = body;
                Some(response)
            }
            _ => None,
        },
        _ => None,
    }
}

/// What there is when the connection ends.
fn at_close(bytes: &[u8]) -> Response {
    let Some((mut response, start)) = head(bytes) else {
        return Response {
            status: 0,
            headers: Vec::new(),
            body: bytes.to_vec(),
            cut: !bytes.is_empty(),
        };
    };
    let rest = &bytes[start..];
    let framing = framing(&response);
    response.body = match framing {
        Framing::Chunked => unchunk(rest).0,
        _ => rest.to_vec(),
    };
    response.cut = framing != Framing::UntilClose;
    response
}

/// The bytes in the chunks, and whether the last chunk came.
fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else {
            return (body, false);
        };
        let size = std::str::from_utf8(&rest[..end]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        rest = &rest[end + 2..];
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        let Some(after) = rest.get(size + 2..) else {
            return (body, false);
        };
        rest = after;
    }
}

/// A request with a `Host` that is allowed, exactly these fields, and a body with its length.
pub(crate) fn request_bytes(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        bytes.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        bytes.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A POST with the fields that MCP wants of each, and these.
pub(crate) fn post_bytes(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut all = vec![
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ];
    all.extend_from_slice(headers);
    request_bytes("POST", path, &all, body)
}

/// The same POST with its body in one chunk for each of these pieces.
pub(crate) fn chunked(path: &str, headers: &[(&str, &str)], pieces: &[&[u8]]) -> Vec<u8> {
    let mut all = vec![
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("Transfer-Encoding", "chunked"),
    ];
    all.extend_from_slice(headers);
    let mut bytes = request_bytes("PUT", path, &all, b"");
    bytes.splice(..3, *b"POST");
    for piece in pieces {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}
