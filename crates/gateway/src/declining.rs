//! What a server is told that asked in vain.

use futures_util::future::BoxFuture;
use gate::Released;
use tokio::sync::mpsc;

use crate::flight::{Flight, Owner, REPLIES_AHEAD_MAX};
use crate::relay::Relay;

impl Flight {
    /// Sends a server the answers to what it asked in vain. In the modern era servers ask nothing, and
    /// nobody there waits.
    pub(crate) fn decline(&self, declined: Vec<Released>) {
        let Owner::Session(session) = &self.owner else {
            return;
        };
        for released in declined {
            let Some(link) = session.link.get().cloned() else {
                return;
            };
            let (out, mut outs) = mpsc::channel(REPLIES_AHEAD_MAX);
            let flight = Self {
                shared: self.shared.clone(),
                owner: Owner::Session(session.again()),
                out,
            };
            // Boxed, because relaying may decline again.
            let sending: BoxFuture<'static, ()> = Box::pin(async move {
                let sent = link.forward(released).await;
                let mut relay = Relay::new(&flight, sent.forwarded, link.transport(), false);
                tokio::select! {
                    _left = relay.run(sent.incoming) => {}
                    () = async { while outs.recv().await.is_some() {} } => {}
                }
            });
            self.shared.tasks.spawn(sending);
        }
    }
}
