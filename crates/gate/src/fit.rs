//! Masked results of tools that still fit the tool's `outputSchema`: clients throw away those that do
//! not, and whoever asked would learn nothing.

use bytes::Bytes;
use jsonschema::error::ValidationErrorKind as Fault;
use jsonschema::{ValidationError, Validator};
use mcp::Message;
use mcp::json::{Json, Kind, Span, splice, string};
use serde_json::Value;

use crate::schema::OutputSchema;
use crate::stored::Stored;

/// So many values of one result are fitted.
const VALUES_MAX: usize = 256;

/// So many times may a result be checked.
const CHECKS_MAX: usize = 1_024;

/// No masked value fits the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfitting;

/// Sees to it that a masked result fits wherever the result of the server did. Gives how many values
/// had to be written differently for it.
///
/// What stands in the place of a value then says nothing of it: it is made of the mask and of the
/// schema alone. Where the schema leaves no such value (`enum`, `const`, most patterns, a number that
/// may not be zero), there is none.
pub(crate) fn fit(
    original: &Message,
    shown: &mut Bytes,
    schema: &OutputSchema,
) -> Result<usize, Unfitting> {
    let parsed = parsed(shown)?;
    let (Some(before), Some(after)) = (structured(original), structured(&parsed)) else {
        return Ok(0);
    };
    if before.raw() == after.raw() || parsed.is_tool_error() {
        return Ok(0);
    }
    let checker = schema.validator().ok_or(Unfitting)?;
    let mut value: Value = serde_json::from_slice(after.raw()).map_err(|_| Unfitting)?;
    if checker.is_valid(&value) {
        return Ok(0);
    }
    let whole: Value = serde_json::from_slice(before.raw()).map_err(|_| Unfitting)?;
    if !checker.is_valid(&whole) {
        // It did not fit before either: that is between client and server.
        return Ok(0);
    }
    let mut texts = Vec::new();
    masked_texts(&mut String::new(), before, after, &mut texts);
    let fitted = Fitting { checker, checks: 0 }.all(&mut value, &texts)?;
    let mut edits = places(after, &value, &fitted)?;
    for (block, text) in mirrors(original, &parsed, &whole) {
        let text = mirrored(&text, &value, &fitted)?;
        edits.push((block.span(), string(&text)));
    }
    *shown = edited(shown, edits)?.into();
    Ok(fitted.len())
}

fn parsed(bytes: &Bytes) -> Result<Message, Unfitting> {
    Message::parse(bytes.clone(), &Stored::limits()).map_err(|_| Unfitting)
}

fn structured(message: &Message) -> Option<Json<'_>> {
    message.result()?.get("structuredContent")
}

/// The texts at `fitted` in `value`, and where they belong in `json`.
fn places(
    json: Json<'_>,
    value: &Value,
    fitted: &[String],
) -> Result<Vec<(Span, String)>, Unfitting> {
    let place = |at: &String| {
        let text = value.pointer(at)?.as_str()?;
        Some((pointed(json, at)?.span(), string(text)))
    };
    fitted.iter().map(|at| place(at).ok_or(Unfitting)).collect()
}

fn edited(bytes: &[u8], mut edits: Vec<(Span, String)>) -> Result<Vec<u8>, Unfitting> {
    edits.sort_unstable_by_key(|(span, _)| span.start);
    let edits: Vec<(Span, &[u8])> = edits
        .iter()
        .map(|(span, text)| (*span, text.as_bytes()))
        .collect();
    splice(bytes, &edits).map_err(|_| Unfitting)
}

/// The search for values that fit.
struct Fitting<'a> {
    checker: &'a Validator,
    checks: usize,
}

impl Fitting<'_> {
    /// Writes masked texts differently until everything fits; gives their places.
    fn all(&mut self, value: &mut Value, texts: &[String]) -> Result<Vec<String>, Unfitting> {
        let mut fitted = Vec::new();
        while !self.checker.is_valid(value) {
            self.check()?;
            let (at, hints) = self.fault(value)?;
            if fitted.contains(&at) || !texts.contains(&at) || fitted.len() >= VALUES_MAX {
                return Err(Unfitting);
            }
            self.one(value, &at, &hints)?;
            fitted.push(at);
        }
        Ok(fitted)
    }

    /// The first place that does not fit, and what is said of it.
    fn fault(&self, value: &Value) -> Result<(String, Hints), Unfitting> {
        let mut faults = self.checker.iter_errors(value);
        let first = faults.next().ok_or(Unfitting)?;
        let at = first.instance_path().to_string();
        let mut hints = Hints::default();
        hints.take(&first);
        for fault in faults.filter(|fault| fault.instance_path().to_string() == at) {
            hints.take(&fault);
        }
        Ok((at, hints))
    }

    /// Finds a text for one place.
    fn one(&mut self, value: &mut Value, at: &str, hints: &Hints) -> Result<(), Unfitting> {
        let mask = value.pointer(at).and_then(Value::as_str).ok_or(Unfitting)?;
        for text in hints.texts(mask) {
            self.check()?;
            *value.pointer_mut(at).ok_or(Unfitting)? = Value::String(text);
            let mut faults = self.checker.iter_errors(value);
            if !faults.any(|fault| fault.instance_path().to_string() == at) {
                return Ok(());
            }
        }
        Err(Unfitting)
    }

    fn check(&mut self) -> Result<(), Unfitting> {
        self.checks += 1;
        (self.checks <= CHECKS_MAX).then_some(()).ok_or(Unfitting)
    }
}

