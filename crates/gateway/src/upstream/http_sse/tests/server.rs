//! A server that says over HTTP+SSE what a script tells it to, byte for byte.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::upstream::duplex::script::FOR_EVER;

/// The head of a stream that is in order.
pub(super) const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

pub(super) struct Server {
    pub(super) addr: SocketAddr,
    says: mpsc::UnboundedSender<String>,
    posts: mpsc::UnboundedReceiver<String>,
    post_answer: Arc<Mutex<String>>,
    serving: JoinHandle<()>,
}

/// What connections share.
#[derive(Clone)]
struct Script {
    /// Taken by the first GET: what is written to it, to the end.
    to_say: Arc<Mutex<Option<mpsc::UnboundedReceiver<String>>>>,
    posted: mpsc::UnboundedSender<String>,
    post_answer: Arc<Mutex<String>>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (says, to_say) = mpsc::unbounded_channel();
        let (posted, posts) = mpsc::unbounded_channel();
        let post_answer = Arc::new(Mutex::new(String::new()));
        let script = Script {
            to_say: Arc::new(Mutex::new(Some(to_say))),
            posted,
            post_answer: post_answer.clone(),
        };
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, script.clone()));
            }
        });
        let server = Self {
            addr,
            says,
            posts,
            post_answer,
            serving,
        };
        server.answer_posts("202 Accepted", "");
        server
    }

    /// Writes bytes to the stream.
    pub(super) fn says(&self, bytes: &str) {
        self.says
            .send(bytes.to_owned())
            .expect("the stream is open");
    }

    /// Ends the stream.
    pub(super) fn hangs_up(&mut self) {
        self.says = mpsc::unbounded_channel().0;
    }

    pub(super) fn answer_posts(&self, status: &str, body: &str) {
        *self.post_answer.lock().expect("no panic") = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
    }

    /// The next POST: head and body as they came.
    pub(super) async fn post(&mut self) -> String {
        let post = timeout(FOR_EVER, self.posts.recv()).await;
        post.expect("a POST").expect("the server runs")
    }

    /// Waits until nobody reads the stream any more.
    pub(super) async fn stream_left(&self) {
        timeout(FOR_EVER, self.says.closed())
            .await
            .expect("it is let go");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut connection: TcpStream, script: Script) {
    while let Some(request) = request(&mut connection).await {
        if request.starts_with("GET ") {
            let to_say = script.to_say.lock().expect("no panic").take();
            return stream(connection, to_say.expect("one stream")).await;
        }
        script.posted.send(request).expect("the test runs");
        let answer = script.post_answer.lock().expect("no panic").clone();
        if connection.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn stream(mut connection: TcpStream, mut to_say: mpsc::UnboundedReceiver<String>) {
    let (mut read, mut write) = connection.split();
    let mut nothing = [0; 1];
    loop {
        tokio::select! {
            _ = read.read(&mut nothing) => return,
            text = to_say.recv() => match text {
                None => return,
                Some(text) => {
                    if write.write_all(text.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// One request, with a body of the length that it says.
async fn request(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().expect("a length"));
            if body.len() >= length {
                return Some(text);
            }
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
