//! The storage ports: what the ledger asks of a disk, an object store or a database.

use std::sync::Arc;

use crate::sequencer::Sequencer;

/// Where batches become durable. One writer thread owns it.
pub trait Journal: Send + 'static {
    /// Makes room for a batch of up to `bytes` bytes; `state` is the log's where the batch goes, to
    /// be written where a segment begins. Nothing was written if this fails.
    ///
    /// # Errors
    ///
    /// [`JournalError::Full`] may pass; [`JournalError::Failed`] does not.
    fn reserve(&mut self, bytes: u64, state: &Sequencer) -> Result<(), JournalError>;

    /// Appends a batch; when this returns, it is durable. Never tried again after an error: what
    /// reached the disk is then unknown.
    ///
    /// # Errors
    ///
    /// Any error poisons the ledger.
    fn append(&mut self, batch: Batch<'_>) -> Result<Appended, JournalError>;
}

/// A batch on its way to the journal.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Room for a frame's header, then the entries, then their offset table: what
    /// [`crate::wal::Framer::complete`] takes.
    pub buffer: &'a mut Vec<u8>,
    /// How many entries it holds.
    pub count: u32,
    /// The index of its first entry.
    pub first_index: u64,
    /// The log's state after this batch.
    pub state: &'a Sequencer,
}

/// What the journal tells about a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Appended {
    /// How long the write and the sync took, in microseconds.
    pub took_us: u64,
}

/// Why a journal did not take a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is no room on the disk. Nothing was written.
    #[error("the disk is full")]
    Full,
    /// A write or a sync failed; what is on the disk is unknown.
    #[error("{0}")]
    Failed(Arc<str>),
}

/// Where published objects are kept: tiles, bundles, checkpoints.
pub trait Objects: Send + Sync {
    /// Stores objects under `/`-separated keys, replacing what is there; all durable on return.
    /// Whoever calls may try again after an error.
    ///
    /// # Errors
    ///
    /// If any of them may not be durable.
    fn put(&self, objects: &[(String, Vec<u8>)]) -> Result<(), StorageError>;

    /// Fetches an object; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If it is unknown whether there is one.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError>;

    /// Removes all objects under a folder's key that nothing refers to any more. Not durable on
    /// return.
    ///
    /// # Errors
    ///
    /// If they may still be there.
    fn remove_folder(&self, key: &str) -> Result<(), StorageError>;
}

/// Where the signer remembers the last head that it signed.
pub trait Head: Send {
    /// The last head, as it was stored; `None` before the first.
    ///
    /// # Errors
    ///
    /// If it is unknown.
    fn fetch(&self) -> Result<Option<Vec<u8>>, StorageError>;

    /// Replaces `expected` by `next`; durable on return.
    ///
    /// # Errors
    ///
    /// [`StorageError::Conflict`] if the head is not `expected`: somebody else signs for this log.
    fn replace(&self, expected: Option<&[u8]>, next: &[u8]) -> Result<(), StorageError>;
}

/// Why something was not stored or fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// What is stored is not what was expected.
    #[error("the stored head is not the one that this process wrote")]
    Conflict,
    /// The storage failed.
    #[error("{0}")]
    Failed(Arc<str>),
}
