//! One channel of JSON-RPC messages in both directions, and the exchanges that take place on it.
//!
//! What the two transports without exchanges of their own have in common: a process's standard
//! input and output, and the stream of HTTP+SSE. The transport reads and writes; who waits for
//! which message is decided here.
//!
//! A reader that is slow holds up the whole channel, because its messages must not be lost: the
//! server is not read any further until there is room. Each time that lasts for at most
//! [`STALLED_MS_MAX`] ([`STALLED_SHARED_MS_MAX`] where other callers wait behind it); then that
//! reader's exchange ends with an error, and the rest of its messages goes aside.

mod incoming;
mod queue;
#[cfg(test)]
pub(super) mod script;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use gate::{Answer, Ending, Forwarded, Head, Released, Subject};
use mcp::{Message, Method, reply};
use model::ExchangeId;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Aside, Incoming, Sent};
use crate::config::Limits;
use incoming::UnderWay;
use queue::{NotTaken, queue};
use table::{Route, Table};

/// How long a full queue holds up the channel of one session.
const STALLED_MS_MAX: u64 = 30_000;

/// How long a full queue holds up a channel that many callers share.
const STALLED_SHARED_MS_MAX: u64 = 2_000;

/// Messages that the transport has not begun to write.
const OUTGOING_MAX: usize = 16;

/// The gateway's end of a channel. Dropping it closes the channel.
pub(super) struct Duplex {
    // The first to be dropped: the transport sees the wish to close before it sees anything end.
    _closes: DropGuard,
    closing: CancellationToken,
    shared: Arc<Shared>,
    outgoing: mpsc::Sender<Outgoing>,
}

/// The transport's end of a channel.
pub(super) struct Wire {
    /// What to write, in order.
    pub(super) outgoing: mpsc::Receiver<Outgoing>,
    /// Where to put what was read.
    pub(super) inlet: Inlet,
    /// The gateway wants the channel closed.
    pub(super) closing: CancellationToken,
}

/// A message to write.
pub(super) struct Outgoing {
    /// Its bytes, not framed.
    pub(super) bytes: Bytes,
    /// To be told when it was written, or why it was not. Where this is dropped the channel has to
    /// be ended.
    pub(super) written: oneshot::Sender<Result<(), Ending>>,
}

/// Takes what a server sends.
#[derive(Clone)]
pub(super) struct Inlet {
    shared: Arc<Shared>,
    aside: Aside,
}

struct Shared {
    table: Mutex<Table>,
    /// Cancelled once the table has ended.
    over: CancellationToken,
    answer_ms_max: u64,
    answer_bytes_max: usize,
    stalled: Duration,
}

impl Duplex {
    /// A channel for one session, or, if it is `shared`, for many callers.
    pub(super) fn new(shared: bool, limits: &Limits, aside: Aside) -> (Self, Wire) {
        let stalled_ms_max = if shared {
            STALLED_SHARED_MS_MAX
        } else {
            STALLED_MS_MAX
        };
        Self::with_patience(shared, limits, aside, stalled_ms_max)
    }

    fn with_patience(
        shared: bool,
        limits: &Limits,
        aside: Aside,
        stalled_ms_max: u64,
    ) -> (Self, Wire) {
        let owed_for = Duration::from_millis(limits.session_idle_ms_max);
        let shared = Arc::new(Shared {
            table: Mutex::new(Table::new(shared, parsing(limits), owed_for)),
            over: CancellationToken::new(),
            answer_ms_max: limits.answer_ms_max,
            answer_bytes_max: limits.answer_bytes_max,
            stalled: Duration::from_millis(stalled_ms_max),
        });
        let (sender, outgoing) = mpsc::channel(OUTGOING_MAX);
        let closing = CancellationToken::new();
        let wire = Wire {
            outgoing,
            inlet: Inlet {
                shared: shared.clone(),
                aside,
            },
            closing: closing.clone(),
        };
        let duplex = Self {
            _closes: closing.clone().drop_guard(),
            closing,
            shared,
            outgoing: sender,
        };
        (duplex, wire)
    }

    /// See [`super::Link::forward`].
    pub(super) async fn forward(&self, released: Released) -> Sent {
        let exchange = released.exchange().arrival.id;
        let (subject, forwarded) = released.forward();
        Sent {
            forwarded,
            incoming: self.send(&subject, exchange).await,
        }
    }

    /// See [`super::Link::cancellation`]. It names the request as its caller does; on a shared
    /// channel, forwarding it puts the channel's number there.
    pub(super) fn cancellation(&self, forwarded: &Forwarded) -> Option<Message> {
        let request = forwarded.request()?;
        if request.method() == Some(Method::Initialize) {
            // MCP basic/utilities, cancellation: it cannot be cancelled.
            return None;
        }
        self.cancel(forwarded.exchange().arrival.id, request)
    }

    fn cancel(&self, exchange: ExchangeId, request: &Message) -> Option<Message> {
        let id = request.id()?;
        if !self.shared.table().is_under_way(exchange, &id) {
            return None;
        }
        Message::parse(reply::cancelled(&id, None), &mcp::json::Limits::default()).ok()
    }

    /// See [`super::Link::is_over`].
    pub(super) fn is_over(&self) -> bool {
        self.shared.over.is_cancelled() || self.closing.is_cancelled()
    }

