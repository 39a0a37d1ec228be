//! What the header fields of the next request depend on: the era, the session, the tools.

use std::collections::HashMap;

use http::header::{HeaderName, HeaderValue};
use mcp::era::{self, HeaderSchema};
use mcp::{Kind, Message, Method};

use super::endpoint::Fields;
use crate::upstream::SESSION_ID;

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// Tools whose mirrored arguments are remembered.
const TOOLS_MAX: usize = 10_000;

/// What was said so far that matters.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    speech: Speech,
    /// By the tool's name.
    schemas: HashMap<Box<str>, HeaderSchema>,
}

#[derive(Debug, Default)]
enum Speech {
    #[default]
    Nothing,
    Legacy {
        session: Option<HeaderValue>,
        version: Option<HeaderValue>,
    },
    Modern {
        version: HeaderValue,
    },
}

impl Conversation {
    /// Takes note of what the client sends.
    pub(super) fn note_sent(&mut self, message: &Message) {
        if let Some(version) = message.meta_protocol_version() {
            if let Ok(version) = HeaderValue::from_str(&version) {
                self.speech = Speech::Modern { version };
            }
        } else if message.method() == Some(Method::Initialize) {
            self.speech = Speech::Legacy {
                session: None,
                version: None,
            };
        }
    }

    /// Takes note of the session that an answer to `initialize` opens.
    pub(super) fn note_session(&mut self, headers: &http::HeaderMap) {
        if let (Speech::Legacy { session, .. }, Some(id)) =
            (&mut self.speech, headers.get(SESSION_ID))
        {
            *session = Some(id.clone());
        }
    }

    /// Takes note of the answer to a request with this method.
    pub(super) fn note_answer(&mut self, method: Method, answer: &Message) {
        match (method, &mut self.speech) {
            (Method::Initialize, Speech::Legacy { version, .. }) => {
                let negotiated = answer.negotiated_version();
                *version = negotiated.and_then(|text| HeaderValue::from_str(&text).ok());
            }
            (Method::ToolsList, Speech::Modern { .. }) => self.note_tools(answer),
            _ => {}
        }
    }

    fn note_tools(&mut self, answer: &Message) {
        let tools = answer.result().and_then(|result| result.get("tools"));
        for tool in tools.iter().flat_map(|tools| tools.elements()) {
            let Some(name) = tool.get("name").and_then(|name| name.text()) else {
                continue;
            };
            // A tool with annotations that are invalid must not be used; if the client does, the
            // server says so.
            match HeaderSchema::of_tool(tool)
                .ok()
                .filter(|schema| !schema.is_empty())
            {
                Some(schema) if self.schemas.len() < TOOLS_MAX => {
                    self.schemas.insert(name.into(), schema);
                }
                _ => {
                    self.schemas.remove(&*name);
                }
            }
        }
    }

    /// Whether there is a legacy session, whose server may speak first.
    pub(super) const fn is_legacy(&self) -> bool {
        matches!(self.speech, Speech::Legacy { .. })
    }

    /// What a POST of this message needs. `None`: something in it cannot be a header field.
    pub(super) fn fields_for(&self, message: &Message) -> Option<Fields> {
        let modern = message.meta_protocol_version().is_some();
        match &self.speech {
            Speech::Modern { version } if modern || message.kind() == Kind::Notification => {
                // Where the message says a version itself, that comes later and replaces this.
                let mut fields = vec![(VERSION, version.clone())];
                for (name, value) in era::required_headers(message) {
                    fields.push(field(name, &value)?);
                }
                let schema = message.name().and_then(|name| self.schemas.get(&*name));
                if message.method() == Some(Method::ToolsCall)
                    && let Some(schema) = schema
                {
                    for (name, value) in schema.headers_for(message.arguments()) {
                        fields.push(field(&name, &value)?);
                    }
                }
                Some(fields)
            }
            _ if message.method() == Some(Method::Initialize) => Some(Fields::new()),
            _ => Some(self.session_fields()),
        }
    }

    /// What every request of a legacy session needs.
    pub(super) fn session_fields(&self) -> Fields {
        match &self.speech {
            Speech::Legacy { session, version } => {
                let session = session.iter().map(|id| (SESSION_ID, id.clone()));
                let version = version.iter().map(|text| (VERSION, text.clone()));
                session.chain(version).collect()
            }
            Speech::Nothing | Speech::Modern { .. } => Fields::new(),
        }
    }

    /// Whether there is a session that can be ended.
    pub(super) const fn has_session(&self) -> bool {
        matches!(
            self.speech,
            Speech::Legacy {
                session: Some(_),
                ..
            }
        )
    }
}

fn field(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    Some((name, HeaderValue::from_str(value).ok()?))
}
