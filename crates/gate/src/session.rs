use std::sync::Arc;

use ledger::{Draft, Facts, HttpFacts, Kind, Record, VerdictCode};
use mask::{Crossing, MaskSet};
use model::Timestamp;

use crate::{Exchange, facts};

/// The first record of a recorded session.
#[derive(Debug)]
pub struct SessionOpening {
    /// The exchange that opened it.
    pub exchange: Arc<Exchange>,
    /// When it was opened.
    pub at: Timestamp,
    /// Why these exchanges are recorded together: `mcp_session` (a legacy session), or
    /// `caller_and_client` (modern exchanges of one caller and one client software; a grouping for
    /// reading, not an identity).
    pub grouping: &'static str,
    /// What masks what the client says of itself.
    pub masks: MaskSet,
}

/// The last record of a recorded session.
#[derive(Debug)]
pub struct SessionClosing {
    /// The upstream's name.
    pub upstream: Arc<str>,
    /// When it was closed.
    pub at: Timestamp,
    /// Why: `deleted`, `idle`, `gateway_stopped`, `upstream_ended`, `client_left`.
    pub why: &'static str,
}

/// A connection that spoke no HTTP, or was too slow to say anything.
#[derive(Debug)]
pub struct ConnectionFault {
    /// The peer's address and port.
    pub peer: String,
    /// What was wrong with it.
    pub detail: String,
    /// When it was given up.
    pub at: Timestamp,
}

impl Record for ConnectionFault {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: Kind::Transport,
            verdict: VerdictCode::Refused,
            at: self.at,
            call: None,
            server: "",
            tool: "",
            principal: String::new(),
            facts: Facts {
                ending: Some("connection_fault".into()),
                detail: Some(self.detail.clone()),
                http: Some(HttpFacts {
                    peer: Some(self.peer.as_str().into()),
                    ..HttpFacts::default()
                }),
                ..Facts::default()
            },
            payload: &[],
        }
    }
}

impl Record for SessionOpening {
    fn draft(&self) -> Draft<'_> {
        let mut facts = facts::of_exchange(&self.exchange);
        facts.extra = Some(serde_json::json!({ "grouping": self.grouping }));
        let at = Crossing::to_server(self.exchange.upstream.as_str());
        facts::mask(&mut facts, &self.masks, &at);
        Draft {
            kind: Kind::SessionOpened,
            verdict: VerdictCode::None,
            at: self.at,
            call: None,
            server: self.exchange.upstream.as_str(),
            tool: "",
            principal: facts::principal(&self.exchange.caller),
            facts,
            payload: &[],
        }
    }
}

impl Record for SessionClosing {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: Kind::SessionClosed,
            verdict: VerdictCode::None,
            at: self.at,
            call: None,
            server: &self.upstream,
            tool: "",
            principal: String::new(),
            facts: Facts {
                upstream: Some(self.upstream.clone()),
                ending: Some(self.why.into()),
                ..Facts::default()
            },
            payload: &[],
        }
    }
}
