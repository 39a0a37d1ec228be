//! [`Committed`]: the proof, as a value, that something is durable.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use model::{Digest, EntryIndex};

use crate::record::Kind;

/// Something that is durably on record.
///
/// Only this crate makes one, after the storage port returned from its sync. Whoever holds a
/// `Committed<T>` may act on it.
#[derive(Debug)]
pub struct Committed<T> {
    inner: T,
    receipt: Receipt,
}

impl<T> Committed<T> {
    /// What was recorded.
    pub const fn get(&self) -> &T {
        &self.inner
    }

    /// Where it is on record.
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Takes it apart: the proof is spent.
    pub fn into_parts(self) -> (T, Receipt) {
        (self.inner, self.receipt)
    }
}

/// Where a record is: enough to ask for it, and to prove it, later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The log's origin.
    pub origin: Arc<str>,
    /// The record's position in that log.
    pub index: EntryIndex,
    /// The RFC 6962 hash of its leaf.
    pub leaf: Digest,
}

/// Why something could not be put on record. Whatever asked for the record must be refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Too much waits for the disk already: try again later.
    #[error("the ledger's queue is full")]
    QueueFull,
    /// The record is larger than the format or the configured limit allows.
    #[error("the record has {bytes} bytes, and {bytes_max} bytes is the most")]
    TooLarge {
        /// The size of the record's body in bytes.
        bytes: u64,
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// A write or a sync failed: the log takes nothing more until the process is started again.
    #[error("the ledger is poisoned by a storage error: {0}")]
    Poisoned(Arc<str>),
    /// The ledger was closed.
    #[error("the ledger is closed")]
    Closed,
    /// The session was closed already.
    #[error("the session is closed")]
    SessionClosed,
    /// The disk is full. Nothing was written; later calls may succeed again.
    #[error("the disk is full")]
    DiskFull,
    /// The record is of a kind that has another door: what opens, ends and purges a session is put on
    /// record by the call that does so, and by no other. A defect in the program.
    #[error("a record of kind `{}` cannot be committed here", .0.as_str())]
    Kind(Kind),
    /// Sealing failed.
    #[error("the record could not be sealed")]
    Seal,
}

/// A record on its way to the disk: completes when it is durable, or cannot become so.
///
/// Dropping it does not take the record back.
#[must_use = "nothing may be acted on before it is committed"]
pub struct Commit<T> {
    thing: Option<T>,
    slot: Arc<Slot>,
}

impl<T> fmt::Debug for Commit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commit")
    }
}

impl<T> Commit<T> {
    pub(crate) fn new(thing: T, slot: Arc<Slot>) -> Self {
        Self {
            thing: Some(thing),
            slot,
        }
    }

    pub(crate) fn failed(thing: T, error: CommitError) -> Self {
        let slot = Slot::new();
        slot.settle(Err(error));
        Self::new(thing, slot)
    }
}

impl<T: Unpin> Commit<T> {
    /// Blocks the thread until the record is durable or cannot become so: for programs without an
    /// asynchronous runtime.
    ///
    /// # Errors
    ///
    /// As the future.
    pub fn wait(mut self) -> Result<Committed<T>, CommitError> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut cx = Context::from_waker(&waker);
        loop {
            match Pin::new(&mut self).poll(&mut cx) {
                Poll::Ready(result) => return result,
                // A wake-up without a reason polls once more.
                Poll::Pending => thread::park(),
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl<T: Unpin> Future for Commit<T> {
    type Output = Result<Committed<T>, CommitError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let receipt = match this.slot.poll(cx.waker()) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Ready(Ok(receipt)) => receipt,
        };
        // A future that already completed has nothing left to give: closed, never a second proof.
        let Some(inner) = this.thing.take() else {
            return Poll::Ready(Err(CommitError::Closed));
        };
        Poll::Ready(Ok(Committed { inner, receipt }))
    }
}

/// Where the writer leaves the result and whom it wakes.
pub(crate) struct Slot(Mutex<SlotState>);

enum SlotState {
    Waiting(Option<Waker>),
    Settled(Result<Receipt, CommitError>),
}

impl Slot {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(SlotState::Waiting(None))))
    }

    /// Called by the writer once the record's fate is known; the first call decides.
    pub(crate) fn settle(&self, result: Result<Receipt, CommitError>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let SlotState::Waiting(waker) = &mut *state {
            let waker = waker.take();
            *state = SlotState::Settled(result);
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn poll(&self, waker: &Waker) -> Poll<Result<Receipt, CommitError>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            SlotState::Settled(result) => Poll::Ready(result.clone()),
            SlotState::Waiting(slot) => {
                *slot = Some(waker.clone());
                Poll::Pending
            }
        }
    }
}
