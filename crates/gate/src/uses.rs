//! What a client's message makes use of besides what its method says: whoever may not get a prompt or
//! read a resource may not complete its arguments or subscribe to it either.

use std::borrow::Cow;

use mcp::json::Json;
use mcp::{Message, Method};
use policy::Target;

/// Something that a message makes use of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use<'a> {
    /// A prompt, as `prompts/get` does.
    Prompt(Cow<'a, str>),
    /// A resource, as `resources/read` does.
    Resource(Cow<'a, str>),
    /// Some resource of this template (RFC 6570): which one is not known.
    Template(Cow<'a, str>),
}

impl Use<'_> {
    /// The method that it stands for, and of what.
    pub(crate) fn as_use(&self) -> (&'static str, Target<'_>) {
        match self {
            Self::Prompt(name) => ("prompts/get", Target::Prompt(name)),
            Self::Resource(uri) | Self::Template(uri) => ("resources/read", Target::Resource(uri)),
        }
    }
}

/// All that a message makes use of.
pub(crate) fn of(message: &Message) -> Vec<Use<'_>> {
    match message.method() {
        Some(Method::CompletionComplete) => {
            let reference = message.params().and_then(|params| params.get("ref"));
            reference.map(referred).unwrap_or_default()
        }
        Some(Method::ResourcesSubscribe) => message.name().map(Use::Resource).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What a completion is for, by the members that name it: a server may read its `type` leniently.
/// What names nothing is taken for a prompt without a name.
fn referred(reference: Json<'_>) -> Vec<Use<'_>> {
    let text = |member| reference.get(member).and_then(Json::text);
    let uri = text("uri").map(|uri| match uri.contains('{') {
        true => Use::Template(uri),
        false => Use::Resource(uri),
    });
    let name = text("name").map(Use::Prompt);
    match (name, uri) {
        (None, None) => vec![Use::Prompt("".into())],
        (name, uri) => [name, uri].into_iter().flatten().collect(),
    }
}
