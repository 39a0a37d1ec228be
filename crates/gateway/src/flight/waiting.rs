//! A call that policy holds: it waits for people as long as its client does, and passes once they allowed
//! exactly it. What lets it pass is asked for again at the end: credential, policy, definition.

use std::sync::Arc;
use std::time::Duration;

use gate::{
    Binding, Call, Grant, Held, HeldCall, HeldState, Judged, Pending, Refusal, Refused, Released,
    Ruled, Ruling, abandoned, judge, pending, reconsidered, refuse, release, rule, unanswerable,
};
use ledger::Committed;
use mcp::{Era, Method};
use model::{Halt, Principal, SessionId};
use policy::Calls;
use tokio::time::Instant;

use super::{Flight, Stop};
use crate::approvals::{Approvals, RulingError};
use crate::{door, random};

/// How many `requestState` values one call is answered with: clients give up after ten rounds (MCP
/// 2026-07-28, multi round-trip requests, as their SDKs implement it).
const ROUNDS_MAX: u32 = 9;

/// What a wait ended with.
enum Waited {
    /// Something was said: how the held call is now.
    Ruled(HeldState),
    /// The client has waited as long as clients do.
    Long,
    /// The client went away, or the gateway stops.
    Left,
    /// An operator stopped it.
    Halted(Arc<Halt>),
}

impl Flight {
    /// The held call that a request repeats, by the `requestState` that it comes back with, which is taken
    /// out of it. It must be the newest that this caller was given.
    pub(super) fn repeated(&self, call: &mut Call) -> Result<Option<HeldCall>, Refusal> {
        let Some(state) = call.take_request_state() else {
            return Ok(None);
        };
        let caller = binding_text(&call.exchange.caller.principal);
        let repeats = self.shared.wiring.approvals.opened(&state, &caller);
        repeats.map(Some).ok_or(Refusal::StateNotTaken)
    }

    /// Waits with a held call, which was counted with `calls`. What comes out may be sent.
    pub(super) async fn wait(
        &self,
        mut held: Held,
        mut repeats: Option<HeldCall>,
        calls: Calls,
    ) -> Result<Released, Stop> {
        let approvals = &self.shared.wiring.approvals;
        loop {
            let pins = self.shared.wiring.definitions.pins();
            let Some(binding) = approvals.binding(&held, &pins) else {
                let held = self.owner.recording().commit(held).await?;
                return Err(self.refused(unanswerable(held, random::now())).await?);
            };
            let other = |named: &HeldCall| named.binding.arguments != binding.arguments;
            if repeats.as_ref().is_some_and(other) {
                let held = self.owner.recording().commit(held).await?;
                let call = reconsidered(held, random::now());
                return Err(self.refused_as(call, Refusal::StateNotTaken).await?);
            }
            if let Some(grant) = approvals.covering(&held, &binding) {
                return self.granted(held, &grant).await;
            }
            let (held_call, committed) = match self.join(held, &binding, repeats.take()).await? {
                Ok(joined) => joined,
                Err(stop) => return Err(stop),
            };
            let waited = self.watch(approvals, held_call.id, committed.get()).await;
            let now = random::now();
            let refused = match waited {
                Waited::Ruled(HeldState::Allowed) => {
                    match self.allowed(committed, &held_call, &binding, calls).await? {
                        Ok(released) => return Ok(released),
                        Err(again) => {
                            held = again;
                            continue;
                        }
                    }
                }
                Waited::Ruled(HeldState::Withdrawn | HeldState::Used) => {
                    // Another policy, or somebody else made it: it is judged as if it came now.
                    let call = reconsidered(committed, now);
                    if let Some(refusal) = self.lapsed(&call) {
                        return Err(self.refused_as(call, refusal).await?);
                    }
                    match self.judged_again(call, calls).await {
                        Judged::Held(again) => {
                            held = again;
                            continue;
                        }
                        Judged::Cleared(cleared) => {
                            let cleared = self.owner.recording().commit(cleared).await?;
                            return Ok(release(cleared, random::now()));
                        }
                        Judged::Refused(refused) => refused,
                    }
                }
                Waited::Ruled(_) => {
                    let hold = held_call.id;
                    let ruling = approvals.get(hold).and_then(|held| held.ruling());
                    let ruling = ruling.unwrap_or(Ruling::Expire { hold });
                    match rule(committed, ruling, now) {
                        // It was allowed in this moment: its client asks once more.
                        Ruled::Cleared(cleared) => Refused::of_cleared(cleared),
                        Ruled::Refused(refused) => refused,
                    }
                }
                Waited::Long => {
                    let told = self.told(approvals, &held_call, committed.get()).await;
                    match told {
                        Ok(told) => pending(committed, told, now),
                        Err(error) => {
                            tracing::error!(%error, "a held call cannot be kept");
                            unanswerable(committed, now)
                        }
                    }
                }
                Waited::Left => abandoned(committed, now),
                Waited::Halted(halt) => {
                    let call = reconsidered(committed, now);
                    self.undecided(call, Refusal::Halted(halt)).await
                }
            };
            return Err(self.refused(refused).await?);
        }
    }

