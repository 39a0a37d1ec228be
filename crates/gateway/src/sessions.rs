//! The recordings that are open: legacy MCP sessions by their visible id, and modern exchanges
//! grouped by caller and client software.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dashmap::DashMap;
use gate::Transport;
use ledger::Session as Recording;
use mcp::IdKey;
use model::{Agent, Caller, Principal, SessionId, Timestamp, UpstreamName};
use tokio::sync::{OnceCell, mpsc};

use crate::counters::SessionCounters;
use crate::flight::Out;
use crate::upstream::Link;
use crate::upstreams::Upstream;

/// Requests of a server that wait for the client's answer, remembered for one session; more are
/// relayed all the same, and their answers are recorded without the method that they answer.
const SERVER_REQUESTS_MAX: usize = 1_024;

/// Cancelled requests that are remembered for one session; the end of others is recorded as it
/// looks from outside.
const CANCELLED_MAX: usize = 1_024;

/// What is open.
#[derive(Default)]
pub(crate) struct Sessions {
    legacy: DashMap<Arc<str>, Arc<McpSession>>,
    groups: DashMap<GroupKey, Arc<Group>>,
}

/// A legacy session: one client, one server, one recording.
pub(crate) struct McpSession {
    /// What the client names it by. A name, not a permission.
    pub(crate) visible: Arc<str>,
    pub(crate) caller: Caller,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) transport: Transport,
    pub(crate) recording: Recording,
    pub(crate) agent: Option<Agent>,
    /// Set once the first message was cleared and its server was reached.
    pub(crate) link: OnceCell<Arc<dyn Link>>,
    /// Set once the server answered `initialize`.
    pub(crate) protocol_version: OnceLock<Arc<str>>,
    pub(crate) streams: AtomicUsize,
    pub(crate) counters: SessionCounters,
    pub(crate) use_count: Use,
    /// The client's one stream, where the transport is HTTP+SSE, until the session is closed.
    stream: Mutex<Option<mpsc::Sender<Out>>>,
    server_requests: Mutex<HashMap<IdKey, Arc<str>>>,
    /// Requests that the client cancelled, and that have not ended yet.
    cancelled: Mutex<HashSet<IdKey>>,
    closed: AtomicBool,
}

/// Modern exchanges that are recorded together.
pub(crate) struct Group {
    pub(crate) upstream: UpstreamName,
    pub(crate) recording: Recording,
    pub(crate) counters: SessionCounters,
    pub(crate) use_count: Use,
}

/// What modern exchanges are grouped by for reading. Not an identity: the agent describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct GroupKey {
    pub(crate) upstream: UpstreamName,
    pub(crate) principal: Principal,
    /// The OAuth client, or the key: a token lives for minutes, and is no reason to begin anew.
    pub(crate) by: Arc<str>,
    pub(crate) agent: Option<Agent>,
    pub(crate) era: mcp::Era,
}

/// Who uses a recording now, and when it was used last.
#[derive(Default)]
pub(crate) struct Use {
    under_way: AtomicUsize,
    last_us: AtomicU64,
}

/// A recording in use: it is not closed for being idle while this exists.
pub(crate) struct InUse<T: Used>(pub(crate) Arc<T>);

/// Something with a [`Use`].
pub(crate) trait Used {
    fn uses(&self) -> &Use;
}

impl Use {
    pub(crate) fn begin(&self, now: Timestamp) {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        self.last_us.store(now.unix_us(), Ordering::Release);
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Acquire)
    }

    fn idle(&self, now: Timestamp, idle_ms_max: u64) -> bool {
        let last = Timestamp::from_unix_us(self.last_us.load(Ordering::Acquire));
        self.under_way.load(Ordering::Acquire) == 0 && last.plus_ms(idle_ms_max) < now
    }
}

impl<T: Used> InUse<T> {
    /// Another use of the same.
    pub(crate) fn again(&self) -> Self {
        self.0.uses().begin(crate::random::now());
        Self(self.0.clone())
    }
}

