//! Who waits for what: the requests under way on one channel, and where each message of the server
//! goes.
//!
//! A channel of one session keeps every id as the client wrote it. On a channel that many callers
//! share, each request has a number of the channel's own instead, which also stands for its
//! progress token and its subscription; what the caller wrote is put back on the way out.

mod patience;
mod route;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gate::{Answer, Ending};
use mcp::json::{Json, Limits};
use mcp::{IdKey, Kind, Message, Method, RequestId, Slot};
use model::ExchangeId;

pub(super) use patience::Patience;
pub(super) use route::Route;

use super::queue::Tx;

/// Requests that nobody waits for any more, remembered so that a late answer is known for what it
/// is.
const ABANDONED_MAX: usize = 1_024;

/// Messages kept for a client that has neither a stream nor a request open, and their bytes.
const BACKLOG_MAX: usize = 256;
const BACKLOG_BYTES_MAX: usize = 1 << 20;

/// Requests of the server that people have not answered, remembered at the same time.
const OWED_MAX: usize = 1_024;

/// The state of one channel.
#[derive(Debug)]
pub(super) struct Table {
    shared: bool,
    parsing: Limits,
    /// A server's request counts as unanswered for this long at most.
    owed_for: Duration,
    next: u64,
    /// In the order in which they were sent.
    entries: BTreeMap<u64, Entry>,
    by_id: HashMap<IdKey, u64>,
    by_token: HashMap<Token, u64>,
    by_client: HashMap<(ExchangeId, IdKey), u64>,
    abandoned: VecDeque<u64>,
    stream: Option<Tx>,
    backlog: VecDeque<Message>,
    backlog_bytes: usize,
    owed: HashMap<IdKey, Owed>,
    client_answered_at: Option<Instant>,
    ended: Option<Ending>,
}

/// A request under way.
#[derive(Debug)]
struct Entry {
    /// The id as the caller wrote it.
    id: RequestId,
    exchange: ExchangeId,
    /// The caller's progress token as it wrote it.
    token: Option<Box<str>>,
    /// Its keys in the maps.
    id_key: IdKey,
    token_key: Option<Token>,
    listens: bool,
    wants_logs: bool,
    heard: bool,
    cancelled_at: Option<Instant>,
    /// `None`: nobody waits any more.
    waiter: Option<Tx>,
}

/// A question that a client has in hand.
#[derive(Debug, Clone, Copy)]
struct Owed {
    since: Instant,
    /// The latest request when it was asked: it is about none that came after it.
    latest: u64,
}

/// A progress token as a value. Numbers that JSON writes in several ways differ unless they are
/// integers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Text(Box<str>),
    Number(Box<str>),
}

impl Token {
    fn of(token: Json<'_>) -> Self {
        match (token.text(), token.as_i64()) {
            (Some(text), _) => Self::Text(text.into()),
            (None, Some(number)) => Self::Number(number.to_string().into()),
            (None, None) => Self::Number(token.lexeme().into()),
        }
    }
}

/// What was taken into the table for an exchange.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    /// What to write, in order.
    pub(super) lines: Vec<Bytes>,
    /// The requests among them.
    pub(super) requests: Vec<u64>,
}

impl Table {
    pub(super) fn new(shared: bool, parsing: Limits, owed_for: Duration) -> Self {
        Self {
            shared,
            parsing,
            owed_for,
            next: 1,
            entries: BTreeMap::new(),
            by_id: HashMap::new(),
            by_token: HashMap::new(),
            by_client: HashMap::new(),
            abandoned: VecDeque::new(),
            stream: None,
            backlog: VecDeque::new(),
            backlog_bytes: 0,
            owed: HashMap::new(),
            client_answered_at: None,
            ended: None,
        }
    }

    pub(super) const fn is_shared(&self) -> bool {
        self.shared
    }

    pub(super) const fn ended(&self) -> Option<&Ending> {
        self.ended.as_ref()
    }

