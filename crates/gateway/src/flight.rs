//! One call on its way: cleared, put on record, forwarded. Runs in a task of its own, so that a
//! client that hangs up cancels no record.

mod surroundings;
mod waiting;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gate::{
    Call, Ending, Forwarded, Judged, Refusal, Refused, Released, Reply, Subject, Transport,
    Unavailable, judge, refuse, release,
};
use ledger::{CommitError, Session as Recording};
use mcp::{Message, Method};
use model::Principal;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::counters::SessionCounters;
use crate::halting::Watch;
use crate::relay::{Left, Relay, Resumption};
use crate::sessions::{Group, InUse, McpSession};
use crate::shared::Shared;
use crate::upstream::{Link, Sent};
use crate::upstreams::Upstream;
use crate::{random, running};

/// Answers on their way to the client that were not taken yet.
pub(crate) const REPLIES_AHEAD_MAX: usize = 16;

/// Answers that belong to no call and are not on record yet.
const ASIDE_MAX: usize = 64;

/// How often a stream is resumed for one answer, at most.
const RESUMPTIONS_MAX: u32 = 1_000;

/// What a client is sent.
#[derive(Debug)]
pub(crate) enum Out {
    /// Something that is on record. The flag says that nothing follows.
    Reply(Box<Reply>, bool),
    /// Nothing can be put on record.
    Unavailable(Unavailable),
}

pub(crate) type Outs = mpsc::Receiver<Out>;

/// Whose call it is.
pub(crate) enum Owner {
    /// A legacy session's.
    Session(InUse<McpSession>),
    /// A group's of exchanges without sessions.
    Group(InUse<Group>, Arc<Upstream>),
}

impl Owner {
    pub(crate) fn recording(&self) -> &Recording {
        match self {
            Self::Session(session) => &session.recording,
            Self::Group(group, _) => &group.recording,
        }
    }

    pub(crate) fn counters(&self) -> &SessionCounters {
        match self {
            Self::Session(session) => &session.counters,
            Self::Group(group, _) => &group.counters,
        }
    }

    pub(crate) fn session(&self) -> Option<&McpSession> {
        match self {
            Self::Session(session) => Some(session),
            Self::Group(..) => None,
        }
    }
}

/// Starts a call on its way. What comes back is what the client is sent.
pub(crate) fn launch(shared: &Arc<Shared>, owner: Owner, call: Call) -> Outs {
    let (out, outs) = mpsc::channel(REPLIES_AHEAD_MAX);
    let flight = Flight {
        shared: shared.clone(),
        owner,
        out,
    };
    shared.tasks.spawn(flight.run(call, None));
    outs
}

/// A call on its way, whose answers go elsewhere.
pub(crate) struct Launched {
    /// Completes once the verdict is on record; fails if it cannot be.
    pub(crate) recorded: oneshot::Receiver<()>,
    /// Completes once everything is said.
    pub(crate) done: JoinHandle<()>,
}

/// Starts a call on its way, with its answers into `out`.
pub(crate) fn launch_into(
    shared: &Arc<Shared>,
    owner: Owner,
    call: Call,
    out: mpsc::Sender<Out>,
) -> Launched {
    let (recorded, is_recorded) = oneshot::channel();
    let flight = Flight {
        shared: shared.clone(),
        owner,
        out,
    };
    Launched {
        done: shared.tasks.spawn(flight.run(call, Some(recorded))),
        recorded: is_recorded,
    }
}

/// Puts a refusal on record, and gives what the client is sent.
pub(crate) async fn refused(recording: &Recording, refused: Refused) -> Out {
    metrics::counter!("probity_refusals_total", "why" => refused.refusal().name()).increment(1);
    match recording.commit(refused).await {
        Ok(committed) => Out::Reply(Box::new(refuse(committed)), true),
        Err(error) => unavailable(&error, None),
    }
}

fn unavailable(error: &CommitError, request: Option<&Message>) -> Out {
    unrecorded(error);
    let id = request.and_then(Message::id);
    Out::Unavailable(Unavailable::new(error, id.as_ref()))
}

/// The same for what was sent already.
pub(crate) fn withheld(error: &CommitError, request: Option<&Message>) -> Out {
    unrecorded(error);
    let id = request.and_then(Message::id);
    Out::Unavailable(Unavailable::of_outcome(error, id.as_ref()))
}

fn unrecorded(error: &CommitError) {
    metrics::counter!("probity_unrecorded_total").increment(1);
    tracing::error!(%error, "a record cannot be written");
}

/// A call on its way.
pub(crate) struct Flight {
    pub(crate) shared: Arc<Shared>,
    pub(crate) owner: Owner,
    /// Where everything goes that the client is sent.
    pub(crate) out: mpsc::Sender<Out>,
}

