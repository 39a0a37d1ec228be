use std::sync::Arc;

use bytes::Bytes;
use ledger::{Direction, Draft, HttpFacts, Kind, Record, SseFacts, VerdictCode};
use mask::{Crossing, MaskSet, Outside, Relay};
use mcp::Message;
use mcp::json::splice;
use mcp::sse::Frame;
use model::{CallId, Timestamp};
use policy::Reason;
use serde_json::Value;

use crate::fit::fit;
use crate::schema;
use crate::stored::{Stored, Unmaskable};
use crate::{Ending, Forwarded, OutputSchema, Subject, Transport, facts};

/// The head of an HTTP answer: what of it is relayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// Header fields in their order.
    pub headers: Vec<(Arc<str>, Arc<str>)>,
}

/// Something that an upstream sent.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A stream of events begins.
    Head(Head),
    /// A complete HTTP answer. The message, if its body is one.
    Whole(Head, Bytes, Option<Message>),
    /// One frame of a stream of events. The message, if its data is one.
    Event(Frame, Option<Message>),
    /// A message on a transport that has nothing around it (stdio), or whose framing ends at the
    /// gateway (HTTP+SSE).
    Message(Message),
    /// Bytes that a server's process wrote to its standard error. Recorded, never relayed.
    Stderr(Bytes),
    /// Bytes that came where a message was expected, and are none. Recorded, never relayed.
    NoMessage(Bytes),
}

impl Answer {
    /// The message in it.
    pub const fn message(&self) -> Option<&Message> {
        match self {
            Self::Whole(_, _, message) | Self::Event(_, message) => message.as_ref(),
            Self::Message(message) => Some(message),
            Self::Head(_) | Self::Stderr(_) | Self::NoMessage(_) => None,
        }
    }

    /// Whether its bytes are a message, or came where one was expected.
    const fn is_message(&self) -> bool {
        !matches!(self, Self::Stderr(_) | Self::NoMessage(_))
    }

    /// Its bytes without the framing around them.
    pub fn payload(&self) -> &[u8] {
        match self {
            Self::Head(_) => &[],
            Self::Whole(_, bytes, _) | Self::Stderr(bytes) | Self::NoMessage(bytes) => bytes,
            Self::Event(frame, _) => frame.data.as_deref().unwrap_or(&frame.raw),
            Self::Message(message) => message.bytes(),
        }
    }
}

/// Something from the server's side, masked, ready to go on record. It can be relayed only once it
/// is [`ledger::Committed`].
#[derive(Debug)]
#[must_use = "what a server sent goes on record, whoever waits for it"]
pub struct Settled {
    pub(crate) forwarded: Forwarded,
    pub(crate) what: What,
    pub(crate) transport: Transport,
    pub(crate) at: Timestamp,
    /// Answers to the server for what it asked in vain; their codes go on record as `declined`.
    pub(crate) declines: Vec<Subject>,
}

#[derive(Debug)]
pub(crate) enum What {
    Answer(Answer, Stored),
    /// Policy does not let it pass.
    Refused(Answer, Stored, Reason),
    Ending(Ending, Stored),
}

impl Forwarded {
    /// Settles something that the upstream sent over `transport` in answer to this call.
    pub fn settle(
        &self,
        answer: Answer,
        transport: Transport,
        masks: &MaskSet,
        outside: &Outside,
        at: Timestamp,
    ) -> Settled {
        let crossing = self.crossing();
        let stored = if answer.is_message() {
            Stored::of_message(answer.payload(), masks, &crossing, outside)
        } else {
            Stored::of_text(answer.payload(), masks, &crossing, outside)
        };
        self.shown(answer, stored, transport, at)
    }

    /// Settles an answer whose payload was searched together with those around it.
    pub fn settle_searched(
        &self,
        answer: Answer,
        relay: Relay,
        transport: Transport,
        masks: &MaskSet,
        at: Timestamp,
    ) -> Settled {
        let stored = Stored::of_relay(answer.payload(), relay, masks, &self.crossing());
        self.shown(answer, stored, transport, at)
    }

    fn shown(
        &self,
        mut answer: Answer,
        mut stored: Stored,
        transport: Transport,
        at: Timestamp,
    ) -> Settled {
        if let Answer::Head(head) | Answer::Whole(head, ..) = &mut answer {
            stored.keep_head(http(head), &self.crossing());
            for (name, value) in &mut head.headers {
                if let Some(shown) = stored.relayed_header(name, value, &self.crossing()) {
                    *value = shown;
                }
            }
        }
        let what = match shown_to_client(&answer, &mut stored, self.output.as_deref()) {
            Ok(()) => What::Answer(answer, stored),
            Err(ending) => What::Ending(ending, stored),
        };
        self.settled(what, transport, at)
    }