    /// Takes in what an exchange sends. All or nothing.
    pub(super) fn admit(
        &mut self,
        messages: &[Message],
        exchange: ExchangeId,
        waiter: &Tx,
    ) -> Result<Admitted, Ending> {
        if let Some(ending) = &self.ended {
            return Err(ending.clone());
        }
        if !self.shared && self.clashes(messages) {
            // Its answer could not be told from the other's, so it is not sent.
            let detail = "not sent: a request with the same id is under way".to_owned();
            let cut = Bytes::new();
            return Err(Ending::UpstreamBroke { detail, cut });
        }
        let mut admitted = Admitted::default();
        for message in messages {
            match message.kind() {
                Kind::Request => {
                    let (number, line) = self.enter(message, exchange, waiter);
                    admitted.requests.push(number);
                    admitted.lines.push(line);
                }
                Kind::Notification => admitted.lines.extend(self.notify(message, exchange)),
                Kind::Response | Kind::ErrorResponse => {
                    if let Some(id) = message.id() {
                        self.owed.remove(&id.key());
                        self.client_answered_at = Some(Instant::now());
                    }
                    // No client is asked anything on a shared channel, so none can answer there: an error
                    // is the gateway's own, for a server that asks all the same.
                    let is_own = message.kind() == Kind::ErrorResponse;
                    let line = (is_own || !self.shared).then(|| message.bytes().clone());
                    admitted.lines.extend(line);
                }
            }
        }
        Ok(admitted)
    }

    fn clashes(&self, messages: &[Message]) -> bool {
        let ids: Vec<IdKey> = messages
            .iter()
            .filter(|message| message.kind() == Kind::Request)
            .filter_map(|message| Some(message.id()?.key()))
            .collect();
        ids.iter().enumerate().any(|(at, id)| {
            let waiting = self.by_id.get(id).and_then(|n| self.entries.get(n));
            waiting.is_some_and(|entry| entry.waiter.is_some())
                || ids.iter().take(at).any(|o| o == id)
        })
    }

    fn enter(&mut self, message: &Message, exchange: ExchangeId, waiter: &Tx) -> (u64, Bytes) {
        let number = self.next;
        self.next += 1;
        let own = RequestId::number(number);
        let id = message.id().unwrap_or_else(|| own.clone());
        let token = message.progress_token();
        let (id_key, token_key, line) = if self.shared {
            let edits = [
                (Slot::Id, own.lexeme()),
                (Slot::ProgressToken, own.lexeme()),
            ];
            let token_key = token.map(|_| Token::Number(own.lexeme().into()));
            (own.key(), token_key, message.rewritten(&edits))
        } else {
            (id.key(), token.map(Token::of), message.bytes().clone())
        };
        if let Some(before) = self.by_id.insert(id_key.clone(), number) {
            // An abandoned one: see `clashes`.
            self.remove(before);
        }
        if let Some(token) = &token_key {
            self.by_token.insert(token.clone(), number);
        }
        self.by_client.insert((exchange, id.key()), number);
        let entry = Entry {
            token: token.map(|token| token.lexeme().into()),
            listens: message.method() == Some(Method::SubscriptionsListen),
            wants_logs: message
                .meta()
                .and_then(|meta| meta.get("io.modelcontextprotocol/logLevel"))
                .is_some(),
            heard: false,
            cancelled_at: None,
            waiter: Some(waiter.clone()),
            id,
            exchange,
            id_key,
            token_key,
        };
        self.entries.insert(number, entry);
        (number, line)
    }

