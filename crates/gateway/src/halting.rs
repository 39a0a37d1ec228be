//! What an operator stops ends at once: calls under way, open streams, the processes of sessions.

use std::sync::Arc;

use gate::Exchange;
use ledger::Session as Recording;
use model::{Halt, Halts, Principal, SessionId, UpstreamName};
use tokio::sync::watch;

use crate::shared::Shared;

/// What is stopped now, as far as one call goes.
pub(crate) struct Watch {
    halts: watch::Receiver<Arc<Halts>>,
    server: UpstreamName,
    who: Principal,
    session: SessionId,
}

impl Watch {
    pub(crate) fn new(shared: &Shared, exchange: &Exchange, recording: &Recording) -> Self {
        Self {
            halts: shared.wiring.halts.clone(),
            server: exchange.upstream.clone(),
            who: exchange.caller.principal.clone(),
            session: recording.id(),
        }
    }

    /// What stops it now.
    pub(crate) fn now(&self) -> Option<Arc<Halt>> {
        let halts = self.halts.borrow();
        halts.of(&self.server, &self.who, self.session).cloned()
    }

    /// Completes once something stops it.
    pub(crate) async fn halted(&mut self) -> Arc<Halt> {
        loop {
            let halts = self.halts.borrow_and_update().clone();
            if let Some(halt) = halts.of(&self.server, &self.who, self.session) {
                return halt.clone();
            }
            if self.halts.changed().await.is_err() {
                // Nobody stops anything any more.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Ends the conversations of what is stopped, as long as the gateway runs. Calls and streams end by
/// themselves.
pub(crate) async fn enforce(shared: Arc<Shared>) {
    let mut halts = shared.wiring.halts.clone();
    loop {
        let stopped = halts.borrow_and_update().clone();
        if !stopped.is_empty() {
            close(&shared, &stopped);
        }
        tokio::select! {
            changed = halts.changed() => if changed.is_err() { return },
            () = shared.draining.cancelled() => return,
        }
    }
}

/// Sessions stay: whoever goes on in one is told that it is stopped.
fn close(shared: &Arc<Shared>, stopped: &Halts) {
    let sessions = shared.sessions.legacy();
    for session in sessions {
        let who = &session.caller.principal;
        let server = &session.upstream.name;
        if stopped.of(server, who, session.recording.id()).is_none() {
            continue;
        }
        session.set_stream(None);
        shared.tasks.spawn(async move {
            if let Some(link) = session.link.get() {
                link.close().await;
            }
        });
    }
    for (name, upstream) in &shared.upstreams {
        // What many callers share ends with its server only.
        let nobody = SessionId::from_bytes([0; 16]);
        if stopped
            .of(name, &Principal::Anonymous, nobody)
            .is_some_and(of_server)
        {
            let upstream = upstream.clone();
            shared.tasks.spawn(async move { upstream.close().await });
        }
    }
}

fn of_server(halt: &Arc<Halt>) -> bool {
    use model::HaltTarget::{Everything, Server};
    matches!(halt.target, Server(_) | Everything)
}