    /// Settles a call that ended without an answer, or whose answer broke off. `outside`: what
    /// somebody besides `masks` found in the bytes that prove it.
    pub fn end(
        &self,
        ending: Ending,
        transport: Transport,
        masks: &MaskSet,
        outside: &Outside,
        at: Timestamp,
    ) -> Settled {
        let of = match ending {
            Ending::UpstreamBroke { .. } => Stored::of_cut,
            _ => Stored::of_text,
        };
        let stored = of(ending.evidence(), masks, &self.crossing(), outside);
        self.settled(What::Ending(ending, stored), transport, at)
    }

    /// Where its answers cross.
    pub fn crossing(&self) -> Crossing<'_> {
        let tool = self.request.as_ref().and(self.target.as_deref());
        Crossing::to_agent(self.exchange.upstream.as_str()).of_tool(tool)
    }

    fn settled(&self, what: What, transport: Transport, at: Timestamp) -> Settled {
        Settled {
            forwarded: self.clone(),
            what,
            transport,
            at,
            declines: Vec::new(),
        }
    }
}

impl Settled {
    /// The message that the server sent, if this is one.
    pub const fn message(&self) -> Option<&Message> {
        match &self.what {
            What::Answer(answer, _) | What::Refused(answer, ..) => answer.message(),
            What::Ending(..) => None,
        }
    }

    /// The message in it that policy does not let pass.
    pub const fn refused(&self) -> Option<&Message> {
        match &self.what {
            What::Refused(answer, ..) => answer.message(),
            What::Answer(..) | What::Ending(..) => None,
        }
    }

    /// The same, with an ending in place of what the server sent.
    pub fn withheld(self, ending: Ending) -> Self {
        let what = match self.what {
            What::Answer(_, stored) | What::Refused(_, stored, _) => What::Ending(ending, stored),
            ended @ What::Ending(..) => ended,
        };
        Self { what, ..self }
    }

    /// The tools that the client is told of by this answer to `tools/list`, each with the schema of
    /// its results if it has one.
    pub fn listed(&self) -> Vec<(String, Option<OutputSchema>)> {
        let What::Answer(answer, stored) = &self.what else {
            return Vec::new();
        };
        match (stored.relayed(), answer.message()) {
            (_, None) => Vec::new(),
            (None, Some(message)) => schema::listed(message),
            (Some(shown), Some(_)) => Message::parse(shown.clone(), &Stored::limits())
                .map(|message| schema::listed(&message))
                .unwrap_or_default(),
        }
    }

    fn facts(&self) -> ledger::Facts {
        let forwarded = &self.forwarded;
        let exchange = &forwarded.exchange;
        let mut timing = facts::timing(&exchange.arrival, self.at);
        timing.since_forwarded_us = (!forwarded.aside).then(|| self.at.us_since(forwarded.at));
        ledger::Facts {
            call: self.call().map(|call| call.to_string()),
            exchange: Some(exchange.arrival.id.to_string()),
            direction: Some(Direction::ServerToClient),
            upstream: Some(exchange.upstream.as_str().into()),
            transport: Some(self.transport.as_str().into()),
            timing: Some(timing),
            ..ledger::Facts::default()
        }
    }

    fn call(&self) -> Option<CallId> {
        (!self.forwarded.aside).then_some(self.forwarded.call)
    }

    fn describe_answer(&self, answer: &Answer, stored: &Stored, facts: &mut ledger::Facts) {
        if let Some(message) = answer.message() {
            let method = self.forwarded.method.as_ref();
            facts.message = Some(facts::message_facts(message, method));
            facts.links = facts::links(message);
        }
        match answer {
            Answer::Head(_) | Answer::Whole(..) => facts.http = stored.head().cloned(),
            Answer::Event(frame, message) => {
                facts.sse = Some(SseFacts {
                    id: frame.id.as_deref().map(Into::into),
                    event: frame.event.as_deref().map(Into::into),
                    retry_ms: frame.retry_ms,
                });
                if message.is_none() {
                    facts.message = Some(facts::message_kind(kind_of(frame)));
                }
                let others = other_lines(frame);
                let others: Vec<String> = others
                    .into_iter()
                    .map(|line| stored.text(line, &self.forwarded.crossing()))
                    .collect();
                if !others.is_empty() {
                    facts::add(facts, "sse_lines", others.into());
                }
            }
            Answer::NoMessage(_) => facts.message = Some(facts::message_kind("malformed")),
            Answer::Message(_) | Answer::Stderr(_) => {}
        }
        stored.describe(facts);
    }
}

