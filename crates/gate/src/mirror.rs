//! Header fields that repeat a part of the body (MCP 2026-07-28 streamable-http, `Mcp-Name` and
//! `Mcp-Param-*`). A server refuses those that say something else than the body that it gets, so they
//! are made of that body and not masked for themselves.

use std::sync::Arc;

use bytes::Bytes;
use mask::{Crossing, MaskSet};
use mcp::era::{decode_value, encode_value};
use mcp::json::{Json, Kind};
use mcp::{Message, RequestId};

use crate::stored::Stored;

const NAME: &str = "mcp-name";
const PARAM: &str = "mcp-param-";

/// Whether a header field repeats a part of the body.
pub fn is_mirrored(name: &str) -> bool {
    let prefix = name.get(..PARAM.len());
    name.eq_ignore_ascii_case(NAME)
        || prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PARAM))
}

/// A header field as two readers get it.
#[derive(Debug, Clone)]
pub(crate) struct Mirrored {
    /// In the record.
    pub(crate) stored: Arc<str>,
    /// On the way to the server.
    pub(crate) relayed: Arc<str>,
}

/// The mirrored among the header fields of a request, whose message is stored and relayed as these
/// bytes; `None`: as it came.
pub(crate) fn mirrored(
    headers: &[(Arc<str>, Arc<str>)],
    message: Option<&Message>,
    stored: Option<&[u8]>,
    relayed: Option<&Bytes>,
    masks: &MaskSet,
    at: &Crossing<'_>,
) -> Vec<Mirrored> {
    let mut fields = headers
        .iter()
        .filter(|(name, _)| is_mirrored(name))
        .peekable();
    if fields.peek().is_none() {
        return Vec::new();
    }
    let stored = stored.map(|bytes| parsed(Bytes::copy_from_slice(bytes)));
    let relayed = relayed.map(|bytes| parsed(bytes.clone()));
    let of = |name: &Arc<str>, value: &Arc<str>, shown: &Option<Option<Message>>| {
        let message = message?;
        match shown {
            None => in_body(name, value, message, message),
            Some(shown) => in_body(name, value, message, shown.as_ref()?),
        }
    };
    let field = |(name, value): &(Arc<str>, Arc<str>)| {
        // One that repeats nothing is searched for itself.
        let alone = || masks.apply_header(name, value.as_bytes(), at);
        let text = |bytes: &[u8]| Arc::from(&*String::from_utf8_lossy(bytes));
        Mirrored {
            stored: of(name, value, &stored).unwrap_or_else(|| text(&alone().stored)),
            relayed: of(name, value, &relayed).unwrap_or_else(|| text(&alone().relayed)),
        }
    };
    fields.map(field).collect()
}

/// Puts what is stored in the place of what came, the first for the first.
pub(crate) fn put(
    headers: &mut [(Arc<str>, Arc<str>)],
    values: impl IntoIterator<Item = Arc<str>>,
) {
    let places = headers.iter_mut().filter(|(name, _)| is_mirrored(name));
    for ((_, place), value) in places.zip(values) {
        *place = value;
    }
}

fn parsed(bytes: Bytes) -> Option<Message> {
    Message::parse(bytes, &Stored::limits()).ok()
}

/// What a field says that repeats a part of `original`, where that is masked to `shown`.
fn in_body(name: &str, value: &str, original: &Message, shown: &Message) -> Option<Arc<str>> {
    let said = decode_value(value.as_bytes()).ok()?;
    if name.eq_ignore_ascii_case(NAME) {
        let same = original.name()? == said;
        return Some(encode_value(&shown.name().filter(|_| same)?).into());
    }
    let argument = name.get(PARAM.len()..)?;
    let mut leaves = Vec::new();
    pair("", original.arguments()?, shown.arguments()?, &mut leaves)?;
    leaves.retain(|leaf| says(&said, leaf.original));
    // Which argument it repeats stands in the tool's schema. Several may have its value: the one that
    // is called like it is meant, and otherwise one that is masked.
    let called = leaves.iter().find(|leaf| is_like(&leaf.name, argument));
    let masked = || {
        leaves
            .iter()
            .find(|leaf| leaf.original.raw() != leaf.shown.raw())
    };
    let leaf = called.or_else(masked).or_else(|| leaves.first())?;
    if leaf.original.raw() == leaf.shown.raw() {
        return Some(value.into());
    }
    let text = match leaf.shown.kind() {
        Kind::String => leaf.shown.text()?,
        _ => leaf.shown.lexeme().into(),
    };
    Some(encode_value(&text).into())
}

/// A value among the arguments, before and after masking.
struct Leaf<'a> {
    name: String,
    original: Json<'a>,
    shown: Json<'a>,
}

/// The values of two trees of one shape; `None`: they are not of one shape. Masking changes names,
/// so their order pairs them. The trees are as deep as a message may be.
fn pair<'a>(
    name: &str,
    original: Json<'a>,
    shown: Json<'a>,
    leaves: &mut Vec<Leaf<'a>>,
) -> Option<()> {
    match (original.kind(), shown.kind()) {
        (Kind::Object, Kind::Object) => {
            let (mut all, mut others) = (original.members(), shown.members());
            for member in all.by_ref() {
                pair(&member.name(), member.value, others.next()?.value, leaves)?;
            }
            others.next().is_none().then_some(())
        }
        // No field repeats an element of an array (MCP 2026-07-28, Custom Headers).
        (Kind::Array, Kind::Array) => Some(()),
        (Kind::Object | Kind::Array, _) | (_, Kind::Object | Kind::Array) => None,
        _ => {
            leaves.push(Leaf {
                name: name.to_owned(),
                original,
                shown,
            });
            Some(())
        }
    }
}

/// Whether a field's decoded value stands for an argument; integers in any spelling.
fn says(said: &str, value: Json<'_>) -> bool {
    match value.kind() {
        Kind::String => value.text().as_deref() == Some(said),
        Kind::Bool => value.lexeme() == said,
        Kind::Number => {
            let limits = Stored::limits();
            let said = mcp::json::parse(said.as_bytes(), &limits).ok();
            let key = |json| RequestId::of(json).map(|id| id.key());
            said.filter(|said| said.kind() == Kind::Number)
                .is_some_and(|said| key(said) == key(value))
        }
        Kind::Object | Kind::Array | Kind::Null => false,
    }
}

/// Whether two names are the same but for case and for what separates their words.
fn is_like(name: &str, field: &str) -> bool {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|char| char.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    letters(name) == letters(field)
}
