//! A call that nobody made: what policy would say of it, by the very steps that a real one takes.

use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use gate::{
    ArgumentSettings, Arrival, Call, Circumstances, Exchange, Judged, Subject, Transport, judge,
};
use inspect::pins::{Key, Kind, Pins, Review, Version};
use inspect::sql::Dialect;
use ledger::{Facts, HttpFacts, Record as _};
use mask::{MaskSet, Outside};
use mcp::json::Limits;
use mcp::{Era, Message, Method};
use model::{AccessToken, Agent, CallId, Caller, ExchangeId, Principal, Timestamp};
use policy::{Calls, Policy};
use serde::Deserialize;
use serde_json::{Value, json};

/// Who vouches for callers that are only named.
const ISSUER: &str = "key";

/// A call, described.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// What it is meant to show.
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default = "server")]
    server: String,
    /// The MCP method; a call of a tool, if one is named.
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    arguments: Option<Value>,
    /// The params of another method.
    #[serde(default)]
    params: Option<Value>,
    /// The caller, if it is a person; without anybody it is anonymous.
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    service: Option<String>,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    /// The OAuth client that the caller's token was issued to.
    #[serde(default)]
    client: Option<String>,
    /// The client software, as it describes itself.
    #[serde(default)]
    agent: Option<String>,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[serde(default)]
    at_unix_ms: u64,
    #[serde(default)]
    address: Option<IpAddr>,
    /// Whose SQL the server's database speaks.
    #[serde(default)]
    dialect: Option<String>,
    #[serde(default)]
    calls: CallsFile,
    /// The method of a server's request that the message answers.
    #[serde(default)]
    answers: Option<String>,
    /// The versions of the tool's or the prompt's definition that were seen, the oldest first; those that
    /// have a `uriTemplate` are of templates.
    #[serde(default)]
    definitions: Vec<Value>,
    /// Whether somebody accepted the newest.
    #[serde(default)]
    accepted: bool,
}

/// How much was called of late.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CallsFile {
    session: u64,
    session_minute: u64,
    person_minute: u64,
    tool_minute: u64,
    session_bytes: u64,
    person_bytes_minute: u64,
}

fn server() -> String {
    "server".to_owned()
}

/// What came of it.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// `permit`, `hold` or `refuse`.
    pub(crate) verdict: &'static str,
    /// What the record of it would say.
    pub(crate) facts: Facts,
}

impl Outcome {
    /// The rules that decided.
    pub(crate) fn rules(&self) -> &[Arc<str>] {
        self.facts
            .verdict
            .as_ref()
            .map_or(&[], |verdict| &verdict.rules)
    }
}

impl Trial {
    /// Judges it.
    ///
    /// # Errors
    ///
    /// What it describes is no call.
    pub(crate) fn judge(&self, policy: &Policy) -> Result<Outcome> {
        let call = self.call()?;
        let dialect = self
            .dialect
            .as_deref()
            .map(str::parse::<Dialect>)
            .transpose()?;
        let around = Circumstances {
            groups: self
                .groups
                .iter()
                .map(|group| Arc::from(group.as_str()))
                .collect(),
            calls: Calls {
                session: self.calls.session,
                session_minute: self.calls.session_minute,
                person_minute: self.calls.person_minute,
                tool_minute: self.calls.tool_minute,
                session_bytes: self.calls.session_bytes,
                person_bytes_minute: self.calls.person_bytes_minute,
            },
            address: self.address,
            pins: Arc::new(self.pins(&call)),
            arguments: Arc::new(ArgumentSettings {
                dialect,
                ..ArgumentSettings::default()
            }),
        };
        let masks = MaskSet::standard(mask::Key::from_bytes(&[0; 32]));
        let judged = judge(call, policy, &around, &masks, &Outside::default());
        let (verdict, facts) = match &judged {
            Judged::Cleared(cleared) => ("permit", cleared.draft().facts),
            Judged::Held(held) => ("hold", held.draft().facts),
            Judged::Refused(refused) => ("refuse", refused.draft().facts),
        };
        Ok(Outcome { verdict, facts })
    }

