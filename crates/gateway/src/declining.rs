//! What a server is told that asked in vain.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use gate::{Answer, Circumstances, Released, decline};
use ledger::Session as Recording;
use mcp::{Era, Kind};
use tokio::sync::mpsc;

use crate::flight::{Flight, Owner, REPLIES_AHEAD_MAX};
use crate::random;
use crate::relay::Relay;
use crate::upstream::Link;

/// A server that asks and does not read the answer is waited for so long: meanwhile nothing else that it
/// says aside is recorded, and it is not read faster than that.
const DECLINE_MAX: Duration = Duration::from_secs(1);

impl Flight {
    /// Puts on record what belongs to no call: standard error, messages that nobody waits for. A process
    /// that many callers share asks nobody, so that what it asks is answered here.
    pub(crate) fn record_aside(
        &self,
        released: &Released,
        recording: Recording,
        link: &Arc<dyn Link>,
        mut answers: mpsc::Receiver<Answer>,
    ) {
        let forwarded = released.ticket();
        let transport = link.transport();
        // The process ends with its link, and this with the process.
        let link = Arc::downgrade(link);
        let shared = self.shared.clone();
        self.shared.tasks.spawn(async move {
            while let Some(answer) = answers.recv().await {
                let asks = answer
                    .message()
                    .is_some_and(|message| message.kind() == Kind::Request);
                let masks = shared.wiring.masks.load_full();
                let outside = shared.looked_at(answer.payload()).await;
                let mut settled =
                    forwarded.settle(answer, transport, &masks, &outside, random::now());
                if asks && forwarded.exchange().era == Era::Modern {
                    let policy = shared.wiring.policy.load();
                    settled = settled.judged(&policy, &Circumstances::default());
                }
                let committed = match recording.commit(settled).await {
                    Ok(committed) => committed,
                    Err(error) => {
                        tracing::error!(%error, "what a server said aside cannot be recorded");
                        continue;
                    }
                };
                for released in decline(&committed, random::now()) {
                    let Some(link) = link.upgrade() else { break };
                    let sent = async { link.forward(released).await.incoming.next().await };
                    if tokio::time::timeout(DECLINE_MAX, sent).await.is_err() {
                        tracing::warn!(
                            "a server does not take the answer to what it asked in vain"
                        );
                    }
                }
            }
        });
    }

    /// Sends a session's server the answers to what it asked in vain.
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
