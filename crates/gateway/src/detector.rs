//! An outside detector, asked before a message goes on record: it finds what patterns cannot, such as
//! the names of people. Speaks the API of Microsoft Presidio's analyzer (`POST /analyze`).

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header;
use http_body_util::{BodyExt as _, Full, Limited};
use mask::{Certainty, Class, Outside, Spot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::upstream::{HttpClient, TlsError};

/// Its answer is not read beyond this, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// What stands between two texts of a message.
const BETWEEN: &str = "\n\n";
/// Shorter texts hold no name, in characters.
const TEXT_CHARS_MIN: usize = 3;

/// How the outside detector is reached, and what of it counts.
#[derive(Debug, Clone)]
pub struct DetectorConfig {
    /// Its `/analyze` endpoint.
    pub url: http::Uri,
    /// The language of the texts, such as `en`.
    pub language: String,
    /// Findings below this score (0 to 1) do not count.
    pub score_min: f64,
    /// The entities that count, and what they are called here.
    pub entities: BTreeMap<String, (String, Class)>,
    /// The longest that a message waits for it, in milliseconds.
    pub ms_max: u64,
    /// The most text that it is sent of one message, in bytes.
    pub text_bytes_max: usize,
    /// What happens to a message that it did not look at.
    pub on_failure: OnFailure,
}

/// What happens to a message that the outside detector did not look at. It never just passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused.
    Refuse,
    /// Every text that it should have looked at is masked as a whole.
    Mask,
}

/// The detector did not say what is in a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the outside detector gave no answer: {why}")]
pub(crate) struct Unseen {
    why: String,
    /// Every text that it should have looked at, as a whole.
    pub(crate) whole: Outside,
}

/// Asks one outside detector.
pub(crate) struct Detector {
    config: DetectorConfig,
    client: HttpClient,
}

/// One text of a message, and where it lies in what is sent.
struct Text {
    pointer: String,
    text: String,
    /// In characters.
    chars_from: usize,
}

#[derive(Serialize)]
struct Question<'a> {
    text: &'a str,
    language: &'a str,
    score_threshold: f64,
    entities: Vec<&'a str>,
}

/// Offsets are counted in characters, as Python counts them.
#[derive(Deserialize)]
struct Answer {
    start: usize,
    end: usize,
    score: f64,
    entity_type: String,
}

impl Detector {
    pub(crate) fn new(config: DetectorConfig, connect_ms_max: u64) -> Result<Self, TlsError> {
        Ok(Self {
            config,
            client: HttpClient::new(&[], connect_ms_max)?,
        })
    }

    /// What it finds in the strings of a message; what is no JSON is one string.
    ///
    /// # Errors
    ///
    /// If it does not answer in time, or not so that it can be understood, and the message is to be
    /// refused then.
    pub(crate) async fn look(&self, message: &[u8]) -> Result<Outside, Unseen> {
        let texts = texts(message);
        if texts.is_empty() {
            return Ok(Outside::default());
        }
        let wait = Duration::from_millis(self.config.ms_max);
        let asked = match tokio::time::timeout(wait, self.ask(&texts)).await {
            Ok(asked) => asked,
            Err(_) => Err(format!("it took longer than {} ms", self.config.ms_max)),
        };
        match asked {
            Ok(answers) => Ok(self.found(&texts, answers)),
            Err(why) => {
                metrics::counter!("probity_detector_failures_total").increment(1);
                let whole = whole(&texts);
                let unseen = Unseen { why, whole };
                tracing::warn!(error = %unseen, "a message was not looked at");
                match self.config.on_failure {
                    OnFailure::Refuse => Err(unseen),
                    OnFailure::Mask => Ok(unseen.whole),
                }
            }
        }
    }

