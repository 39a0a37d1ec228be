//! What policy says of what a server sends: lists without what the caller may not use, requests of the
//! server's own, answers, notifications.

mod asked;

use bytes::Bytes;
use inspect::pins;
use mcp::reply::code;
use mcp::{Batch, Era, Kind, Message, Method};
use policy::vocabulary::{ANSWER, server_action};
use policy::{AnswerFacts, Facts, MessageFacts, Policy, Reason, Request, Target, Verdict};
use serde_json::{Value, json};

use crate::definitions::{self, IllShaped, List};
use crate::edit::Edits;
use crate::settle::What;
use crate::stored::Stored;
use crate::{Answer, Circumstances, Ending, Forwarded, Settled, Subject, Transport, told};

/// A list that was filtered is asked for again after so many milliseconds at the latest: what
/// policy says may have changed.
const LIST_TTL_MS_MAX: u64 = 60_000;

/// What became of one message of a server.
enum Said {
    /// It passes, changed by the edits that were collected.
    Passes,
    /// It does not.
    Refused(Reason),
}

/// What is collected while the messages of an answer are judged.
#[derive(Default)]
struct Collected {
    left_out: Vec<Value>,
    declines: Vec<Subject>,
}

impl Settled {
    /// What policy says of it. Time, session and address are those of the call that it came for.
    pub fn judged(self, policy: &Policy, around: &Circumstances) -> Self {
        let Self {
            forwarded,
            what: What::Answer(answer, stored),
            transport,
            at,
            ..
        } = self
        else {
            return self;
        };
        let judging = Judging {
            forwarded: &forwarded,
            policy,
            around,
            transport,
            at,
        };
        let mut collected = Collected::default();
        let what = judging.answer(answer, stored, &mut collected);
        Self {
            forwarded,
            what,
            transport,
            at,
            declines: collected.declines,
        }
    }

    /// The definitions in it that are not known yet; in an answer that is no list where one is due,
    /// none.
    pub fn news(&self, known: &pins::Pins) -> Vec<(pins::Key, pins::Version)> {
        let What::Answer(answer, stored) = &self.what else {
            return Vec::new();
        };
        let upstream = &self.forwarded.exchange.upstream;
        let of = |message: &Message, masked: Option<&Message>| {
            let asked = asked_by(&self.forwarded, message);
            let news = definitions::news(message, masked, asked, upstream, known, self.at);
            news.unwrap_or_default()
        };
        let original = answer.payload();
        let masked = stored.bytes(original);
        let is_masked = masked != original;
        let copy = || Bytes::copy_from_slice(masked);
        let limits = Stored::limits();
        match (answer.message(), batch_of(answer)) {
            (Some(message), _) if is_masked => match Message::parse(copy(), &limits) {
                Ok(masked) => of(message, Some(&masked)),
                Err(_) => of(message, Some(&nothing())),
            },
            (Some(message), _) => of(message, None),
            (None, Some(batch)) => {
                let masked = is_masked.then(|| Batch::parse(copy(), &limits).ok());
                let messages = batch.messages().iter().enumerate();
                let found = messages.flat_map(|(at, message)| match &masked {
                    None => of(message, None),
                    Some(masked) => {
                        let masked = masked.as_ref().and_then(|batch| batch.messages().get(at));
                        of(message, Some(masked.unwrap_or(&nothing())))
                    }
                });
                found.collect()
            }
            (None, None) => Vec::new(),
        }
    }
}

/// A message that says nothing: what is stored of a definition whose masked form cannot be read.
fn nothing() -> Message {
    let bytes = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}");
    #[expect(
        clippy::expect_used,
        reason = "a constant that a test of this crate reads"
    )]
    Message::parse(bytes, &Stored::limits()).expect("a message")
}

/// The batch that an answer is, if it is one (MCP 2025-03-26).
fn batch_of(answer: &Answer) -> Option<Batch> {
    let holds_messages = matches!(answer, Answer::Whole(..) | Answer::Event(..));
    if !holds_messages || answer.message().is_some() || !mcp::is_batch(answer.payload()) {
        return None;
    }
    let bytes = Bytes::copy_from_slice(answer.payload());
    Batch::parse(bytes, &Stored::limits()).ok()
}

/// The method that a message answers, if it answers the call that it came for.
fn asked_by(forwarded: &Forwarded, message: &Message) -> Option<Method> {
    let request = forwarded.request()?;
    let same = request.id_lexeme().is_some() && request.id_lexeme() == message.id_lexeme();
    request.method().filter(|_| same)
}

struct Judging<'a> {
    forwarded: &'a Forwarded,
    policy: &'a Policy,
    around: &'a Circumstances,
    transport: Transport,
    at: model::Timestamp,
}

