use std::sync::Arc;

use bytes::Bytes;
use ledger::{Direction, Draft, Facts, Kind, Record, VerdictCode, VerdictFacts};
use mask::{Crossing, MaskSet, Outside};
use mcp::era::{ModernFault, TransportFault};
use mcp::{DecodeError, Message, RequestId};
use model::{CallId, Halt, Timestamp};
use policy::Reason;

use crate::approval::link;
use crate::stored::Stored;
use crate::{Arrival, Call, Exchange, Pending, Ruling, Subject, facts};

/// Why something does not pass.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The `Host` header names another host: DNS rebinding.
    HostNotAllowed,
    /// The `Origin` header names a web page that may not call.
    OriginNotAllowed,
    /// No upstream of that name.
    UpstreamUnknown,
    /// The caller could not be authenticated.
    Unauthenticated {
        /// What the client may learn of it.
        fault: LoginFault,
        /// How it can show who it is: a `WWW-Authenticate` field (RFC 6750 §3).
        challenge: Arc<str>,
        /// Why, for the operator: nothing of the credential is in it.
        detail: String,
    },
    /// The caller is known, and the token covers less than this call needs.
    ScopeInsufficient {
        /// What the client should ask for: a `WWW-Authenticate` field (RFC 6750 §3.1).
        challenge: Arc<str>,
        /// Every scope that the call needs.
        needed: Vec<Arc<str>>,
    },
    /// This HTTP method does not exist here.
    MethodNotAllowed {
        /// The methods that do (RFC 9110 §10.2.1).
        allow: &'static str,
    },
    /// The HTTP framing is wrong: content type or accepted types.
    Transport(TransportFault),
    /// The body is larger than the limit.
    BodyTooLarge {
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// The body did not arrive in time.
    BodyTimedOut {
        /// The limit in milliseconds.
        ms_max: u64,
    },
    /// The connection broke before the body was complete.
    BodyBroken,
    /// The body is not one JSON-RPC message.
    Undecodable(DecodeError),
    /// A batch, in a revision that has none.
    BatchNotAllowed,
    /// Header fields and body of a modern request contradict each other.
    Modern(ModernFault),
    /// A modern request for a server that only speaks the transport of 2024-11-05.
    EraNotSpoken,
    /// A legacy request without a session id.
    SessionMissing,
    /// A session id that is not this caller's, or no longer.
    SessionUnknown,
    /// A limit is reached.
    Limited(Limit),
    /// Policy says no.
    Policy(Reason),
    /// Policy wants a person's approval, and there is no way to ask for one.
    ApprovalNeeded(Reason),
    /// It waits for a person's approval, and its client is to come back.
    ApprovalPending(Reason, Box<Pending>),
    /// It waited for a person's approval, and its client went away.
    ApprovalNotAwaited(Reason),
    /// The `requestState` that came with it is none of those that were given out for this request.
    StateNotTaken,
    /// Held calls cannot be kept, so that nobody can be asked.
    ApprovalsUnavailable,
    /// A person rejected it.
    Rejected(Reason),
    /// Nobody allowed it in time.
    HoldExpired(Reason),
    /// What masking left of it is no message.
    Unmaskable,
    /// An operator stopped what it belongs to.
    Halted(Arc<Halt>),
    /// The gateway is stopping.
    Stopping,
}

/// What a client may learn of a login that failed (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFault {
    /// What it showed opens nothing here, or it showed nothing.
    Unknown,
    /// What it showed cannot be read, or stands in the wrong place.
    Malformed,
    /// It cannot be decided at the moment.
    Undecidable,
}

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Too many sessions are open.
    Sessions,
    /// Too many streams are open in this session.
    Streams,
    /// Too many calls are under way.
    Calls,
}

/// Something that does not pass, with the reason, ready to go on record.
#[derive(Debug)]
pub struct Refused {
    context: Context,
    pub(crate) call: CallId,
    pub(crate) refusal: Refusal,
    pub(crate) subject: Option<Subject>,
    raw: Bytes,
    stored: Stored,
    ruling: Option<Ruling>,
    at: Timestamp,
}

#[derive(Debug)]
enum Context {
    Door(Box<Arrival>),
    Exchange(Arc<Exchange>),
}