impl Flight {
    async fn run(self, call: Call, recorded: Option<oneshot::Sender<()>>) {
        let _under_way = UnderWay::begin(&self, &call);
        let request = call.subject.message().cloned();
        let cancelled = call.subject.message().and_then(Message::cancelled_request);
        let cleared = self.clear(call).await;
        if let Some(recorded) = recorded
            && !matches!(cleared, Err(Stop::Unrecorded(_)))
        {
            let _nobody_waits = recorded.send(());
        }
        if let (Some(session), Some(cancelled)) = (self.owner.session(), cancelled) {
            session.cancel(cancelled.key());
        }
        match cleared {
            Ok(released) => self.deliver(released).await,
            Err(Stop::Refused(reply)) => self.send(Out::Reply(reply, true)).await,
            Err(Stop::Unrecorded(error)) => {
                self.send(unavailable(&error, request.as_ref())).await;
            }
        }
    }

    /// Judges a call that nobody stopped, and puts the verdict on record. What comes out may be sent.
    async fn clear(&self, call: Call) -> Result<Released, Stop> {
        if let Some(halt) = self.halts(&call.exchange).now() {
            return Err(self.refused_as(call, Refusal::Halted(halt)).await?);
        }
        self.judged(call).await
    }

    /// What an operator may stop it by.
    pub(crate) fn halts(&self, exchange: &gate::Exchange) -> Watch {
        Watch::new(&self.shared, exchange, self.owner.recording())
    }

    async fn judged(&self, mut call: Call) -> Result<Released, Stop> {
        let wiring = &self.shared.wiring;
        let recording = self.owner.recording();
        let repeats = match self.repeated(&mut call) {
            Ok(repeats) => repeats,
            Err(refusal) => return Err(self.refused_as(call, refusal).await?),
        };
        let outside = match self.look(&call).await {
            Ok(outside) => outside,
            Err(unseen) => {
                let masks = wiring.masks.load_full();
                let refusal = Refusal::Unmaskable;
                let refused = Refused::decoded(call, refusal, &masks, &unseen.whole);
                let committed = recording.commit(refused).await?;
                return Err(Stop::Refused(Box::new(refuse(committed))));
            }
        };
        if let Some(refusal) = self.scope_fault(&call) {
            return Err(self.refused_as(call, refusal).await?);
        }
        let around = self.around(&call);
        let calls = around.calls;
        let judged = judge(
            call,
            &wiring.policy.load(),
            &around,
            &wiring.masks.load(),
            &outside,
        );
        let refused = match judged {
            Judged::Cleared(cleared) => {
                let committed = recording.commit(cleared).await?;
                return Ok(release(committed, random::now()));
            }
            Judged::Refused(refused) => refused,
            Judged::Held(held) => return self.wait(held, repeats, calls).await,
        };
        let committed = recording.commit(refused).await?;
        Err(Stop::Refused(Box::new(refuse(committed))))
    }

    async fn deliver(&self, released: Released) {
        let opens_stream = matches!(released.subject(), Subject::Stream { .. });
        let standing = released.subject().is_standing();
        let begins = released
            .subject()
            .message()
            .is_some_and(|message| message.method() == Some(Method::Initialize));
        let link = match self.conversation(&released).await {
            Ok(link) => link,
            Err(ending) => {
                let (_, forwarded) = released.forward();
                let mut relay = Relay::new(self, forwarded, Transport::Stdio, opens_stream);
                relay.finish(ending).await;
                self.begun(begins);
                return;
            }
        };
        if let Some(halt) = self.halts(released.exchange()).now() {
            // Between its verdict and here: it is not sent.
            let (_, forwarded) = released.forward();
            let mut relay = Relay::new(self, forwarded, link.transport(), opens_stream);
            relay.finish(Ending::Halted(halt)).await;
            if self.owner.session().is_some() {
                link.close().await;
            }
            return;
        }
        let Sent {
            forwarded,
            incoming,
        } = link.forward(released).await;
        let mut relay = Relay::new(self, forwarded, link.transport(), opens_stream);
        relay.standing = standing;
        let left = relay.run(incoming).await;
        if let Some(resumption) = relay.resumption() {
            self.resume(&mut relay, resumption, &link).await;
        }
        self.begun(begins);
        if (left == Left::Cancelled || relay.halted)
            && !link.is_over()
            && let Some(message) = link.cancellation(&relay.forwarded)
        {
            self.cancel(&relay.forwarded, message, &link).await;
        }
    }

    /// A session whose `initialize` was not answered with a result is none. (A client of the
    /// HTTP+SSE transport keeps its stream, and may try again.)
    fn begun(&self, begins: bool) {
        if let Some(session) = self.owner.session()
            && begins
            && session.transport == Transport::StreamableHttp
            && session.protocol_version.get().is_none()
        {
            running::close_soon(&self.shared, &session.visible, "initialize_failed");
        }
    }

