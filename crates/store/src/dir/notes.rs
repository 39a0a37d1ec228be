//! What the store itself puts on record, and the time and names that it needs for that.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use ledger::{Draft, Facts, Kind, Record, VerdictCode};
use model::{CallId, SessionId, Timestamp};

/// A record about the log itself.
#[derive(Debug)]
pub(crate) struct Note {
    kind: Kind,
    at: Timestamp,
    call: Option<CallId>,
    detail: &'static str,
    extra: Option<serde_json::Value>,
}

impl Note {
    pub(crate) fn new(kind: Kind, detail: &'static str) -> Self {
        Self {
            kind,
            at: now(),
            call: None,
            detail,
            extra: None,
        }
    }

    pub(crate) fn about_call(mut self, call: CallId) -> Self {
        self.call = Some(call);
        self
    }

    pub(crate) fn with(mut self, extra: serde_json::Value) -> Self {
        self.extra = Some(extra);
        self
    }
}

impl Record for Note {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.kind,
            verdict: VerdictCode::None,
            at: self.at,
            call: self.call,
            server: "",
            tool: "",
            principal: String::new(),
            facts: Facts {
                call: self.call.map(|call| call.to_string()),
                detail: Some(self.detail.to_owned()),
                extra: self.extra.clone(),
                ..Facts::default()
            },
            payload: &[],
        }
    }
}

/// The wall clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix_us(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}

/// A new session id; `None` if there are no random numbers.
pub(crate) fn new_session_id() -> Option<SessionId> {
    let mut random = [0; 10];
    rand::fill(&mut random).ok()?;
    Some(SessionId::new(now(), random))
}