    /// Asks the transport to close, and waits until it has.
    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.shared.over.cancelled().await;
    }

    /// The scripts of the transports send what no ledger has seen.
    #[cfg(test)]
    pub(super) async fn send_unrecorded(&self, exchange: ExchangeId, text: &str) -> Incoming {
        let subject = Subject::Message(script::message(text), None);
        self.send(&subject, exchange).await
    }

    async fn send(&self, subject: &Subject, exchange: ExchangeId) -> Incoming {
        let sent = match subject {
            Subject::Message(message, _) => {
                self.deliver(std::slice::from_ref(message), exchange).await
            }
            Subject::Batch(batch) => self.deliver(batch.messages(), exchange).await,
            Subject::Stream { .. } => self.open_stream(),
            Subject::EndSession => {
                self.close().await;
                Ok(stream::iter([Ok(incoming::whole(200))]).boxed())
            }
        };
        sent.unwrap_or_else(|ending| stream::iter([Err(ending)]).boxed())
    }

    async fn deliver(
        &self,
        messages: &[Message],
        exchange: ExchangeId,
    ) -> Result<Incoming, Ending> {
        let (waiter, answers) = queue();
        let admitted = self.shared.table().admit(messages, exchange, &waiter)?;
        // From here on the table holds the writing ends: when the last of the requests is
        // answered, the answers end.
        drop(waiter);
        let asks = !admitted.requests.is_empty();
        let under_way = UnderWay::new(self.shared.clone(), admitted.requests);
        let mut written = Vec::with_capacity(admitted.lines.len());
        for bytes in admitted.lines {
            written.push(self.write(bytes).await?);
        }
        Ok(if asks {
            incoming::answers(under_way, answers, written)
        } else {
            incoming::acceptance(self.shared.clone(), written)
        })
    }

    /// Hands a message to the transport.
    async fn write(&self, bytes: Bytes) -> Result<incoming::Written, Ending> {
        let (written, outcome) = oneshot::channel();
        let ms_max = self.shared.answer_ms_max;
        let sent = self.outgoing.send(Outgoing { bytes, written });
        match tokio::time::timeout(Duration::from_millis(ms_max), sent).await {
            Ok(Ok(())) => Ok(outcome),
            Ok(Err(_)) => Err(self.shared.over().await),
            Err(_) => Err(Ending::UpstreamTimedOut { waited_ms: ms_max }),
        }
    }

    fn open_stream(&self) -> Result<Incoming, Ending> {
        let mut table = self.shared.table();
        if table.is_shared() {
            return Ok(stream::iter([Ok(incoming::whole(405))]).boxed());
        }
        let (sender, messages) = queue();
        sender.put(Answer::Head(Head {
            status: 200,
            headers: vec![("content-type".into(), "text/event-stream".into())],
        }));
        table.open_stream(sender)?;
        Ok(incoming::unrelated(messages))
    }
}

impl Inlet {
    /// Brings a message of the server to whoever waits for it.
    pub(super) async fn deliver(&self, message: Message) {
        let mut route = self.shared.table().route(message);
        loop {
            let (tx, message, waiter) = match route {
                Route::Waiter(number, tx, message) => (tx, message, Some(number)),
                Route::Stream(tx, message) => (tx, message, None),
                Route::Kept => return,
                Route::Aside(message) => return self.aside(Answer::Message(message)).await,
            };
            let answer = Answer::Message(message.clone());
            let size = message.bytes().len();
            let Err(why) = tx.send(answer, size, self.shared.stalled).await else {
                return;
            };
            let mut table = self.shared.table();
            match waiter {
                Some(number) => table.abandon(number),
                None => table.drop_stream(),
            }
            if why == NotTaken::Stalled {
                tx.end(stalled());
            }
            route = match waiter {
                Some(_) => Route::Aside(message),
                None => table.route_unrelated(message),
            };
        }
    }

    /// Puts on record what is for nobody. Waits where recording is slow: the server is not read
    /// faster than it can be recorded.
    pub(super) async fn aside(&self, answer: Answer) {
        if self.aside.send(answer).await.is_err() {
            tracing::warn!("what a server said aside came after its recording was closed");
        }
    }

    /// A message was larger than the limit, and which one it was went with it. Where just one
    /// request waits it is the one; with more, each waits on for its own answer.
    pub(super) fn too_large(&self) {
        let bytes_max = self.shared.answer_bytes_max as u64;
        let ending = Ending::UpstreamTooLarge { bytes_max };
        if !self.shared.table().end_only(ending) {
            tracing::warn!("a message of a server was larger than the limit and was passed over");
        }
    }

    /// The channel is over, once. Nobody waits for anything on it any more.
    pub(super) async fn end(&self, ending: Ending) {
        let kept = self.shared.table().end(&ending);
        self.shared.over.cancel();
        for message in kept {
            self.aside(Answer::Message(message)).await;
        }
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic while it was held leaves a table that is consistent enough to end.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the channel ended, once it has.
    async fn over(&self) -> Ending {
        self.over.cancelled().await;
        let ended = self.table().ended().cloned();
        ended.unwrap_or(Ending::GatewayStopped)
    }
}

pub(super) fn parsing(limits: &Limits) -> mcp::json::Limits {
    mcp::json::Limits {
        bytes_max: limits.answer_bytes_max,
        depth_max: limits.depth_max,
    }
}

fn stalled() -> Ending {
    Ending::UpstreamBroke {
        detail: "its messages came faster than they were taken".to_owned(),
        cut: Bytes::new(),
    }
}
