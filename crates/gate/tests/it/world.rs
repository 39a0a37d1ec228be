//! A gateway without sockets: a ledger over a disk that fails on command, a clock that is turned
//! by hand, and the walk between an agent and an upstream that write down what they get.

use std::sync::Arc;

use bytes::Bytes;
use gate::{
    Arrival, Call, Exchange, Forwarded, Refused, Released, Reply, ReplyBody, SessionOpening,
    Settled, Subject, Transport, Unavailable, decline, refuse, reply,
};
use ledger::merkle::CompactRange;
use ledger::{
    CommitError, HttpFacts, Kind, Ledger, Pseudonym, Record, Sequencer, Session, Start, Writer,
};
use mask::MaskSet;
use mcp::json::Limits;
use mcp::{Era, Message, RequestId};
use model::{Agent, CallId, Caller, ExchangeId, Principal, SessionId, Timestamp};
use zeroize::Zeroizing;

use crate::disk::{Disk, EPOCH, OnRecord, transfer_key};

/// 2026-07-28T09:30:00Z.
const START_US: u64 = 1_785_231_000_000_000;

pub(crate) struct World {
    pub(crate) disk: Disk,
    pub(crate) session: Session,
    pub(crate) node: Session,
    pub(crate) now: Timestamp,
    pub(crate) era: Era,
    calls: u8,
    /// How many records were written down already.
    traced: usize,
    trace: String,
    writer: Writer,
}

impl World {
    pub(crate) fn new() -> Self {
        let disk = Disk::new();
        let now = Timestamp::from_unix_us(START_US);
        let start = Start {
            origin: "example.org/gw/a/1".into(),
            epoch: EPOCH,
            state: Sequencer::new(EPOCH, CompactRange::new()),
            pseudonym_key: Zeroizing::new([1; 32]),
            transfer: transfer_key(),
            queue_records_max: 64,
            queue_bytes_max: 1 << 20,
            record_bytes_max: 1 << 16,
            node_session: SessionId::from_bytes([1; 16]),
        };
        let opening = || SessionOpening {
            exchange: Arc::new(exchange(Era::Legacy, now)),
            at: now,
            grouping: "mcp_session",
            masks: MaskSet::empty(),
        };
        let (ledger, writer, commit) =
            Ledger::start(start, Box::new(disk.clone()), opening()).expect("the ledger starts");
        commit.wait().expect("the node's session opens");
        let id = SessionId::from_bytes([2; 16]);
        let (session, commit) = ledger.open_session(id, opening());
        commit.wait().expect("the session opens");
        Self {
            traced: disk.read().len(),
            disk,
            session,
            node: ledger.node_session(),
            now,
            era: Era::Legacy,
            calls: 0,
            trace: String::new(),
            writer,
        }
    }

    /// Ends the writer's thread and gives everything that was written down.
    pub(crate) fn end(mut self) -> String {
        self.look();
        // The error of a disk that failed was told to whoever waited for it.
        let _poisoned = self.writer.close();
        self.trace
    }

    /// The leaves on the disk: kind, whether its call still awaits an outcome, how many calls of
    /// the session do, server, tool, principal.
    pub(crate) fn leaves(self) -> String {
        let mut known = vec![Pseudonym::default()];
        let mut letter = |pseudonym: Pseudonym| {
            let at = known.iter().position(|one| *one == pseudonym);
            let at = at.unwrap_or_else(|| {
                known.push(pseudonym);
                known.len() - 1
            });
            b"-abcdefgh"[at] as char
        };
        let mut lines = String::new();
        for record in self.disk.read() {
            let prefix = &record.entry.leaf.prefix;
            let kind = prefix.kind().map_or("?", Kind::as_str);
            let awaits = if prefix.awaits_outcome { " awaits" } else { "" };
            lines += &format!(
                "{kind}{awaits} open={} server={} tool={} principal={}\n",
                record.open_calls,
                letter(prefix.server),
                letter(prefix.tool),
                letter(prefix.principal),
            );
        }
        lines
    }

    pub(crate) fn exchange(&self) -> Arc<Exchange> {
        Arc::new(exchange(self.era, self.now))
    }

    pub(crate) fn arrival(&self) -> Arrival {
        arrival(self.now)
    }

    pub(crate) fn call_id(&mut self) -> CallId {
        self.calls += 1;
        CallId::from_bytes([self.calls; 16])
    }

    pub(crate) fn call(&mut self, subject: Subject) -> Call {
        Call {
            id: self.call_id(),
            exchange: self.exchange(),
            subject,
            at: self.now,
        }
    }

    /// Writes a line down.
    pub(crate) fn note(&mut self, line: &str) {
        let mut line = line.trim_end().to_owned();
        for call in 1..=self.calls {
            let id = CallId::from_bytes([call; 16]).to_string();
            line = line.replace(&id, &format!("CALL-{call}"));
        }
        self.trace += &line;
        self.trace.push('\n');
    }

    /// Puts something on record, and writes down what became durable.
    pub(crate) fn commit<T: Record + Unpin>(
        &mut self,
        thing: T,
    ) -> Result<ledger::Committed<T>, CommitError> {
        let committed = self.session.clone().commit(thing).wait();
        self.look();
        committed
    }

    /// Writes down what became durable since the last look.
    fn look(&mut self) {
        let records = self.disk.read();
        for record in records.iter().skip(self.traced) {
            self.note(&line(record));
        }
        self.traced = records.len();
    }

