//! Starting, the life of sessions, and stopping without losing a call.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gate::{Exchange, SessionClosing, SessionOpening, Transport};
use ledger::Commit;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::random::{self, NoRandomness};
use crate::sessions::{Group, InUse, McpSession};
use crate::shared::{Shared, Wiring};
use crate::upstream::TlsError;
use crate::upstreams::Upstream;
use crate::{connection, farewell, halting};

/// How often idle sessions are looked for, at most.
const SWEEP_MS_MAX: u64 = 60_000;

/// How often it is looked whether an issuer's keys are still fresh.
const KEYS_LOOKED_AT: Duration = Duration::from_secs(15);

/// The data path.
pub struct Gateway;

/// The data path while it runs. Dropping it does not stop it: call [`Running::stop`].
pub struct Running {
    shared: Arc<Shared>,
    addr: SocketAddr,
    accepting: JoinHandle<()>,
}

/// Why the data path cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on `{addr}`: {error}")]
    Listen {
        /// The configured address.
        addr: SocketAddr,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// An upstream's TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Gateway {
    /// Listens. Connections are taken when this returns.
    ///
    /// # Errors
    ///
    /// The address is taken or not this machine's; an upstream's certificate authorities are no
    /// PEM.
    pub async fn start(mut config: Config, wiring: Wiring) -> Result<Running, StartError> {
        let addr = config.listen;
        let failed = |error| StartError::Listen { addr, error };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        config.listen = addr;
        let shared = Shared::new(config, wiring)?;
        let accepting = tokio::spawn(connection::accept(shared.clone(), listener));
        tokio::spawn(sweep(shared.clone()));
        tokio::spawn(halting::enforce(shared.clone()));
        tokio::spawn(keys_stay_fresh(shared.clone()));
        Ok(Running {
            shared,
            addr,
            accepting,
        })
    }
}

impl Running {
    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Stops: takes nothing new, ends standing streams, lets calls under way end for at most
    /// [`crate::Limits::drain_ms_max`], puts an ending on record for those that did not, closes the
    /// sessions. When it returns, everything is handed to the ledger.
    pub async fn stop(self) {
        let Self {
            shared, accepting, ..
        } = self;
        shared.stopping.store(true, Ordering::Release);
        shared.draining.cancel();
        shared.tasks.close();
        let drain = Duration::from_millis(shared.config.limits.drain_ms_max);
        let drained = tokio::time::timeout(drain, calls_end(&shared)).await;
        if drained.is_err() {
            let left = shared.calls.load(Ordering::Acquire);
            tracing::warn!(calls = left, "calls did not end in time");
        }
        shared.stopped.cancel();
        farewell::close_all(&shared, "gateway_stopped").await;
        shared.silenced.cancel();
        let _joined = accepting.await;
        // What slipped in before its connection ended.
        farewell::close_all(&shared, "gateway_stopped").await;
        shared.tasks.wait().await;
    }
}

/// Waits until no call is under way.
async fn calls_end(shared: &Shared) {
    while shared.calls.load(Ordering::Acquire) > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Opens a legacy session: its recording first, the server with the first message. What comes
/// later in the session is durable only if its opening is.
pub(crate) fn open_session(
    shared: &Shared,
    exchange: Arc<Exchange>,
    upstream: Arc<Upstream>,
    transport: Transport,
) -> Result<(InUse<McpSession>, Commit<SessionOpening>), NoRandomness> {
    let at = random::now();
    let id = random::session_id(at)?;
    let visible = random::visible_session_id()?;
    let caller = exchange.caller.clone();
    let agent = exchange.agent.clone();
    let opening = SessionOpening {
        exchange,
        at,
        grouping: "mcp_session",
        masks: (**shared.wiring.masks.load()).clone(),
    };
    let (recording, opened) = shared.ledger().open_session(id, opening);
    metrics::counter!("probity_sessions_total").increment(1);
    let session = McpSession::new(
        visible.into(),
        caller,
        upstream,
        transport,
        recording,
        agent,
    );
    Ok((shared.sessions.insert(session, at), opened))
}

/// Closes a session in the background, if it is still open.
pub(crate) fn close_soon(shared: &Arc<Shared>, visible: &str, why: &'static str) {
    if let Some(session) = shared.sessions.remove(visible) {
        let closing = farewell::close_session(shared.clone(), session, why);
        shared.tasks.spawn(closing);
    }
}

/// Fetches the issuers' keys before anybody waits for them. What lasts is told once.
async fn keys_stay_fresh(shared: Arc<Shared>) {
    let mut told = HashMap::new();
    loop {
        for (issuer, error) in shared.issuers.upkeep(random::now()).await {
            if told.get(&issuer) != Some(&error) {
                tracing::warn!(%issuer, error, "the keys of an issuer cannot be fetched");
                told.insert(issuer, error);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(KEYS_LOOKED_AT) => {}
            () = shared.draining.cancelled() => return,
        }
    }
}

/// Closes what nobody used for too long.
async fn sweep(shared: Arc<Shared>) {
    let idle_ms_max = shared.config.limits.session_idle_ms_max;
    let pause = Duration::from_millis((idle_ms_max / 4).clamp(100, SWEEP_MS_MAX));
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.draining.cancelled() => return,
        }
        let (sessions, groups) = shared.sessions.sweep(random::now(), idle_ms_max);
        for session in sessions {
            farewell::close_session(shared.clone(), session, "idle").await;
        }
        for group in groups {
            close_group(&group, "idle").await;
        }
    }
}

pub(crate) async fn close_group(group: &Group, why: &'static str) {
    let closing = SessionClosing {
        upstream: group.upstream.as_str().into(),
        at: random::now(),
        why,
    };
    if let Err(error) = group.recording.close(closing).await {
        tracing::error!(%error, "the end of a session cannot be recorded");
    }
}
