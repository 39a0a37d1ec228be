//! Records as JSON.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::Shown;

/// One object per record: the leaf's fields, the facts, and the message as `payload` if it is
/// UTF-8, else as `payload_base64`.
pub(crate) fn record_json(shown: &Shown) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    put("index", shown.index.into());
    put("seq", shown.seq.into());
    put("session", shown.session.to_string().into());
    put("kind", shown.kind.as_str().into());
    put("direction", shown.direction().map(|d| d.as_str()).into());
    put("verdict", shown.verdict.as_str().into());
    put("at", shown.at.to_string().into());
    put("leaf_hash", shown.leaf_hash.to_string().into());
    match &shown.body {
        Err(reason) => put("unreadable", reason.as_str().into()),
        Ok(body) => {
            // Facts came from JSON, so they can become JSON.
            put(
                "facts",
                serde_json::to_value(&body.facts).unwrap_or(Value::Null),
            );
            if body.payload.is_empty() {
                put("payload", Value::Null);
            } else if let Ok(text) = std::str::from_utf8(&body.payload) {
                put("payload", text.into());
            } else {
                let text = base64::engine::general_purpose::STANDARD.encode(&body.payload);
                put("payload_base64", text.into());
            }
        }
    }
    Value::Object(object)
}