    fn call(&self) -> Result<Call> {
        let message = Message::parse(Bytes::from(self.message()?.to_string()), &Limits::default())
            .context("this is no message of MCP")?;
        let at = Timestamp::from_unix_us(self.at_unix_ms.saturating_mul(1000));
        let upstream = self
            .server
            .parse()
            .with_context(|| format!("`{}` is no name of a server", self.server))?;
        let arrival = Arrival {
            id: ExchangeId::new(at, [0; 10]),
            upstream: self.server.as_str().into(),
            transport: Transport::StreamableHttp,
            received_at: at,
            http: HttpFacts::default(),
            headers: Vec::new(),
        };
        let agent = self.agent.as_deref().map(|name| Agent {
            name: name.into(),
            version: "".into(),
        });
        Ok(Call {
            id: CallId::new(at, [0; 10]),
            exchange: Arc::new(Exchange {
                arrival,
                caller: self.caller()?,
                upstream,
                era: Era::Legacy,
                protocol_version: None,
                agent,
            }),
            subject: Subject::Message(message, self.answers.as_deref().map(Arc::from)),
            at,
        })
    }

    /// What is known of the definition of what is called.
    fn pins(&self, call: &Call) -> Pins {
        let mut pins = Pins::default();
        let message = call.subject.message();
        let named = message.and_then(Message::name).unwrap_or_default();
        let of_call = match message.and_then(Message::method) {
            Some(Method::PromptsGet) => Kind::Prompt,
            _ => Kind::Tool,
        };
        for definition in &self.definitions {
            let template = definition.get("uriTemplate").and_then(Value::as_str);
            let (kind, name) = match template {
                Some(template) => (Kind::Template, template),
                None => (of_call, &*named),
            };
            let key = Key {
                upstream: call.exchange.upstream.clone(),
                kind,
                name: name.into(),
            };
            let text = definition.to_string();
            if let Some(version) = Version::new(text.as_bytes(), text.as_bytes(), call.at) {
                pins.see(&key, &version);
            }
        }
        for (_, pinned) in pins.iter_mut().filter(|_| self.accepted) {
            let review = Review {
                by: "".into(),
                at: call.at,
                reason: None,
                on_record: true,
            };
            pinned.accept(None, review);
        }
        pins
    }

    fn message(&self) -> Result<Value> {
        if self.answers.is_some() {
            let result = self.params.clone().unwrap_or_else(|| json!({}));
            return Ok(json!({ "jsonrpc": "2.0", "id": 1, "result": result }));
        }
        let (method, params) = match (&self.tool, &self.method, &self.params) {
            (Some(tool), None, None) => {
                let mut params = json!({ "name": tool });
                if let (Some(arguments), Some(members)) = (&self.arguments, params.as_object_mut())
                {
                    members.insert("arguments".to_owned(), arguments.clone());
                }
                ("tools/call", params)
            }
            (None, Some(method), params) if self.arguments.is_none() => {
                (method.as_str(), params.clone().unwrap_or_else(|| json!({})))
            }
            _ => bail!("a call has a `tool` and its `arguments`, or a `method` and its `params`"),
        };
        Ok(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
    }

    fn caller(&self) -> Result<Caller> {
        let issuer: Arc<str> = self.issuer.as_deref().unwrap_or(ISSUER).into();
        let principal = match (&self.person, &self.service) {
            (Some(subject), None) => Principal::Person {
                issuer,
                subject: subject.as_str().into(),
            },
            (None, Some(subject)) => Principal::Service {
                issuer,
                subject: subject.as_str().into(),
            },
            (None, None) => Principal::Anonymous,
            (Some(_), Some(_)) => bail!("a caller is a `person` or a `service`"),
        };
        let mut caller = Caller::by_key(principal, "".into());
        if let Some(client) = &self.client {
            caller.token = Some(Arc::new(AccessToken {
                client: client.as_str().into(),
                ..AccessToken::default()
            }));
        }
        Ok(caller)
    }
}
