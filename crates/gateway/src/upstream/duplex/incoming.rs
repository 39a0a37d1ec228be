//! What comes back to one exchange, as a stream that cannot hang.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use gate::{Answer, Ending, Head};
use tokio::sync::oneshot;
use tokio::time::sleep_until;

use super::Shared;
use super::queue::Rx;
use super::table::Patience;
use crate::upstream::Incoming;

/// How often a request that waits looks whether its patience changed: it was cancelled, or the
/// client owes the server an answer.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Says whether a message was written.
pub(super) type Written = oneshot::Receiver<Result<(), Ending>>;

/// The requests of one exchange that are in the table: dropping it abandons them.
pub(super) struct UnderWay {
    shared: Arc<Shared>,
    requests: Vec<u64>,
}

impl UnderWay {
    pub(super) const fn new(shared: Arc<Shared>, requests: Vec<u64>) -> Self {
        Self { shared, requests }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut table = self.shared.table();
        for request in &self.requests {
            table.abandon(*request);
        }
    }
}

/// The answers to the requests in `under_way`, and what comes along with them.
pub(super) fn answers(under_way: UnderWay, answers: Rx, written: Vec<Written>) -> Incoming {
    let awaiting = Awaiting {
        under_way,
        answers,
        written,
        heard_at: Instant::now(),
    };
    stream::unfold(Some(awaiting), |awaiting| async {
        let mut awaiting = awaiting?;
        let item = awaiting.next().await?;
        // Nothing comes after an error: whoever waited is gone from the table at once.
        let rest = item.is_ok().then_some(awaiting);
        Some((item, rest))
    })
    .boxed()
}

/// One 202 once everything was written.
pub(super) fn acceptance(shared: Arc<Shared>, written: Vec<Written>) -> Incoming {
    let ms_max = shared.answer_ms_max;
    let outcome = async move {
        let all = async {
            for one in written {
                match one.await {
                    Ok(outcome) => outcome?,
                    Err(_) => return Err(shared.over().await),
                }
            }
            Ok(())
        };
        tokio::time::timeout(Duration::from_millis(ms_max), all)
            .await
            .map_err(|_| Ending::UpstreamTimedOut { waited_ms: ms_max })??;
        Ok(whole(202))
    };
    stream::once(outcome).boxed()
}

/// Everything that belongs to no request, until another stream replaces this one.
pub(super) fn unrelated(messages: Rx) -> Incoming {
    stream::unfold(Some(messages), |messages| async {
        let mut messages = messages?;
        let item = messages.recv().await?;
        let rest = item.is_ok().then_some(messages);
        Some((item, rest))
    })
    .boxed()
}

/// An answer without a body.
pub(super) const fn whole(status: u16) -> Answer {
    let headers = Vec::new();
    Answer::Whole(Head { status, headers }, Bytes::new(), None)
}

struct Awaiting {
    under_way: UnderWay,
    answers: Rx,
    written: Vec<Written>,
    heard_at: Instant,
}

impl Awaiting {
    async fn next(&mut self) -> Option<Result<Answer, Ending>> {
        loop {
            let (at, ms) = match self.patience() {
                Patience::Until { at, ms } => (Some(at), ms),
                Patience::Unlimited => (None, 0),
            };
            let look_again = Instant::now() + self.look_again();
            let wake_at = at.unwrap_or(look_again).min(look_again);
            tokio::select! {
                // What came counts before the clock does.
                biased;
                item = self.answers.recv() => {
                    self.heard_at = Instant::now();
                    return item;
                }
                outcome = next_written(&mut self.written), if !self.written.is_empty() => {
                    if let Err(ending) = outcome {
                        return Some(Err(ending));
                    }
                }
                () = sleep_until(wake_at.into()) => {
                    if at.is_some_and(|at| at <= Instant::now()) {
                        return Some(Err(Ending::UpstreamTimedOut { waited_ms: ms }));
                    }
                }
            }
        }
    }

    fn look_again(&self) -> Duration {
        LOOK_AGAIN.min(Duration::from_millis(self.under_way.shared.answer_ms_max))
    }

    /// The longest patience of the requests that are still under way.
    fn patience(&self) -> Patience {
        let shared = &self.under_way.shared;
        let mut table = shared.table();
        let each = self.under_way.requests.iter();
        let mut longest = None;
        for request in each {
            let patience = table.patience(*request, self.heard_at, shared.answer_ms_max);
            longest = match (longest, patience) {
                (Some(Patience::Unlimited), _) | (_, Patience::Unlimited) => {
                    Some(Patience::Unlimited)
                }
                (Some(Patience::Until { at, .. }), Patience::Until { at: other, .. })
                    if at >= other =>
                {
                    longest
                }
                (_, patience) => Some(patience),
            };
        }
        longest.unwrap_or(Patience::Unlimited)
    }
}

/// Waits for the next writing to end. One that ends without an outcome says nothing: the channel
/// is over then, and the table tells everybody.
async fn next_written(written: &mut Vec<Written>) -> Result<(), Ending> {
    let outcome = match written.first_mut() {
        Some(first) => first.await.unwrap_or(Ok(())),
        None => Ok(()),
    };
    written.remove(0);
    outcome
}
