//! A server that answers with scripted bytes and keeps the bytes that it received.
//!
//! A [`Script`] is a list of rules; the first rule that matches a request and is not used up gives
//! the answer. Requests without a rule get a short correct answer, so that a script names only what
//! its test is about. The same script serves three transports: Streamable HTTP at `/mcp`, HTTP+SSE
//! at `/sse` with `/message`, and stdio.
//!
//! In the texts of an answer `$ID` becomes the lexeme of the request's id, `$PARAMS` the bytes of
//! its `params`, and `$TOKEN` the lexeme of its progress token.

mod handle;
mod received;
#[cfg(feature = "fixture")]
mod serve;

use serde::{Deserialize, Serialize};

pub use handle::{RawHttp, RawStdio};
pub use received::{Event, Received};
#[cfg(feature = "fixture")]
pub use serve::{Log, RawServer, serve_http, serve_stdio};

/// What to answer, to what.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Script {
    /// In order of precedence.
    pub rules: Vec<Rule>,
}

impl Script {
    /// A script with no rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for every request that matches.
    #[must_use]
    pub fn on(mut self, when: When, answer: Answer) -> Self {
        self.rules.push(Rule {
            when,
            times: None,
            answer,
        });
        self
    }

    /// Adds a rule for the first matching request only.
    #[must_use]
    pub fn once(mut self, when: When, answer: Answer) -> Self {
        self.rules.push(Rule {
            when,
            times: Some(1),
            answer,
        });
        self
    }
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// All given members must match.
    #[serde(default)]
    pub when: When,
    /// How many requests the rule answers; absent for all.
    #[serde(default)]
    pub times: Option<u32>,
    /// What it answers.
    pub answer: Answer,
}

/// Which requests. An empty value matches everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// `POST`, `GET` or `DELETE`.
    pub http_method: Option<String>,
    /// `/mcp`, `/sse` or `/message`.
    pub path: Option<String>,
    /// The JSON-RPC method.
    pub method: Option<String>,
    /// `params.name`.
    pub name: Option<String>,
    /// Text anywhere in the body.
    pub contains: Option<String>,
}

impl When {
    /// Requests of one JSON-RPC method.
    pub fn method(method: &str) -> Self {
        Self {
            method: Some(method.to_owned()),
            ..Self::default()
        }
    }

    /// Calls of one tool.
    pub fn call(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..Self::method("tools/call")
        }
    }

    /// HTTP requests of one method and path, whatever their body.
    pub fn http(http_method: &str, path: &str) -> Self {
        Self {
            http_method: Some(http_method.to_owned()),
            path: Some(path.to_owned()),
            ..Self::default()
        }
    }
}

/// What goes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// One message, framed as the transport frames an answer: a JSON body, an event, a line.
    Message(String),
    /// Several messages: an SSE stream over HTTP, events, lines.
    Messages(Vec<String>),
    /// Exact bytes. Over HTTP+SSE and stdio only the steps count; they go to the stream.
    Bytes {
        /// HTTP status code.
        status: u16,
        /// Header fields, written as given.
        headers: Vec<(String, String)>,
        /// How the length of the body is told.
        length: Length,
        /// The body.
        steps: Vec<Step>,
    },
    /// No answer; the connection stays open until the client closes it.
    Silence,
    /// No answer; the connection closes.
    Close,
}

impl Answer {
    /// An SSE stream of exactly these steps.
    pub fn event_stream(steps: Vec<Step>) -> Self {
        let headers = vec![("Content-Type".to_owned(), "text/event-stream".to_owned())];
        Self::Bytes {
            status: 200,
            headers,
            length: Length::Chunked,
            steps,
        }
    }

    /// A body of exactly this text.
    pub fn body(status: u16, content_type: &str, body: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        let steps = vec![Step::Text(body.to_owned())];
        Self::Bytes {
            status,
            headers,
            length: Length::Exact,
            steps,
        }
    }
}

/// How the length of an HTTP body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// One chunk per step, then the last chunk.
    Chunked,
    /// `Content-Length` of all steps together.
    Exact,
    /// `Content-Length` as claimed, in bytes, true or not.
    Claimed(u64),
    /// Neither: the body ends with the connection.
    UntilClose,
}

/// A piece of a body.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// These bytes, after `$ID`, `$PARAMS` and `$TOKEN` were filled in.
    Text(String),
    /// These bytes, not necessarily UTF-8.
    Base64(String),
    /// The text so many times.
    Repeat(String, u32),
    /// Wait, in milliseconds.
    PauseMs(u64),
    /// Over stdio: a line on standard error.
    Stderr(String),
    /// Close the connection here; over stdio, end the process.
    Close,
    /// Reset the connection here; over stdio, end the process with an error code.
    Reset,
    /// Stay silent until the client closes the connection.
    Hang,
}
