use std::sync::Arc;

use ledger::Committed;
use model::{CallId, GrantId, Timestamp};
use serde_json::json;

use crate::call::clear;
use crate::{Call, Cleared, Held, Refusal, Refused};

/// What people, or the clock, say about a held call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// People allow exactly this call.
    Approve {
        /// The held call that they ruled on.
        hold: CallId,
        /// Who, each as `issuer|subject`.
        by: Vec<Arc<str>>,
        /// The grant that allows it, where that is not a ruling on this call alone.
        grant: Option<GrantId>,
    },
    /// A person rejects it.
    Reject {
        /// The held call.
        hold: CallId,
        /// Who.
        by: Arc<str>,
        /// Why, in their words.
        why: Option<Arc<str>>,
    },
    /// Nobody said enough in time.
    Expire {
        /// The held call.
        hold: CallId,
    },
}

/// What a ruling turns a held call into. Both go on record before anything else happens.
#[derive(Debug)]
#[must_use = "a ruling takes effect once it is on record"]
pub enum Ruled {
    /// It may pass once it is on record.
    Cleared(Cleared),
    /// It does not pass.
    Refused(Refused),
}

/// A call that waits on, with what its client is told meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The held call.
    pub hold: CallId,
    /// When it counts as rejected.
    pub expires_at: Timestamp,
    /// What the client hands back with the same request; `None`: it just repeats the call.
    pub request_state: Option<Arc<str>>,
}

/// Applies a ruling. The held call is consumed: it cannot be ruled twice. What people say when the hold
/// has expired goes on record, and counts as an expiry.
pub fn rule(held: Committed<Held>, ruling: Ruling, now: Timestamp) -> Ruled {
    let (held, _receipt) = held.into_parts();
    let in_time = now < held.expires_at();
    let mut call = held.call;
    call.at = now;
    let refusal = match ruling {
        Ruling::Approve { .. } if in_time => {
            return match clear(call, held.reason, held.stored, Some(ruling)) {
                Ok(cleared) => Ruled::Cleared(cleared),
                Err(refused) => Ruled::Refused(refused),
            };
        }
        Ruling::Reject { .. } if in_time => Refusal::Rejected(held.reason),
        Ruling::Approve { .. } | Ruling::Reject { .. } | Ruling::Expire { .. } => {
            Refusal::HoldExpired(held.reason)
        }
    };
    Ruled::Refused(Refused::of_call(call, refusal, held.stored).with(ruling))
}

/// Refuses a held call where nobody can be asked.
pub fn unanswerable(held: Committed<Held>, now: Timestamp) -> Refused {
    refused(held, now, Refusal::ApprovalNeeded)
}

/// Lets the client of a held call go meanwhile: nothing passes until it comes back.
pub fn pending(held: Committed<Held>, pending: Pending, now: Timestamp) -> Refused {
    refused(held, now, |reason| {
        Refusal::ApprovalPending(reason, Box::new(pending))
    })
}

/// Refuses a held call whose client went away.
pub fn abandoned(held: Committed<Held>, now: Timestamp) -> Refused {
    refused(held, now, Refusal::ApprovalNotAwaited)
}

fn refused(
    held: Committed<Held>,
    now: Timestamp,
    refusal: impl FnOnce(policy::Reason) -> Refusal,
) -> Refused {
    let (held, _receipt) = held.into_parts();
    let mut call = held.call;
    call.at = now;
    Refused::of_call(call, refusal(held.reason), held.stored)
}

/// A held call that is judged again, because what its verdict rests on may have changed.
pub fn reconsidered(held: Committed<Held>, now: Timestamp) -> Call {
    let (held, _receipt) = held.into_parts();
    let mut call = held.call;
    call.at = now;
    call
}

impl Ruling {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Approve { hold, by, grant } => json!({
                "ruling": "approve",
                "hold": hold.to_string(),
                "by": by,
                "grant": grant.map(|grant| grant.to_string()),
            }),
            Self::Reject { hold, by, why } => json!({
                "ruling": "reject", "hold": hold.to_string(), "by": by, "why": why,
            }),
            Self::Expire { hold } => json!({"ruling": "expire", "hold": hold.to_string()}),
        }
    }
}
