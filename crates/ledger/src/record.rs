//! What can be put on record: the vocabulary of kinds, and the facts of a body.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{CallId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Something that can be put on record.
pub trait Record {
    /// What the record says. Called once, when the record is sealed.
    fn draft(&self) -> Draft<'_>;
}

/// The content of one record before it is sealed.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// What kind of event this is; in the leaf.
    pub kind: Kind,
    /// What was decided; in the leaf.
    pub verdict: VerdictCode,
    /// When it happened, by the gateway's clock; in the leaf.
    pub at: Timestamp,
    /// The call it belongs to; in the leaf, being a random identifier.
    pub call: Option<CallId>,
    /// The upstream's name; the leaf has a keyed pseudonym of it.
    pub server: &'a str,
    /// The tool, prompt or resource named; the leaf has a keyed pseudonym of it. Empty: none.
    pub tool: &'a str,
    /// The principal, as `kind|issuer|subject`; the leaf has a keyed pseudonym of it. Empty: none.
    pub principal: String,
    /// Everything else that is known; sealed.
    pub facts: Facts,
    /// The message as it crossed, masked where masking applies; sealed. Empty: none.
    pub payload: &'a [u8],
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The code in the leaf.
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            /// From the code in a leaf; `None` for a code that this version does not know.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }

            /// Its name in listings and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

codes! {
    /// What kind of event a record states.
    Kind {
        /// The first record of a log: origin, node, and the previous epoch or the stated gap.
        LogOpened = 1 "log_opened",
        /// A session begins; the body says who, to which server, in which era.
        SessionOpened = 2 "session_opened",
        /// A session ends; the leaf has the count of its records and the root over their leaves.
        SessionClosed = 3 "session_closed",
        /// Recovery found this session open: its last records and its end are unknown.
        SessionAbandoned = 4 "session_abandoned",
        /// A message from the client that may pass: the intent, recorded before it is forwarded.
        Intent = 5 "intent",
        /// A message that does not pass, in either direction, with the reason.
        Refusal = 6 "refusal",
        /// A message that waits for a person.
        Hold = 7 "hold",
        /// What a person or the clock said about a held message.
        Ruling = 8 "ruling",
        /// A message from the server, recorded before it is relayed.
        Outcome = 9 "outcome",
        /// A call that ended without an answer from the server: time-out, failure, disconnection.
        Failure = 10 "failure",
        /// Recovery found an intent without an outcome: whether it was forwarded is unknown.
        OutcomeUnknown = 11 "outcome_unknown",
        /// A login that was refused.
        LoginRefused = 12 "login_refused",
        /// Bytes that a server's process wrote to its standard error.
        Stderr = 13 "stderr",
        /// Nothing happened, and the node was up.
        Heartbeat = 14 "heartbeat",
        /// The configuration and policies in force from here on.
        Configuration = 15 "configuration",
        /// What happened to a connection: opened, closed, broken, resumed.
        Transport = 16 "transport",
        /// Somebody looked at, searched or exported recordings.
        Access = 17 "access",
        /// Keys were destroyed; what they opened cannot be read any more.
        Purge = 18 "purge",
        /// A legal hold began or ended.
        LegalHold = 19 "legal_hold",
        /// A node joined or left; org log only.
        Membership = 20 "membership",
        /// A checkpoint of a node log; org log only.
        NodeCheckpoint = 21 "node_checkpoint",
        /// A definition of a server was seen for the first time, changed, or was accepted.
        Definition = 22 "definition",
        /// A person's leave for further calls of one kind, made or taken back.
        Grant = 23 "grant",
    }
}

codes! {
    /// What was decided about the message of a record.
    VerdictCode {
        /// Nothing was decided: the record states a fact.
        None = 0 "none",
        /// It may pass.
        Permitted = 1 "permitted",
        /// It may not pass.
        Refused = 2 "refused",
        /// It waits for a person.
        Held = 3 "held",
        /// It could not be judged, so it does not pass.
        Undecidable = 4 "undecidable",
    }
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the agent towards the server.
    ClientToServer,
    /// From the server towards the agent.
    ServerToClient,
}

impl Direction {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientToServer => "client_to_server",
            Self::ServerToClient => "server_to_client",
        }
    }
}

type Text = Arc<str>;

