//! Where a message of the server goes.

use std::time::Instant;

use mcp::json::Limits;
use mcp::{Kind, Message, Method, Slot};

use super::{BACKLOG_BYTES_MAX, BACKLOG_MAX, Entry, OWED_MAX, Owed, Table, Token};
use crate::upstream::duplex::queue::Tx;

/// Where a message of the server goes.
#[derive(Debug)]
pub(in crate::upstream::duplex) enum Route {
    /// To whoever waits for request `.0`.
    Waiter(u64, Tx, Message),
    /// To the stream that the client keeps open.
    Stream(Tx, Message),
    /// Nowhere yet: it was kept for the next stream.
    Kept,
    /// Nobody waits for it.
    Aside(Message),
}

impl Table {
    /// Decides where a message of the server goes. An answer leaves the table with it.
    pub(in crate::upstream::duplex) fn route(&mut self, message: Message) -> Route {
        let number = match message.kind() {
            Kind::Response | Kind::ErrorResponse => match message.id() {
                Some(id) => {
                    let number = self.by_id.get(&id.key()).copied();
                    return self.route_answer(number, message);
                }
                // An error for a request whose id the server could not read.
                None => None,
            },
            Kind::Request => None,
            Kind::Notification => {
                if let Some(cancelled) = message.cancelled_request() {
                    self.owed.remove(&cancelled.key());
                }
                self.subject_of(&message)
            }
        };
        match number {
            Some(number) => self.route_to(number, message),
            None => self.route_unrelated(message),
        }
    }

    fn route_answer(&mut self, number: Option<u64>, message: Message) -> Route {
        let Some(number) = number else {
            return Route::Aside(message);
        };
        let message = self.put_back(number, message);
        match self.remove(number).and_then(|entry| entry.waiter) {
            Some(waiter) => Route::Waiter(number, waiter, message),
            None => Route::Aside(message),
        }
    }

    /// The request that a notification reports on.
    fn subject_of(&self, message: &Message) -> Option<u64> {
        if message.method() == Some(Method::NotificationsProgress) {
            let token = Token::of(message.progress_token()?);
            return self.by_token.get(&token).copied();
        }
        self.by_id.get(&message.subscription_id()?.key()).copied()
    }

    fn route_to(&mut self, number: u64, message: Message) -> Route {
        let message = self.put_back(number, message);
        let Some(entry) = self.entries.get_mut(&number) else {
            return Route::Aside(message);
        };
        entry.heard = true;
        match &entry.waiter {
            Some(waiter) => Route::Waiter(number, waiter.clone(), message),
            None => Route::Aside(message),
        }
    }

    /// A message that belongs to no request. One session: to its stream, else to its latest
    /// request, else kept. Many callers: to the only one there is, if it asked for log messages
    /// (MCP 2026-07-28 logging: nothing says which request they are for); with more it could reach
    /// the wrong caller, and nobody gets it.
    pub(in crate::upstream::duplex) fn route_unrelated(&mut self, message: Message) -> Route {
        let question = message.clone();
        let route = self.place(message);
        match route {
            Route::Waiter(..) | Route::Stream(..) => self.owe(&question),
            Route::Kept | Route::Aside(_) => self.forgive(&question),
        }
        route
    }

    fn place(&mut self, message: Message) -> Route {
        if self.shared {
            let only = self.only_request();
            let only = only.filter(|_| message.kind() == Kind::Notification);
            let only = only.filter(|(_, entry)| entry.wants_logs);
            return match only.map(|(number, _)| number) {
                Some(number) => self.route_to(number, message),
                None => Route::Aside(message),
            };
        }
        if let Some(stream) = self.stream.clone().filter(|stream| !stream.is_left()) {
            return Route::Stream(stream, message);
        }
        self.stream = None;
        let latest = self.live().next_back().map(|(number, _)| number);
        match latest {
            Some(number) => self.route_to(number, message),
            None => self.keep(message),
        }
    }

    /// The requests that somebody waits for, in the order in which they were sent.
    pub(super) fn live(&self) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let waited_for = |entry: &Entry| entry.waiter.as_ref().is_some_and(|tx| !tx.is_left());
        self.entries
            .iter()
            .filter(move |(_, entry)| waited_for(entry))
            .map(|(number, entry)| (*number, entry))
    }

    fn keep(&mut self, message: Message) -> Route {
        let bytes = self.backlog_bytes + message.bytes().len();
        if self.backlog.len() >= BACKLOG_MAX || bytes > BACKLOG_BYTES_MAX {
            return Route::Aside(message);
        }
        self.backlog_bytes = bytes;
        self.backlog.push_back(message);
        Route::Kept
    }

    /// The message with the caller's own ids where the channel's numbers are.
    fn put_back(&self, number: u64, message: Message) -> Message {
        let Some(entry) = self.entries.get(&number).filter(|_| self.shared) else {
            return message;
        };
        let id = entry.id.lexeme();
        let mut edits = vec![(Slot::SubscriptionId, id)];
        if matches!(message.kind(), Kind::Response | Kind::ErrorResponse) {
            edits.push((Slot::Id, id));
        }
        if let (Method::NotificationsProgress, Some(token)) =
            (message.method().unwrap_or(Method::Unknown), &entry.token)
        {
            edits.push((Slot::ProgressToken, token));
        }
        let bytes = message.rewritten(&edits);
        let parsing = Limits {
            // What the caller wrote may be longer than the number.
            bytes_max: self.parsing.bytes_max.max(bytes.len()),
            ..self.parsing
        };
        // One id in the place of another: it cannot become anything but a message.
        Message::parse(bytes, &parsing).unwrap_or(message)
    }

    /// The client has a question of the server in hand. One that it answers by itself, or that did
    /// not reach it, is no reason to wait for anything longer than usual.
    fn owe(&mut self, question: &Message) {
        let is_for_people = question.kind() == Kind::Request
            && !matches!(question.method(), Some(Method::Ping | Method::RootsList));
        if let Some(id) = question.id().filter(|_| is_for_people)
            && self.owed.len() < OWED_MAX
        {
            let owed = Owed {
                since: Instant::now(),
                latest: self.next - 1,
            };
            self.owed.insert(id.key(), owed);
        }
    }

    fn forgive(&mut self, question: &Message) {
        if let Some(id) = question.id().filter(|_| question.kind() == Kind::Request) {
            self.owed.remove(&id.key());
        }
    }
}
