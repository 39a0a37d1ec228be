//! The thread behind the writer: moves session keys to the keyring, keeps the index, publishes
//! tiles and checkpoints, and records a heartbeat when nothing else is. It reads what is durable
//! from the log itself, so it does the same work after a crash, and no call waits for it.

use std::sync::mpsc::{self, RecvTimeoutError, Sender, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ledger::{Kind, Ledger, PublishError, Publisher, StorageError, Travelling};
use model::TreeSize;

use crate::dir::Note;
use crate::error::ReadError;
use crate::follow::{Follow, NewEntry};
use crate::index::IndexWriter;
use crate::keys::{Arrival, Keyring, KeyringError};
use crate::org::OrgLog;

/// So many changed sessions are written to the index at once, at most.
const INDEX_CHANGES_MAX: usize = 4_096;
/// So many session keys are moved at once, at most.
const ARRIVALS_MAX: usize = 1_024;
/// How long what is on its way under a transfer key may take to arrive.
const ARRIVAL_WAIT: Duration = Duration::from_secs(30);
/// How often it is looked whether it has.
const ARRIVAL_ROUND: Duration = Duration::from_millis(1);
/// How long a transfer key is used for new sessions.
const TRANSFER_KEY_S: u64 = 3_600;

/// Why the thread could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Tiles or a checkpoint could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The org log could not be published.
    #[error("the org log: {0}")]
    Org(PublishError),
    /// Session keys could not be moved.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Sessions that opened are not on record after a long time: the disk is stuck.
    #[error("records that wait for the disk do not get there")]
    Stuck,
    /// There is no thread to be had.
    #[error("the keeper's thread could not be started: {0}")]
    Thread(std::io::Error),
    /// The thread ended of a defect.
    #[error("the keeper's thread stopped")]
    Stopped,
}

/// What the thread works with.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) ledger: Ledger,
    pub(crate) epoch: u32,
    pub(crate) follow: Follow,
    pub(crate) keyring: Keyring,
    /// Without an index, readers take everything from the log.
    pub(crate) index: Option<IndexWriter>,
    pub(crate) publisher: Publisher,
    pub(crate) org: OrgLog,
    pub(crate) publish_interval: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) transfer: Transfers,
    pub(crate) moved: u64,
    pub(crate) arrivals: Vec<Arrival>,
}

/// The transfer keys that may still be needed.
#[derive(Debug)]
pub(crate) struct Transfers {
    pub(crate) current: u64,
    pub(crate) previous: Option<u64>,
    pub(crate) since: Instant,
    /// Keys of earlier processes are destroyed once the log was read up to here.
    pub(crate) started_at: Option<u64>,
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct Running {
    orders: Sender<Order>,
    thread: JoinHandle<Result<(), KeeperError>>,
}

/// What the thread is told to do at once.
#[derive(Debug)]
enum Order {
    /// Take in and publish what is durable, and end.
    Stop,
    /// Leave no session's key in the log, and tell.
    Settle(SyncSender<Result<(), KeeperError>>),
}

impl Keeper {
    pub(crate) fn start(self) -> Result<Running, KeeperError> {
        let (orders, received) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("ledger-keeper".to_owned())
            .spawn(move || self.run(&received))
            .map_err(KeeperError::Thread)?;
        Ok(Running { orders, thread })
    }

    fn run(mut self, orders: &mpsc::Receiver<Order>) -> Result<(), KeeperError> {
        let mut seen = (self.follow.size(), Instant::now());
        loop {
            let result = self.tick();
            match orders.recv_timeout(self.publish_interval) {
                Err(RecvTimeoutError::Timeout) => {}
                // Whoever asked and does not listen any more has its answer in the keyring.
                Ok(Order::Settle(asked)) => drop(asked.send(self.settle())),
                Ok(Order::Stop) => return self.end(),
                Err(RecvTimeoutError::Disconnected) => return self.tick(),
            }
            if let Err(error) = result {
                self.report(&error);
            }
            if self.follow.size() != seen.0 {
                seen = (self.follow.size(), Instant::now());
            } else if seen.1.elapsed() >= self.heartbeat {
                seen.1 = Instant::now();
                let beat = Note::new(Kind::Heartbeat, "the node is up and nothing happened");
                // Nobody waits for it; if it fails, so does the next call.
                drop(self.ledger.node_session().commit(beat));
            }
        }
    }

    /// The last work. A log that was poisoned did not end in order.
    fn end(mut self) -> Result<(), KeeperError> {
        self.tick()?;
        if self.ledger.health().poisoned.is_none() {
            self.org.leave().map_err(KeeperError::Org)?;
        }
        Ok(())
    }

    fn tick(&mut self) -> Result<(), KeeperError> {
        let durable = self.ledger.health().durable.0;
        let taken = self.take_in(durable);
        self.flush_index();
        // Without the root key, session keys stay in the log under the transfer key in use, and
        // everything else goes on.
        let keys = self.move_keys().and_then(|()| self.rotate_transfer());
        taken?;
        if self.publisher.size() > 0 {
            let publication = self.publisher.publish()?;
            self.ledger.set_published(publication.checkpoint.size);
            self.org.note(&publication).map_err(KeeperError::Org)?;
        }
        keys
    }

