use std::sync::Arc;

use ledger::{Draft, Kind, Record, VerdictCode};
use mcp::{Batch, Message, Method};
use model::{CallId, Timestamp};
use policy::{Reason, Terms};

use crate::approval::link;
use crate::stored::Stored;
use crate::{Exchange, Refusal, Refused, Ruling, Shown, facts};

/// One thing that a client asks to have delivered, decoded.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its own identity.
    pub id: CallId,
    /// What it is part of.
    pub exchange: Arc<Exchange>,
    /// What is to be delivered.
    pub subject: Subject,
    /// When it was complete.
    pub at: Timestamp,
}

/// What a client asks to have delivered.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every subject is a message"
)]
pub enum Subject {
    /// A JSON-RPC message. For an answer, the method of the server's request that it answers.
    Message(Message, Option<Arc<str>>),
    /// A JSON-RPC batch (MCP 2025-03-26 only).
    Batch(Batch),
    /// The server's own stream of messages (HTTP GET), from after this event on.
    Stream {
        /// The `Last-Event-ID` header.
        last_event_id: Option<Arc<str>>,
    },
    /// The end of the session (HTTP DELETE).
    EndSession,
}

impl Subject {
    /// The bytes that would be delivered.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Message(message, _) => message.bytes(),
            Self::Batch(batch) => batch.bytes(),
            Self::Stream { .. } | Self::EndSession => &[],
        }
    }

    /// The message, if it is exactly one.
    pub const fn message(&self) -> Option<&Message> {
        match self {
            Self::Message(message, _) => Some(message),
            _ => None,
        }
    }

    /// Whether what answers it is a stream that stays open until somebody ends it.
    pub fn is_standing(&self) -> bool {
        match self {
            Self::Message(message, _) => message.method() == Some(Method::SubscriptionsListen),
            Self::Stream { .. } => true,
            Self::Batch(_) | Self::EndSession => false,
        }
    }

    /// The action that policy judges: the MCP method, or what stands for it.
    pub fn action(&self) -> String {
        match self {
            Self::Message(message, answers) => message
                .method_name()
                .map(|name| name.into_owned())
                .or_else(|| answers.as_deref().map(str::to_owned))
                .unwrap_or_else(|| "other".to_owned()),
            Self::Batch(_) => "batch".to_owned(),
            Self::Stream { .. } => "stream/open".to_owned(),
            Self::EndSession => "session/end".to_owned(),
        }
    }
}

/// A call that policy lets pass, with what is stored of it. Not yet permission to send it: that is
/// [`crate::Released`].
#[derive(Debug)]
pub struct Cleared {
    pub(crate) call: Call,
    /// What the server is sent, where that is not the call's own subject.
    pub(crate) shown: Option<Box<Subject>>,
    pub(crate) reason: Reason,
    pub(crate) stored: Stored,
    pub(crate) ruling: Option<Ruling>,
}

/// A call that waits for a person.
#[derive(Debug)]
pub struct Held {
    pub(crate) call: Call,
    pub(crate) reason: Reason,
    pub(crate) terms: Terms,
    pub(crate) stored: Stored,
    /// The held call that it is, or repeats, and when that is over.
    pub(crate) joined: Option<(CallId, Timestamp)>,
}

/// A call that may pass, as far as masking leaves one.
#[expect(
    clippy::result_large_err,
    reason = "both go on record; neither is the way of every call through many hands"
)]
pub(crate) fn clear(
    call: Call,
    reason: Reason,
    stored: Stored,
    ruling: Option<Ruling>,
) -> Result<Cleared, Refused> {
    match stored.shown_to_server(&call.subject) {
        Ok(shown) => Ok(Cleared {
            call,
            shown,
            reason,
            stored,
            ruling,
        }),
        Err(_) => Err(Refused::of_call(call, Refusal::Unmaskable, stored)),
    }
}

impl Cleared {
    /// The call that was cleared.
    pub const fn call(&self) -> &Call {
        &self.call
    }
}

impl Held {
    /// The call that waits.
    pub const fn call(&self) -> &Call {
        &self.call
    }

    /// Under which terms it may be allowed.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Why it waits.
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// When it counts as rejected.
    pub const fn expires_at(&self) -> Timestamp {
        match self.joined {
            Some((_, expires_at)) => expires_at,
            None => self.call.at.plus_ms(self.terms.hold_ms_max),
        }
    }

    /// Says which held call it is, or repeats, and when that is over.
    pub const fn join(&mut self, hold: CallId, expires_at: Timestamp) {
        self.joined = Some((hold, expires_at));
    }

    /// What an approver sees of it.
    pub fn shown(&self) -> Shown {
        let stored = self.stored.bytes(self.call.subject.bytes());
        let mut facts = facts::of_call(&self.call, &self.stored, Kind::Hold).facts;
        Shown {
            name: facts
                .message
                .take()
                .and_then(|message| message.name)
                .unwrap_or_default(),
            message: String::from_utf8_lossy(stored).into(),
            intent: facts.intent.take(),
            commands: facts.commands.take(),
        }
    }
}

impl Record for Cleared {
    fn draft(&self) -> Draft<'_> {
        let mut draft = facts::of_call(&self.call, &self.stored, Kind::Intent);
        draft.verdict = VerdictCode::Permitted;
        draft.facts.verdict = Some(facts::verdict("permitted", &self.reason));
        if let Some(ruling) = &self.ruling {
            facts::add_all(&mut draft.facts, ruling.to_json());
        }
        draft
    }
}

impl Record for Held {
    fn draft(&self) -> Draft<'_> {
        let mut draft = facts::of_call(&self.call, &self.stored, Kind::Hold);
        draft.verdict = VerdictCode::Held;
        draft.facts.verdict = Some(facts::verdict("held", &self.reason));
        let terms = serde_json::json!({
            "groups": self.terms.groups,
            "quorum": self.terms.quorum,
            "expires_at": self.expires_at().to_string(),
            "hold": self.joined.map(|(hold, _)| hold.to_string()),
        });
        facts::add_all(&mut draft.facts, terms);
        let joined = self.joined.map(|(hold, _)| hold.to_string());
        draft.facts.links.extend(joined.as_deref().map(link));
        draft
    }
}