    /// Joins the held call that it repeats, or begins to wait as one. Its hold is on record on return.
    async fn join(
        &self,
        mut held: Held,
        binding: &Binding,
        repeats: Option<HeldCall>,
    ) -> Result<Result<(HeldCall, Committed<Held>), Stop>, Stop> {
        let approvals = &self.shared.wiring.approvals;
        let recording = self.owner.recording();
        let session = recording.id();
        // What it came back with names a held call; where that is for something else by now, it is not it.
        let named = repeats.filter(|named| named.binding == *binding);
        let is_over = |id: SessionId| id != session && !self.shared.sessions.is_open(id);
        let known = named.or_else(|| approvals.find(binding, session, is_over));
        if let Some(known) = known {
            held.join(known.id, known.expires_at);
            let committed = recording.commit(held).await?;
            if let Err(error) = approvals.moved(known.id, session).await {
                tracing::error!(%error, "a held call cannot be kept");
            }
            return Ok(Ok((known, committed)));
        }
        let id = held.call().id;
        let begun = HeldCall {
            id,
            binding: binding.clone(),
            session,
            reason: held.reason().clone(),
            terms: held.terms().clone(),
            shown: held.shown(),
            asked_at: held.call().at,
            expires_at: held.expires_at(),
            votes: Vec::new(),
            state: HeldState::Waiting,
            leg: 0,
        };
        held.join(id, begun.expires_at);
        let committed = recording.commit(held).await?;
        let kept = match approvals.is_full() {
            true => Err("too many calls wait".to_owned()),
            false => approvals
                .add(begun.clone(), recording.clone())
                .await
                .map_err(|error| error.to_string()),
        };
        if let Err(error) = kept {
            tracing::error!("a held call cannot wait: {error}");
            let call = reconsidered(committed, random::now());
            let refusal = Refusal::ApprovalsUnavailable;
            return Ok(Err(self.refused_as(call, refusal).await?));
        }
        Ok(Ok((begun, committed)))
    }

    /// Until something is said, or the client has waited long enough.
    async fn watch(&self, approvals: &Approvals, id: model::CallId, held: &Held) -> Waited {
        let mut changes = approvals.changes();
        let mut halts = self.halts(&held.call().exchange);
        let wait_ms_max = self.shared.config.limits.approval_wait_ms_max;
        let deadline = Instant::now() + Duration::from_millis(wait_ms_max);
        loop {
            changes.borrow_and_update();
            match approvals.get(id) {
                Some(held) if held.state == HeldState::Waiting => {}
                Some(held) => return Waited::Ruled(held.state),
                None => return Waited::Ruled(HeldState::Expired),
            }
            tokio::select! {
                biased;
                halt = halts.halted() => return Waited::Halted(halt),
                () = self.out.closed() => return Waited::Left,
                () = self.shared.draining.cancelled() => return Waited::Left,
                _ = changes.changed() => {}
                () = tokio::time::sleep_until(deadline) => return Waited::Long,
            }
        }
    }

    /// What a client is told that waits no longer now.
    async fn told(
        &self,
        approvals: &Approvals,
        held_call: &HeldCall,
        held: &Held,
    ) -> Result<Pending, RulingError> {
        let call = held.call();
        let method = call.subject.message().and_then(mcp::Message::method);
        let takes_state = call.exchange.era == Era::Modern
            && matches!(
                method,
                Some(Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead)
            );
        let rounds = approvals.get(held_call.id).map_or(0, |held| held.leg);
        let request_state = if takes_state && rounds < ROUNDS_MAX {
            let caller = binding_text(&call.exchange.caller.principal);
            Some(approvals.next_state(held_call.id, &caller).await?)
        } else {
            None
        };
        Ok(Pending {
            hold: held_call.id,
            expires_at: held_call.expires_at,
            request_state,
        })
    }