/// What a schema says of a text that does not fit.
#[derive(Default)]
struct Hints {
    formats: Vec<String>,
    chars_min: usize,
    chars_max: Option<usize>,
}

impl Hints {
    fn take(&mut self, fault: &ValidationError<'_>) {
        let number = |limit: &u64| usize::try_from(*limit).unwrap_or(usize::MAX);
        match fault.kind() {
            Fault::Format { format } => self.formats.push(format.clone()),
            Fault::MinLength { limit } => self.chars_min = self.chars_min.max(number(limit)),
            Fault::MaxLength { limit } => self.chars_max = Some(number(limit)),
            Fault::AnyOf { context } | Fault::OneOfNotValid { context } => {
                context.iter().flatten().for_each(|fault| self.take(fault));
            }
            _ => {}
        }
    }

    /// Texts that may fit, made of the mask and of what the schema says.
    fn texts(&self, mask: &str) -> Vec<String> {
        const PADDED_MAX: usize = 4 << 10;
        let chars = mask.chars().count();
        let mut texts = Vec::new();
        if chars < self.chars_min && self.chars_min <= PADDED_MAX {
            texts.push(format!("{mask}{}", "*".repeat(self.chars_min - chars)));
        }
        if let Some(max) = self.chars_max {
            texts.push(mask.chars().take(max).collect());
        }
        let formats = self.formats.iter();
        texts.extend(
            formats
                .filter_map(|format| filler(format))
                .map(str::to_owned),
        );
        texts
    }
}

/// A text of a format that is nobody's: names below `.invalid` (RFC 6761), the unspecified addresses,
/// the beginning of time.
fn filler(format: &str) -> Option<&'static str> {
    Some(match format {
        "email" | "idn-email" => "masked@masked.invalid",
        "hostname" | "idn-hostname" => "masked.invalid",
        "uri" | "iri" | "url" => "https://masked.invalid/",
        "uri-reference" | "iri-reference" | "uri-template" => "masked",
        "json-pointer" => "/masked",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "date" => "1970-01-01",
        "date-time" => "1970-01-01T00:00:00Z",
        "time" => "00:00:00Z",
        "duration" => "PT0S",
        "ipv4" => "0.0.0.0",
        "ipv6" => "::",
        "byte" => "bWFza2Vk",
        "regex" => "masked",
        _ => return None,
    })
}

/// The JSON Pointers (RFC 6901), in the masked tree, of texts that masking changed. Masking changes
/// names, so their order pairs the trees, which are as deep as a message may be.
fn masked_texts(path: &mut String, before: Json<'_>, after: Json<'_>, found: &mut Vec<String>) {
    let length = path.len();
    let mut step = |path: &mut String, name: &str, pair: (Json<'_>, Json<'_>)| {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        masked_texts(path, pair.0, pair.1, found);
        path.truncate(length);
    };
    match (before.kind(), after.kind()) {
        (Kind::Object, Kind::Object) => {
            for (before, after) in before.members().zip(after.members()) {
                step(path, &after.name(), (before.value, after.value));
            }
        }
        (Kind::Array, Kind::Array) => {
            for (at, pair) in before.elements().zip(after.elements()).enumerate() {
                step(path, &at.to_string(), pair);
            }
        }
        (_, Kind::String) if before.raw() != after.raw() => found.push(path.clone()),
        _ => {}
    }
}

/// What a JSON Pointer leads to.
fn pointed<'a>(json: Json<'a>, pointer: &str) -> Option<Json<'a>> {
    let steps = pointer.split('/').skip(1);
    steps.into_iter().try_fold(json, |json, step| {
        if json.is_array() {
            return json.elements().nth(step.parse().ok()?);
        }
        json.get(&step.replace("~1", "/").replace("~0", "~"))
    })
}

/// The text blocks that repeat a structured result (MCP server/tools, "Structured Content"), with
/// their masked texts.
fn mirrors<'a>(
    original: &'a Message,
    shown: &'a Message,
    whole: &Value,
) -> Vec<(Json<'a>, String)> {
    let blocks = |message: &'a Message| {
        let content = message.result().and_then(|result| result.get("content"));
        content.into_iter().flat_map(Json::elements)
    };
    let pairs = blocks(original).zip(blocks(shown));
    pairs
        .filter_map(|(before, after)| {
            let said = before.get("text")?.text()?;
            let said: Value = serde_json::from_str(&said).ok()?;
            let block = after.get("text")?;
            (said == *whole).then_some((block, block.text()?.into_owned()))
        })
        .collect()
}

/// A text that repeats a structured result, with the values that were written differently.
fn mirrored(text: &str, value: &Value, fitted: &[String]) -> Result<String, Unfitting> {
    let json = mcp::json::parse(text.as_bytes(), &Stored::limits()).map_err(|_| Unfitting)?;
    let text = edited(text.as_bytes(), places(json, value, fitted)?)?;
    String::from_utf8(text).map_err(|_| Unfitting)
}

#[cfg(test)]
mod tests;
