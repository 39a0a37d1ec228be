//! Held calls while they wait, and what people say about them. Every change is on record, then kept,
//! then in force; one at a time.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use gate::{
    Approver, Binding, BindingKey, Book, Grant, GrantChange, Held, HeldCall, HeldCalls, HeldState,
    RequestState, RulingRecord, Said, StateKey, Vote, VoteError, Word,
};
use ledger::{CommitError, Ledger, Record, Session as Recording};
use mask::{Crossing, MaskSet};
use mcp::Message;
use model::{CallId, Caller, GrantId, SessionId, Timestamp};
use policy::{ApprovalFacts, Facts, Policy, Request, Target, Verdict, vocabulary};
use tokio::sync::{broadcast, watch};
use tokio::task::spawn_blocking;

use crate::random;

/// How long what is over stays in listings, in milliseconds.
const OVER_MS_MAX: u64 = 24 * 60 * 60 * 1000;
/// How often it is looked whether the policies changed, and something is over.
const ROUND: Duration = Duration::from_secs(1);
/// Changes that a slow listener may be behind before it misses some.
const EVENTS_MAX: usize = 4_096;
/// How many calls wait at most: more are refused.
const WAITING_MAX: usize = 10_000;

/// What is held, and what people say about it.
pub struct Approvals {
    book: Mutex<Book>,
    /// The recordings that held calls belong to, while they wait.
    recordings: Mutex<HashMap<CallId, Recording>>,
    /// Held while something changes.
    turn: tokio::sync::Mutex<()>,
    kept: Arc<dyn HeldCalls>,
    binding: BindingKey,
    state: StateKey,
    ledger: Ledger,
    policy: Arc<ArcSwap<Policy>>,
    masks: Arc<ArcSwap<MaskSet>>,
    changed: watch::Sender<u64>,
    events: broadcast::Sender<Arc<HeldCall>>,
}

