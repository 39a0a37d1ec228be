use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use inspect::canonical;
use inspect::pins::{self, Key, Pins};
use mcp::json::Json;
use mcp::{Kind, Message, Method};
use model::{Agent, Digest, Principal, UpstreamName};

use crate::Held;

/// What an approval is for, and nothing else: a call that differs in any of it is another call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Binding {
    /// Who calls.
    pub caller: Principal,
    /// The software that speaks for the caller, by its own word.
    pub agent: Option<Agent>,
    /// The server.
    pub upstream: UpstreamName,
    /// The MCP method.
    pub method: Arc<str>,
    /// HMAC-SHA-256 over the canonical form (RFC 8785) of everything that the call says: its `params`
    /// without `_meta` and `requestState`.
    pub arguments: Digest,
    /// The fingerprint of the tool's or prompt's definition, where it is known.
    pub definition: Option<Digest>,
    /// SHA-256 over the policy set that held it.
    pub policy: Digest,
}

/// The key of the digests of arguments: without it, nobody can try values against a digest.
#[derive(Clone)]
pub struct BindingKey(hmac::Key);

impl BindingKey {
    /// From 32 random bytes that are kept apart from the digests.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    fn digest(&self, method: &str, params: &[u8]) -> Option<Digest> {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(method.as_bytes());
        context.update(&[0]);
        context.update(params);
        let tag = context.sign();
        Some(Digest::from_bytes(tag.as_ref().try_into().ok()?))
    }
}

impl fmt::Debug for BindingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BindingKey(…)")
    }
}

impl Held {
    /// What an approval of this call would be for. `None`: it is nothing that can be approved, being no
    /// request, or a batch, or something without a canonical form.
    pub fn binding(&self, key: &BindingKey, pins: &Pins) -> Option<Binding> {
        let call = self.call();
        let exchange = &call.exchange;
        let message = call.subject.message()?;
        if message.kind() != Kind::Request {
            return None;
        }
        let method = message.method_name()?;
        let said = canonical(&said(message.params()))?;
        Some(Binding {
            caller: exchange.caller.principal.clone(),
            agent: exchange.agent.clone(),
            upstream: exchange.upstream.clone(),
            arguments: key.digest(&method, &said)?,
            method: Arc::from(&*method),
            definition: definition(message, &exchange.upstream, pins),
            policy: self.reason.policy_digest,
        })
    }
}

/// What a request says, as an object: its `params` without what only carries it.
fn said(params: Option<Json<'_>>) -> Vec<u8> {
    const CARRIES: &[&str] = &["_meta", "requestState"];
    let members = params.into_iter().flat_map(Json::members);
    let members = members.filter(|member| !CARRIES.iter().any(|name| member.is_called(name)));
    let mut out = b"{".to_vec();
    for member in members {
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(member.key.raw());
        out.push(b':');
        out.extend_from_slice(member.value.raw());
    }
    out.push(b'}');
    out
}

/// The version of the definition that was seen last.
fn definition(message: &Message, upstream: &UpstreamName, pins: &Pins) -> Option<Digest> {
    let kind = match message.method()? {
        Method::ToolsCall => pins::Kind::Tool,
        Method::PromptsGet => pins::Kind::Prompt,
        _ => return None,
    };
    let key = Key {
        upstream: upstream.clone(),
        kind,
        name: Arc::from(&*message.name()?),
    };
    pins.get(&key).map(|pinned| pinned.newest().fingerprint)
}
