//! What comes back from a server on its way to the client: each part on record before it is sent.

mod holding;
mod judging;
mod room;

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesOrdered, StreamExt as _};
use gate::{Answer, Ending, Forwarded, Settled, Transport, decline, reply};
use ledger::{Commit, CommitError, Committed};
use mask::Outside;
use mcp::{Era, IdKey, Kind, Message};
use model::Halt;

use crate::detector::Unseen;
use crate::flight::{Flight, withheld};
use crate::random;
use holding::{Holding, Searched};
use room::room;

/// Pause before a stream is resumed whose server asks for none, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// How often the end of a call whose outcome was withheld is offered to the ledger, and the pause.
const WITHHELD_TRIES_MAX: u32 = 50;
const WITHHELD_PAUSE: Duration = Duration::from_millis(100);

/// Whether the client waited for the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Stayed,
    Detached,
    Cancelled,
}

/// Brings what comes back to the client, in order, each part on record first. Settling runs ahead
/// of relaying, so that the events of a stream share syncs.
pub(crate) struct Relay<'a> {
    flight: &'a Flight,
    pub(crate) forwarded: Forwarded,
    transport: Transport,
    /// The client asked for the server's own stream: it ends when either side wants.
    opens_stream: bool,
    /// It stays open until somebody ends it: it does not hold up a gateway that stops.
    pub(crate) standing: bool,
    /// The request was answered.
    answered: bool,
    /// A stream of events was begun.
    began: bool,
    /// The ending is for the record only.
    untold: bool,
    /// The last of the server's event numbers: a client that lost the stream can resume it there.
    last_event: Option<Arc<str>>,
    /// How long the server wants a client to wait before it resumes.
    retry_ms: Option<u64>,
    /// The request whose answer has not come.
    awaits: Option<IdKey>,
    left: Left,
    /// An operator stopped it.
    pub(crate) halted: bool,
    holding: Holding,
    pending: FuturesOrdered<Commit<Settled>>,
}

/// How a stream goes on that ended before its answer came.
pub(crate) struct Resumption {
    awaits: IdKey,
    /// What the server's stream goes on after.
    pub(crate) last_event: Arc<str>,
    /// How long to wait before.
    pub(crate) pause: Duration,
}

/// What happens next to a relay.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack of the loop that makes it"
)]
enum Step {
    Durable(Result<Committed<Settled>, CommitError>),
    Came(Option<Result<Answer, Ending>>),
    Waited,
    ClientLeft,
    Halted(Arc<Halt>),
    Stop,
}

impl<'a> Relay<'a> {
    pub(crate) fn new(
        flight: &'a Flight,
        forwarded: Forwarded,
        transport: Transport,
        opens_stream: bool,
    ) -> Self {
        Self {
            flight,
            answered: forwarded.request().is_none(),
            awaits: forwarded.request().and_then(Message::id).map(|id| id.key()),
            forwarded,
            transport,
            opens_stream,
            standing: opens_stream,
            began: false,
            untold: false,
            last_event: None,
            retry_ms: None,
            left: Left::Stayed,
            halted: false,
            holding: Holding::default(),
            pending: FuturesOrdered::new(),
        }
    }

