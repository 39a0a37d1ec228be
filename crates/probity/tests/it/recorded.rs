//! A recorded log, written as the gateway writes it.

use std::path::Path;

use ledger::{
    CallerFacts, Direction, Draft, Facts, FindingFacts, Kind, MessageFacts, Record, TimingFacts,
    VerdictCode,
};
use model::{CallId, SessionId, Timestamp};
use store::{DataDir, Options};

/// The first instant of the log: 2026-07-28T09:30:00Z.
const BEGIN_US: u64 = 1_785_231_000_000_000;

/// What a hostile server might answer: it clears the screen, sets the title, and hides text.
pub(crate) const HOSTILE: &str =
    "{\"id\":2,\"result\":\"\u{1b}[2J\u{1b}]0;owned\u{7} user\u{202e}nimda\"}";

struct Event {
    kind: Kind,
    at_ms: u64,
    facts: Facts,
    payload: Vec<u8>,
}

impl Record for Event {
    fn draft(&self) -> Draft<'_> {
        let opening = matches!(self.kind, Kind::SessionOpened | Kind::SessionClosed);
        Draft {
            kind: self.kind,
            verdict: if self.kind == Kind::Intent {
                VerdictCode::Permitted
            } else {
                VerdictCode::None
            },
            at: Timestamp::from_unix_us(BEGIN_US + self.at_ms * 1_000),
            call: (!opening).then(|| CallId::from_bytes([7; 16])),
            server: "shop",
            tool: "",
            principal: "person|key|ada".to_owned(),
            facts: self.facts.clone(),
            payload: &self.payload,
        }
    }
}

fn event(kind: Kind, at_ms: u64, facts: Facts, payload: &[u8]) -> Event {
    Event {
        kind,
        at_ms,
        facts,
        payload: payload.to_vec(),
    }
}

fn found(kind: &str, place: std::ops::Range<u64>) -> FindingFacts {
    FindingFacts {
        kind: kind.into(),
        start: place.start,
        end: place.end,
    }
}

fn message(kind: &str, direction: Direction) -> Facts {
    Facts {
        direction: Some(direction),
        upstream: Some("shop".into()),
        message: Some(MessageFacts {
            kind: kind.into(),
            id: Some("2".into()),
            method: Some("tools/call".into()),
            name: Some("get_order".into()),
        }),
        timing: Some(TimingFacts {
            since_received_us: 1_500,
            since_forwarded_us: None,
        }),
        ..Facts::default()
    }
}

/// Writes one session of four records into a new data directory; returns its id.
pub(crate) fn record(dir: &Path) -> String {
    let opened = DataDir::open(dir, &Options::default()).expect("a new log");
    let id = SessionId::new(Timestamp::from_unix_us(BEGIN_US), [9; 10]);
    let opening = Facts {
        upstream: Some("shop".into()),
        transport: Some("streamable_http".into()),
        protocol_version: Some("2025-11-25".into()),
        caller: Some(CallerFacts {
            kind: "person".into(),
            issuer: "key".into(),
            subject: "ada".into(),
            credential: "abc".into(),
            ..CallerFacts::default()
        }),
        ..Facts::default()
    };
    let opening = event(Kind::SessionOpened, 0, opening, b"");
    let (session, first) = opened.ledger().open_session(id, opening);
    first.wait().expect("on record");
    let request = br#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"n":1.10}}"#;
    for event in [
        event(
            Kind::Intent,
            10,
            message("request", Direction::ClientToServer),
            request,
        ),
        event(
            Kind::Outcome,
            60,
            Facts {
                findings: vec![found("email", 4..9), found("email", 12..20)],
                ..message("response", Direction::ServerToClient)
            },
            HOSTILE.as_bytes(),
        ),
    ] {
        session.commit(event).wait().expect("on record");
    }
    let closing = event(Kind::SessionClosed, 90, Facts::default(), b"");
    session.close(closing).wait().expect("on record");
    opened.close().expect("closes in order");
    id.to_string()
}
