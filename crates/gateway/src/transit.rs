//! A key in Vault's transit secrets engine: it wraps other keys and never leaves the service. Speaks
//! the HTTP API of HashiCorp Vault and OpenBao (`/v1/<mount>/encrypt/<key>`, `decrypt`).

use std::fmt;
use std::io;
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gate::Ending;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::config::Secret;
use crate::upstream::{HttpClient, TlsError};

/// An answer is a few hundred bytes.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Where the key is, and how to show who asks.
#[derive(Debug, Clone)]
pub struct TransitConfig {
    /// The server, such as `https://vault.example:8200`.
    pub url: Uri,
    /// Where the engine is mounted.
    pub mount: String,
    /// The key's name there; its type must be one that takes associated data, such as
    /// `aes256-gcm96`.
    pub key: String,
    /// The namespace, where the server has any.
    pub namespace: Option<String>,
    /// The token.
    pub token: Secret,
    /// Certificate authorities to be trusted besides the system's.
    pub authorities_pem: Vec<u8>,
    /// How long connecting may take, and how long an answer, in milliseconds.
    pub answer_ms_max: u64,
}

/// A key in the engine. Its calls block, and may be made from any thread.
#[derive(Debug)]
pub struct Transit {
    name: String,
    questions: UnboundedSender<Question>,
}