impl<T: Used> Drop for InUse<T> {
    fn drop(&mut self) {
        let uses = self.0.uses();
        let now = crate::random::now().unix_us();
        uses.last_us.store(now, Ordering::Release);
        uses.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<T: Used> std::ops::Deref for InUse<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl Used for McpSession {
    fn uses(&self) -> &Use {
        &self.use_count
    }
}

impl Used for Group {
    fn uses(&self) -> &Use {
        &self.use_count
    }
}

impl Sessions {
    pub(crate) fn legacy_count(&self) -> usize {
        self.legacy.len()
    }

    /// Every legacy session.
    pub(crate) fn legacy(&self) -> Vec<Arc<McpSession>> {
        self.legacy.iter().map(|entry| entry.clone()).collect()
    }

    /// Whether a recording is of a session, or of a group of exchanges, that is open.
    pub(crate) fn is_open(&self, id: SessionId) -> bool {
        let is_it = |recording: &Recording| recording.id() == id;
        self.legacy.iter().any(|entry| is_it(&entry.recording))
            || self.groups.iter().any(|entry| is_it(&entry.recording))
    }

    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// Takes in a session that was just made, in use.
    pub(crate) fn insert(&self, session: McpSession, now: Timestamp) -> InUse<McpSession> {
        let session = Arc::new(session);
        session.use_count.begin(now);
        self.legacy.insert(session.visible.clone(), session.clone());
        InUse(session)
    }

    /// The session of that name, if it is this caller's, for this server, over this transport.
    pub(crate) fn find(
        &self,
        visible: &str,
        caller: &Caller,
        upstream: &UpstreamName,
        transport: Transport,
        now: Timestamp,
    ) -> Option<InUse<McpSession>> {
        let entry = self.legacy.get(visible)?;
        let session = entry.value();
        let same = session.caller.principal == caller.principal
            && session.caller.client() == caller.client()
            && session.upstream.name == *upstream
            && session.transport == transport;
        if !same || session.closed.load(Ordering::Acquire) {
            return None;
        }
        // Counted while the shard is locked: a sweep cannot come in between.
        session.use_count.begin(now);
        Some(InUse(session.clone()))
    }

    /// Takes a session out, once: whoever gets it closes it.
    pub(crate) fn remove(&self, visible: &str) -> Option<Arc<McpSession>> {
        let (_, session) = self.legacy.remove(visible)?;
        session.closed.store(true, Ordering::Release);
        Some(session)
    }

    /// The group of that key, made by `open` if there is none.
    pub(crate) fn group<E>(
        &self,
        key: GroupKey,
        now: Timestamp,
        open: impl FnOnce() -> Result<Group, E>,
    ) -> Result<InUse<Group>, E> {
        if let Some(group) = self.groups.get(&key) {
            group.use_count.begin(now);
            return Ok(InUse(group.clone()));
        }
        let group = self
            .groups
            .entry(key)
            .or_try_insert_with(|| open().map(Arc::new))?;
        group.use_count.begin(now);
        Ok(InUse(group.clone()))
    }

    /// Takes out what nobody used for `idle_ms_max` milliseconds.
    pub(crate) fn sweep(
        &self,
        now: Timestamp,
        idle_ms_max: u64,
    ) -> (Vec<Arc<McpSession>>, Vec<Arc<Group>>) {
        let mut sessions = Vec::new();
        self.legacy.retain(|_, session| {
            let idle = session.use_count.idle(now, idle_ms_max);
            if idle {
                session.closed.store(true, Ordering::Release);
                sessions.push(session.clone());
            }
            !idle
        });
        let mut groups = Vec::new();
        self.groups.retain(|_, group| {
            let idle = group.use_count.idle(now, idle_ms_max);
            if idle {
                groups.push(group.clone());
            }
            !idle
        });
        (sessions, groups)
    }

    /// Takes out everything.
    pub(crate) fn drain(&self) -> (Vec<Arc<McpSession>>, Vec<Arc<Group>>) {
        let keys: Vec<_> = self
            .legacy
            .iter()
            .map(|entry| entry.key().clone())
            .collect();
        let sessions = keys.iter().filter_map(|key| self.remove(key)).collect();
        let keys: Vec<_> = self
            .groups
            .iter()
            .map(|entry| entry.key().clone())
            .collect();
        let groups = keys
            .iter()
            .filter_map(|key| self.groups.remove(key).map(|(_, group)| group))
            .collect();
        (sessions, groups)
    }
}

impl McpSession {
    pub(crate) fn new(
        visible: Arc<str>,
        caller: Caller,
        upstream: Arc<Upstream>,
        transport: Transport,
        recording: Recording,
        agent: Option<Agent>,
    ) -> Self {
        Self {
            visible,
            caller,
            upstream,
            transport,
            recording,
            agent,
            link: OnceCell::new(),
            protocol_version: OnceLock::new(),
            streams: AtomicUsize::new(0),
            counters: SessionCounters::default(),
            use_count: Use::default(),
            stream: Mutex::new(None),
            server_requests: Mutex::new(HashMap::new()),
            cancelled: Mutex::new(HashSet::new()),
            closed: AtomicBool::new(false),
        }
    }

    /// Where everything goes that this session's client is sent (HTTP+SSE).
    pub(crate) fn set_stream(&self, stream: Option<mpsc::Sender<Out>>) {
        *self.stream.lock().unwrap_or_else(PoisonError::into_inner) = stream;
    }

    /// The client's one stream, if it has one.
    pub(crate) fn stream(&self) -> Option<mpsc::Sender<Out>> {
        self.stream
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers what a server asked, so that the answer's record can name it.
    pub(crate) fn asked(&self, id: IdKey, method: Arc<str>) {
        let mut asked = self.server_requests();
        if asked.len() < SERVER_REQUESTS_MAX {
            asked.insert(id, method);
        }
    }

    /// Remembers that the client cancelled a request, so that its end can be named.
    pub(crate) fn cancel(&self, request: IdKey) {
        let mut cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if cancelled.len() < CANCELLED_MAX {
            cancelled.insert(request);
        }
    }

    /// Whether the client cancelled that request, which has ended now.
    pub(crate) fn was_cancelled(&self, request: &IdKey) -> bool {
        let mut cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        cancelled.remove(request)
    }

    /// What the client now answers.
    pub(crate) fn answered(&self, id: &IdKey) -> Option<Arc<str>> {
        self.server_requests().remove(id)
    }

    fn server_requests(&self) -> std::sync::MutexGuard<'_, HashMap<IdKey, Arc<str>>> {
        self.server_requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