impl Refused {
    /// Refused before the caller was known.
    pub fn at_the_door(
        mut arrival: Arrival,
        call: CallId,
        refusal: Refusal,
        masks: &MaskSet,
        at: Timestamp,
    ) -> Self {
        // Nobody checked yet whether the path names an upstream or something that is none.
        let crossing = Crossing::to_server("");
        if let Some(masked) = facts::masked(masks, &arrival.upstream, &crossing) {
            arrival.upstream = masked.into();
        }
        Self {
            context: Context::Door(Box::new(arrival)),
            call,
            refusal,
            subject: None,
            raw: Bytes::new(),
            stored: Stored::nothing(masks),
            ruling: None,
            at,
        }
    }

    /// Refused with a known caller, before the bytes became a call.
    pub fn undecoded(
        exchange: Arc<Exchange>,
        call: CallId,
        refusal: Refusal,
        raw: Bytes,
        masks: &MaskSet,
        outside: &Outside,
        at: Timestamp,
    ) -> Self {
        let crossing = Crossing::to_server(exchange.upstream.as_str());
        let stored = Stored::of_message(&raw, masks, &crossing, outside);
        Self {
            context: Context::Exchange(exchange),
            call,
            refusal,
            subject: None,
            raw,
            stored,
            ruling: None,
            at,
        }
    }

    /// A decoded call that is refused for another reason than policy.
    pub fn decoded(call: Call, refusal: Refusal, masks: &MaskSet, outside: &Outside) -> Self {
        let stored = Stored::of_call(&call, masks, outside);
        Self::of_call(call, refusal, stored)
    }

    pub(crate) fn of_call(call: Call, refusal: Refusal, stored: Stored) -> Self {
        Self {
            context: Context::Exchange(call.exchange),
            call: call.id,
            refusal,
            raw: Bytes::new(),
            stored,
            ruling: None,
            at: call.at,
            subject: Some(call.subject),
        }
    }

    /// A call that was cleared, and is not made after all.
    pub fn of_cleared(cleared: crate::Cleared) -> Self {
        Self::of_call(
            cleared.call,
            Refusal::ApprovalNotAwaited(cleared.reason),
            cleared.stored,
        )
    }

    pub(crate) fn with(mut self, ruling: Ruling) -> Self {
        self.ruling = Some(ruling);
        self
    }

    /// Why.
    pub const fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    pub(crate) fn exchange(&self) -> Option<&Exchange> {
        match &self.context {
            Context::Door(_) => None,
            Context::Exchange(exchange) => Some(exchange),
        }
    }

    pub(crate) fn message(&self) -> Option<&Message> {
        self.subject.as_ref().and_then(Subject::message)
    }

    /// The id that an error answer carries: of the request, as far as it could be read.
    pub(crate) fn request_id(&self) -> Option<RequestId> {
        match (&self.refusal, self.message()) {
            // An answer's id is of the server's own: it names no request of this client.
            (_, Some(message)) => message
                .id()
                .filter(|_| message.kind() == mcp::Kind::Request),
            (Refusal::Undecodable(error), None) => error.id.clone(),
            _ => None,
        }
    }

    fn facts(&self) -> Facts {
        let (mut facts, arrival) = match &self.context {
            Context::Exchange(exchange) => (facts::of_exchange(exchange), &exchange.arrival),
            Context::Door(arrival) => {
                let facts = Facts {
                    exchange: Some(arrival.id.to_string()),
                    upstream: Some(arrival.upstream.clone()),
                    transport: Some(arrival.transport.as_str().into()),
                    ..Facts::default()
                };
                (facts, &**arrival)
            }
        };
        facts.call = Some(self.call.to_string());
        facts.direction = Some(Direction::ClientToServer);
        facts.http = Some(arrival.http.clone());
        facts.timing = Some(facts::timing(arrival, self.at));
        match &self.subject {
            Some(subject) => facts::add_subject(&mut facts, subject),
            None => facts.message = self.refusal.kind_of_bytes().map(facts::message_kind),
        }
        facts.verdict = Some(match self.refusal.reason() {
            Some(reason) => facts::verdict("refused", reason),
            None => VerdictFacts {
                decision: "refused".into(),
                rules: Vec::new(),
                policy_digest: None,
                reason: None,
                severity: None,
                errors: Vec::new(),
            },
        });
        facts.ending = Some(self.refusal.name().into());
        facts.detail = self.refusal.detail();
        match (&self.ruling, &self.refusal) {
            (Some(ruling), _) => facts::add_all(&mut facts, ruling.to_json()),
            (None, Refusal::ApprovalPending(_, pending)) => {
                let hold = pending.hold.to_string();
                facts.links.push(link(&hold));
                facts::add_all(&mut facts, serde_json::json!({ "hold": hold }));
            }
            _ => {}
        }
        self.stored.describe(&mut facts);
        facts
    }
}

