use std::sync::Arc;

use mcp::Message;
use mcp::json::Json;
use model::{CallId, Digest, GrantId, Principal, Timestamp, UpstreamName};

use super::{Approver, Binding};

/// What somebody allows besides the one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// For how long, in milliseconds.
    pub ms: u64,
    /// With which arguments; empty: with any.
    pub with: Vec<Constraint>,
}

/// A value that an argument must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Where: a JSON Pointer (RFC 6901) into the call's `arguments`.
    pub at: Arc<str>,
    /// The value, as JSON in its canonical form (RFC 8785).
    pub is: Arc<str>,
}

/// Leave for further calls of one kind by one caller, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Whose calls.
    pub caller: Principal,
    /// To which server.
    pub upstream: UpstreamName,
    /// The MCP method.
    pub method: Arc<str>,
    /// The tool or prompt.
    pub name: Arc<str>,
    /// The fingerprint of its definition then: another one is another tool.
    pub definition: Option<Digest>,
    /// The rules that are answered by it: what another rule holds is held.
    pub rules: Vec<Arc<str>>,
    /// SHA-256 over the policy set then. A grant ends with it.
    pub policy: Digest,
    /// With which arguments; empty: with any.
    pub with: Vec<Constraint>,
    /// Who allowed it.
    pub by: Vec<Approver>,
    /// The held call that it began with.
    pub held: CallId,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who took it back, and when.
    pub revoked: Option<(Arc<str>, Timestamp)>,
}

impl Grant {
    /// Whether it is in force.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.until && self.revoked.is_none()
    }

    /// Whether it covers a call that is held by `rules`.
    pub(super) fn covers(&self, binding: &Binding, message: &Message, rules: &[Arc<str>]) -> bool {
        let named = message.name().is_some_and(|name| *name == *self.name);
        named
            && self.caller == binding.caller
            && self.upstream == binding.upstream
            && self.method == binding.method
            && self.definition == binding.definition
            && self.policy == binding.policy
            && rules.iter().all(|rule| self.rules.contains(rule))
            && self.with.iter().all(|constraint| constraint.holds(message))
    }
}

impl Constraint {
    /// Whether the call's argument has the value. What is not there has none.
    fn holds(&self, message: &Message) -> bool {
        let found = message.arguments().and_then(|all| at(all, &self.at));
        let value = found.and_then(|value| inspect::canonical(value.raw()));
        value.is_some_and(|value| *value == *self.is.as_bytes())
    }
}

/// The value that a JSON Pointer names.
fn at<'a>(document: Json<'a>, pointer: &str) -> Option<Json<'a>> {
    if pointer.is_empty() {
        return Some(document);
    }
    let mut found = document;
    for token in pointer.strip_prefix('/')?.split('/') {
        let token = token.replace("~1", "/").replace("~0", "~");
        found = if found.is_array() {
            let index = token
                .parse::<usize>()
                .ok()
                .filter(|i| i.to_string() == token)?;
            found.elements().nth(index)?
        } else {
            found.get(&token)?
        };
    }
    Some(found)
}