    async fn ask(&self, texts: &[Text]) -> Result<Vec<Answer>, String> {
        let all: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        let all = all.join(BETWEEN);
        if all.len() > self.config.text_bytes_max {
            let max = self.config.text_bytes_max;
            return Err(format!("the message has more than {max} bytes of text"));
        }
        let question = Question {
            text: &all,
            language: &self.config.language,
            score_threshold: self.config.score_min,
            entities: self.config.entities.keys().map(String::as_str).collect(),
        };
        let unseen = |error: &dyn std::fmt::Display| error.to_string();
        let body = serde_json::to_vec(&question).map_err(|e| unseen(&e))?;
        let request = http::Request::post(&self.config.url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| unseen(&e))?;
        let response = self
            .client
            .send(request)
            .await
            .map_err(|ending| ending.name().to_owned())?;
        if !response.status().is_success() {
            return Err(format!("it answered {}", response.status()));
        }
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
        let bytes = body.collect().await.map_err(|e| unseen(&e))?.to_bytes();
        // What it says is not quoted: it may quote what it was asked.
        serde_json::from_slice(&bytes).map_err(|_| "its answer is no list of findings".to_owned())
    }

    fn found(&self, texts: &[Text], answers: Vec<Answer>) -> Outside {
        let mut outside = Outside::default();
        for answer in answers {
            let Some((kind, class)) = self.config.entities.get(&answer.entity_type) else {
                continue;
            };
            if answer.score < self.config.score_min {
                continue;
            }
            // A finding may reach over the end of one text into the next.
            for text in texts {
                let from = answer.start.max(text.chars_from);
                let to = answer.end.min(text.chars_from + text.text.chars().count());
                if from >= to {
                    continue;
                }
                let at = |chars: usize| byte_of(&text.text, chars - text.chars_from);
                let spot = Spot {
                    kind: kind.clone().into(),
                    class: *class,
                    certainty: Certainty::Named,
                    span: at(from)..at(to),
                };
                outside.add(text.pointer.as_str(), spot);
            }
        }
        outside
    }
}

/// Every text as a whole.
fn whole(texts: &[Text]) -> Outside {
    let mut outside = Outside::default();
    for text in texts {
        let spot = Spot {
            kind: "unchecked".into(),
            class: Class::Credential,
            certainty: Certainty::Named,
            span: 0..text.text.len(),
        };
        outside.add(text.pointer.as_str(), spot);
    }
    outside
}

/// The byte at which the character with this number begins.
fn byte_of(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(byte, _)| byte)
}

/// The strings of a message that may hold something, with their JSON Pointers. The envelope holds
/// nothing.
fn texts(message: &[u8]) -> Vec<Text> {
    let value = serde_json::from_slice::<Value>(message);
    let mut texts = Vec::new();
    let mut chars_from = 0;
    let mut add = |pointer: &str, text: &str| {
        let chars = text.chars().count();
        if chars < TEXT_CHARS_MIN || !text.chars().any(char::is_alphabetic) {
            return;
        }
        texts.push(Text {
            pointer: pointer.to_owned(),
            text: text.to_owned(),
            chars_from,
        });
        chars_from += chars + BETWEEN.len();
    };
    match &value {
        Ok(Value::Array(messages)) => {
            for (number, one) in messages.iter().enumerate() {
                of_message(one, &format!("/{number}"), &mut add);
            }
        }
        Ok(one) => of_message(one, "", &mut add),
        Err(_) => add("", &String::from_utf8_lossy(message)),
    }
    texts
}

fn of_message(message: &Value, pointer: &str, add: &mut impl FnMut(&str, &str)) {
    if message.get("jsonrpc").is_none() {
        return walk(message, pointer, add);
    }
    for member in ["params", "result", "error"] {
        if let Some(value) = message.get(member) {
            walk(value, &format!("{pointer}/{member}"), add);
        }
    }
}

fn walk(value: &Value, pointer: &str, add: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => add(pointer, text),
        Value::Array(elements) => {
            for (number, element) in elements.iter().enumerate() {
                walk(element, &format!("{pointer}/{number}"), add);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                if matches!(
                    name.as_str(),
                    "_meta" | "type" | "resultType" | "mimeType" | "cursor" | "nextCursor"
                ) {
                    continue;
                }
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(member, &format!("{pointer}/{name}"), add);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