/// Why a person's word has no effect.
#[derive(Debug, thiserror::Error)]
pub enum RulingError {
    /// It does not count.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// It cannot be put on record.
    #[error("this cannot be put on record, so it has no effect: {0}")]
    Unrecorded(#[from] CommitError),
    /// It cannot be kept.
    #[error("this cannot be kept, so it has no effect: {0}")]
    Unkept(#[from] io::Error),
    /// There is no such grant in force.
    #[error("there is no grant of this id in force")]
    NoGrant,
}

impl Approvals {
    /// What was kept. Nothing is in force before [`Approvals::resume`].
    ///
    /// # Errors
    ///
    /// It cannot be read: nobody knows what was allowed.
    pub fn open(
        kept: Arc<dyn HeldCalls>,
        binding: BindingKey,
        state: StateKey,
        ledger: Ledger,
        policy: Arc<ArcSwap<Policy>>,
        masks: Arc<ArcSwap<MaskSet>>,
    ) -> io::Result<Arc<Self>> {
        let (held, grants) = kept.load()?;
        Ok(Arc::new(Self {
            book: Mutex::new(Book::new(held, grants)),
            recordings: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            kept,
            binding,
            state,
            ledger,
            policy,
            masks,
            changed: watch::Sender::new(0),
            events: broadcast::Sender::new(EVENTS_MAX),
        }))
    }

    /// Judges what waited when the gateway ended by today's policies: what they are not the same for is
    /// withdrawn, the rest waits on. Both are on record.
    ///
    /// # Errors
    ///
    /// It cannot be put on record, or not be kept.
    pub async fn resume(&self) -> Result<(), RulingError> {
        let _turn = self.turn.lock().await;
        let today = self.policy.load().digest();
        let open: Vec<HeldCall> = {
            let book = self.book();
            let open = book.held().filter(|held| !held.state.is_over());
            open.cloned().collect()
        };
        for held in open {
            let withdrawn = held.withdrawn().filter(|held| held.binding.policy != today);
            let (held, said) = match withdrawn {
                Some(held) => (held, Said::Withdrawn("the policies changed".into())),
                None => (held, Said::Rejudged),
            };
            self.put(held, said, None).await?;
        }
        Ok(())
    }

    /// Ends what is over by itself, as long as the gateway runs.
    pub async fn run(self: Arc<Self>) {
        loop {
            tokio::time::sleep(ROUND).await;
            if let Err(error) = self.sweep(random::now()).await {
                tracing::error!(%error, "a held call that is over cannot be ended yet");
            }
        }
    }

    async fn sweep(&self, now: Timestamp) -> Result<(), RulingError> {
        let today = self.policy.load().digest();
        let ended = |held: &HeldCall| match held.lapsed(now) {
            Some(after) => Some((after, Said::Lapsed)),
            None if held.binding.policy != today => {
                let why = Said::Withdrawn("the policies changed".into());
                held.withdrawn().map(|after| (after, why))
            }
            None => None,
        };
        let due: Vec<CallId> = {
            let book = self.book();
            let due = book.held().filter(|held| ended(held).is_some());
            due.map(|held| held.id).collect()
        };
        for id in due {
            let _turn = self.turn.lock().await;
            // Somebody may have been faster.
            if let Some((after, said)) = self.get(id).as_ref().and_then(&ended) {
                self.put(after, said, None).await?;
            }
        }
        let before = Timestamp::from_unix_us(now.unix_us().saturating_sub(OVER_MS_MAX * 1_000));
        let old = self
            .book()
            .held()
            .any(|held| held.state.is_over() && held.expires_at < before);
        if old {
            let kept = self.kept.clone();
            blocking(move || kept.forget(before)).await?;
            self.book().forget(before);
        }
        Ok(())
    }

    /// All held calls that are not forgotten, the oldest first.
    pub fn held(&self) -> Vec<HeldCall> {
        self.book().held().cloned().collect()
    }

    /// A held call.
    pub fn get(&self, id: CallId) -> Option<HeldCall> {
        self.book().get(id).cloned()
    }

    /// All grants that are not forgotten, the oldest first.
    pub fn grants(&self) -> Vec<Grant> {
        self.book().grants().cloned().collect()
    }

    /// What changes from now on: each held call as it is then.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<HeldCall>> {
        self.events.subscribe()
    }

    /// Takes a person's word. On return it is on record and in force.
    ///
    /// # Errors
    ///
    /// [`RulingError`]: it has no effect.
    pub async fn vote(&self, id: CallId, mut vote: Vote) -> Result<HeldCall, RulingError> {
        let _turn = self.turn.lock().await;
        let held = self.get(id).ok_or(VoteError::Unknown)?;
        self.mask(&held, &mut vote)?;
        let policy = self.policy.load_full();
        if held.binding.policy != policy.digest() {
            return Err(VoteError::Over("the policies changed").into());
        }
        if !may_rule(&policy, &held, &vote) {
            return Err(VoteError::Forbidden.into());
        }
        let grant =
            random::grant_id(vote.at).map_err(|error| io::Error::other(error.to_string()))?;
        if vote.word == Word::BreakGlass {
            metrics::counter!("probity_break_glass_total").increment(1);
            tracing::warn!(hold = %id, by = %vote.by.name(), "a held call is ruled on as an emergency");
        }
        let (after, grant) = held.vote(vote.clone(), grant)?;
        self.put(after.clone(), Said::Vote(vote), grant).await?;
        Ok(after)
    }

    /// What a person says is stored: their reason as it may be, and no value of an argument that may not.
    fn mask(&self, held: &HeldCall, vote: &mut Vote) -> Result<(), VoteError> {
        let masks = self.masks.load();
        let upstream = held.binding.upstream.as_str();
        let at = Crossing::to_server(upstream).of_tool(Some(&held.shown.name));
        let masked = |text: &str| match masks.apply_text(text.as_bytes(), &at).stored {
            Cow::Borrowed(_) => None,
            Cow::Owned(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        };
        if let Some(reason) = vote.reason.as_deref().and_then(masked) {
            vote.reason = Some(reason.into());
        }
        if let Word::Approve(Some(allowance)) = &vote.word {
            let mut texts = allowance.with.iter().flat_map(|one| [&one.at, &one.is]);
            if texts.any(|text| masked(text).is_some()) {
                let what = "an argument that is masked cannot be what a grant asks for";
                return Err(VoteError::Allowance(what));
            }
        }
        Ok(())
    }

    /// Takes a grant back. On return that is on record and in force.
    ///
    /// # Errors
    ///
    /// [`RulingError`]: it has no effect.
    pub async fn revoke(&self, id: GrantId, by: &Approver) -> Result<Grant, RulingError> {
        let _turn = self.turn.lock().await;
        let now = random::now();
        let grant = self.book().grant(id).cloned();
        let mut grant = grant
            .filter(|grant| grant.is_open(now))
            .ok_or(RulingError::NoGrant)?;
        grant.revoked = Some((by.name(), now));
        self.put_grant(grant.clone(), now).await?;
        Ok(grant)
    }

    /// What an approval of this call would be for.
    pub(crate) fn binding(&self, held: &Held, pins: &inspect::pins::Pins) -> Option<Binding> {
        held.binding(&self.binding, pins)
    }

    /// The grant that covers a call.
    pub(crate) fn covering(&self, held: &Held, binding: &Binding) -> Option<Grant> {
        let message: &Message = held.call().subject.message()?;
        let book = self.book();
        book.covering(binding, message, &held.reason().rules, random::now())
            .cloned()
    }

    /// The held call that this one repeats.
    pub(crate) fn find(
        &self,
        binding: &Binding,
        session: SessionId,
        is_over: impl Fn(SessionId) -> bool,
    ) -> Option<HeldCall> {
        let book = self.book();
        book.find(binding, session, random::now(), is_over).cloned()
    }

    /// Whether no more calls can wait.
    pub(crate) fn is_full(&self) -> bool {
        self.book().waiting() >= WAITING_MAX
    }

    /// Begins to wait with a call whose hold is on record.
    pub(crate) async fn add(
        &self,
        held: HeldCall,
        recording: Recording,
    ) -> Result<(), RulingError> {
        let _turn = self.turn.lock().await;
        self.recordings().insert(held.id, recording);
        metrics::counter!("probity_holds_total").increment(1);
        self.keep(held).await
    }

    /// Takes note of the session that a held call's client came back in.
    pub(crate) async fn moved(&self, id: CallId, session: SessionId) -> Result<(), RulingError> {
        let _turn = self.turn.lock().await;
        match self.get(id) {
            Some(held) if held.session != session => self.keep(HeldCall { session, ..held }).await,
            _ => Ok(()),
        }
    }

    /// Lets an allowed call be made: once. `Err(None)`: it is not allowed, or not any more.
    pub(crate) async fn take(&self, id: CallId) -> Result<HeldCall, Option<RulingError>> {
        let _turn = self.turn.lock().await;
        let held = self.get(id).ok_or(None)?;
        let taken = held.taken(random::now()).map_err(|_| None)?;
        self.keep(taken).await.map_err(Some)?;
        Ok(held)
    }

    /// Ends a held call that policy does not hold any more.
    pub(crate) async fn withdraw(&self, id: CallId, why: &str) -> Result<(), RulingError> {
        let _turn = self.turn.lock().await;
        match self.get(id).as_ref().and_then(HeldCall::withdrawn) {
            Some(after) => self.put(after, Said::Withdrawn(why.into()), None).await,
            None => Ok(()),
        }
    }

    /// The next `requestState` of a held call: no earlier one is taken any more.
    pub(crate) async fn next_state(
        &self,
        id: CallId,
        caller: &str,
    ) -> Result<Arc<str>, RulingError> {
        let _turn = self.turn.lock().await;
        let mut held = self.get(id).ok_or(VoteError::Unknown)?;
        held.leg += 1;
        let state = RequestState {
            held: id,
            leg: held.leg,
            arguments: held.binding.arguments,
        };
        let sealed = random::nonce()
            .ok()
            .and_then(|nonce| self.state.seal(&state, caller, nonce))
            .ok_or_else(|| io::Error::other("a state cannot be sealed"))?;
        self.keep(held).await?;
        Ok(sealed.into())
    }

    /// The held call that a `requestState` names, if it is the newest of that and this caller's own.
    pub(crate) fn opened(&self, state: &str, caller: &str) -> Option<HeldCall> {
        let state = self.state.open(state, caller)?;
        let held = self.get(state.held)?;
        (held.leg == state.leg && held.binding.arguments == state.arguments).then_some(held)
    }

    /// Completes when something was ruled, used or withdrawn since the receiver looked.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Puts what was said on record, keeps what it makes, and has it in force.
    async fn put(
        &self,
        after: HeldCall,
        said: Said,
        grant: Option<Grant>,
    ) -> Result<(), RulingError> {
        let at = random::now();
        // The record still shows what was ruled on.
        let held = HeldCall {
            shown: self
                .get(after.id)
                .map_or_else(|| after.shown.clone(), |held| held.shown),
            ..after.clone()
        };
        let record = RulingRecord {
            held,
            said,
            at,
            grant: grant.clone(),
        };
        self.record(after.id, record).await?;
        if let Some(grant) = grant {
            self.put_grant(grant, at).await?;
        }
        self.keep(after).await
    }

    async fn put_grant(&self, grant: Grant, at: Timestamp) -> Result<(), RulingError> {
        let change = GrantChange {
            grant: grant.clone(),
            at,
        };
        self.record(grant.held, change).await?;
        let (kept, saved) = (self.kept.clone(), grant.clone());
        blocking(move || kept.save_grant(&saved)).await?;
        self.book().put_grant(grant);
        Ok(())
    }

    /// In the call's own session; where that is over, in the node's.
    async fn record<T: Record + Clone + Send + Unpin + 'static>(
        &self,
        id: CallId,
        record: T,
    ) -> Result<(), CommitError> {
        let recording = self.recordings().get(&id).cloned();
        let Some(recording) = recording else {
            return self.ledger.node_session().commit(record).await.map(drop);
        };
        match recording.commit(record.clone()).await {
            Err(CommitError::SessionClosed) => {
                self.ledger.node_session().commit(record).await.map(drop)
            }
            done => done.map(drop),
        }
    }

    async fn keep(&self, held: HeldCall) -> Result<(), RulingError> {
        let (kept, saved) = (self.kept.clone(), held.clone());
        blocking(move || kept.save(&saved)).await?;
        if held.state.is_over() {
            self.recordings().remove(&held.id);
        }
        let ruled = held.state != HeldState::Waiting;
        let event = Arc::new(held.clone());
        self.book().put(held);
        if ruled {
            self.changed.send_modify(|count| *count += 1);
        }
        // Nobody may listen.
        let _ = self.events.send(event);
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recordings(&self) -> MutexGuard<'_, HashMap<CallId, Recording>> {
        self.recordings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether Cedar lets a person rule on a call.
fn may_rule(policy: &Policy, held: &HeldCall, vote: &Vote) -> bool {
    let binding = &held.binding;
    let requester = &binding.caller;
    let facts = ApprovalFacts {
        method: binding.method.clone(),
        requester: format!("{}|{}", requester.issuer(), requester.subject()).into(),
        rules: held.reason.rules.iter().cloned().collect::<BTreeSet<_>>(),
        channel: vote.channel.clone(),
        emergency: vote.word == Word::BreakGlass,
    };
    let name = &held.shown.name;
    let verdict = policy.decide(&Request {
        caller: &Caller::by_key(vote.by.principal.clone(), vote.by.credential.clone()),
        groups: &vote.by.groups,
        server: &binding.upstream,
        action: vocabulary::APPROVE,
        target: match &*binding.method {
            "tools/call" => Target::Tool(name),
            "prompts/get" => Target::Prompt(name),
            "resources/read" => Target::Resource(name),
            _ => Target::Server,
        },
        facts: Facts::Approval(&facts),
    });
    matches!(verdict, Verdict::Permit(_))
}

async fn blocking(work: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
