use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use mcp::Message;
use model::{CallId, GrantId, SessionId, Timestamp};

use super::{Binding, Grant, HeldCall, HeldState};

/// What is held and what is granted now.
#[derive(Debug, Default)]
pub struct Book {
    held: BTreeMap<CallId, HeldCall>,
    /// Those that wait, may be made or were rejected, by what they are for.
    open: HashMap<Binding, Vec<CallId>>,
    grants: BTreeMap<GrantId, Grant>,
}

impl Book {
    /// These.
    pub fn new(held: Vec<HeldCall>, grants: Vec<Grant>) -> Self {
        let mut book = Self::default();
        held.into_iter().for_each(|held| book.put(held));
        grants.into_iter().for_each(|grant| book.put_grant(grant));
        book
    }

    /// A held call by its id.
    pub fn get(&self, id: CallId) -> Option<&HeldCall> {
        self.held.get(&id)
    }

    /// All held calls that are not forgotten, the oldest first.
    pub fn held(&self) -> impl Iterator<Item = &HeldCall> {
        self.held.values()
    }

    /// All grants that are not forgotten, the oldest first.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values()
    }

    /// A grant by its id.
    pub fn grant(&self, id: GrantId) -> Option<&Grant> {
        self.grants.get(&id)
    }

    /// The held call that a call joins which says the same: one of its own session; or of one that is
    /// over, whose client comes back in another. What was rejected stays so, as long as it would have
    /// waited.
    pub fn find(
        &self,
        binding: &Binding,
        session: SessionId,
        now: Timestamp,
        is_over: impl Fn(SessionId) -> bool,
    ) -> Option<&HeldCall> {
        let ids = self.open.get(binding)?;
        let all = || {
            let held = ids.iter().filter_map(|id| self.held.get(id));
            held.filter(|held| now < held.expires_at)
        };
        all()
            .find(|held| held.session == session)
            .or_else(|| all().find(|held| is_over(held.session)))
    }

    /// Puts a held call into the place of what it was before.
    pub fn put(&mut self, held: HeldCall) {
        let ids = self.open.entry(held.binding.clone()).or_default();
        ids.retain(|id| *id != held.id);
        if !held.state.is_over() || held.state == HeldState::Rejected {
            ids.push(held.id);
        }
        if ids.is_empty() {
            self.open.remove(&held.binding);
        }
        self.held.insert(held.id, held);
    }

    /// Puts a grant into the place of what it was before.
    pub fn put_grant(&mut self, grant: Grant) {
        self.grants.insert(grant.id, grant);
    }

    /// The grant that covers a call which `rules` hold.
    pub fn covering(
        &self,
        binding: &Binding,
        message: &Message,
        rules: &[Arc<str>],
        now: Timestamp,
    ) -> Option<&Grant> {
        let mut open = self.grants.values().filter(|grant| grant.is_open(now));
        open.find(|grant| grant.covers(binding, message, rules))
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        let states = self.held.values().map(|held| held.state);
        states.filter(|state| *state == HeldState::Waiting).count()
    }

    /// Forgets what ended before `before`.
    pub fn forget(&mut self, before: Timestamp) {
        let keep = |held: &HeldCall| !held.state.is_over() || held.expires_at >= before;
        self.held.retain(|_, held| keep(held));
        let held = &self.held;
        self.open.retain(|_, ids| {
            ids.retain(|id| held.contains_key(id));
            !ids.is_empty()
        });
        self.grants.retain(|_, grant| grant.until >= before);
    }
}