impl Record for Settled {
    fn draft(&self) -> Draft<'_> {
        let mut facts = self.facts();
        let answers = self.declines.iter().filter_map(Subject::message);
        let declined: Vec<Value> = answers.map(|answer| answer.error_code().into()).collect();
        if !declined.is_empty() {
            facts::add(&mut facts, "declined", declined.into());
        }
        let mut verdict = VerdictCode::None;
        let (kind, payload) = match &self.what {
            What::Answer(answer, stored) => {
                self.describe_answer(answer, stored, &mut facts);
                let kind = match answer {
                    Answer::Head(_) => Kind::Transport,
                    Answer::Stderr(_) => Kind::Stderr,
                    _ => Kind::Outcome,
                };
                (kind, stored.bytes(answer.payload()))
            }
            What::Refused(answer, stored, reason) => {
                self.describe_answer(answer, stored, &mut facts);
                facts.verdict = Some(facts::verdict("refused", reason));
                verdict = VerdictCode::Refused;
                (Kind::Refusal, stored.bytes(answer.payload()))
            }
            What::Ending(ending, stored) => {
                facts.ending = Some(ending.name().into());
                facts.detail = ending.detail();
                stored.describe(&mut facts);
                (ending.kind(), stored.bytes(ending.evidence()))
            }
        };
        Draft {
            kind,
            verdict,
            at: self.at,
            call: self.call(),
            server: self.forwarded.exchange.upstream.as_str(),
            tool: "",
            principal: String::new(),
            facts,
            payload,
        }
    }
}

/// Sees to it that what masking left of a message is one, that nobody keeps it for somebody else
/// (what one caller is shown may not be what another one is), and that the client takes it.
fn shown_to_client(
    answer: &Answer,
    stored: &mut Stored,
    output: Option<&OutputSchema>,
) -> Result<(), Ending> {
    let (Some(original), Some(relayed)) = (answer.message(), stored.relayed_mut()) else {
        return Ok(());
    };
    kept_private(original, relayed).map_err(|Unmaskable| Ending::Unmaskable)?;
    let fitted = match output {
        Some(output) => fit(original, relayed, output).map_err(|_| Ending::Unfitting)?,
        None => 0,
    };
    stored.fitted(fitted);
    Ok(())
}

/// A message is one after masking, and is for its client alone.
fn kept_private(original: &Message, relayed: &mut Bytes) -> Result<(), Unmaskable> {
    let shown = Message::parse(relayed.clone(), &Stored::limits()).map_err(|_| Unmaskable)?;
    if shown.kind() != original.kind() || shown.id_lexeme() != original.id_lexeme() {
        return Err(Unmaskable);
    }
    if let Some(scope) = shown.result().and_then(|result| result.get("cacheScope"))
        && scope.text().as_deref() != Some("private")
    {
        let edit = (scope.span(), br#""private""#.as_slice());
        *relayed = splice(relayed, &[edit]).map_err(|_| Unmaskable)?.into();
    }
    Ok(())
}

/// What a frame without one message is.
fn kind_of(frame: &Frame) -> &'static str {
    match frame.data.as_deref() {
        None | Some([]) => "comment",
        Some(data) if mcp::is_batch(data) => "batch",
        Some(_) => "event",
    }
}

/// The lines of an event that its record does not have as fields or as data: comments, fields that
/// nobody knows, values that were overruled. They are relayed, so they are recorded.
pub(crate) fn other_lines(frame: &Frame) -> Vec<String> {
    // Without data, the record has the frame as it came.
    if frame.data.is_none() {
        return Vec::new();
    }
    let raw = String::from_utf8_lossy(&frame.raw);
    let raw = raw.strip_prefix('\u{feff}').unwrap_or(&raw);
    raw.split(['\r', '\n'])
        .filter(|line| !line.is_empty() && !is_recorded(frame, line))
        .map(str::to_owned)
        .collect()
}

fn is_recorded(frame: &Frame, line: &str) -> bool {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    let value = value.strip_prefix(' ').unwrap_or(value);
    match name {
        "data" => true,
        "id" => frame.id.as_deref() == Some(value),
        "event" => frame.event.as_deref() == Some(value),
        "retry" => frame.retry_ms.is_some() && frame.retry_ms == value.parse().ok(),
        _ => false,
    }
}

fn http(head: &Head) -> HttpFacts {
    HttpFacts {
        status: Some(head.status),
        headers: head.headers.clone(),
        ..HttpFacts::default()
    }
}
