//! From the client's lines to HTTP requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mcp::reply::{self, code};
use mcp::stdio::LineTooLong;
use mcp::{Batch, IdKey, Kind, Message, Method, RequestId, is_batch, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Counts;
use super::answer::{Fault, Open};
use super::conversation::Conversation;
use super::endpoint::{Endpoint, Fields};

/// Requests under way at the same time.
const REQUESTS_MAX: usize = 1_024;

/// Time for a notification, or for the client's answer to a server's request, to be accepted. What
/// the client says next waits for it, so that the order stays.
const ACCEPTED_MS_MAX: u64 = 30_000;

/// What the client says, on its way to the gateway.
#[derive(Clone)]
pub(super) struct Bridge(Arc<Inner>);

pub(super) struct Inner {
    pub(super) endpoint: Endpoint,
    out: mpsc::Sender<Bytes>,
    counts: Arc<Counts>,
    /// Standard input has ended.
    ended: CancellationToken,
    /// The standing stream of the session that is open, if there is one.
    standing: Mutex<CancellationToken>,
    conversation: Mutex<Conversation>,
    under_way: Mutex<HashMap<IdKey, UnderWay>>,
    next: AtomicU64,
}

/// A request that has no answer yet.
struct UnderWay {
    number: u64,
    modern: bool,
    /// Cancelled once the client wants no answer any more.
    unwanted: CancellationToken,
}

impl std::ops::Deref for Bridge {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Bridge {
    pub(super) fn new(
        endpoint: Endpoint,
        out: mpsc::Sender<Bytes>,
        counts: Arc<Counts>,
        ended: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner {
            endpoint,
            out,
            counts,
            ended,
            standing: Mutex::new(CancellationToken::new()),
            conversation: Mutex::new(Conversation::default()),
            under_way: Mutex::new(HashMap::new()),
            next: AtomicU64::new(0),
        }))
    }

    /// Takes lines until there are no more, and finishes what they asked for.
    pub(super) async fn serve(&self, mut lines: mpsc::Receiver<Result<Bytes, LineTooLong>>) {
        let mut requests = JoinSet::new();
        while let Some(line) = lines.recv().await {
            self.counts.from_client.fetch_add(1, Ordering::Relaxed);
            match line {
                Ok(line) if is_batch(&line) => self.take_batch(line, &mut requests).await,
                Ok(line) => match Message::parse(line, &self.parsing()) {
                    Ok(message) => self.take(message, &mut requests).await,
                    Err(error) => {
                        let id = error.id.as_ref();
                        self.refuse(id, error.code(), error.public_message()).await;
                    }
                },
                Err(too_long) => {
                    let text = too_long.to_string();
                    self.refuse(None, code::INVALID_REQUEST, &text).await;
                }
            }
            while requests.try_join_next().is_some() {}
        }
        while requests.join_next().await.is_some() {}
    }

    /// Ends the standing stream and the session.
    pub(super) async fn farewell(&self) {
        self.standing().cancel();
        let (ends, fields) = {
            let conversation = self.conversation();
            (conversation.has_session(), conversation.session_fields())
        };
        if ends && let Err(ending) = self.endpoint.delete(fields).await {
            tracing::warn!(ending = ending.name(), "the session was not ended");
        }
    }

    async fn take(&self, message: Message, requests: &mut JoinSet<()>) {
        match message.kind() {
            Kind::Request => self.take_request(message, requests).await,
            _ if self.cancels_modern(&message) => {}
            _ => self.pass_on(&message).await,
        }
    }

    async fn take_request(&self, message: Message, requests: &mut JoinSet<()>) {
        let Some(id) = message.id() else { return };
        if requests.len() >= REQUESTS_MAX {
            let text = "too many requests are under way";
            return self.refuse(Some(&id), code::INTERNAL_ERROR, text).await;
        }
        let initializes = message.method() == Some(Method::Initialize);
        if initializes {
            // A new session: what the old one's server has to say is of no use any more.
            self.standing().cancel();
        }
        let bridge = self.clone();
        let fields = self.note_sent(&message);
        // Before the next line is read: it may be the cancellation.
        let (number, unwanted) = self.begin(&id, &message);
        let request = async move {
            bridge.run(message, unwanted, fields).await;
            bridge.finish(&id, number);
        };
        if initializes {
            // What comes next needs the session that this opens.
            request.await;
        } else {
            requests.spawn(request);
        }
    }

    async fn run(&self, message: Message, unwanted: CancellationToken, fields: Option<Fields>) {
        let listens = message.method() == Some(Method::SubscriptionsListen);
        let modern = message.meta_protocol_version().is_some();
        let open = Open::of([&message]);
        let given_up = async {
            match (modern, listens) {
                // Letting go of the answer closes its stream, which cancels the request (MCP
                // 2026-07-28 streamable-http, Cancellation). The client wants no answer then.
                (true, false) => unwanted.cancelled().await,
                // A subscription does not end by itself.
                (true, true) => tokio::select! {
                    () = unwanted.cancelled() => {}
                    () = self.ended.cancelled() => {}
                },
                // It may be answered all the same, but nobody waits for that at the end.
                (false, _) => {
                    unwanted.cancelled().await;
                    self.ended.cancelled().await;
                }
            }
        };
        tokio::select! {
            biased;
            () = given_up => {}
            () = self.exchange(message.into_bytes(), fields, open) => {}
        }
    }

    async fn take_batch(&self, line: Bytes, requests: &mut JoinSet<()>) {
        let batch = match Batch::parse(line, &self.parsing()) {
            Ok(batch) => batch,
            Err(error) => {
                let id = error.id.as_ref();
                return self.refuse(id, error.code(), error.public_message()).await;
            }
        };
        let open = Open::of(batch.messages());
        let fields = self.conversation().session_fields();
        let bytes = batch.bytes().clone();
        let bridge = self.clone();
        requests.spawn(async move { bridge.exchange(bytes, Some(fields), open).await });
    }

    /// Sends requests and brings their answers to the client, or errors in their place.
    async fn exchange(&self, bytes: Bytes, fields: Option<Fields>, mut open: Open) {
        let outcome = match fields {
            None => Err(Fault::Field),
            Some(fields) => match self.endpoint.post(fields, bytes).await {
                Ok(response) => {
                    self.conversation().note_session(response.headers());
                    self.relay(response, &mut open).await
                }
                Err(ending) => Err(Fault::Connection(ending)),
            },
        };
        let fault = match outcome {
            Ok(()) => Fault::Ended(None),
            // Modern streams are not resumed: what is lost is lost.
            Err(Fault::Ended(why)) if self.conversation().is_legacy() => {
                let resumed = self.resume(&mut open).await;
                resumed.err().unwrap_or(Fault::Ended(why))
            }
            Err(fault) => fault,
        };
        for (id, _) in std::mem::take(&mut open.requests) {
            self.counts.failures.fetch_add(1, Ordering::Relaxed);
            self.say(fault.reply(&id)).await;
        }
    }

    /// Sends what has no answer of its own, and waits until it was accepted.
    async fn pass_on(&self, message: &Message) {
        let Some(fields) = self.note_sent(message) else {
            tracing::warn!("a message has values that HTTP does not allow, and was not sent");
            return;
        };
        let patience = Duration::from_millis(ACCEPTED_MS_MAX);
        let sent = async {
            let response = self.endpoint.post(fields, message.bytes().clone()).await;
            let response = response.map_err(Fault::Connection)?;
            self.relay(response, &mut Open::default()).await
        };
        match timeout(patience, sent).await {
            Ok(Ok(())) => {}
            // Nobody waits for an answer that could say it.
            Ok(Err(fault)) => tracing::warn!(?fault, "a message of the client was not accepted"),
            Err(_) => tracing::warn!("a message of the client was not accepted in time"),
        }
        if message.method() == Some(Method::NotificationsInitialized)
            && self.conversation().is_legacy()
        {
            self.stand();
        }
    }

    /// Opens the standing stream of the session.
    fn stand(&self) {
        let stop = CancellationToken::new();
        let before = std::mem::replace(&mut *self.standing(), stop.clone());
        before.cancel();
        let bridge = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bridge.out.closed() => {}
                () = bridge.listen() => {}
            }
        });
    }

    /// Takes note of a request that the client cancels. Whether it is a modern one: then closing its
    /// stream says so, and the message is not sent.
    fn cancels_modern(&self, message: &Message) -> bool {
        let Some(id) = message.cancelled_request() else {
            return false;
        };
        let under_way = self.under_way();
        let Some(request) = under_way.get(&id.key()) else {
            return false;
        };
        request.unwanted.cancel();
        request.modern
    }

    fn begin(&self, id: &RequestId, message: &Message) -> (u64, CancellationToken) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let unwanted = CancellationToken::new();
        let request = UnderWay {
            number,
            modern: message.meta_protocol_version().is_some(),
            unwanted: unwanted.clone(),
        };
        self.under_way().insert(id.key(), request);
        (number, unwanted)
    }

    fn finish(&self, id: &RequestId, number: u64) {
        let mut under_way = self.under_way();
        if under_way
            .get(&id.key())
            .is_some_and(|request| request.number == number)
        {
            under_way.remove(&id.key());
        }
    }

    fn note_sent(&self, message: &Message) -> Option<Fields> {
        let mut conversation = self.conversation();
        conversation.note_sent(message);
        conversation.fields_for(message)
    }

    async fn refuse(&self, id: Option<&RequestId>, code: i64, text: &str) {
        self.counts.failures.fetch_add(1, Ordering::Relaxed);
        self.say(reply::error(id, code, text, None)).await;
    }

    /// Writes a message to the client.
    pub(super) async fn say(&self, message: Bytes) {
        // A client that left is noticed by `connect`.
        let _left = self.out.send(message).await;
    }

    pub(super) fn parsing(&self) -> json::Limits {
        let limits = &self.endpoint.limits;
        json::Limits {
            bytes_max: limits.answer_bytes_max.max(limits.body_bytes_max),
            depth_max: limits.depth_max,
        }
    }

    pub(super) fn conversation(&self) -> MutexGuard<'_, Conversation> {
        lock(&self.conversation)
    }

    fn standing(&self) -> MutexGuard<'_, CancellationToken> {
        lock(&self.standing)
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<IdKey, UnderWay>> {
        lock(&self.under_way)
    }
}

/// Nothing is half done while one of these is held, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
