//! What is on record, held against what clients and server saw.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;

use ledger::{BodyState, Kind};
use model::{CallId, SessionId};
use store::{Reader, SessionState};

use super::load::Acknowledged;

/// A record.
struct Recorded {
    session: SessionId,
    index: u64,
    kind: Kind,
    call: Option<CallId>,
    /// `request`, `notification`, `response` or `error`; empty where it is no message.
    message: String,
    payload: Vec<u8>,
}

/// Everything on record, in the order of the log.
pub(super) struct Evidence {
    sessions: Vec<(SessionId, bool, SessionState)>,
    records: Vec<Recorded>,
    /// Places in `records`.
    intents: HashMap<Vec<u8>, Vec<usize>>,
    by_call: HashMap<CallId, Vec<usize>>,
}

impl Evidence {
    /// Reads all sessions. Each is numbered without a gap.
    pub(super) fn read(data: &Path) -> Self {
        let reader = Reader::open(data).unwrap();
        let (mut sessions, mut records) = (Vec::new(), Vec::new());
        for session in reader.sessions().unwrap() {
            sessions.push((session.id, session.node, session.state));
            let mut number = 0;
            for record in reader.records(session.id, 0).unwrap() {
                let record = record.unwrap();
                assert_eq!(record.leaf.session_seq, number, "a gap in {}", session.id);
                number += 1;
                let prefix = &record.leaf.prefix;
                let BodyState::Open(body) = record.body else {
                    panic!(
                        "the body of {} does not open: {:?}",
                        record.index, record.body
                    );
                };
                records.push(Recorded {
                    session: session.id,
                    index: record.index.0,
                    kind: prefix.kind().unwrap(),
                    call: prefix.call,
                    message: body
                        .facts
                        .message
                        .map_or_else(String::new, |m| m.kind.to_string()),
                    payload: body.payload,
                });
            }
            assert_eq!(session.records, number, "the index of {}", session.id);
        }
        records.sort_unstable_by_key(|record| record.index);
        let distinct: HashSet<u64> = records.iter().map(|record| record.index).collect();
        assert_eq!(distinct.len(), records.len(), "a record is in two sessions");
        let (mut intents, mut by_call) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (place, record) in records.iter().enumerate() {
            if record.kind == Kind::Intent {
                intents
                    .entry(record.payload.clone())
                    .or_default()
                    .push(place);
            }
            if let Some(call) = record.call {
                by_call.entry(call).or_default().push(place);
            }
        }
        Self {
            sessions,
            records,
            intents,
            by_call,
        }
    }

    /// Every acknowledged message is there, once, with what the client was told about it, in order.
    pub(super) fn has_all(&self, acknowledged: &[Acknowledged]) {
        let mut last = HashMap::new();
        for message in acknowledged {
            let intent = self.intent_of(message.request.as_bytes());
            let outcomes: Vec<&Recorded> = self
                .call(intent)
                .filter(|record| record.kind == Kind::Outcome)
                .collect();
            let told: Vec<&[u8]> = outcomes
                .iter()
                .map(|record| record.payload.as_slice())
                .filter(|payload| !payload.is_empty())
                .collect();
            let same = match message.complete {
                true => told == message.answers,
                false => told.starts_with(
                    &message
                        .answers
                        .iter()
                        .map(Vec::as_slice)
                        .collect::<Vec<_>>(),
                ),
            };
            assert!(same, "{message:?} is on record as {told:?}");
            assert!(!outcomes.is_empty(), "{message:?} has no outcome on record");
            assert!(outcomes.iter().all(|record| record.index > intent.index));
            // A client calls one after the other: so stand its messages, in one session.
            let before = last.insert(&message.worker, (intent.session, intent.index));
            if let Some((session, index)) = before {
                assert_eq!(session, intent.session, "{message:?}");
                assert!(index < intent.index, "{message:?} is out of order");
            }
        }
    }

