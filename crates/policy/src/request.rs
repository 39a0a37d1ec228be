//! What a decision is about: who, what, on what, and the facts.

use core::net::IpAddr;
use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Caller, Timestamp, UpstreamName};
use serde_json::Value;

use crate::tools;
use crate::vocabulary::TOOLS_CALL;

/// The facts that a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who is accountable.
    pub caller: &'a Caller,
    /// The groups that the caller is in.
    pub groups: &'a [Arc<str>],
    /// The server that the message goes to or comes from.
    pub server: &'a UpstreamName,
    /// One of the actions of [`crate::vocabulary`].
    pub action: &'a str,
    /// What it names.
    pub target: Target<'a>,
    /// What else is known.
    pub facts: Facts<'a>,
}

/// What a message names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// Nothing: it is about the server.
    Server,
    /// A tool by its name.
    Tool(&'a str),
    /// A prompt by its name.
    Prompt(&'a str),
    /// A resource by its URI.
    Resource(&'a str),
}

/// What is known about a message.
#[derive(Debug, Clone, Copy)]
pub enum Facts<'a> {
    /// Of what a client sends, or a server asks.
    Message(&'a MessageFacts),
    /// Of what a server answers.
    Answer(&'a AnswerFacts),
    /// Of what a person says about a held call.
    Approval(&'a ApprovalFacts),
}

/// What is known about a message besides who sends it to whom.
#[derive(Debug, Clone, Default)]
pub struct MessageFacts {
    /// The MCP method as it was sent.
    pub method: Arc<str>,
    /// The client software by its own word.
    pub agent: Arc<str>,
    /// What the agent says it wants.
    pub intent: Option<Arc<str>>,
    /// The kinds of sensitive data in it.
    pub kinds: BTreeSet<Arc<str>>,
    /// Whether one of them is a credential.
    pub credentials: bool,
    /// The SQL in its arguments.
    pub sql: Option<Effects>,
    /// The command lines in its arguments.
    pub shell: Option<Effects>,
    /// What is asked of the programs that manage clusters, clouds, repositories and containers.
    pub cloud: Option<Effects>,
    /// The HTTP requests that its arguments describe.
    pub http: Option<Effects>,
    /// The paths in its arguments.
    pub paths: Option<Effects>,
    /// The commands of databases without SQL in its arguments.
    pub nosql: Option<Effects>,
    /// Its arguments were not looked into as a whole: there is too much, or it is nested too deep.
    pub unread: bool,
    /// What its tool does by its own name.
    pub verb: Verb,
    /// What the server says of its tool.
    pub hints: Hints,
    /// Whether the tool is as it was.
    pub pin: Pin,
    /// Whether its definition has hidden characters, or speaks to the model.
    pub suspicious: bool,
    /// How much was called of late, this call included.
    pub calls: Calls,
    /// When it was complete.
    pub at: Timestamp,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// The arguments of a tool call; needed where [`crate::Policy::reads_arguments`].
    pub arguments: Arguments,
}

impl MessageFacts {
    /// What its commands do, by the name that the context has for each language.
    pub const fn commands(&self) -> [(&'static str, Option<&Effects>); 6] {
        [
            ("sql", self.sql.as_ref()),
            ("shell", self.shell.as_ref()),
            ("cloud", self.cloud.as_ref()),
            ("http", self.http.as_ref()),
            ("paths", self.paths.as_ref()),
            ("nosql", self.nosql.as_ref()),
        ]
    }
}

/// The arguments of a tool call.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Arguments {
    /// The call has none, which is the same as an empty object.
    #[default]
    Absent,
    /// There are some, and they cannot be read: what reads them cannot be decided.
    Unreadable,
    /// These.
    Given(Value),
}

/// What is known about a server's answer.
#[derive(Debug, Clone, Default)]
pub struct AnswerFacts {
    /// The MCP method that is answered.
    pub method: Arc<str>,
    /// Its size in bytes.
    pub bytes: u64,
    /// The kinds of sensitive data in it.
    pub kinds: BTreeSet<Arc<str>>,
    /// Whether one of them is a credential.
    pub credentials: bool,
}

/// What is known about a person's word on a held call.
#[derive(Debug, Clone, Default)]
pub struct ApprovalFacts {
    /// The MCP method that is held.
    pub method: Arc<str>,
    /// Who asked for it, as `issuer|subject`; empty for an anonymous caller.
    pub requester: Arc<str>,
    /// The rules that hold it.
    pub rules: BTreeSet<Arc<str>>,
    /// Through what the person speaks: `api`, `slack`, `mail`, …
    pub channel: Arc<str>,
    /// Whether it is said to be an emergency.
    pub emergency: bool,
}

/// What a text would do, by the words of [`crate::vocabulary`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// The facts that are true; all others are false.
    pub is: BTreeSet<&'static str>,
    /// Names by what they are: `reads`, `writes`, `functions`, `programs`, …
    pub names: Vec<(&'static str, BTreeSet<String>)>,
}

/// What a tool does by its own name; none where that does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verb {
    /// It reads.
    pub read: bool,
    /// It creates or changes.
    pub write: bool,
    /// It deletes or ends.
    pub delete: bool,
    /// It runs what it is given.
    pub execute: bool,
}

/// A tool's annotations: the server's own word, and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hints {
    /// `readOnlyHint`.
    pub read_only: bool,
    /// `destructiveHint`.
    pub destructive: bool,
    /// `idempotentHint`.
    pub idempotent: bool,
    /// `openWorldHint`.
    pub open_world: bool,
}

/// What MCP says of a tool without annotations (2026-07-28 schema, `ToolAnnotations`).
impl Default for Hints {
    fn default() -> Self {
        Self {
            read_only: false,
            destructive: true,
            idempotent: false,
            open_world: true,
        }
    }
}

/// Whether a tool's definition is the one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pin {
    /// The server was never seen to list it.
    #[default]
    Unknown,
    /// It was listed for the first time, and nobody has looked at it yet.
    FirstSeen,
    /// It is as it was.
    Unchanged,
    /// It is not as it was, and nobody has accepted that yet.
    Changed,
}

/// Calls of tools, this one included, and what was answered before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calls {
    /// In this session.
    pub session: u64,
    /// In this session within the last minute.
    pub session_minute: u64,
    /// Of this principal within the last minute.
    pub person_minute: u64,
    /// Of this principal and tool within the last minute.
    pub tool_minute: u64,
    /// Bytes that were answered in this session.
    pub session_bytes: u64,
    /// Bytes that this principal was answered within the last minute.
    pub person_bytes_minute: u64,
}

impl Request<'_> {
    /// The action that stands for calls of the tool that this is a call of.
    pub(crate) fn tool_action(&self) -> Option<String> {
        match self.target {
            Target::Tool(name) if self.action == TOOLS_CALL => {
                Some(tools::action(self.server.as_str(), name))
            }
            _ => None,
        }
    }
}
