//! The definitions in a server's answers: where they are, and whether they are those that are known.
//!
//! An answer that should list definitions and cannot be read as such a list is withheld: whoever
//! reads it otherwise would see what nobody judged.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use inspect::fingerprint;
use inspect::pins::{self, Key, Pinned, Pins, State, Version};
use inspect::templates::{Covers, covers};
use mcp::json::{Json, Kind as JsonKind};
use mcp::{Kind, Message, Method};
use model::{Timestamp, UpstreamName};
use policy::{Hints, MessageFacts, Pin, Target};

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListOf {
    Tools,
    Prompts,
    Resources,
    Templates,
}

/// A list in an answer.
#[derive(Debug)]
pub(crate) struct List<'a> {
    pub(crate) of: ListOf,
    pub(crate) array: Json<'a>,
    /// Each by its name there, in their order.
    pub(crate) items: Vec<(Cow<'a, str>, Json<'a>)>,
}

/// Why an answer is no list of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IllShaped {
    of: ListOf,
    what: &'static str,
}

impl fmt::Display for IllShaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.of.member(), self.what)
    }
}

impl ListOf {
    const ALL: [Self; 4] = [Self::Tools, Self::Prompts, Self::Resources, Self::Templates];

    /// The member of the result that is the list.
    const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Prompts => "prompts",
            Self::Resources => "resources",
            Self::Templates => "resourceTemplates",
        }
    }

    /// The member of an element that names it.
    const fn name_member(self) -> &'static str {
        match self {
            Self::Tools | Self::Prompts => "name",
            Self::Resources => "uri",
            Self::Templates => "uriTemplate",
        }
    }

    /// What the elements are definitions of. Resources are content, and change.
    pub(crate) const fn pinned(self) -> Option<pins::Kind> {
        match self {
            Self::Tools => Some(pins::Kind::Tool),
            Self::Prompts => Some(pins::Kind::Prompt),
            Self::Templates => Some(pins::Kind::Template),
            Self::Resources => None,
        }
    }

    /// The method by which an element is used.
    pub(crate) const fn used_by(self) -> &'static str {
        match self {
            Self::Tools => "tools/call",
            Self::Prompts => "prompts/get",
            Self::Resources | Self::Templates => "resources/read",
        }
    }

    pub(crate) const fn target(self, name: &str) -> Target<'_> {
        match self {
            Self::Tools => Target::Tool(name),
            Self::Prompts => Target::Prompt(name),
            Self::Resources | Self::Templates => Target::Resource(name),
        }
    }

    fn read<'a>(self, result: Json<'a>) -> Result<List<'a>, IllShaped> {
        let wrong = |what| IllShaped { of: self, what };
        let array = result.get(self.member());
        let array = array.ok_or_else(|| wrong("is missing"))?;
        if !array.is_array() {
            return Err(wrong("is not an array"));
        }
        let mut names = HashSet::new();
        let mut items = Vec::new();
        for item in array.elements() {
            let name = item.get(self.name_member()).and_then(Json::text);
            let name = name.ok_or_else(|| wrong("has an element without a name"))?;
            if self.pinned().is_some() && !names.insert(name.clone()) {
                return Err(wrong("has a name twice"));
            }
            items.push((name, item));
        }
        Ok(List {
            of: self,
            array,
            items,
        })
    }
}

/// The lists in an answer. `asked`: the method that it answers; `None`: that is not known, and any
/// list in it may be taken for one.
pub(crate) fn lists(message: &Message, asked: Option<Method>) -> Result<Vec<List<'_>>, IllShaped> {
    let Some(result) = message
        .result()
        .filter(|_| message.kind() == Kind::Response)
    else {
        return Ok(Vec::new());
    };
    let expected = |of: &ListOf| match asked.map(|method| method.info()) {
        Some(info) => info.and_then(|info| info.lists) == Some(of.member()),
        None => result.get(of.member()).is_some(),
    };
    let all = ListOf::ALL.into_iter().filter(expected);
    all.map(|of| of.read(result)).collect()
}

/// What a server says about itself when it is met: the member of the result, and what it is of.
pub(crate) fn introductions(
    message: &Message,
    asked: Option<Method>,
) -> Vec<(pins::Kind, Json<'_>)> {
    let introduces = match asked {
        Some(method) => matches!(method, Method::Initialize | Method::ServerDiscover),
        None => message.server_capabilities().is_some(),
    };
    if !introduces {
        return Vec::new();
    }
    let instructions = message
        .result()
        .and_then(|result| result.get("instructions"))
        .filter(|instructions| instructions.kind() != JsonKind::Null);
    [
        (pins::Kind::Instructions, instructions),
        (pins::Kind::Server, message.server_description()),
    ]
    .into_iter()
    .filter_map(|(kind, json)| Some((kind, json?)))
    .collect()
}

