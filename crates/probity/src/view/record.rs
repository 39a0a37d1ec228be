use std::collections::HashMap;
use std::sync::Arc;

use ledger::{Body, BodyState, Direction, Facts, VerdictCode};
use model::{Digest, SessionId, Timestamp};
use store::{PurgeView, RecordView};

/// One record, ready to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Its place in the log.
    pub(crate) index: u64,
    /// Its place in its session.
    pub(crate) seq: u64,
    /// The session.
    pub(crate) session: SessionId,
    /// What kind of event it states.
    pub(crate) kind: String,
    /// What was decided.
    pub(crate) verdict: VerdictCode,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// The hash of its leaf.
    pub(crate) leaf_hash: Digest,
    /// The body, or why it cannot be read.
    pub(crate) body: Result<Body, String>,
    /// What the request named that this answers; [`Calls`] fills it in.
    pub(crate) called: Option<Arc<str>>,
}

/// What the requests of a session named, so that their answers can be read alone.
#[derive(Debug, Default)]
pub(crate) struct Calls(HashMap<String, Arc<str>>);

impl Calls {
    /// Notes what a request names, and tells an answer what it answers. Records come in order.
    pub(crate) fn follow(&mut self, shown: &mut Shown) {
        let facts = shown.facts();
        let Some((call, message)) = facts.and_then(|f| f.call.clone().zip(f.message.clone()))
        else {
            return;
        };
        match message.name {
            Some(name) => drop(self.0.insert(call, name)),
            None if matches!(message.kind.as_ref(), "response" | "error") => {
                shown.called = self.0.remove(&call);
            }
            None => {}
        }
    }
}

impl Shown {
    /// The facts, if the body can be read.
    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.body.as_ref().ok().map(|body| &body.facts)
    }

    /// The message; empty if there is none or it cannot be read.
    pub(crate) fn payload(&self) -> &[u8] {
        self.body.as_ref().map_or(&[], |body| &body.payload)
    }

    /// Which way the message went.
    pub(crate) fn direction(&self) -> Option<Direction> {
        self.facts().and_then(|facts| facts.direction)
    }
}

/// Why it is not there any more, and on whose word.
fn purged(purge: &PurgeView) -> String {
    let by = if purge.approved_by.is_empty() {
        "somebody whose name cannot be read".to_owned()
    } else {
        purge.approved_by.join(", ")
    };
    format!(
        "purged: {}, {}, approved by {by}, #{}",
        purge.grounds, purge.at, purge.index
    )
}

impl From<RecordView> for Shown {
    fn from(view: RecordView) -> Self {
        let prefix = &view.leaf.prefix;
        Self {
            index: view.index.0,
            seq: view.leaf.session_seq,
            session: prefix.session,
            kind: match prefix.kind() {
                Some(kind) => kind.as_str().to_owned(),
                None => format!("kind_{}", prefix.kind_code),
            },
            verdict: VerdictCode::from_code(prefix.verdict_code).unwrap_or(VerdictCode::None),
            at: prefix.at,
            leaf_hash: view.leaf_hash,
            called: None,
            body: match view.body {
                BodyState::Open(body) => Ok(*body),
                BodyState::Unreadable(error) => Err(match &view.purged {
                    Some(purge) => purged(purge),
                    None => error.to_string(),
                }),
            },
        }
    }
}
