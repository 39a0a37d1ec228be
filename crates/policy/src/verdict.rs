use std::sync::Arc;

use model::{Caller, Digest, UpstreamName};

/// The facts that a decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who is accountable.
    pub caller: &'a Caller,
    /// The server that the message goes to or comes from.
    pub server: &'a UpstreamName,
    /// The MCP method, such as `tools/call`; or `other` for a message without one.
    pub action: &'a str,
    /// The tool, prompt or resource that it names.
    pub name: Option<&'a str>,
}

/// What policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass.
    Permit(Reason),
    /// It may pass once enough people have allowed exactly this.
    Hold(Reason, Terms),
    /// It may not pass.
    Refuse(Reason),
}

/// Why policy says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The ids of the rules that decided, in the order of the set; empty if none matched.
    pub rules: Vec<Arc<str>>,
    /// SHA-256 over the policy set.
    pub policy_digest: Digest,
}

/// Under which terms a held call may be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The groups whose members may allow it.
    pub groups: Vec<Arc<str>>,
    /// How many distinct people have to.
    pub quorum: u32,
    /// How long it waits, in milliseconds; then it counts as rejected.
    pub hold_ms_max: u64,
}
