//! The raw server over HTTP/1.1, written on the socket itself: a server library would repair what a
//! script breaks.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::super::{Answer, Event, Length, Received, Step};
use super::{Message, RawServer};

/// Session id of every Streamable HTTP session.
const SESSION: &str = "raw-session";
/// Largest header that is read.
const HEAD_BYTES_MAX: usize = 1 << 20;

/// Serves connections until the process ends.
///
/// # Errors
/// Where the listening socket fails.
pub async fn serve(server: Arc<RawServer>, listener: TcpListener) -> io::Result<()> {
    let streams = Arc::new(Streams::default());
    loop {
        let (socket, _) = listener.accept().await?;
        let _ = socket.set_nodelay(true);
        let (server, streams) = (server.clone(), streams.clone());
        tokio::spawn(async move {
            let mut connection = Connection {
                socket: BufReader::new(socket),
                server,
                streams,
            };
            // A broken connection is what many scripts are about.
            let _ = connection.serve().await;
        });
    }
}

/// Open HTTP+SSE streams: where the answers to POSTs go.
#[derive(Default)]
struct Streams(Mutex<OpenStreams>);

#[derive(Default)]
struct OpenStreams {
    /// The number of the newest session.
    newest: u64,
    by_number: HashMap<u64, UnboundedSender<Scripted>>,
}

/// The steps for one message.
struct Scripted {
    steps: Vec<Step>,
    message: Message,
}

impl Streams {
    fn locked(&self) -> MutexGuard<'_, OpenStreams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Connection {
    socket: BufReader<TcpStream>,
    server: Arc<RawServer>,
    streams: Arc<Streams>,
}

struct Head {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// Whether the connection can take another request.
#[derive(PartialEq, Eq)]
enum Next {
    Request,
    Close,
}

impl Connection {
    async fn serve(&mut self) -> io::Result<()> {
        while let Some(head) = self.read_head().await? {
            let body = self.read_body(&head).await?;
            let received = Received::of(
                Event::Request,
                &head.method,
                &head.target,
                head.headers.clone(),
                &body,
            );
            self.server.log.write(&received);
            let message = Message::parse(&body);
            if self.respond(&head, message).await? == Next::Close {
                break;
            }
        }
        self.socket.get_mut().shutdown().await
    }

    async fn respond(&mut self, head: &Head, message: Message) -> io::Result<Next> {
        let answer = self.server.answer(&head.method, head.path(), &message);
        match (head.method.as_str(), head.path(), answer) {
            ("POST", "/message", answer) => self.post_message(head, message, answer).await,
            ("GET", "/sse", None) => self.open_sse(head).await,
            (_, _, Some(answer)) => self.scripted(head, &message, answer).await,
            ("POST", _, None) => self.default_post(&message).await,
            ("DELETE", _, None) => self.whole(200, &[], "").await,
            (_, _, None) => self.whole(405, &[], "").await,
        }
    }

    async fn default_post(&mut self, message: &Message) -> io::Result<Next> {
        let Some(body) = message.default_answer() else {
            return self.whole(202, &[], "").await;
        };
        let mut headers = vec![("Content-Type", "application/json")];
        if message.method.as_deref() == Some("initialize") {
            headers.push(("Mcp-Session-Id", SESSION));
        }
        self.whole(200, &headers, &body).await
    }

    async fn scripted(
        &mut self,
        head: &Head,
        message: &Message,
        answer: Answer,
    ) -> io::Result<Next> {
        match answer {
            Answer::Message(text) => {
                let json = [("Content-Type", "application/json")];
                self.whole(200, &json, &message.fill(&text)).await
            }
            Answer::Messages(texts) => {
                let steps = texts
                    .iter()
                    .map(|text| Step::Text(format!("data: {text}\n\n")));
                let answer = Answer::event_stream(steps.collect());
                Box::pin(self.scripted(head, message, answer)).await
            }
            Answer::Bytes {
                status,
                headers,
                length,
                steps,
            } => {
                let size = steps
                    .iter()
                    .filter_map(|step| message.bytes(step))
                    .map(|b| b.len())
                    .sum();
                let mut text = status_line(status);
                for (name, value) in &headers {
                    text.push_str(&format!("{name}: {}\r\n", message.fill(value)));
                }
                text.push_str(&length_field(length, size));
                text.push_str("\r\n");
                self.write(text.as_bytes()).await?;
                self.run(head, message, length, &steps).await
            }
            Answer::Silence => {
                self.run(head, message, Length::UntilClose, &[Step::Hang])
                    .await
            }
            Answer::Close => Ok(Next::Close),
        }
    }