    fn take_in(&mut self, durable: u64) -> Result<(), KeeperError> {
        let Self {
            follow,
            keyring,
            index,
            publisher,
            moved,
            arrivals,
            epoch,
            ..
        } = self;
        follow.take_in(durable, |entry| {
            if let Some(writer) = index
                && entry.index.0 >= writer.size()
            {
                writer.add(entry.segment, entry.index, entry.leaf);
                if writer.changed() >= INDEX_CHANGES_MAX {
                    flush(index);
                }
            }
            if entry.index.0 >= *moved {
                arrivals.extend(arrival(&entry));
                *moved = entry.index.0 + 1;
                // What cannot be moved now waits for the end of the round.
                if arrivals.len() == ARRIVALS_MAX
                    && keyring.receive(*epoch, *moved, arrivals).is_ok()
                {
                    arrivals.clear();
                }
            }
            if entry.index.0 >= publisher.size() {
                publisher.push(entry.view.leaf)?;
            }
            Ok(())
        })
    }

    fn move_keys(&mut self) -> Result<(), KeeperError> {
        if !self.arrivals.is_empty() {
            self.keyring
                .receive(self.epoch, self.moved, &self.arrivals)?;
            self.arrivals.clear();
        }
        Ok(())
    }

    fn flush_index(&mut self) {
        flush(&mut self.index);
    }

    /// Session keys that have reached the keyring must not be readable from the log: the keys
    /// under which they travelled are destroyed after a while.
    fn rotate_transfer(&mut self) -> Result<(), KeeperError> {
        let transfer = &mut self.transfer;
        if transfer.started_at.is_some_and(|at| self.moved >= at) {
            transfer.started_at = None;
            self.keyring
                .destroy_transfers_except(transfer.current, transfer.previous)?;
        }
        if transfer.since.elapsed() >= Duration::from_secs(TRANSFER_KEY_S) {
            let next = self.keyring.create_transfer()?;
            transfer.previous = Some(std::mem::replace(&mut transfer.current, next.id()));
            transfer.since = Instant::now();
            // What is still on its way under the old key arrives long before that key goes.
            drop(self.ledger.replace_transfer_key(next));
            self.keyring
                .destroy_transfers_except(transfer.current, transfer.previous)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), KeeperError> {
        let next = self.keyring.create_transfer()?;
        let number = next.id();
        let travelling = self.ledger.replace_transfer_key(next);
        let previous = std::mem::replace(&mut self.transfer.current, number);
        self.transfer.previous = Some(previous);
        self.transfer.since = Instant::now();
        await_arrival(&travelling)?;
        let durable = self.ledger.health().durable.0;
        self.take_in(durable)?;
        self.move_keys()?;
        self.keyring.destroy_transfers_except(number, None)?;
        self.transfer.previous = None;
        self.transfer.started_at = None;
        Ok(())
    }

    /// What a retry can mend is a warning; a head that contradicts a signed one ends the log.
    fn report(&self, error: &KeeperError) {
        match error {
            KeeperError::Publish(inner) | KeeperError::Org(inner) if contradicts(inner) => {
                tracing::error!(%error, "the log contradicts what was signed");
                self.ledger.poison(&error.to_string());
            }
            KeeperError::Keyring(error) => tracing::warn!(
                %error,
                waiting = self.arrivals.len(),
                "session keys stay in the log under the transfer key in use"
            ),
            error => tracing::warn!(
                %error,
                published = self.publisher.signed_size().0,
                "publishing lags"
            ),
        }
    }
}

impl Running {
    /// Moves all session keys that are on record to the keyring, and destroys all transfer keys
    /// but a new one: from then on none of these sessions can be opened from the log alone.
    pub(crate) fn settle(&self) -> Result<(), KeeperError> {
        let (asked, answer) = mpsc::sync_channel(1);
        self.orders
            .send(Order::Settle(asked))
            .map_err(|_| KeeperError::Stopped)?;
        answer.recv().map_err(|_| KeeperError::Stopped)?
    }

    /// Takes in and publishes what is durable, and ends the thread.
    pub(crate) fn stop(self) -> Result<(), KeeperError> {
        // A thread that has ended already does not listen.
        let _ = self.orders.send(Order::Stop);
        match self.thread.join() {
            Ok(result) => result,
            Err(_) => Err(KeeperError::Stopped),
        }
    }
}

/// Whether it is a head that contradicts one that was signed: no retry mends that.
const fn contradicts(error: &PublishError) -> bool {
    matches!(
        error,
        PublishError::Forked { .. }
            | PublishError::Smaller { .. }
            | PublishError::Storage(StorageError::Conflict)
    )
}

/// Publishes nothing: brings the publisher to `size` leaves before the log goes on.
pub(crate) fn catch_up(
    publisher: &mut Publisher,
    follow: &mut Follow,
    size: TreeSize,
) -> Result<(), KeeperError> {
    follow.take_in(size.0, |entry| Ok(publisher.push(entry.view.leaf)?))
}

/// Waits until nothing is under way any more under a key that was replaced.
fn await_arrival(travelling: &Travelling) -> Result<(), KeeperError> {
    let deadline = Instant::now() + ARRIVAL_WAIT;
    while !travelling.arrived() {
        if Instant::now() >= deadline {
            return Err(KeeperError::Stuck);
        }
        thread::sleep(ARRIVAL_ROUND);
    }
    Ok(())
}

fn arrival(entry: &NewEntry<'_>) -> Option<Arrival> {
    let prefix = &entry.leaf.prefix;
    entry.view.carry.as_ref().map(|carry| Arrival {
        session: prefix.session,
        domain: prefix.domain,
        bucket: prefix.bucket,
        principal: prefix.principal,
        carry: carry.clone(),
    })
}

/// The index can be made again: an error costs speed, not evidence.
fn flush(index: &mut Option<IndexWriter>) {
    if let Some(writer) = index
        && let Err(error) = writer.flush()
    {
        tracing::warn!(%error, "the index cannot be written and is given up until the next start");
        *index = None;
    }
}
