//! The bounded queue between those who commit and the one writer.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::committed::{CommitError, Receipt, Slot};
use crate::seal::Sealed;

/// A sealed record and who waits for it. Whoever drops it unsettled wakes the waiter with an
/// error: no waiter is left hanging, whatever happens to the writer.
pub(crate) struct Item {
    pub(crate) sealed: Sealed,
    slot: Arc<Slot>,
}

impl Item {
    pub(crate) const fn new(sealed: Sealed, slot: Arc<Slot>) -> Self {
        Self { sealed, slot }
    }

    pub(crate) fn settle(&self, result: Result<Receipt, CommitError>) {
        self.slot.settle(result);
    }

    fn bytes(&self) -> usize {
        self.sealed.body.len()
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.slot.settle(Err(CommitError::Closed));
    }
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) records_max: usize,
    pub(crate) bytes_max: usize,
}

/// Records in the order in which they will be on record.
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    bounds: Bounds,
}

#[derive(Default)]
struct State {
    items: Vec<Item>,
    /// Waiting and being written.
    records: usize,
    bytes: usize,
    end: Option<CommitError>,
    writer_waits: bool,
}

impl Queue {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            bounds,
        }
    }

    /// Appends; never waits. Gives the item back's fate as an error if it may not wait here.
    pub(crate) fn push(&self, item: Item) -> Result<(), CommitError> {
        let bytes = item.bytes();
        let mut state = self.lock();
        let refused = if let Some(end) = &state.end {
            Some(end.clone())
        } else if state.records >= self.bounds.records_max
            || (state.records > 0 && state.bytes.saturating_add(bytes) > self.bounds.bytes_max)
        {
            Some(CommitError::QueueFull)
        } else {
            None
        };
        if let Some(error) = refused {
            drop(state);
            item.settle(Err(error.clone()));
            return Err(error);
        }
        state.records += 1;
        state.bytes += bytes;
        state.items.push(item);
        let wake = std::mem::take(&mut state.writer_waits);
        drop(state);
        if wake {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Takes everything that waits into `into`; waits for at least one item. False once the queue
    /// was ended and is empty.
    pub(crate) fn drain(&self, into: &mut Vec<Item>) -> bool {
        let mut state = self.lock();
        loop {
            if !state.items.is_empty() {
                std::mem::swap(&mut state.items, into);
                return true;
            }
            if state.end.is_some() {
                return false;
            }
            state.writer_waits = true;
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The writer has settled these: they count no more.
    pub(crate) fn release(&self, records: usize, bytes: usize) {
        let mut state = self.lock();
        state.records = state.records.saturating_sub(records);
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// Takes nothing more, and tells so with this error. The first end stays, except that a
    /// failure overrules an orderly end. Gives back what waited if nothing can be written any more.
    pub(crate) fn end(&self, error: CommitError) {
        let fatal = matches!(error, CommitError::Poisoned(_));
        let mut state = self.lock();
        if state.end.is_none() || fatal {
            state.end = Some(error.clone());
        }
        let left = if fatal {
            std::mem::take(&mut state.items)
        } else {
            Vec::new()
        };
        state.writer_waits = false;
        drop(state);
        self.wake.notify_one();
        for item in left {
            item.settle(Err(error.clone()));
        }
    }

    pub(crate) fn ended(&self) -> bool {
        self.lock().end.is_some()
    }

    pub(crate) fn load(&self) -> (usize, usize) {
        let state = self.lock();
        (state.records, state.bytes)
    }

    pub(crate) const fn bounds(&self) -> Bounds {
        self.bounds
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