    async fn run(
        &mut self,
        head: &Head,
        message: &Message,
        length: Length,
        steps: &[Step],
    ) -> io::Result<Next> {
        for step in steps {
            match step {
                Step::PauseMs(ms) => {
                    let pause = tokio::time::sleep(Duration::from_millis(*ms));
                    tokio::select! {
                        () = pause => {}
                        () = closed(&mut self.socket) => return Ok(self.peer_closed(head)),
                    }
                }
                Step::Hang => {
                    closed(&mut self.socket).await;
                    return Ok(self.peer_closed(head));
                }
                Step::Close => return Ok(Next::Close),
                Step::Reset => {
                    self.socket.get_ref().set_zero_linger()?;
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                Step::Stderr(_) => {}
                Step::Text(_) | Step::Base64(_) | Step::Repeat(..) => {
                    let bytes = message.bytes(step).unwrap_or_default();
                    if self.write_body(length, &bytes).await.is_err() {
                        return Ok(self.peer_closed(head));
                    }
                }
            }
        }
        match length {
            Length::Chunked => self.write(b"0\r\n\r\n").await.map(|()| Next::Request),
            Length::Exact => Ok(Next::Request),
            Length::Claimed(_) | Length::UntilClose => Ok(Next::Close),
        }
    }

    async fn write_body(&mut self, length: Length, bytes: &[u8]) -> io::Result<()> {
        if length == Length::Chunked && !bytes.is_empty() {
            self.write(format!("{:x}\r\n", bytes.len()).as_bytes())
                .await?;
            self.write(bytes).await?;
            return self.write(b"\r\n").await;
        }
        self.write(bytes).await
    }

    /// 2024-11-05: this connection is the stream until the client leaves.
    async fn open_sse(&mut self, head: &Head) -> io::Result<Next> {
        let (sender, mut answers) = unbounded_channel();
        let number = {
            let mut streams = self.streams.locked();
            streams.newest += 1;
            let number = streams.newest;
            streams.by_number.insert(number, sender);
            number
        };
        let start = format!(
            "{}Content-Type: text/event-stream\r\nConnection: close\r\n\r\nevent: endpoint\ndata: /message?sessionId={number}\n\n",
            status_line(200)
        );
        self.write(start.as_bytes()).await?;
        let next = loop {
            let answer = tokio::select! {
                answer = answers.recv() => answer,
                () = closed(&mut self.socket) => break self.peer_closed(head),
            };
            let Some(Scripted { steps, message }) = answer else {
                break Next::Close;
            };
            let next = self.run(head, &message, Length::UntilClose, &steps).await;
            // The steps of a stream end the connection only by saying so.
            let ends = |step: &Step| matches!(step, Step::Close | Step::Reset | Step::Hang);
            if next.is_err() || steps.iter().any(ends) {
                break Next::Close;
            }
        };
        self.streams.locked().by_number.remove(&number);
        Ok(next)
    }

    async fn post_message(
        &mut self,
        head: &Head,
        message: Message,
        answer: Option<Answer>,
    ) -> io::Result<Next> {
        let number = head
            .target
            .rsplit_once("sessionId=")
            .and_then(|(_, id)| id.parse().ok());
        let stream =
            number.and_then(|number: u64| self.streams.locked().by_number.get(&number).cloned());
        let Some(stream) = stream else {
            return self.whole(404, &[], "no such stream").await;
        };
        let event = |text: &str| Step::Text(format!("event: message\ndata: {text}\n\n"));
        let steps = match answer {
            None => message
                .default_answer()
                .iter()
                .map(|text| event(text))
                .collect(),
            Some(Answer::Message(text)) => vec![event(&text)],
            Some(Answer::Messages(texts)) => texts.iter().map(|text| event(text)).collect(),
            Some(Answer::Bytes { steps, .. }) => steps,
            Some(Answer::Silence) => Vec::new(),
            Some(Answer::Close) => vec![Step::Close],
        };
        // A stream that closed in the meantime gets nothing.
        let _ = stream.send(Scripted { steps, message });
        self.whole(202, &[], "").await
    }

    /// An answer with nothing unusual about it.
    async fn whole(
        &mut self,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<Next> {
        let mut text = status_line(status);
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&length_field(Length::Exact, body.len()));
        text.push_str("\r\n");
        text.push_str(body);
        self.write(text.as_bytes()).await?;
        Ok(Next::Request)
    }

    fn peer_closed(&self, head: &Head) -> Next {
        let event = Event::PeerClosed;
        self.server.log.write(&Received::of(
            event,
            &head.method,
            &head.target,
            Vec::new(),
            &[],
        ));
        Next::Close
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.get_mut().write_all(bytes).await
    }

    /// `None` where the connection ends between requests.
    async fn read_head(&mut self) -> io::Result<Option<Head>> {
        let mut lines = Vec::new();
        let mut size = 0;
        loop {
            let mut line = Vec::new();
            let read = self.socket.read_until(b'\n', &mut line).await?;
            size += read;
            if read == 0 || size > HEAD_BYTES_MAX {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line)
                .trim_end_matches(['\r', '\n'])
                .to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut lines = lines.into_iter();
        let request = lines.next().unwrap_or_default();
        let mut words = request.split(' ').map(str::to_owned);
        let (method, target) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let headers = lines
            .filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_owned(), value.trim_start().to_owned()))
            })
            .collect();
        Ok(Some(Head {
            method,
            target,
            headers,
        }))
    }

    async fn read_body(&mut self, head: &Head) -> io::Result<Vec<u8>> {
        let coding = head.header("transfer-encoding").unwrap_or_default();
        if coding.eq_ignore_ascii_case("chunked") {
            return self.read_chunks().await;
        }
        let size = head
            .header("content-length")
            .and_then(|size| size.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; size];
        self.socket.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.socket.read_line(&mut line).await?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16)
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            let mut chunk = vec![0; size + 2];
            self.socket.read_exact(&mut chunk).await?;
            if size == 0 {
                return Ok(body);
            }
            chunk.truncate(size);
            body.extend_from_slice(&chunk);
        }
    }
}

/// Waits until the client closes the connection. What it sends before is thrown away.
async fn closed(socket: &mut BufReader<TcpStream>) {
    let mut buffer = [0; 256];
    while matches!(socket.read(&mut buffer).await, Ok(read) if read > 0) {}
}

fn status_line(status: u16) -> String {
    let reason = match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Scripted",
    };
    format!("HTTP/1.1 {status} {reason}\r\n")
}

fn length_field(length: Length, size: usize) -> String {
    match length {
        Length::Chunked => "Transfer-Encoding: chunked\r\n".to_owned(),
        Length::Exact => format!("Content-Length: {size}\r\n"),
        Length::Claimed(claimed) => format!("Content-Length: {claimed}\r\n"),
        Length::UntilClose => "Connection: close\r\n".to_owned(),
    }
}
