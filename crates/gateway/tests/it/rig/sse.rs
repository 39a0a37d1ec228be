//! A client of the HTTP+SSE transport.

use super::{Connection, Rig, request_bytes};

/// An open stream, and where to post.
pub(crate) struct SseClient {
    stream: Connection,
    /// Where messages are posted.
    pub(crate) address: String,
    /// How much of the stream was used.
    used: usize,
}

impl SseClient {
    /// Opens the stream at `/sse/{upstream}` and reads its first event.
    pub(crate) async fn open(rig: &Rig, upstream: &str) -> Self {
        let mut stream = rig.connect().await;
        let headers = [("Accept", "text/event-stream")];
        let path = format!("/sse/{upstream}");
        stream
            .write(&request_bytes("GET", &path, &headers, b""))
            .await;
        let mut client = Self {
            stream,
            address: String::new(),
            used: 0,
        };
        let (kind, address) = client.event().await;
        assert_eq!(kind, "endpoint");
        client.address = address;
        client
    }

    /// Opens a session with its two first messages.
    pub(crate) async fn initialized(rig: &Rig, upstream: &str, version: &str) -> Self {
        let mut client = Self::open(rig, upstream).await;
        client.post(rig, &super::initialize(version)).await;
        let answer = client.message().await;
        assert!(answer.contains("protocolVersion"), "{answer}");
        let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        client.post(rig, initialized).await;
        client
    }

    /// Posts a message, which is taken.
    pub(crate) async fn post(&self, rig: &Rig, body: &str) {
        let answer = rig.post(&self.address, &[], body).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    /// The data of the next `message` event.
    pub(crate) async fn message(&mut self) -> String {
        let (kind, data) = self.event().await;
        assert_eq!(kind, "message", "{data}");
        data
    }

    /// Type and data of the next event; comments are skipped.
    async fn event(&mut self) -> (String, String) {
        loop {
            let text = self.stream.body_from(self.used).await;
            self.used += text.len();
            let (mut kind, mut data) = (String::new(), Vec::new());
            for line in text.lines() {
                if let Some(value) = line.strip_prefix("event: ") {
                    kind = value.to_owned();
                } else if let Some(value) = line.strip_prefix("data: ") {
                    data.push(value);
                }
            }
            if !data.is_empty() {
                return (kind, data.join("\n"));
            }
        }
    }
}
