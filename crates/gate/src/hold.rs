use std::sync::Arc;

use ledger::Committed;
use model::Timestamp;
use serde_json::json;

use crate::call::clear;
use crate::{Cleared, Held, Refusal, Refused};

/// What a person, or the clock, says about a held call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// A person allows exactly this call.
    Approve {
        /// Who.
        by: Arc<str>,
        /// Why, in their words.
        why: Option<Arc<str>>,
    },
    /// A person rejects it.
    Reject {
        /// Who.
        by: Arc<str>,
        /// Why, in their words.
        why: Option<Arc<str>>,
    },
    /// Nobody said anything in time.
    Expire,
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

/// Applies a ruling. The held call is consumed: it cannot be ruled twice. What a person says when
/// the hold has expired goes on record, and counts as an expiry.
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
        Ruling::Approve { .. } | Ruling::Reject { .. } | Ruling::Expire => {
            Refusal::HoldExpired(held.reason)
        }
    };
    Ruled::Refused(Refused::of_call(call, refusal, held.stored).with(ruling))
}

/// Refuses a held call where nobody can be asked.
pub fn unanswerable(held: Committed<Held>, now: Timestamp) -> Refused {
    let (held, _receipt) = held.into_parts();
    let mut call = held.call;
    call.at = now;
    Refused::of_call(call, Refusal::ApprovalNeeded(held.reason), held.stored)
}

impl Ruling {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Approve { by, why } => json!({"ruling": "approve", "by": by, "why": why}),
            Self::Reject { by, why } => json!({"ruling": "reject", "by": by, "why": why}),
            Self::Expire => json!({"ruling": "expire"}),
        }
    }
}