impl Judging<'_> {
    fn answer(&self, answer: Answer, mut stored: Stored, collected: &mut Collected) -> What {
        let judged = match (answer.message(), batch_of(&answer)) {
            (Some(message), _) => self.message(message, &answer, &mut stored, collected),
            (None, Some(batch)) => self.batch(&batch, &answer, &mut stored, collected),
            (None, None) if self.is_unreadable(&answer) => Err(malformed(
                &answer,
                "JSON that is no message of MCP".to_owned(),
            )),
            (None, None) => Ok(Said::Passes),
        };
        if judged.is_ok() {
            stored.leave_out(std::mem::take(&mut collected.left_out));
        }
        match judged {
            Ok(Said::Passes) => What::Answer(answer, stored),
            Ok(Said::Refused(reason)) => What::Refused(answer, stored, reason),
            Err(ending) => What::Ending(ending, stored),
        }
    }

    /// Whether somebody else may read a message where this is none: it matters where something is
    /// decided about messages.
    fn is_unreadable(&self, answer: &Answer) -> bool {
        let may_be_read = match answer {
            Answer::Whole(..) | Answer::Event(..) => answer.payload(),
            _ => return false,
        };
        let json = matches!(may_be_read.trim_ascii_start().first(), Some(b'{' | b'['));
        let lists = self.forwarded.request().and_then(Message::method);
        let lists = lists.and_then(Method::info).and_then(|info| info.lists);
        let is_event = matches!(answer, Answer::Event(frame, _)
            if frame.event.as_deref().is_some_and(|name| name != "message"));
        json && !is_event && (lists.is_some() || self.policy.restricts())
    }

    fn message(
        &self,
        message: &Message,
        answer: &Answer,
        stored: &mut Stored,
        collected: &mut Collected,
    ) -> Result<Said, Ending> {
        if let Said::Refused(reason) = self.one(message, stored) {
            collected.declines.extend(self.decline(message, &reason));
            return Ok(Said::Refused(reason));
        }
        let Some(shown) = shown(answer.payload(), message, stored)? else {
            return Ok(Said::Passes);
        };
        let mut edits = Edits::default();
        self.edit(message, &shown, stored, &mut edits, collected)
            .map_err(|wrong| malformed(answer, wrong.to_string()))?;
        if let Some(edited) = edits.apply(shown.bytes()).map_err(|_| Ending::Unmaskable)? {
            stored.relay(edited.into(), answer.payload());
        }
        Ok(Said::Passes)
    }

    /// The messages of a batch one by one: those that are refused are taken out.
    fn batch(
        &self,
        batch: &Batch,
        answer: &Answer,
        stored: &mut Stored,
        collected: &mut Collected,
    ) -> Result<Said, Ending> {
        let relayed = stored.relayed().cloned();
        let relayed = relayed.map(|bytes| Batch::parse(bytes, &Stored::limits()));
        let relayed = relayed.transpose().map_err(|_| Ending::Unmaskable)?;
        let shown = relayed.as_ref().unwrap_or(batch);
        let mut kept: Vec<Bytes> = Vec::new();
        let mut first = None;
        let mut changed = false;
        for (message, shown) in batch.messages().iter().zip(shown.messages()) {
            match self.one(message, stored) {
                Said::Refused(reason) => {
                    let what = self.left_out(
                        "message",
                        &message.method_name().unwrap_or_default(),
                        &reason,
                        stored,
                    );
                    collected.left_out.push(what);
                    collected.declines.extend(self.decline(message, &reason));
                    if message.is_answer() {
                        kept.push(told::withheld(self.forwarded, message, &reason));
                    }
                    first.get_or_insert(reason);
                    changed = true;
                }
                Said::Passes => {
                    let mut edits = Edits::default();
                    self.edit(message, shown, stored, &mut edits, collected)
                        .map_err(|wrong| malformed(answer, wrong.to_string()))?;
                    let edited = edits.apply(shown.bytes()).map_err(|_| Ending::Unmaskable)?;
                    changed |= edited.is_some();
                    kept.push(edited.map_or_else(|| shown.bytes().clone(), Bytes::from));
                }
            }
        }
        match first {
            Some(reason) if kept.is_empty() => return Ok(Said::Refused(reason)),
            _ if changed => {
                let joined = [b"[".as_slice(), &kept.join(&b','), b"]"].concat();
                stored.relay(joined.into(), answer.payload());
            }
            _ => {}
        }
        Ok(Said::Passes)
    }

    /// Whether a message passes at all.
    fn one(&self, message: &Message, stored: &Stored) -> Said {
        let modern = self.forwarded.exchange.era == Era::Modern;
        let verdict = match message.kind() {
            Kind::Request if modern => return Said::Refused(self.out_of_turn()),
            // There is nothing in a ping to decide about, and who gets no answer closes.
            Kind::Request if message.method() == Some(Method::Ping) => return Said::Passes,
            Kind::Request => {
                let method = message.method_name().unwrap_or_default();
                Some(self.server_asks(&method, stored))
            }
            Kind::Notification => {
                let method = message.method_name().unwrap_or_default();
                let wanted = asked::of_notification(message);
                self.first_refused(wanted, stored)
                    .or_else(|| self.answers(&method, Target::Server, message, stored))
            }
            Kind::Response | Kind::ErrorResponse => {
                let own = asked_by(self.forwarded, message);
                let method = own.and(self.forwarded.method.as_deref()).unwrap_or("other");
                let wanted = asked::of_result(message);
                self.first_refused(wanted, stored)
                    .or_else(|| self.answers(method, self.target(own), message, stored))
            }
        };
        match verdict {
            None | Some(Verdict::Permit(_)) => Said::Passes,
            // There is nobody to ask whether what a server wants is to be allowed.
            Some(Verdict::Refuse(reason) | Verdict::Hold(reason, _)) => Said::Refused(reason),
        }
    }

    /// Servers of the modern era ask within their results, and send no requests (MCP 2026-07-28 basic,
    /// transports): no client there answers one, whatever policy permits.
    fn out_of_turn(&self) -> Reason {
        Reason {
            rules: Vec::new(),
            hidden: false,
            told: Some("servers send no requests in MCP 2026-07-28".into()),
            severity: None,
            policy_digest: self.policy.digest(),
            errors: Vec::new(),
        }
    }

    /// The first refusal among what a server asks for within another message.
    fn first_refused(&self, wanted: Vec<String>, stored: &Stored) -> Option<Verdict> {
        let verdicts = wanted.iter().map(|method| self.server_asks(method, stored));
        let mut refused = verdicts.filter(|verdict| !matches!(verdict, Verdict::Permit(_)));
        refused.next()
    }

    fn server_asks(&self, method: &str, stored: &Stored) -> Verdict {
        let facts = MessageFacts {
            kinds: stored.kinds(),
            credentials: stored.has_credentials(),
            ..self.facts(method)
        };
        let action = server_action(method);
        let request = self.request(action, Target::Server, Facts::Message(&facts));
        self.policy.decide(&request)
    }

    fn answers(
        &self,
        method: &str,
        target: Target<'_>,
        message: &Message,
        stored: &Stored,
    ) -> Option<Verdict> {
        if !self.policy.judges_answers() {
            return None;
        }
        let facts = AnswerFacts {
            method: method.into(),
            bytes: u64::try_from(message.bytes().len()).unwrap_or(u64::MAX),
            kinds: stored.kinds(),
            credentials: stored.has_credentials(),
        };
        let request = self.request(ANSWER, target, Facts::Answer(&facts));
        Some(self.policy.decide_answer(&request))
    }

    /// What the call names, of an answer to it.
    fn target(&self, own: Option<Method>) -> Target<'_> {
        let name = self.forwarded.target.as_deref();
        match (own, name) {
            (Some(Method::ToolsCall), Some(name)) => Target::Tool(name),
            (Some(Method::PromptsGet), Some(name)) => Target::Prompt(name),
            (Some(Method::ResourcesRead), Some(uri)) => Target::Resource(uri),
            _ => Target::Server,
        }
    }

    /// What of an answer the client is not shown; `shown` is the answer as masking left it.
    fn edit(
        &self,
        message: &Message,
        shown: &Message,
        stored: &Stored,
        edits: &mut Edits,
        collected: &mut Collected,
    ) -> Result<(), IllShaped> {
        let asked = asked_by(self.forwarded, message);
        let mut told = |kind: &str, name: &str, reason: &Reason| {
            let what = self.left_out(kind, name, reason, stored);
            collected.left_out.push(what);
        };
        let lists = definitions::lists(message, asked)?;
        let lists_shown = definitions::lists(shown, asked)?;
        for (list, shown_list) in lists.iter().zip(&lists_shown) {
            if !self.policy.filters(list.of.used_by()) {
                continue;
            }
            let hidden = self.hidden(list);
            for (at, reason) in &hidden {
                if let Some((name, _)) = list.items.get(*at) {
                    told(list.of.used_by(), name, reason);
                }
            }
            let is_hidden = |at: usize| hidden.iter().any(|(hidden, _)| *hidden == at);
            edits.keep_elements(shown_list.array, |at| !is_hidden(at));
            if let Some(result) = shown.result() {
                edits.keep_private(result, LIST_TTL_MS_MAX);
            }
        }
        let refused = definitions::introductions(message, asked)
            .iter()
            .any(|(kind, _)| *kind == pins::Kind::Instructions)
            .then(|| self.introduction_refused())
            .flatten();
        if let (Some(reason), Some(result)) = (refused, shown.result()) {
            told("instructions", "", &reason);
            edits.remove_member(result, "instructions");
        }
        Ok(())
    }

    /// For the record: what the client is not shown, and by which rules.
    fn left_out(&self, kind: &str, name: &str, reason: &Reason, stored: &Stored) -> Value {
        let name = stored.text(name.to_owned(), &self.forwarded.crossing());
        json!({"kind": kind, "name": name, "rules": reason.rules, "errors": reason.errors})
    }

    /// The elements of a list that the caller may not use, whatever the arguments.
    fn hidden(&self, list: &List<'_>) -> Vec<(usize, Reason)> {
        let method = list.of.used_by();
        let named = list.of != definitions::ListOf::Templates;
        let upstream = &self.forwarded.exchange.upstream;
        let mut hidden = Vec::new();
        for (at, (name, _)) in list.items.iter().enumerate() {
            let mut facts = self.facts(method);
            if let Some(kind) = list.of.pinned() {
                definitions::tell(&mut facts, &self.around.pins, upstream, kind, name);
            }
            let request = self.request(method, list.of.target(name), Facts::Message(&facts));
            if let Verdict::Refuse(reason) = self.policy.decide_listed(&request, named) {
                hidden.push((at, reason));
            }
        }
        hidden
    }

    /// Whether policy refuses to begin with a server that says of itself what this one does.
    fn introduction_refused(&self) -> Option<Reason> {
        let method = match self.forwarded.request().and_then(Message::method) {
            Some(Method::ServerDiscover) => "server/discover",
            _ => "initialize",
        };
        let mut facts = self.facts(method);
        let upstream = &self.forwarded.exchange.upstream;
        let kind = pins::Kind::Instructions;
        definitions::tell(&mut facts, &self.around.pins, upstream, kind, "");
        let request = self.request(method, Target::Server, Facts::Message(&facts));
        match self.policy.decide_listed(&request, true) {
            Verdict::Refuse(reason) => Some(reason),
            Verdict::Permit(_) | Verdict::Hold(..) => None,
        }
    }

    /// The answer to a server whose request does not pass, so that it does not wait. There is none over
    /// modern HTTP, where a client must not send responses (MCP 2026-07-28 streamable-http, Sending
    /// Messages).
    fn decline(&self, message: &Message, reason: &Reason) -> Option<Subject> {
        let id = message.id().filter(|_| message.kind() == Kind::Request)?;
        let modern = self.forwarded.exchange.era == Era::Modern;
        if modern && self.transport != Transport::Stdio {
            return None;
        }
        let (code, text) = if modern || reason.hidden {
            (code::METHOD_NOT_FOUND, "Method not found")
        } else {
            (code::BLOCKED, "this request is not permitted here")
        };
        let error = mcp::reply::error(Some(&id), code, text, None);
        let error = Message::parse(error, &Stored::limits()).ok()?;
        let method = message.method_name().map(|name| name.as_ref().into());
        Some(Subject::Message(error, method))
    }

    fn facts(&self, method: &str) -> MessageFacts {
        let agent = self.forwarded.exchange.agent.as_ref();
        MessageFacts {
            method: method.into(),
            agent: agent.map_or_else(|| "".into(), |agent| agent.name.clone()),
            calls: self.around.calls,
            at: self.at,
            address: self.around.address,
            ..MessageFacts::default()
        }
    }

    fn request<'a>(&'a self, action: &'a str, target: Target<'a>, facts: Facts<'a>) -> Request<'a> {
        let exchange = &self.forwarded.exchange;
        Request {
            caller: &exchange.caller,
            groups: &self.around.groups,
            server: &exchange.upstream,
            action,
            target,
            facts,
        }
    }
}

/// The message as masking left it.
fn shown(payload: &[u8], message: &Message, stored: &Stored) -> Result<Option<Message>, Ending> {
    if message.kind() != Kind::Response || payload.is_empty() {
        return Ok(None);
    }
    match stored.relayed() {
        None => Ok(Some(message.clone())),
        Some(relayed) => Message::parse(relayed.clone(), &Stored::limits())
            .map(Some)
            .map_err(|_| Ending::Unmaskable),
    }
}

fn malformed(answer: &Answer, detail: String) -> Ending {
    Ending::UpstreamMalformed {
        detail,
        bytes: Bytes::copy_from_slice(answer.payload()),
    }
}