/// The facts of a record's body. Members that do not apply are absent from the JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The call, as a ULID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The exchange (one HTTP request and all that answers it), as a ULID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// Which way the message went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The upstream's configured name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Text>,
    /// The transport that it crossed: `streamable_http`, `http_sse` or `stdio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Text>,
    /// `legacy` (up to 2025-11-25) or `modern` (from 2026-07-28).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub era: Option<Text>,
    /// The MCP revision in force, such as `2025-11-25`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<Text>,
    /// The JSON-RPC message's outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageFacts>,
    /// Who is accountable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<CallerFacts>,
    /// The agent software, as it describes itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientFacts>,
    /// What the caller says why it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Text>,
    /// The HTTP message that carried it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpFacts>,
    /// The server-sent event that carried it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sse: Option<SseFacts>,
    /// What was decided, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictFacts>,
    /// The commands in the arguments, as the verdict rests on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commands: Option<CommandFacts>,
    /// What masking found: kinds and places, never values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingFacts>,
    /// Which masking policy was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<MaskFacts>,
    /// How it ended, as a name such as `upstream_timed_out`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Text>,
    /// More about it for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How long what took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<TimingFacts>,
    /// The client's capabilities in force, as it sent them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Box<RawValue>>,
    /// W3C trace context, as the client sent it. Never an identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceFacts>,
    /// What this record belongs to besides its call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkFacts>,
    /// Members that only one kind of record has; documented with that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<serde_json::Value>,
}

/// The outside of a JSON-RPC message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFacts {
    /// `request`, `notification`, `response`, `error`, `batch` or `malformed`.
    pub kind: Text,
    /// The id's lexeme exactly as it was written, with quotes if it was a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// The method; for an answer, the method of the request that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// The tool, prompt, resource or task that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
}

/// Who is accountable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerFacts {
    /// `person`, `service` or `anonymous`.
    pub kind: Text,
    /// Who vouches.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub issuer: Text,
    /// The identifier at the issuer.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub subject: Text,
    /// A key's id or a token's fingerprint.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub credential: Text,
    /// The groups that the issuer puts the principal in.
    #[serde(default, skip_serializing_if = "<[Text]>::is_empty")]
    pub groups: Arc<[Text]>,
    /// The OAuth client that the token was issued to.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub client: Text,
    /// The token's id at its issuer (`jti`).
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub token: Text,
    /// What the token's holder agreed to.
    #[serde(default, skip_serializing_if = "<[Text]>::is_empty")]
    pub scopes: Arc<[Text]>,
}

/// The agent software, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFacts {
    /// `clientInfo.name`.
    pub name: Text,
    /// `clientInfo.version`.
    pub version: Text,
}

/// An HTTP message without its body. Credentials are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpFacts {
    /// The request method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// The path of the request target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Text>,
    /// The response status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Header fields in their order; values of credentials are `[credential]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(Text, Text)>,
    /// The peer's address and port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<Text>,
}

/// The fields of a server-sent event besides its data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SseFacts {
    /// The `id` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// The `event` field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Text>,
    /// The `retry` field, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictFacts {
    /// `permitted`, `refused`, `held` or `undecidable`.
    pub decision: Text,
    /// The rules that decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Text>,
    /// SHA-256 over the policy set, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<Text>,
    /// What the agent is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// `low`, `medium`, `high` or `critical`: how bad it is that somebody tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Text>,
    /// Rules that could not be evaluated, and why; nothing was permitted then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Text>,
}

/// What was read out of a message's arguments as commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandFacts {
    /// Which argument was read as what.
    pub places: Vec<PlaceFacts>,
    /// By language (`sql`, `shell`, `cloud`, `http`, `paths`, `nosql`), the facts that are true, by
    /// their names in policies.
    pub is: BTreeMap<Text, Vec<Text>>,
    /// Not everything was looked into: there was too much, or it was nested too deep.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub unread: bool,
}

/// An argument that was read as something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceFacts {
    /// A JSON Pointer (RFC 6901) into the arguments.
    pub at: Text,
    /// As what: `sql`, `shell`, `http`, `path`, …
    pub language: Text,
    /// Why as that: `configured`, `name` or `content`.
    pub basis: Text,
}

/// A place where masking found something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingFacts {
    /// The kind of data, such as `email`.
    pub kind: Text,
    /// The first byte of the masked span in the payload.
    pub start: u64,
    /// The byte after the masked span in the payload.
    pub end: u64,
}

/// Which masking policy was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskFacts {
    /// SHA-256 over the masking policy, 64 hexadecimal digits; also in the leaf.
    pub policy_digest: Text,
}

/// How long what took, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimingFacts {
    /// From the arrival of the request's first byte to this record.
    pub since_received_us: u64,
    /// From forwarding to this record, if it was forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_forwarded_us: Option<u64>,
}

/// W3C Trace Context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceFacts {
    /// The `traceparent` value.
    pub traceparent: Text,
    /// The `tracestate` value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<Text>,
}

/// A relation to something outside of this call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFacts {
    /// What kind of relation: `request_state`, `task`, `subscription`, `last_event_id`, `answers`.
    pub rel: Text,
    /// The other end: a digest for opaque values, else the identifier.
    pub to: Text,
}