impl Record for Refused {
    fn draft(&self) -> Draft<'_> {
        let original = self.subject.as_ref().map_or(&*self.raw, Subject::bytes);
        let server = match &self.context {
            Context::Door(arrival) => &*arrival.upstream,
            Context::Exchange(exchange) => exchange.upstream.as_str(),
        };
        Draft {
            kind: match self.refusal {
                Refusal::Unauthenticated { .. } => Kind::LoginRefused,
                _ => Kind::Refusal,
            },
            verdict: VerdictCode::Refused,
            at: self.at,
            call: Some(self.call),
            server,
            tool: self.stored.name(),
            principal: self
                .exchange()
                .map(|exchange| facts::principal(&exchange.caller))
                .unwrap_or_default(),
            facts: self.facts(),
            payload: self.stored.bytes(original),
        }
    }
}

impl Refusal {
    /// Its name in records.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HostNotAllowed => "host_not_allowed",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::UpstreamUnknown => "upstream_unknown",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::ScopeInsufficient { .. } => "scope_insufficient",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::Transport(_) => "transport_fault",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::BodyTimedOut { .. } => "body_timed_out",
            Self::BodyBroken => "body_broken",
            Self::Undecodable(_) => "undecodable",
            Self::BatchNotAllowed => "batch_not_allowed",
            Self::Modern(_) => "header_fault",
            Self::EraNotSpoken => "era_not_spoken",
            Self::SessionMissing => "session_missing",
            Self::SessionUnknown => "session_unknown",
            Self::Limited(Limit::Sessions) => "sessions_limited",
            Self::Limited(Limit::Streams) => "streams_limited",
            Self::Limited(Limit::Calls) => "calls_limited",
            Self::Policy(_) => "policy",
            Self::ApprovalNeeded(_) => "approval_needed",
            Self::ApprovalPending(..) => "approval_pending",
            Self::ApprovalNotAwaited(_) => "approval_not_awaited",
            Self::StateNotTaken => "request_state_not_taken",
            Self::ApprovalsUnavailable => "approvals_unavailable",
            Self::Rejected(_) => "rejected",
            Self::HoldExpired(_) => "hold_expired",
            Self::Unmaskable => "unmaskable",
            Self::Halted(_) => "stopped_by_operator",
            Self::Stopping => "stopping",
        }
    }

    /// What the bytes are that did not become a call, as far as the reason says it.
    const fn kind_of_bytes(&self) -> Option<&'static str> {
        match self {
            Self::Undecodable(_) => Some("malformed"),
            Self::BatchNotAllowed => Some("batch"),
            _ => None,
        }
    }

    /// What policy said, if policy decided.
    pub(crate) const fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Policy(reason)
            | Self::ApprovalNeeded(reason)
            | Self::ApprovalPending(reason, _)
            | Self::ApprovalNotAwaited(reason)
            | Self::Rejected(reason)
            | Self::HoldExpired(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether the client is told that there is no such thing.
    pub(crate) fn is_hidden(&self) -> bool {
        matches!(self, Self::Policy(reason) if reason.hidden)
    }

    /// What the operator reads.
    fn detail(&self) -> Option<String> {
        match self {
            Self::Unauthenticated { detail, .. } => Some(detail.clone()),
            Self::ScopeInsufficient { needed, .. } => {
                Some(format!("the call needs the scopes `{}`", needed.join(" ")))
            }
            Self::Transport(fault) => Some(fault.to_string()),
            Self::Undecodable(error) => Some(error.to_string()),
            Self::Modern(fault) => Some(fault.to_string()),
            Self::BodyTooLarge { bytes_max } => Some(format!("the limit is {bytes_max} bytes")),
            Self::Halted(halt) => Some(halt.to_string()),
            Self::BodyTimedOut { ms_max } => Some(format!("the limit is {ms_max} ms")),
            _ => None,
        }
    }
}