    /// The conversation with the server, begun if this is the first call.
    async fn conversation(&self, released: &Released) -> Result<Arc<dyn Link>, Ending> {
        let (aside, answers) = mpsc::channel(ASIDE_MAX);
        match &self.owner {
            Owner::Session(session) => {
                let link = session
                    .link
                    .get_or_try_init(|| session.upstream.converse(aside))
                    .await?;
                if !answers.is_closed() {
                    self.record_aside(released, session.recording.clone(), link, answers);
                }
                Ok(link.clone())
            }
            Owner::Group(_, upstream) => {
                let (link, started) = upstream.stateless(aside).await?;
                if started {
                    // The process outlives this group: what it says aside is the node's.
                    let node = self.shared.ledger().node_session();
                    self.record_aside(released, node, &link, answers);
                }
                Ok(link)
            }
        }
    }

    /// Asks for the rest of a stream until the answer has come. Each time walks like any other call.
    async fn resume(&self, first: &mut Relay<'_>, resumption: Resumption, link: &Arc<dyn Link>) {
        let exchange = first.forwarded.exchange().clone();
        let mut next = Some(resumption);
        for _ in 0..RESUMPTIONS_MAX {
            let Some(resumption) = next else { break };
            tokio::select! {
                () = tokio::time::sleep(resumption.pause) => {}
                () = self.shared.draining.cancelled() => break,
                () = self.out.closed() => return,
            }
            let subject = Subject::Stream {
                last_event_id: Some(resumption.last_event.clone()),
            };
            let Some(call) = call_in(&exchange, subject) else {
                break;
            };
            let Ok(released) = self.clear(call).await else {
                break;
            };
            let sent = link.forward(released).await;
            let mut relay = Relay::new(self, sent.forwarded, link.transport(), true);
            relay.resumes(resumption);
            relay.run(sent.incoming).await;
            if relay.is_answered() {
                return;
            }
            next = relay.resumption();
        }
        let detail = "the server's stream ended before the answer, and could not be resumed";
        let cut = bytes::Bytes::new();
        first
            .tell(Ending::UpstreamBroke {
                detail: detail.to_owned(),
                cut,
            })
            .await;
    }

    /// Tells the server that nobody waits any more. The message walks like any other.
    async fn cancel(&self, cancelled: &Forwarded, message: Message, link: &Arc<dyn Link>) {
        let Some(call) = call_in(cancelled.exchange(), Subject::Message(message, None)) else {
            return;
        };
        // This much passes, whatever is stopped: it makes the server do less.
        if let Ok(released) = self.judged(call).await {
            let sent = link.forward(released).await;
            let mut relay = Relay::new(self, sent.forwarded, link.transport(), false);
            relay.run(sent.incoming).await;
        }
    }

    /// Sends an answer on, which counts for whoever gets it.
    pub(crate) async fn answer(&self, reply: Reply, last: bool, who: &Principal) {
        let counters = &self.shared.counters;
        let bytes = reply.body().bytes();
        counters.answered(who, self.owner.counters(), bytes, random::now());
        self.send(Out::Reply(Box::new(reply), last)).await;
    }

    pub(crate) async fn send(&self, out: Out) {
        // A client that left is no reason to stop: the record is complete without it. One that
        // does not read is no reason to go on when the gateway stops.
        tokio::select! {
            biased;
            _left = self.out.send(out) => {}
            () = self.shared.stopped.cancelled() => {}
        }
    }
}

/// Another call of the gateway's own in an exchange.
fn call_in(exchange: &Arc<gate::Exchange>, subject: Subject) -> Option<Call> {
    let at = random::now();
    Some(Call {
        id: random::call_id(at).ok()?,
        exchange: exchange.clone(),
        subject,
        at,
    })
}

/// Why a call was not released.
enum Stop {
    Refused(Box<Reply>),
    Unrecorded(CommitError),
}

impl From<CommitError> for Stop {
    fn from(error: CommitError) -> Self {
        Self::Unrecorded(error)
    }
}

/// Counts a call, or a session's standing stream, while it is under way.
enum UnderWay {
    Call(Arc<Shared>),
    StreamOf(Arc<McpSession>),
    /// A standing stream without a session: the limit of connections bounds it.
    Standing,
}

impl UnderWay {
    fn begin(flight: &Flight, call: &Call) -> Self {
        match &flight.owner {
            _ if !call.subject.is_standing() => {
                flight.shared.calls.fetch_add(1, Ordering::AcqRel);
                Self::Call(flight.shared.clone())
            }
            Owner::Session(session) => {
                session.streams.fetch_add(1, Ordering::AcqRel);
                Self::StreamOf(session.0.clone())
            }
            Owner::Group(..) => Self::Standing,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        match self {
            Self::Call(shared) => shared.calls.fetch_sub(1, Ordering::AcqRel),
            Self::StreamOf(session) => session.streams.fetch_sub(1, Ordering::AcqRel),
            Self::Standing => 0,
        };
    }
}