    /// Until the server has no more to say, or nobody listens.
    pub(crate) async fn run(&mut self, incoming: crate::upstream::Incoming) -> Left {
        let mut incoming = Some(incoming);
        let shared = self.flight.shared.clone();
        let mut watch = self.flight.halts(self.forwarded.exchange());
        let ahead_max = shared.config.limits.stream_ahead_max;
        let stop = if self.standing {
            &shared.draining
        } else if self
            .forwarded
            .method()
            .is_some_and(|method| &**method == "session/end")
        {
            &shared.silenced
        } else {
            &shared.stopped
        };
        while incoming.is_some() || !self.pending.is_empty() || !self.holding.is_empty() {
            let open = incoming.is_some();
            let more = open && self.pending.len() < ahead_max;
            let next = async {
                match incoming.as_mut() {
                    Some(incoming) => {
                        room(&shared).await;
                        incoming.next().await
                    }
                    None => std::future::pending().await,
                }
            };
            let hold = self.holding.until();
            let waited = async move {
                match hold {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let step = tokio::select! {
                biased;
                Some(durable) = self.pending.next(), if !self.pending.is_empty() => {
                    Step::Durable(durable)
                }
                () = self.flight.out.closed(), if self.left == Left::Stayed => Step::ClientLeft,
                halt = watch.halted(), if open => Step::Halted(halt),
                () = stop.cancelled(), if open => Step::Stop,
                () = waited => Step::Waited,
                came = next, if more => Step::Came(came),
            };
            let step = match step {
                // What broke because it was stopped may be heard of before the stop.
                Step::Came(Some(Err(_)) | None) => watch.now().map_or(step, Step::Halted),
                step => step,
            };
            match step {
                Step::Durable(durable) => {
                    if let Err(error) = self.relay(durable).await {
                        // What cannot be put on record is withheld, and the stream ends here.
                        drop(incoming);
                        self.withhold(&error).await;
                        return self.left;
                    }
                }
                Step::Came(Some(Ok(answer))) => match self.look(&answer).await {
                    Ok(outside) => self.settle(answer, &outside).await,
                    Err(_) => {
                        incoming = None;
                        self.end(Ending::Unmaskable).await;
                    }
                },
                Step::Waited => self.release().await,
                Step::Came(Some(Err(ending))) => {
                    incoming = None;
                    let outside = shared.looked_at(ending.evidence()).await;
                    self.end_with(ending, &outside).await;
                }
                Step::Came(None) => {
                    incoming = None;
                    self.ended().await;
                }
                Step::ClientLeft => {
                    if self.client_left().await {
                        incoming = None;
                    }
                }
                Step::Halted(halt) => {
                    incoming = None;
                    self.halted = true;
                    self.end(Ending::Halted(halt)).await;
                }
                Step::Stop => {
                    incoming = None;
                    self.end(if self.opens_stream {
                        Ending::StreamEnded
                    } else {
                        Ending::GatewayStopped
                    })
                    .await;
                }
            }
        }
        self.left
    }

    /// Where the server's stream has to be resumed on the client's behalf: a client of the HTTP+SSE
    /// transport has a stream of its own, does not see that the server's ended, and waits.
    pub(crate) fn resumption(&self) -> Option<Resumption> {
        let unseen = self.forwarded.exchange().arrival.transport == Transport::HttpSse
            && self.left == Left::Stayed;
        Some(Resumption {
            awaits: self.awaits.clone().filter(|_| unseen)?,
            last_event: self.last_event.clone()?,
            pause: Duration::from_millis(self.retry_ms.unwrap_or(RETRY_MS)),
        })
    }

    /// What comes is the rest of an earlier stream.
    pub(crate) fn resumes(&mut self, resumption: Resumption) {
        self.awaits = Some(resumption.awaits);
        self.last_event = Some(resumption.last_event);
    }

    /// Whether the answer came.
    pub(crate) const fn is_answered(&self) -> bool {
        self.awaits.is_none()
    }

    /// Says after all that no answer comes.
    pub(crate) async fn tell(&mut self, ending: Ending) {
        self.answered = false;
        self.finish(ending).await;
    }

    /// Puts the only thing that there is to say on record, and says it.
    pub(crate) async fn finish(&mut self, ending: Ending) {
        self.end(ending).await;
        while let Some(durable) = self.pending.next().await {
            if let Err(error) = self.relay(durable).await {
                self.withhold(&error).await;
            }
        }
    }

    /// What an outside detector finds in an answer, where there is one.
    async fn look(&self, answer: &Answer) -> Result<Outside, Unseen> {
        match &self.flight.shared.detector {
            Some(detector) => detector.look(answer.payload()).await,
            None => Ok(Outside::default()),
        }
    }

    async fn settle(&mut self, answer: Answer, outside: &Outside) {
        let unframed = self.failure_without_message(&answer);
        self.observe(&answer);
        // It may have been listed since the call was sent.
        self.flight.shared.outputs.expect(&mut self.forwarded);
        let masks = self.flight.shared.wiring.masks.load_full();
        if Holding::takes(&answer) {
            let crossing = self.forwarded.crossing();
            let ready = self.holding.push(answer, &masks, &crossing, outside);
            self.commit_searched(ready).await;
        } else {
            self.release().await;
            let settled =
                self.forwarded
                    .settle(answer, self.transport, &masks, outside, random::now());
            self.judge(settled).await;
        }
        if let Some(ending) = unframed {
            self.end(ending).await;
            self.untold = false;
        }
    }

    /// Lets go of what waits for a next message.
    async fn release(&mut self) {
        let ready = self.holding.flush();
        self.commit_searched(ready).await;
    }

    async fn commit_searched(&mut self, ready: Vec<Searched>) {
        let masks = self.flight.shared.wiring.masks.load_full();
        for (answer, relay) in ready {
            let settled = self.forwarded.settle_searched(
                answer,
                relay,
                self.transport,
                &masks,
                random::now(),
            );
            self.judge(settled).await;
        }
    }

    async fn end(&mut self, ending: Ending) {
        self.end_with(ending, &Outside::default()).await;
    }

    /// The same, with what an outside detector found in the bytes that prove it.
    async fn end_with(&mut self, ending: Ending, outside: &Outside) {
        self.release().await;
        let ending = self.as_the_client_wanted(ending);
        metrics::counter!("probity_endings_total", "how" => ending.name()).increment(1);
        if !matches!(
            ending,
            Ending::StreamEnded | Ending::ClientLeft { .. } | Ending::Cancelled
        ) {
            tracing::warn!(
                call = %self.forwarded.call(),
                upstream = %self.forwarded.exchange().upstream,
                ending = ending.name(),
                "a call ended without its answer"
            );
        }
        // A request has one answer; and a stream that answers no request just ends.
        self.untold = match self.forwarded.request() {
            Some(_) => self.answered || (self.began && ending == Ending::Cancelled),
            None => self.began || self.forwarded.exchange().arrival.transport == Transport::HttpSse,
        };
        self.answered = true;
        let settled = self.ending(ending, outside);
        self.commit(settled);
    }

    /// A server does not answer what its client cancelled: that is no failure of the server.
    fn as_the_client_wanted(&self, ending: Ending) -> Ending {
        let unanswered = matches!(
            ending,
            Ending::UpstreamBroke { .. } | Ending::UpstreamTimedOut { .. } | Ending::StreamEnded
        );
        let cancelled = unanswered
            && self
                .awaits
                .as_ref()
                .zip(self.flight.owner.session())
                .is_some_and(|(request, session)| session.was_cancelled(request));
        if cancelled { Ending::Cancelled } else { ending }
    }

    fn ending(&self, ending: Ending, outside: &Outside) -> Settled {
        let masks = self.flight.shared.wiring.masks.load();
        self.forwarded
            .end(ending, self.transport, &masks, outside, random::now())
    }

    fn commit(&mut self, settled: Settled) {
        self.flight.shared.outputs.learn(&self.forwarded, &settled);
        let commit = self.flight.owner.recording().commit(settled);
        self.pending.push_back(commit);
    }

    /// What the rest of the session has to know of an answer, before it is relayed.
    fn observe(&mut self, answer: &Answer) {
        if let Answer::Event(frame, _) = answer {
            if let Some(id) = &frame.id {
                self.last_event = Some(id.as_str().into());
            }
            self.retry_ms = frame.retry_ms.or(self.retry_ms);
        }
        if let Answer::Whole(..) = answer {
            self.answered = true;
            // The server gave something else than a stream.
            self.opens_stream = false;
        } else {
            self.began = true;
        }
        let Some(message) = answer.message() else {
            // The response may be one of a batch (MCP 2025-03-26).
            if let Answer::Event(frame, None) = answer
                && frame.event.as_deref().is_none_or(|kind| kind == "message")
            {
                self.answered |= frame.data.as_deref().is_some_and(mcp::is_batch);
            }
            return;
        };
        match message.kind() {
            Kind::Request => {
                if let (Some(session), Some(id)) = (self.flight.owner.session(), message.id()) {
                    let method = message.method_name().unwrap_or_default();
                    session.asked(id.key(), Arc::from(&*method));
                }
            }
            Kind::Response | Kind::ErrorResponse => {
                let same = match (&self.awaits, message.id()) {
                    (Some(awaits), Some(id)) => *awaits == id.key(),
                    // An error for a request whose id the server could not read.
                    (Some(_), None) => true,
                    (None, _) => false,
                };
                if same {
                    self.awaits = None;
                    self.answered = true;
                }
                if let Some(session) = self.flight.owner.session()
                    && let Some(version) = message.negotiated_version()
                {
                    let _known = session.protocol_version.set(Arc::from(&*version));
                }
            }
            Kind::Notification => {}
        }
    }

    /// The server has no more to say.
    async fn ended(&mut self) {
        let legacy = self.forwarded.exchange().era == Era::Legacy;
        if self.opens_stream || (!self.answered && legacy && self.last_event.is_some()) {
            self.end(Ending::StreamEnded).await;
        } else if !self.answered {
            let detail = "the server's answer ended without the response".to_owned();
            let cut = bytes::Bytes::new();
            self.end(Ending::UpstreamBroke { detail, cut }).await;
        }
    }

    /// Whether that ends the interest in what comes back. Modern: leaving is the cancellation.
    /// Legacy: it is not; what still comes is put on record, unless the server keeps it for a
    /// client that resumes.
    async fn client_left(&mut self) -> bool {
        let modern = self.forwarded.exchange().era == Era::Modern;
        let cancelled = modern && !self.answered;
        self.left = if cancelled {
            Left::Cancelled
        } else {
            Left::Detached
        };
        if self.answered && !self.opens_stream {
            return false;
        }
        self.end(Ending::ClientLeft { cancelled }).await;
        self.answered = false;
        modern || self.opens_stream || self.last_event.is_some()
    }

    /// Sends on what is durable now.
    async fn relay(
        &mut self,
        durable: Result<Committed<Settled>, CommitError>,
    ) -> Result<(), CommitError> {
        let committed = durable?;
        self.flight.decline(decline(&committed, random::now()));
        let at_end = self.pending.is_empty() && self.holding.is_empty();
        let last = at_end && self.answered && !(self.opens_stream && self.began);
        let reply = reply(committed);
        if self.left == Left::Stayed && !(at_end && self.untold) {
            let who = &self.forwarded.exchange().caller.principal;
            self.flight.answer(reply, last, who).await;
        }
        Ok(())
    }

    /// Tells the client that there is an outcome which it cannot have, and puts that much on
    /// record as soon as the ledger takes something.
    async fn withhold(&mut self, error: &CommitError) {
        let out = withheld(error, self.forwarded.request());
        self.flight.send(out).await;
        for _ in 0..WITHHELD_TRIES_MAX {
            match error {
                CommitError::QueueFull | CommitError::DiskFull | CommitError::TooLarge { .. } => {}
                _ => return,
            }
            let ending = Ending::Unrecorded {
                detail: error.to_string(),
            };
            let settled = self.ending(ending, &Outside::default());
            match self.flight.owner.recording().commit(settled).await {
                Ok(_) => return,
                Err(error) => tracing::error!(%error, "a withheld outcome cannot be recorded"),
            }
            tokio::time::sleep(WITHHELD_PAUSE).await;
        }
    }
}
