//! The server's side: matching, filling in, and the answers that need no rule.

mod http;
mod stdio;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Answer, Received, Script, Step, When};

pub use http::serve as serve_http;
pub use stdio::serve as serve_stdio;

/// A script being served.
pub struct RawServer {
    script: Script,
    used: Mutex<Vec<u32>>,
    log: Log,
}

impl RawServer {
    /// Reads the script and opens the log.
    ///
    /// # Errors
    /// Where a file cannot be read, is not a script, or cannot be written.
    pub fn open(script: &Path, received: Option<&Path>) -> io::Result<Self> {
        let script: Script = serde_json::from_slice(&std::fs::read(script)?)?;
        let used = Mutex::new(vec![0; script.rules.len()]);
        let log = Log(match received {
            Some(path) => Some(Mutex::new(
                File::options().create(true).append(true).open(path)?,
            )),
            None => None,
        });
        Ok(Self { script, used, log })
    }

    /// The answer of the first rule that matches and is not used up.
    fn answer(&self, http_method: &str, path: &str, message: &Message) -> Option<Answer> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        for (rule, used) in self.script.rules.iter().zip(used.iter_mut()) {
            let left = rule.times.is_none_or(|times| *used < times);
            if left && matches(&rule.when, http_method, path, message) {
                *used += 1;
                return Some(rule.answer.clone());
            }
        }
        None
    }
}

/// Where observations go.
pub struct Log(Option<Mutex<File>>);

impl Log {
    fn write(&self, received: &Received) {
        let (Some(file), Ok(mut line)) = (&self.0, serde_json::to_vec(received)) else {
            return;
        };
        line.push(b'\n');
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // The test that reads the log fails by itself where a line is missing.
        let _ = file.write_all(&line);
    }
}

/// What the rules look at.
struct Message {
    text: String,
    method: Option<String>,
    name: Option<String>,
    id: Option<String>,
    params: String,
    token: String,
    is_modern: bool,
    version: String,
}

impl Message {
    fn parse(bytes: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Envelope {
            id: Option<Box<RawValue>>,
            method: Option<String>,
            params: Option<Box<RawValue>>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Params {
            name: Option<String>,
            #[serde(rename = "protocolVersion")]
            protocol_version: Option<String>,
            #[serde(rename = "_meta")]
            meta: Meta,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Meta {
            #[serde(rename = "progressToken")]
            progress_token: Option<Box<RawValue>>,
            #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
            protocol_version: Option<String>,
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        let envelope: Envelope = serde_json::from_str(&text).unwrap_or_default();
        let params_text = envelope
            .params
            .as_deref()
            .map_or("{}", RawValue::get)
            .to_owned();
        let params: Params = serde_json::from_str(&params_text).unwrap_or_default();
        let raw = |value: Option<Box<RawValue>>| value.map(|value| value.get().to_owned());
        Self {
            method: envelope.method,
            name: params.name,
            id: raw(envelope.id),
            token: raw(params.meta.progress_token).unwrap_or_else(|| "null".to_owned()),
            is_modern: params.meta.protocol_version.is_some(),
            version: params
                .protocol_version
                .unwrap_or_else(|| "2025-11-25".to_owned()),
            params: params_text,
            text,
        }
    }

    fn fill(&self, text: &str) -> String {
        text.replace("$ID", self.id.as_deref().unwrap_or("null"))
            .replace("$PARAMS", &self.params)
            .replace("$TOKEN", &self.token)
    }

    /// The bytes of a step; `None` for a step that is not bytes.
    fn bytes(&self, step: &Step) -> Option<Vec<u8>> {
        match step {
            Step::Text(text) => Some(self.fill(text).into_bytes()),
            Step::Base64(text) => Some(STANDARD.decode(text).unwrap_or_default()),
            Step::Repeat(text, times) => Some(
                text.repeat(usize::try_from(*times).unwrap_or(0))
                    .into_bytes(),
            ),
            Step::PauseMs(_) | Step::Stderr(_) | Step::Close | Step::Reset | Step::Hang => None,
        }
    }

    /// The short correct answer; `None` for what gets no answer.
    fn default_answer(&self) -> Option<String> {
        let id = self.id.as_deref()?;
        let method = self.method.as_deref()?;
        let (cached, complete) = if self.is_modern {
            (
                r#""resultType":"complete","ttlMs":0,"cacheScope":"private","#,
                r#""resultType":"complete""#,
            )
        } else {
            ("", "")
        };
        let capabilities = r#"{"tools":{},"resources":{},"prompts":{}}"#;
        let result = match method {
            "initialize" => format!(
                r#"{{"protocolVersion":"{}","capabilities":{capabilities},"serverInfo":{{"name":"raw","version":"1"}}}}"#,
                self.version
            ),
            "server/discover" => format!(
                r#"{{{cached}"supportedVersions":["2026-07-28"],"capabilities":{capabilities}}}"#
            ),
            "ping" => format!("{{{complete}}}"),
            "tools/list" => format!(
                r#"{{{cached}"tools":[{{"name":"raw","description":"Scripted","inputSchema":{{"type":"object"}}}}]}}"#
            ),
            "resources/list" => format!(r#"{{{cached}"resources":[]}}"#),
            "prompts/list" => format!(r#"{{{cached}"prompts":[]}}"#),
            _ => {
                return Some(format!(
                    r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"no rule for this"}}}}"#
                ));
            }
        };
        Some(format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#
        ))
    }
}

fn matches(when: &When, http_method: &str, path: &str, message: &Message) -> bool {
    let same = |wanted: &Option<String>, given: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
    };
    let contained = when
        .contains
        .as_deref()
        .is_none_or(|wanted| message.text.contains(wanted));
    same(&when.http_method, Some(http_method))
        && same(&when.path, Some(path))
        && same(&when.method, message.method.as_deref())
        && same(&when.name, message.name.as_deref())
        && contained
}