/// The definitions in an answer that are not known yet, with what may be stored of them: that is
/// read from the answer as it is stored.
pub(crate) fn news(
    message: &Message,
    stored: Option<&Message>,
    asked: Option<Method>,
    upstream: &UpstreamName,
    pins: &Pins,
    at: Timestamp,
) -> Result<Vec<(Key, Version)>, IllShaped> {
    let mut news = Vec::new();
    let mut take = |kind, name: &str, json: Json<'_>, masked: Option<&[u8]>| {
        let key = Key {
            upstream: upstream.clone(),
            kind,
            name: name.into(),
        };
        let known = fingerprint(json.raw()).map(|found| !pins.is_news(&key, &found));
        if known != Some(true) {
            let version = Version::new(json.raw(), masked.unwrap_or_default(), at)?;
            news.push((key, version));
        }
        Some(())
    };
    let lists_stored = stored.map(|stored| lists(stored, asked).unwrap_or_default());
    for (number, list) in lists(message, asked)?.into_iter().enumerate() {
        let Some(kind) = list.of.pinned() else {
            continue;
        };
        for (at, (name, item)) in list.items.iter().enumerate() {
            let masked = match &lists_stored {
                None => Some(item.raw()),
                Some(stored) => stored
                    .get(number)
                    .and_then(|list| list.items.get(at))
                    .map(|(_, item)| item.raw()),
            };
            take(kind, name, *item, masked).ok_or(IllShaped {
                of: list.of,
                what: "has an element without a canonical form (RFC 8785)",
            })?;
        }
    }
    let introduced_stored = stored.map(|stored| introductions(stored, asked));
    for (kind, json) in introductions(message, asked) {
        let masked = match &introduced_stored {
            None => Some(json.raw()),
            Some(stored) => stored
                .iter()
                .find(|(of, _)| *of == kind)
                .map(|(_, json)| json.raw()),
        };
        // What has no canonical form has no fingerprint: its state stays unknown.
        let _pinned = take(kind, "", json, masked);
    }
    Ok(news)
}

/// Tells policy what is known of a definition.
pub(crate) fn tell(
    facts: &mut MessageFacts,
    pins: &Pins,
    upstream: &UpstreamName,
    kind: pins::Kind,
    name: &str,
) {
    let key = Key {
        upstream: upstream.clone(),
        kind,
        name: name.into(),
    };
    let Some(pinned) = pins.get(&key) else {
        return;
    };
    facts.pin = match pinned.state() {
        State::Unknown => Pin::Unknown,
        State::FirstSeen => Pin::FirstSeen,
        State::Unchanged => Pin::Unchanged,
        State::Changed => Pin::Changed,
    };
    let newest = pinned.newest();
    facts.suspicious = !newest.suspicious.is_empty();
    if kind == pins::Kind::Tool {
        let usual = Hints::default();
        let hint = |name, usual| newest.hint(name).unwrap_or(usual);
        facts.hints = Hints {
            read_only: hint("readOnlyHint", usual.read_only),
            destructive: hint("destructiveHint", usual.destructive),
            idempotent: hint("idempotentHint", usual.idempotent),
            open_world: hint("openWorldHint", usual.open_world),
        };
    }
}

/// The definition that a target is a use of, if definitions of its kind are kept.
pub(crate) fn pinned<'a>(
    target: Target<'a>,
    pins: &'a Pins,
    upstream: &'a UpstreamName,
) -> Option<(pins::Kind, &'a str)> {
    match target {
        Target::Tool(name) => Some((pins::Kind::Tool, name)),
        Target::Prompt(name) => Some((pins::Kind::Prompt, name)),
        Target::Resource(uri) => {
            let template = template_of(uri, pins, upstream)?;
            Some((pins::Kind::Template, template))
        }
        Target::Server => None,
    }
}

/// The template by which a resource is judged: of those that it is of, or may be of, the one that is least
/// to be trusted. What it only may be of does not count beside one that it surely is of and that nothing is
/// wrong with: which of several a server takes is its own business, and what it has is judged by what is
/// known of it.
fn template_of<'a>(uri: &str, pins: &'a Pins, upstream: &'a UpstreamName) -> Option<&'a str> {
    let worry = |pinned: &Pinned| match pinned.state() {
        State::Changed => 3,
        State::FirstSeen if !pinned.newest().suspicious.is_empty() => 2,
        State::FirstSeen => 1,
        State::Unchanged | State::Unknown => 0,
    };
    let templates = pins.of(upstream, pins::Kind::Template);
    let mut covering: Vec<(Covers, i32, &str)> = templates
        .map(|(template, pinned)| (covers(template, uri), worry(pinned), template))
        .filter(|(covers, ..)| *covers != Covers::No)
        .collect();
    let is_known = |(covers, worry, _): &(Covers, i32, &str)| *covers == Covers::Yes && *worry < 2;
    if covering.iter().any(is_known) {
        covering.retain(|(covers, ..)| *covers == Covers::Yes);
    }
    let worst = covering.into_iter().max_by_key(|(_, worry, _)| *worry)?;
    Some(worst.2)
}