    /// What to write for a notification. On a shared channel a cancellation has to name the
    /// channel's number; one that is about none of the exchange's requests could cancel a
    /// stranger's, and is not written.
    fn notify(&mut self, message: &Message, exchange: ExchangeId) -> Option<Bytes> {
        let Some(cancelled) = message.cancelled_request() else {
            return Some(message.bytes().clone());
        };
        let number = if self.shared {
            self.by_client.get(&(exchange, cancelled.key()))
        } else {
            self.by_id.get(&cancelled.key())
        };
        let number = number.copied();
        if let Some(entry) = number.and_then(|number| self.entries.get_mut(&number)) {
            entry.cancelled_at = Some(Instant::now());
        }
        if !self.shared {
            return Some(message.bytes().clone());
        }
        let own = RequestId::number(number?);
        Some(message.rewritten(&[(Slot::CancelledRequest, own.lexeme())]))
    }

    /// Whether a request of this exchange is still unanswered.
    pub(super) fn is_under_way(&self, exchange: ExchangeId, id: &RequestId) -> bool {
        self.by_client.contains_key(&(exchange, id.key()))
    }

    /// Opens the client's stream: what was kept for it comes first. One that is open ends.
    pub(super) fn open_stream(&mut self, stream: Tx) -> Result<(), Ending> {
        if let Some(ending) = &self.ended {
            return Err(ending.clone());
        }
        for message in self.take_backlog() {
            stream.put(Answer::Message(message));
        }
        self.stream = Some(stream);
        Ok(())
    }

    /// A stream that does not take what comes is not the client's stream any more.
    pub(super) fn drop_stream(&mut self) {
        self.stream = None;
    }

    /// Nobody waits for request `number` any more. Its answer, should it come, is known as late.
    pub(super) fn abandon(&mut self, number: u64) {
        let Some(entry) = self.entries.get_mut(&number) else {
            return;
        };
        if entry.waiter.take().is_some() {
            self.abandoned.push_back(number);
        }
        while self.abandoned.len() > ABANDONED_MAX {
            if let Some(oldest) = self.abandoned.pop_front() {
                self.remove(oldest);
            }
        }
    }

    /// Ends the only request that somebody waits for, if there is exactly one. Says whether there
    /// was.
    pub(super) fn end_only(&mut self, ending: Ending) -> bool {
        let only = self.only_request();
        let only = only.and_then(|(number, entry)| Some((number, entry.waiter.clone()?)));
        let Some((number, waiter)) = only else {
            return false;
        };
        waiter.end(ending);
        self.abandon(number);
        true
    }

    fn only_request(&self) -> Option<(u64, &Entry)> {
        let mut live = self.live();
        live.next().filter(|_| live.next().is_none())
    }

    /// The channel is over: everybody who waits is told. What comes out was kept for a stream that
    /// never came.
    pub(super) fn end(&mut self, ending: &Ending) -> VecDeque<Message> {
        if self.ended.is_some() {
            return VecDeque::new();
        }
        self.ended = Some(ending.clone());
        for entry in std::mem::take(&mut self.entries).into_values() {
            if let Some(waiter) = entry.waiter {
                waiter.end(ending.clone());
            }
        }
        if let Some(stream) = self.stream.take() {
            stream.end(ending.clone());
        }
        self.by_id.clear();
        self.by_token.clear();
        self.by_client.clear();
        self.abandoned.clear();
        self.take_backlog()
    }

    fn take_backlog(&mut self) -> VecDeque<Message> {
        self.backlog_bytes = 0;
        std::mem::take(&mut self.backlog)
    }

    fn remove(&mut self, number: u64) -> Option<Entry> {
        let entry = self.entries.remove(&number)?;
        let same = |found: Option<&u64>| found == Some(&number);
        if same(self.by_id.get(&entry.id_key)) {
            self.by_id.remove(&entry.id_key);
        }
        if let Some(token) = &entry.token_key
            && same(self.by_token.get(token))
        {
            self.by_token.remove(token);
        }
        let client = (entry.exchange, entry.id.key());
        if same(self.by_client.get(&client)) {
            self.by_client.remove(&client);
        }
        if entry.waiter.is_none() {
            self.abandoned.retain(|other| *other != number);
        }
        Some(entry)
    }
}