/// Why the key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TransitError {
    /// The server cannot be reached, or cannot answer now: it may pass.
    #[error("{0}")]
    Away(String),
    /// The server refuses.
    #[error("{0}")]
    Refused(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// There is no thread or no runtime to be had.
    #[error("the thread that talks to the key's server cannot be started: {0}")]
    Thread(#[from] io::Error),
    /// A name or the token cannot stand in a request.
    #[error("{0} cannot stand in a request")]
    Name(&'static str),
}

/// One request, and who waits for its answer.
struct Question {
    verb: Verb,
    body: Value,
    answer: SyncSender<Result<String, TransitError>>,
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Encrypt,
    Decrypt,
}

impl Transit {
    /// Starts the thread that talks to the server; asks nothing yet.
    ///
    /// # Errors
    ///
    /// If the configuration cannot stand in a request, or there is no thread to be had.
    pub fn new(config: &TransitConfig) -> Result<Self, TransitError> {
        let line = Line::new(config)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (questions, asked) = unbounded_channel();
        // A thread of its own: callers are on threads with and without a runtime.
        thread::Builder::new()
            .name("transit".to_owned())
            .spawn(move || runtime.block_on(answer_all(line, asked)))?;
        let (url, mount, key) = (&config.url, &config.mount, &config.key);
        let url = url.to_string();
        Ok(Self {
            name: format!("{}/v1/{mount}/keys/{key}", url.trim_end_matches('/')),
            questions,
        })
    }

    /// Where the key is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Wraps a key; `place` is associated data.
    ///
    /// # Errors
    ///
    /// If the server did not do it.
    pub fn encrypt(&self, key: &[u8; 32], place: &[u8]) -> Result<Vec<u8>, TransitError> {
        let body = json!({
            "plaintext": STANDARD.encode(key),
            "associated_data": STANDARD.encode(place),
        });
        self.ask(Verb::Encrypt, body).map(String::into_bytes)
    }

    /// The opposite.
    ///
    /// # Errors
    ///
    /// If the server did not do it, or what came out is no key.
    pub fn decrypt(&self, wrapped: &[u8], place: &[u8]) -> Result<[u8; 32], TransitError> {
        let body = json!({
            "ciphertext": String::from_utf8_lossy(wrapped),
            "associated_data": STANDARD.encode(place),
        });
        let text = self.ask(Verb::Decrypt, body)?;
        let bytes = STANDARD.decode(text).unwrap_or_default();
        bytes
            .try_into()
            .map_err(|_| TransitError::Refused("what it unwraps is no key".to_owned()))
    }

    fn ask(&self, verb: Verb, body: Value) -> Result<String, TransitError> {
        let gone = || TransitError::Away("the thread that talks to it ended".to_owned());
        let (answer, answered) = mpsc::sync_channel(1);
        let question = Question { verb, body, answer };
        self.questions.send(question).map_err(|_| gone())?;
        // The thread answers in bounded time, or is gone, and its end of the channel with it.
        answered.recv().map_err(|_| gone())?
    }
}

/// The way to the server.
struct Line {
    client: HttpClient,
    encrypt: Uri,
    decrypt: Uri,
    token: HeaderValue,
    namespace: Option<HeaderValue>,
    answer_max: Duration,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({})", self.encrypt)
    }
}

impl Line {
    fn new(config: &TransitConfig) -> Result<Self, TransitError> {
        let base = config.url.to_string();
        let base = base.trim_end_matches('/');
        let uri = |verb: &str| {
            let text = format!("{base}/v1/{}/{verb}/{}", config.mount, config.key);
            text.parse::<Uri>()
                .map_err(|_| TransitError::Name("the key's name"))
        };
        let value = |text: &str, what| {
            let mut value = HeaderValue::from_str(text).map_err(|_| TransitError::Name(what))?;
            value.set_sensitive(true);
            Ok::<_, TransitError>(value)
        };
        let namespace = config.namespace.as_deref();
        Ok(Self {
            client: HttpClient::new(&config.authorities_pem, config.answer_ms_max)?,
            encrypt: uri("encrypt")?,
            decrypt: uri("decrypt")?,
            token: value(config.token.expose(), "the token")?,
            namespace: namespace
                .map(|text| value(text, "the namespace"))
                .transpose()?,
            answer_max: Duration::from_millis(config.answer_ms_max),
        })
    }

    async fn ask(&self, verb: Verb, body: &Value) -> Result<String, TransitError> {
        let uri = match verb {
            Verb::Encrypt => &self.encrypt,
            Verb::Decrypt => &self.decrypt,
        };
        let mut request = Request::post(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(HeaderName::from_static("x-vault-token"), &self.token);
        if let Some(namespace) = &self.namespace {
            request = request.header(HeaderName::from_static("x-vault-namespace"), namespace);
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|_| TransitError::Name("the token"))?;
        let away = |what: String| TransitError::Away(format!("`{uri}`: {what}"));
        let exchange = async {
            let answer = self.client.send(request).await;
            let answer = answer.map_err(|ending| away(detail(ending)))?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect();
            let body = body.await.map_err(|error| away(error.to_string()))?;
            Ok::<_, TransitError>((status, body.to_bytes()))
        };
        let exchange = tokio::time::timeout(self.answer_max, exchange).await;
        let (status, body) = exchange.map_err(|_| {
            let ms = self.answer_max.as_millis();
            away(format!("no answer within {ms} ms"))
        })??;
        read(uri, verb, status, &body)
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errors: Vec<String>,
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    ciphertext: Option<String>,
    plaintext: Option<String>,
}

fn read(uri: &Uri, verb: Verb, status: StatusCode, body: &[u8]) -> Result<String, TransitError> {
    let answer: Option<Answer> = serde_json::from_slice(body).ok();
    if status.is_success() {
        let data = answer.and_then(|answer| answer.data);
        let member = match verb {
            Verb::Encrypt => data.and_then(|data| data.ciphertext),
            Verb::Decrypt => data.and_then(|data| data.plaintext),
        };
        let what = || TransitError::Refused(format!("`{uri}` answers something else"));
        return member.ok_or_else(what);
    }
    let errors = answer.map(|answer| answer.errors.join(", "));
    let errors = errors.unwrap_or_default();
    let what = format!("`{uri}` answers {status}: {errors}");
    // Sealed, standby, overloaded, or something in front of it: all of it may pass.
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        Err(TransitError::Away(what))
    } else {
        Err(TransitError::Refused(what))
    }
}

fn detail(ending: Ending) -> String {
    match ending {
        Ending::UpstreamUnreachable { detail } | Ending::UpstreamBroke { detail, .. } => detail,
        other => format!("{other:?}"),
    }
}

async fn answer_all(line: Line, mut asked: UnboundedReceiver<Question>) {
    while let Some(question) = asked.recv().await {
        let result = line.ask(question.verb, &question.body).await;
        // Whoever asked waits, unless its thread died.
        let _ = question.answer.send(result);
    }
}
