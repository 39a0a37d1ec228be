//! A journal in memory that fails on command, and reading back what became durable in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use ledger::merkle::{CompactRange, leaf_hash};
use ledger::wal::{Entry, EntryView, FRAME_HEADER_BYTES};
use ledger::{
    Appended, Batch, Body, Journal, JournalError, Key, RecordSecret, Sequencer, TransferKey,
    open_body,
};
use model::SessionId;
use zeroize::Zeroizing;

pub(crate) const EPOCH: u32 = 1;

/// What the disk does with the next batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Sound,
    /// No room: nothing is written.
    Full,
    /// The write or the sync fails.
    Failing,
}

/// Cheap to clone; clones are the same disk.
#[derive(Clone)]
pub(crate) struct Disk(Arc<Mutex<State>>);

struct State {
    health: Health,
    entries: Vec<Entry>,
}

/// A record that was read back from the disk.
pub(crate) struct OnRecord {
    pub(crate) entry: Entry,
    pub(crate) body: Body,
    /// The calls of its session that had an intent and no outcome after it.
    pub(crate) open_calls: usize,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            health: Health::Sound,
            entries: Vec::new(),
        })))
    }

    pub(crate) fn turn(&self, health: Health) {
        self.lock().health = health;
    }

    /// Everything that is durable, in order, after checking that each leaf follows and each body
    /// opens.
    pub(crate) fn read(&self) -> Vec<OnRecord> {
        let entries = self.lock().entries.clone();
        let mut log = Sequencer::new(EPOCH, CompactRange::new());
        let mut keys: HashMap<SessionId, Key> = HashMap::new();
        let mut records = Vec::new();
        for entry in entries {
            let session = entry.leaf.prefix.session;
            log.replay(&entry.leaf, leaf_hash(&entry.leaf_bytes))
                .expect("the leaf follows");
            if let Some(carry) = &entry.carry {
                let key = transfer_key().receive(session, carry);
                keys.insert(session, key.expect("the session's key arrives"));
            }
            let record = &entry.leaf.prefix.record;
            let key = keys.get(&session).expect("the session was opened");
            let secret = RecordSecret::unwrap(&entry.wrapped_secret, key, session, record)
                .expect("the secret opens");
            let body = open_body(&entry.leaf_bytes, &entry.leaf, &secret, &entry.body)
                .expect("the body opens");
            let cursor = log.sessions().get(&session);
            records.push(OnRecord {
                open_calls: cursor.map_or(0, |cursor| cursor.open_calls.len()),
                entry,
                body,
            });
        }
        records
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked with the lock")
    }
}

pub(crate) fn transfer_key() -> TransferKey {
    let key = Key::from_bytes(Zeroizing::new([7; 32])).expect("32 bytes are a key");
    TransferKey::new(1, key)
}

impl Journal for Disk {
    fn reserve(&mut self, _bytes: u64, _state: &Sequencer) -> Result<(), JournalError> {
        match self.lock().health {
            Health::Full => Err(JournalError::Full),
            Health::Sound | Health::Failing => Ok(()),
        }
    }

    fn append(&mut self, batch: Batch<'_>) -> Result<Appended, JournalError> {
        let mut state = self.lock();
        if state.health == Health::Failing {
            return Err(JournalError::Failed("input/output error".into()));
        }
        state.entries.extend(entries(&batch));
        Ok(Appended::default())
    }
}

/// The entries of a batch, by the offset table at its end.
fn entries(batch: &Batch<'_>) -> Vec<Entry> {
    let count = usize::try_from(batch.count).expect("a count");
    let payload = &batch.buffer[FRAME_HEADER_BYTES..];
    let (entries, table) = payload.split_at(payload.len() - 4 * count);
    let mut offsets: Vec<usize> = table
        .chunks(4)
        .map(|four| u32::from_be_bytes(four.try_into().expect("four bytes")))
        .map(|offset| usize::try_from(offset).expect("an offset"))
        .collect();
    offsets.push(entries.len());
    offsets
        .windows(2)
        .map(|place| EntryView::decode(&entries[place[0]..place[1]]).expect("an entry"))
        .map(|entry| entry.to_entry().expect("a leaf"))
        .collect()
}
