//! Clients that call until the gateway is gone, and remember what they were told.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, Response};

/// More calls than this makes no client in a round.
const CALLS_MAX: usize = 400;
/// Longer than any answer takes here.
const CALL_MAX: Duration = Duration::from_secs(30);

/// A message that was answered, in part or to the end.
#[derive(Debug)]
pub(super) struct Acknowledged {
    /// The client's name, unique in the whole run.
    pub(super) worker: String,
    /// The bytes that the client sent, which no other message has.
    pub(super) request: String,
    /// The messages that it received, in order.
    pub(super) answers: Vec<Vec<u8>>,
    /// The answer came to its end.
    pub(super) complete: bool,
}

/// One client.
pub(super) struct Worker {
    http: Client,
    url: String,
    name: String,
    legacy: bool,
    /// The headers of a legacy session.
    session: Vec<(&'static str, String)>,
    told: Vec<Acknowledged>,
}

/// The gateway is gone.
struct Gone;

impl From<reqwest::Error> for Gone {
    fn from(error: reqwest::Error) -> Self {
        assert!(!error.is_timeout(), "a call hangs: {error}");
        Self
    }
}

impl Worker {
    pub(super) fn new(round: usize, number: usize, url: &str) -> Self {
        let http = Client::builder().timeout(CALL_MAX).no_proxy().build();
        Self {
            http: http.unwrap(),
            url: url.to_owned(),
            name: format!("r{round}-w{number}"),
            legacy: number.is_multiple_of(2),
            session: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Calls until the gateway is gone.
    pub(super) async fn run(mut self) -> Vec<Acknowledged> {
        // Either way: what it was told until then is what counts.
        let (Ok(()) | Err(Gone)) = self.calls().await;
        self.told
    }

    async fn calls(&mut self) -> Result<(), Gone> {
        if self.legacy {
            self.open().await?;
        }
        for number in 0..CALLS_MAX {
            let tool = match number % 8 {
                3 => "stream",
                6 => "late",
                _ => "echo",
            };
            self.call(tool, number).await?;
        }
        Ok(())
    }

    async fn open(&mut self) -> Result<(), Gone> {
        let name = &self.name;
        let initialize = format!(
            r#"{{"jsonrpc":"2.0","id":"{name}","method":"initialize","params":{{"protocolVersion":"2025-11-25","capabilities":{{}},"clientInfo":{{"name":"{name}","version":"1"}}}}}}"#
        );
        let response = self.send(&initialize, &[]).await?;
        let session = response.headers().get("mcp-session-id").unwrap();
        self.session = vec![
            ("mcp-session-id", session.to_str().unwrap().to_owned()),
            ("mcp-protocol-version", "2025-11-25".to_owned()),
        ];
        self.receive(initialize, response).await?;
        let initialized = format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/initialized","params":{{"_meta":{{"of":"{}"}}}}}}"#,
            self.name
        );
        let response = self.send(&initialized, &[]).await?;
        self.receive(initialized, response).await
    }

    async fn call(&mut self, tool: &'static str, number: usize) -> Result<(), Gone> {
        let id = format!("{}-{number}", self.name);
        let (meta, headers): (String, &[_]) = if self.legacy {
            (String::new(), &[])
        } else {
            let meta = format!(
                r#","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"{}","version":"1"}},"io.modelcontextprotocol/clientCapabilities":{{}}"#,
                self.name
            );
            let headers = &[
                ("mcp-protocol-version", "2026-07-28"),
                ("mcp-method", "tools/call"),
            ];
            (meta, headers)
        };
        let mut headers = headers.to_vec();
        if !self.legacy {
            headers.push(("mcp-name", tool));
        }
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":"{id}","method":"tools/call","params":{{"name":"{tool}","arguments":{{}},"_meta":{{"progressToken":"{id}"{meta}}}}}}}"#
        );
        let response = self.send(&call, &headers).await?;
        self.receive(call, response).await
    }

    async fn send(&self, body: &str, headers: &[(&str, &str)]) -> Result<Response, Gone> {
        let mut request: RequestBuilder = self
            .http
            .post(&self.url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.session {
            request = request.header(*name, value);
        }
        let response = request.send().await?;
        let status = response.status();
        assert!(status.is_success(), "{status} for {body}");
        Ok(response)
    }

    /// Reads an answer as far as it comes.
    async fn receive(&mut self, request: String, mut response: Response) -> Result<(), Gone> {
        let content_type = response.headers().get(CONTENT_TYPE);
        let is_stream = content_type.is_some_and(|t| t == "text/event-stream");
        let mut body = Vec::new();
        let ended = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break Ok(()),
                Err(error) => break Err(Gone::from(error)),
            }
        };
        let complete = ended.is_ok();
        let answers = match is_stream {
            true => events(&body),
            false if complete && !body.is_empty() => vec![body],
            false => Vec::new(),
        };
        if complete || !answers.is_empty() {
            self.told.push(Acknowledged {
                worker: self.name.clone(),
                request,
                answers,
                complete,
            });
        }
        ended
    }
}

/// The data of each event that came whole.
fn events(body: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    whole
        .split("\n\n")
        .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")))
        .map(|data| data.as_bytes().to_vec())
        .collect()
}
