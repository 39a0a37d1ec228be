//! What a client's message makes use of besides what its method says: whoever may not get a prompt or
//! read a resource may not complete its arguments or subscribe to it either, and what a server may not ask
//! for is not answered within another request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use mcp::json::Json;
use mcp::{Message, Method};
use policy::Target;
use policy::vocabulary::FROM_SERVER;

/// Something that a message makes use of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use<'a> {
    /// A prompt, as `prompts/get` does.
    Prompt(Cow<'a, str>),
    /// A resource, as `resources/read` does.
    Resource(Cow<'a, str>),
    /// Some resource of this template (RFC 6570): which one is not known.
    Template(Cow<'a, str>),
    /// What a server asked for by this action, answered within a request (MCP 2026-07-28 mrtr).
    Answer(&'static str),
}

impl Use<'_> {
    /// The method that it stands for, and of what.
    pub(crate) fn as_use(&self) -> (&'static str, Target<'_>) {
        match self {
            Self::Prompt(name) => ("prompts/get", Target::Prompt(name)),
            Self::Resource(uri) | Self::Template(uri) => ("resources/read", Target::Resource(uri)),
            Self::Answer(action) => (action, Target::Server),
        }
    }
}

/// All that a message makes use of.
pub(crate) fn of(message: &Message) -> Vec<Use<'_>> {
    let param = |name| message.params().and_then(|params| params.get(name));
    let mut uses = match message.method() {
        Some(Method::CompletionComplete) => param("ref").map(referred).unwrap_or_default(),
        Some(Method::ResourcesSubscribe) => message.name().map(Use::Resource).into_iter().collect(),
        _ => Vec::new(),
    };
    uses.extend(param("inputResponses").into_iter().flat_map(answered));
    uses
}

/// What is answered within a request. The answers do not say what they are to, and whoever sends them
/// chooses how they look: one counts for each thing that it may be an answer to, and one that looks like
/// none for all.
fn answered(responses: Json<'_>) -> Vec<Use<'_>> {
    if responses.is_null() {
        return Vec::new();
    }
    let mut actions = BTreeSet::new();
    if !responses.is_object() {
        actions.extend(FROM_SERVER);
    }
    for response in responses.members() {
        let has = |names: &[&str]| names.iter().any(|name| response.value.get(name).is_some());
        let is = [
            ("roots/list", has(&["roots"])),
            ("elicitation/create", has(&["action"])),
            (
                "sampling/createMessage",
                has(&["role", "model", "stopReason"]),
            ),
        ];
        if is.iter().any(|(_, is)| *is) {
            actions.extend(is.iter().filter(|(_, is)| *is).map(|(action, _)| *action));
        } else {
            actions.extend(FROM_SERVER);
        }
    }
    actions.into_iter().map(Use::Answer).collect()
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