    /// What reached the server was on record before; nothing was sent twice.
    pub(super) fn has_intents_of(&self, received: &[Vec<u8>]) {
        let mut seen = HashSet::new();
        for body in received {
            self.intent_of(body);
            let text = String::from_utf8_lossy(body);
            assert!(seen.insert(body), "the server received it twice: {text}");
        }
    }

    /// Nothing is open any more: each round was cut off, and recovery said so; the last one ended
    /// in order.
    pub(super) fn every_session_ended(&self, rounds: usize) {
        let mut ends = HashMap::new();
        for record in &self.records {
            if matches!(record.kind, Kind::SessionClosed | Kind::SessionAbandoned) {
                let twice = ends.insert(record.session, record.kind).is_some();
                assert!(!twice, "{} ended twice", record.session);
            } else {
                let ended = ends.contains_key(&record.session);
                assert!(!ended, "{} goes on after its end", record.session);
            }
        }
        let mut nodes_abandoned = 0;
        for (id, is_node, state) in &self.sessions {
            let expected = match ends.get(id) {
                Some(Kind::SessionClosed) => SessionState::Closed,
                Some(_) => SessionState::Abandoned,
                None => panic!("{id} has no end"),
            };
            assert_eq!(*state, expected, "{id}");
            if *is_node {
                nodes_abandoned += usize::from(expected == SessionState::Abandoned);
            } else {
                assert_eq!(expected, SessionState::Abandoned, "{id} was cut off");
            }
        }
        assert!(nodes_abandoned >= rounds, "{nodes_abandoned} of {rounds}");
    }

    /// Each request has one end: an answer, a failure, or that its outcome is unknown.
    pub(super) fn every_call_ended_once(&self) {
        for (call, places) in &self.by_call {
            let records = places.iter().map(|place| &self.records[*place]);
            let records: Vec<&Recorded> = records.collect();
            let intents = records.iter().filter(|r| r.kind == Kind::Intent).count();
            assert_eq!(intents, 1, "{call}");
            assert_eq!(records[0].kind, Kind::Intent, "{call}");
            let ends = records.iter().filter(|record| record.is_end()).count();
            match records[0].message.as_str() {
                "request" => {
                    assert_eq!(ends, 1, "{call}: {:?}", kinds(&records));
                    assert!(
                        records.last().unwrap().is_end(),
                        "{call}: {:?}",
                        kinds(&records)
                    );
                }
                _ => assert!(ends <= 1, "{call}: {:?}", kinds(&records)),
            }
        }
    }

    /// The one intent with this payload.
    fn intent_of(&self, payload: &[u8]) -> &Recorded {
        let text = String::from_utf8_lossy(payload);
        match self.intents.get(payload).map(Vec::as_slice) {
            Some([place]) => &self.records[*place],
            Some(places) => panic!("{} times on record: {text}", places.len()),
            None => panic!("not on record: {text}"),
        }
    }

    fn call(&self, intent: &Recorded) -> impl Iterator<Item = &Recorded> {
        let places = &self.by_call[&intent.call.unwrap()];
        places.iter().map(|place| &self.records[*place])
    }

    fn count(&self, kind: Kind) -> usize {
        self.records.iter().filter(|r| r.kind == kind).count()
    }
}

impl Recorded {
    fn is_end(&self) -> bool {
        match self.kind {
            Kind::Failure | Kind::Refusal | Kind::OutcomeUnknown => true,
            Kind::Outcome => matches!(self.message.as_str(), "response" | "error"),
            _ => false,
        }
    }
}

fn kinds(records: &[&Recorded]) -> Vec<(Kind, String)> {
    let kinds = records.iter().map(|r| (r.kind, r.message.clone()));
    kinds.collect()
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} records, {} sessions, {} intents, {} outcomes, {} failures, {} outcomes unknown, \
             {} sessions abandoned",
            self.records.len(),
            self.sessions.len(),
            self.count(Kind::Intent),
            self.count(Kind::Outcome),
            self.count(Kind::Failure),
            self.count(Kind::OutcomeUnknown),
            self.count(Kind::SessionAbandoned),
        )
    }
}
