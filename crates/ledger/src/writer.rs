//! The one writer: takes what queued while the last sync ran, gives it places, makes it durable,
//! and only then tells those who wait.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::committed::{CommitError, Receipt};
use crate::handles::Shared;
use crate::ports::{Batch, Journal, JournalError};
use crate::queue::Item;
use crate::sequencer::{Placed, Sequencer};
use crate::wal::{FRAME_HEADER_BYTES, entry_bytes_max};

/// A batch is closed once it has this many bytes: the next one does not wait longer than one sync.
const BATCH_BYTES_MAX: u64 = 8 << 20;
/// Buffers that grew beyond this are given back after use.
const BUFFER_BYTES_KEPT: usize = 16 << 20;

/// Runs until the queue is ended and empty, or the journal fails.
pub(crate) fn run(shared: &Arc<Shared>, mut state: Sequencer, journal: &mut dyn Journal) {
    // If this thread dies of a defect, nobody may wait for it.
    let guard = Guard(shared);
    let mut waiting = Vec::new();
    let mut buffer = Vec::new();
    while shared.queue.drain(&mut waiting) {
        let mut items = waiting.drain(..).peekable();
        while items.peek().is_some() {
            let mut bytes = FRAME_HEADER_BYTES as u64;
            let mut batch = Vec::new();
            while let Some(item) = items.next_if(|item| {
                batch.is_empty() || bytes + entry_bytes_max(&item.sealed) <= BATCH_BYTES_MAX
            }) {
                bytes += entry_bytes_max(&item.sealed);
                batch.push(item);
            }
            let result = write(shared, &mut state, journal, &mut buffer, &mut batch, bytes);
            if let Err(reason) = result {
                poison(shared, &reason);
                // What was sealed for this batch and everything behind it ends with the error.
                for item in batch.iter().chain(&items.collect::<Vec<_>>()) {
                    item.settle(Err(CommitError::Poisoned(Arc::clone(&reason))));
                }
                return;
            }
        }
        if buffer.capacity() > BUFFER_BYTES_KEPT {
            buffer = Vec::new();
        }
    }
    guard.disarm();
}

fn release_size(batch: &[Item]) -> (usize, usize) {
    let bytes = batch.iter().map(|item| item.sealed.body.len()).sum();
    (batch.len(), bytes)
}

/// Writes one batch and settles it.
fn write(
    shared: &Shared,
    state: &mut Sequencer,
    journal: &mut dyn Journal,
    buffer: &mut Vec<u8>,
    batch: &mut Vec<Item>,
    bytes: u64,
) -> Result<(), Arc<str>> {
    let (records, body_bytes) = release_size(batch);
    match journal.reserve(bytes, state) {
        Ok(()) => {}
        Err(JournalError::Full) => {
            shared.queue.release(records, body_bytes);
            for item in batch.drain(..) {
                item.settle(Err(CommitError::DiskFull));
            }
            return Ok(());
        }
        Err(JournalError::Failed(reason)) => return Err(reason),
    }
    let first_index = state.size();
    let placed = place_all(state, buffer, batch)?;
    if placed.is_empty() {
        shared.queue.release(records, body_bytes);
        return Ok(());
    }
    let appended = journal
        .append(Batch {
            buffer,
            count: u32::try_from(placed.len()).unwrap_or(u32::MAX),
            first_index,
            state,
        })
        .map_err(|error| Arc::from(error.to_string()))?;
    // From here on the batch is durable; a crash between here and the wake-up leaves records that
    // nobody was told about, which recovery keeps.
    let gauges = &shared.gauges;
    gauges.durable.store(state.size(), Ordering::Release);
    gauges
        .sessions_open
        .store(state.sessions().len() as u64, Ordering::Release);
    gauges.batches.fetch_add(1, Ordering::AcqRel);
    gauges
        .sync_last_us
        .store(appended.took_us, Ordering::Release);
    gauges
        .sync_total_us
        .fetch_add(appended.took_us, Ordering::AcqRel);
    // Before the wake-up: whoever is woken may commit at once.
    shared.queue.release(records, body_bytes);
    for (item, placed) in batch.drain(..).zip(placed) {
        item.settle(Ok(receipt(&shared.origin, placed)));
    }
    Ok(())
}

/// Gives places to a batch; takes out and settles what cannot have one.
fn place_all(
    state: &mut Sequencer,
    buffer: &mut Vec<u8>,
    batch: &mut Vec<Item>,
) -> Result<Vec<Placed>, Arc<str>> {
    buffer.clear();
    buffer.resize(FRAME_HEADER_BYTES, 0);
    let mut offsets = Vec::with_capacity(batch.len() * 4);
    let mut placed = Vec::with_capacity(batch.len());
    let mut too_long = false;
    batch.retain_mut(|item| {
        let offset = u32::try_from(buffer.len() - FRAME_HEADER_BYTES);
        too_long |= offset.is_err();
        match state.place(&mut item.sealed, buffer) {
            Ok(place) => {
                offsets.extend_from_slice(&offset.unwrap_or(u32::MAX).to_be_bytes());
                placed.push(place);
                true
            }
            Err(error) => {
                item.settle(Err(error));
                false
            }
        }
    });
    if too_long {
        return Err("a batch exceeds 4 GiB".into());
    }
    buffer.extend_from_slice(&offsets);
    Ok(placed)
}

fn receipt(origin: &Arc<str>, placed: Placed) -> Receipt {
    Receipt {
        origin: Arc::clone(origin),
        index: placed.index,
        leaf: placed.leaf,
    }
}

pub(crate) fn poison(shared: &Shared, reason: &Arc<str>) {
    let _ = shared.gauges.poisoned.set(Arc::clone(reason));
    shared.queue.end(CommitError::Poisoned(Arc::clone(reason)));
}

struct Guard<'a>(&'a Arc<Shared>);

impl Guard<'_> {
    fn disarm(self) {
        std::mem::forget(self);
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.0.gauges.poisoned.get().is_none() {
            poison(self.0, &Arc::from("the ledger's writer stopped"));
        }
    }
}
