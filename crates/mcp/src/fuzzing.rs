//! What must hold for any bytes: one function per reader, each panicking where it does not hold.
//!
//! The fuzz targets and the smoke run of the tests call the same functions.

mod framing;
mod header;
mod message;

pub use framing::{sse_stream, stdio_lines};
pub use header::{header_value, tool_schema};
pub use message::{batch, message};

use std::borrow::Cow;

use serde_json::Value;

use crate::json::{Json, JsonFault, Kind, Limits, Span, parse, splice};

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("json", json),
    ("message", message),
    ("batch", batch),
    ("sse_stream", sse_stream),
    ("stdio_lines", stdio_lines),
    ("header_value", header_value),
    ("tool_schema", tool_schema),
];

/// Below the depth at which `serde_json` gives up, so that both can be compared.
const LIMITS: Limits = Limits {
    bytes_max: 1 << 20,
    depth_max: 100,
};

/// The scan accepts what `serde_json` accepts, names that occur twice excepted, and navigation
/// finds the same values.
pub fn json(data: &[u8]) {
    let theirs = serde_json::from_slice::<Value>(data);
    match (parse(data, &LIMITS), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(value(ours), Some(theirs));
            same_after_splice(data, ours);
        }
        // Only a number that no float can hold is refused by serde_json alone.
        (Ok(_), Err(error)) => assert!(error.to_string().contains("out of range"), "{error}"),
        (Err(error), Ok(_)) => assert!(
            matches!(
                error.fault,
                JsonFault::DuplicateKey | JsonFault::TooDeep(_) | JsonFault::TooLarge(_)
            ),
            "{error}"
        ),
        (Err(error), Err(_)) => assert!(error.offset <= data.len()),
    }
}

/// The value as `serde_json` would have built it; `None` for a number that no float can hold.
pub(super) fn value(json: Json<'_>) -> Option<Value> {
    Some(match json.kind() {
        Kind::Object => json
            .members()
            .map(|member| Some((member.name().into_owned(), value(member.value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()?
            .into(),
        Kind::Array => json
            .elements()
            .map(value)
            .collect::<Option<Vec<_>>>()?
            .into(),
        Kind::String => Value::String(json.text().map(Cow::into_owned)?),
        Kind::Number => serde_json::from_str(json.lexeme()).ok()?,
        Kind::Bool => Value::Bool(json.as_bool()?),
        Kind::Null => Value::Null,
    })
}

/// Putting every member and element back where it was changes nothing.
fn same_after_splice(data: &[u8], json: Json<'_>) {
    let values = json.members().map(|member| member.value);
    let edits: Vec<(Span, &[u8])> = values
        .chain(json.elements())
        .map(|value| (value.span(), value.raw()))
        .collect();
    assert_eq!(splice(data, &edits).as_deref(), Ok(data));
}

/// Cuts `data` into portions whose lengths follow from a seed.
fn portions(data: &[u8], mut seed: u32) -> Vec<&[u8]> {
    let mut rest = data;
    let mut portions = Vec::new();
    while !rest.is_empty() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = (seed >> 28) as usize % rest.len().min(9) + 1;
        let (portion, tail) = rest.split_at(length.min(rest.len()));
        portions.push(portion);
        rest = tail;
    }
    portions
}