    /// The upstream. It takes nothing but what was released.
    pub(crate) fn upstream(&mut self, released: Released) -> Forwarded {
        let (subject, forwarded) = released.forward();
        let bytes = String::from_utf8_lossy(subject.bytes()).into_owned();
        self.note(&format!("upstream <- {} {bytes}", subject.action()));
        forwarded
    }

    /// What the gateway does with everything from the upstream.
    pub(crate) fn relay(&mut self, settled: Settled, request: Option<&RequestId>) {
        match self.commit(settled) {
            Ok(settled) => {
                for released in decline(&settled, self.now) {
                    let _ticket = self.upstream(released);
                }
                self.agent(reply(settled));
            }
            Err(error) => self.unavailable(&error, &Unavailable::of_outcome(&error, request)),
        }
    }

    /// What the gateway does with everything that does not pass.
    pub(crate) fn turn_away(&mut self, refused: Refused, request: Option<&RequestId>) {
        match self.commit(refused) {
            Ok(refused) => self.agent(refuse(refused)),
            Err(error) => self.unavailable(&error, &Unavailable::new(&error, request)),
        }
    }

    /// The agent. It is written nothing but replies, and the constant.
    fn agent(&mut self, reply: Reply) {
        let line = body(reply.body());
        self.note(&format!("agent <- {line}"));
    }

    pub(crate) fn unavailable(&mut self, error: &CommitError, told: &Unavailable) {
        let bytes = text(told.bytes());
        self.note(&format!("unrecorded: {error}"));
        self.note(&format!("agent <- unavailable {} {bytes}", told.status()));
    }
}

pub(crate) fn message(text: &str) -> Message {
    Message::parse(Bytes::copy_from_slice(text.as_bytes()), &Limits::default())
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn arrival(at: Timestamp) -> Arrival {
    Arrival {
        id: ExchangeId::from_bytes([9; 16]),
        upstream: "files".into(),
        transport: Transport::StreamableHttp,
        received_at: at,
        http: HttpFacts {
            method: Some("POST".into()),
            path: Some("/mcp/files".into()),
            ..HttpFacts::default()
        },
        headers: Vec::new(),
    }
}

fn exchange(era: Era, at: Timestamp) -> Exchange {
    Exchange {
        arrival: arrival(at),
        caller: Caller::by_key(
            Principal::Person {
                issuer: "key".into(),
                subject: "alice".into(),
            },
            "k1".into(),
        ),
        upstream: "files".parse().expect("a name"),
        era,
        protocol_version: None,
        agent: Some(Agent {
            name: "claude".into(),
            version: "1".into(),
        }),
    }
}

/// `record KIND VERDICT CALL [ENDING] MESSAGE [RULES] [EXTRA] | PAYLOAD`, leaving out what is not
/// there.
pub(crate) fn line(record: &OnRecord) -> String {
    let prefix = &record.entry.leaf.prefix;
    let facts = &record.body.facts;
    let mut parts = vec![
        prefix.kind().map_or("?", Kind::as_str).to_owned(),
        facts
            .verdict
            .as_ref()
            .map_or("-", |verdict| &*verdict.decision)
            .to_owned(),
    ];
    assert_eq!(
        prefix.call.map(|call| call.to_string()),
        facts.call,
        "leaf and body name the same call"
    );
    parts.extend(facts.call.clone());
    parts.extend(facts.ending.as_ref().map(|ending| format!("({ending})")));
    if let Some(message) = &facts.message {
        let told = [&message.method, &message.name, &message.id];
        let told: Vec<&str> = told.into_iter().flatten().map(|text| &**text).collect();
        parts.push(
            format!("{} {}", message.kind, told.join(" "))
                .trim_end()
                .to_owned(),
        );
    }
    if let Some(verdict) = &facts.verdict
        && !verdict.rules.is_empty()
    {
        parts.push(format!("[{}]", verdict.rules.join(",")));
    }
    parts.extend(
        facts
            .http
            .as_ref()
            .and_then(|http| http.status)
            .map(|status| status.to_string()),
    );
    parts.extend(facts.detail.as_ref().map(|detail| format!("`{detail}`")));
    parts.extend(facts.extra.as_ref().map(ToString::to_string));
    let payload = text(&record.body.payload);
    let payload = if payload.is_empty() {
        payload
    } else {
        format!(" | {payload}")
    };
    format!("record {}{payload}", parts.join(" "))
}

/// Status, fields and bytes of what the agent gets.
fn body(body: &ReplyBody) -> String {
    let head = |head: &gate::Head| {
        let fields: Vec<_> = head
            .headers
            .iter()
            .map(|(name, value)| format!(" {name}: {value}"))
            .collect();
        format!("{}{}", head.status, fields.join(","))
    };
    match body {
        ReplyBody::Head(of) => format!("head {}", head(of)),
        ReplyBody::Whole(of, bytes) => format!("whole {} {}", head(of), text(bytes)),
        ReplyBody::Frame(frame) => format!("frame {}", text(&frame.raw)),
        ReplyBody::Message(status, bytes) => format!("message {status} {}", text(bytes)),
        ReplyBody::Nothing => "nothing".to_owned(),
    }
}

/// On one line.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .replace('\r', "\\r")
        .replace('\n', "\\n")
}