    /// A call that was allowed: asked once more whether it may pass, then made, once. `Err`: it is held
    /// for another reason than it was allowed for.
    async fn allowed(
        &self,
        committed: Committed<Held>,
        held_call: &HeldCall,
        binding: &Binding,
        calls: Calls,
    ) -> Result<Result<Released, Held>, Stop> {
        let approvals = &self.shared.wiring.approvals;
        let recording = self.owner.recording();
        let call = reconsidered(committed, random::now());
        if let Some(refusal) = self.lapsed(&call) {
            return Err(self.refused_as(call, refusal).await?);
        }
        let mut held = match self.judged_again(call, calls).await {
            Judged::Held(held) => held,
            Judged::Cleared(cleared) => {
                self.withdraw(held_call, "policy permits it by now").await;
                let cleared = recording.commit(cleared).await?;
                return Ok(Ok(release(cleared, random::now())));
            }
            Judged::Refused(refused) => {
                self.withdraw(held_call, "policy refuses it by now").await;
                return Err(self.refused(refused).await?);
            }
        };
        let pins = self.shared.wiring.definitions.pins();
        if approvals.binding(&held, &pins).as_ref() != Some(binding) {
            self.withdraw(held_call, "policy or definition changed")
                .await;
            return Ok(Err(held));
        }
        held.join(held_call.id, held_call.expires_at);
        let taken = match approvals.take(held_call.id).await {
            Ok(taken) => taken,
            // Somebody else made it in this moment.
            Err(None) => return Ok(Err(held)),
            Err(Some(error)) => {
                tracing::error!(%error, "an allowed call cannot be kept");
                let committed = recording.commit(held).await?;
                let call = reconsidered(committed, random::now());
                let refusal = Refusal::ApprovalsUnavailable;
                return Err(self.refused_as(call, refusal).await?);
            }
        };
        held.join(taken.id, taken.expires_at);
        let hold = taken.id;
        let ruling = taken.ruling().unwrap_or(Ruling::Expire { hold });
        Ok(Ok(self.ruled(held, ruling).await?))
    }

    /// A call that a grant covers.
    async fn granted(&self, mut held: Held, grant: &Grant) -> Result<Released, Stop> {
        held.join(grant.held, grant.until);
        let ruling = Ruling::Approve {
            hold: grant.held,
            by: grant.by.iter().map(gate::Approver::name).collect(),
            grant: Some(grant.id),
        };
        self.ruled(held, ruling).await
    }

    async fn ruled(&self, held: Held, ruling: Ruling) -> Result<Released, Stop> {
        let recording = self.owner.recording();
        let committed = recording.commit(held).await?;
        match rule(committed, ruling, random::now()) {
            Ruled::Cleared(cleared) => {
                let cleared = recording.commit(cleared).await?;
                Ok(release(cleared, random::now()))
            }
            Ruled::Refused(refused) => Err(self.refused(refused).await?),
        }
    }

    /// What policy says now of a call that was judged and counted before.
    async fn judged_again(&self, call: Call, calls: Calls) -> Judged {
        let wiring = &self.shared.wiring;
        let around = self.around_counted(&call, calls);
        let outside = match self.look(&call).await {
            Ok(outside) => outside,
            Err(unseen) => {
                let masks = wiring.masks.load_full();
                let refusal = Refusal::Unmaskable;
                return Judged::Refused(Refused::decoded(call, refusal, &masks, &unseen.whole));
            }
        };
        judge(
            call,
            &wiring.policy.load(),
            &around,
            &wiring.masks.load(),
            &outside,
        )
    }

    /// Why the credential that the call came with would not open its door any more, if it would not.
    fn lapsed(&self, call: &Call) -> Option<Refusal> {
        let exchange = &call.exchange;
        let caller = &exchange.caller;
        let now = random::now();
        let is_good = match &caller.token {
            Some(token) => token.expires.is_some_and(|at| now < at),
            None => {
                let keys = self.shared.wiring.keys.load();
                caller.principal == Principal::Anonymous
                    || keys.still_opens(&caller.credential, &exchange.upstream, now)
            }
        };
        let upstream = self.shared.upstreams.get(&exchange.upstream)?;
        (!is_good).then(|| door::lapsed(upstream, exchange.arrival.transport))
    }

    async fn withdraw(&self, held: &HeldCall, why: &str) {
        if let Err(error) = self.shared.wiring.approvals.withdraw(held.id, why).await {
            tracing::error!(%error, "a held call cannot be withdrawn");
        }
    }

    /// Refuses a call that was decoded, for a reason that is not policy's.
    pub(super) async fn refused_as(&self, call: Call, refusal: Refusal) -> Result<Stop, Stop> {
        let refused = self.undecided(call, refusal).await;
        self.refused(refused).await
    }

    async fn undecided(&self, call: Call, refusal: Refusal) -> Refused {
        let outside = self.shared.looked_at(call.subject.bytes()).await;
        Refused::decoded(call, refusal, &self.shared.wiring.masks.load(), &outside)
    }

    async fn refused(&self, refused: Refused) -> Result<Stop, Stop> {
        let committed = self.owner.recording().commit(refused).await?;
        Ok(Stop::Refused(Box::new(refuse(committed))))
    }
}

/// Whom a `requestState` was given to.
fn binding_text(principal: &model::Principal) -> String {
    let (kind, issuer, subject) = (principal.kind(), principal.issuer(), principal.subject());
    format!("{kind}|{issuer}|{subject}")
}
