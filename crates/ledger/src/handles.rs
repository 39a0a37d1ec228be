//! The handles by which everyone else puts things on record.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use model::{SessionId, Timestamp, TreeSize};

use crate::committed::{Commit, CommitError, Slot};
use crate::custody::{CUSTODY_DOMAIN, PurgeNotice};
use crate::health::{Gauges, Health};
use crate::leaf::{Prefix, ends_session, opens_session};
use crate::ports::Journal;
use crate::queue::{Bounds, Item, Queue};
use crate::record::{Kind, Record};
use crate::seal::{Key, Sealed, Sealer, SessionFacts, TransferKey};
use crate::sequencer::Sequencer;
use crate::writer;

/// Microseconds in a day; retention buckets are UTC days.
const DAY_US: u64 = 86_400_000_000;

/// One node's log, open for writing. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
    node: Session,
}

/// One session of the log. Cheap to clone; clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<SessionInner>,
}

pub(crate) struct Shared {
    pub(crate) origin: Arc<str>,
    pub(crate) queue: Queue,
    pub(crate) gauges: Gauges,
    sealer: Sealer,
}

struct SessionInner {
    facts: SessionFacts,
    /// `None` if there was no randomness to make one: then nothing can be sealed.
    key: Option<Key>,
    ended: AtomicBool,
    shared: Arc<Shared>,
}

/// What a ledger starts with. `store` makes one out of a data directory.
#[derive(Debug)]
pub struct Start {
    /// The log's origin: `<org>/gw/<node>/<epoch>`.
    pub origin: Arc<str>,
    /// The log's epoch.
    pub epoch: u32,
    /// Where the log stands.
    pub state: Sequencer,
    /// The key of the pseudonyms in leaves.
    pub pseudonym_key: zeroize::Zeroizing<[u8; 32]>,
    /// The key under which session keys travel in the log.
    pub transfer: TransferKey,
    /// The most records that may wait for the disk.
    pub queue_records_max: usize,
    /// The most bytes of bodies that may wait for the disk.
    pub queue_bytes_max: usize,
    /// The most bytes that one record's body may have before compression.
    pub record_bytes_max: usize,
    /// The id of the node's own session.
    pub node_session: SessionId,
}

/// Sessions whose keys may still be on their way under a transfer key that was replaced.
#[derive(Debug)]
pub struct Travelling(Arc<TransferKey>);

/// The writer's thread.
#[derive(Debug)]
pub struct Writer {
    ledger: Ledger,
    thread: JoinHandle<()>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ledger({})", self.shared.origin)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.inner.facts.id)
    }
}

impl Ledger {
    /// Starts the writer's thread. The node's session opens with `opening`, whose kind is
    /// [`Kind::LogOpened`] in a new log and [`Kind::SessionOpened`] in one that goes on.
    ///
    /// # Errors
    ///
    /// [`CommitError::Seal`] if there is no thread or no randomness to be had.
    pub fn start<T: Record>(
        start: Start,
        mut journal: Box<dyn Journal>,
        opening: T,
    ) -> Result<(Self, Writer, Commit<T>), CommitError> {
        let shared = Arc::new(Shared {
            origin: start.origin,
            queue: Queue::new(Bounds {
                records_max: start.queue_records_max,
                bytes_max: start.queue_bytes_max,
            }),
            gauges: Gauges::default(),
            sealer: Sealer::new(
                start.epoch,
                &start.pseudonym_key,
                start.transfer,
                start.record_bytes_max,
            ),
        });
        shared
            .gauges
            .durable
            .store(start.state.size(), Ordering::Release);
        let kind = match opening.draft().kind {
            Kind::LogOpened => Kind::LogOpened,
            _ => Kind::SessionOpened,
        };
        let (node, commit) = open(&shared, start.node_session, Owner::Node, kind, opening);
        let ledger = Self {
            shared: Arc::clone(&shared),
            node,
        };
        let thread = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || writer::run(&shared, start.state, journal.as_mut()))
            .map_err(|_| CommitError::Seal)?;
        let writer = Writer {
            ledger: ledger.clone(),
            thread,
        };
        Ok((ledger, writer, commit))
    }

    /// Opens a session; `opening` becomes its first record, and is of kind [`Kind::SessionOpened`]:
    /// any other is refused with [`CommitError::Kind`]. If that record cannot be committed, nor can
    /// any other of the session. `id` was never used before.
    pub fn open_session<T: Record>(&self, id: SessionId, opening: T) -> (Session, Commit<T>) {
        open(
            &self.shared,
            id,
            Owner::Client,
            Kind::SessionOpened,
            opening,
        )
    }

    /// Opens a session of the node's own for records about custody; they are never purged.
    pub fn open_custody<T: Record>(&self, id: SessionId, opening: T) -> (Session, Commit<T>) {
        let kind = Kind::SessionOpened;
        open(&self.shared, id, Owner::Custody, kind, opening)
    }

    /// The node's own session: for what belongs to no MCP session.
    pub fn node_session(&self) -> Session {
        self.node.clone()
    }

    /// Takes up a session that recovery found open, to record its end.
    /// `opening` is the prefix of its first leaf.
    pub fn resume_session(&self, opening: &Prefix, key: Key) -> Session {
        Session {
            inner: Arc::new(SessionInner {
                facts: SessionFacts {
                    id: opening.session,
                    bucket: opening.bucket,
                    domain: opening.domain,
                    node: opening.node,
                },
                key: Some(key),
                ended: AtomicBool::new(false),
                shared: Arc::clone(&self.shared),
            }),
        }
    }

    /// How the ledger is doing. Cheap, but takes the queue's lock.
    pub fn health(&self) -> Health {
        let bounds = self.shared.queue.bounds();
        self.shared.gauges.health(
            self.shared.queue.load(),
            (bounds.records_max, bounds.bytes_max),
            self.shared.queue.ended(),
        )
    }

    /// The key under which masked values get their pseudonyms: the same value has the same one for
    /// as long as the data directory's keys live.
    pub fn masking_key(&self) -> zeroize::Zeroizing<[u8; 32]> {
        self.shared.sealer.masking_key()
    }

    /// The log's origin.
    pub fn origin(&self) -> &Arc<str> {
        &self.shared.origin
    }

    /// Sessions that open from here on travel under `next`.
    pub fn replace_transfer_key(&self, next: TransferKey) -> Travelling {
        Travelling(self.shared.sealer.replace_transfer(next))
    }

    /// Ends the ledger as a storage error would: for those who find out that the log contradicts
    /// what was signed.
    pub fn poison(&self, reason: &str) {
        writer::poison(&self.shared, &Arc::from(reason));
    }

    /// The publisher tells how far checkpoints reach.
    pub fn set_published(&self, size: TreeSize) {
        self.shared
            .gauges
            .published
            .store(size.0, Ordering::Release);
    }
}

impl Travelling {
    /// Whether all of them are durable, or failed to become so.
    pub fn arrived(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

impl Session {
    /// Its id.
    pub fn id(&self) -> SessionId {
        self.inner.facts.id
    }

    /// Seals a record in this thread and queues it; the future completes when it is durable.
    /// Records are in the log in the order of these calls. Never blocks. What opens, ends or purges
    /// a session has its own call, and is refused here with [`CommitError::Kind`].
    pub fn commit<T: Record>(&self, thing: T) -> Commit<T> {
        if self.inner.ended.load(Ordering::Acquire) {
            return Commit::failed(thing, CommitError::SessionClosed);
        }
        self.submit(thing, Door::Session, None).0
    }

    /// Puts a step of a purge on record; the draft is of kind [`Kind::Purge`], and `notice` stands in
    /// the leaf. Records of this kind come only from here.
    pub fn purge<T: Record>(&self, thing: T, notice: PurgeNotice) -> Commit<T> {
        if self.inner.ended.load(Ordering::Acquire) {
            return Commit::failed(thing, CommitError::SessionClosed);
        }
        self.submit(thing, Door::Of(Kind::Purge), Some(notice)).0
    }

    /// Puts the session's last record on record, which is of kind [`Kind::SessionClosed`]. Later commits fail with [`CommitError::SessionClosed`]; if this one fails before
    /// it was queued, the session stays open.
    pub fn close<T: Record>(&self, closing: T) -> Commit<T> {
        self.end(closing, Kind::SessionClosed)
    }

    /// The same for a session that recovery found open: [`Kind::SessionAbandoned`].
    pub fn abandon<T: Record>(&self, closing: T) -> Commit<T> {
        self.end(closing, Kind::SessionAbandoned)
    }

    fn end<T: Record>(&self, closing: T, kind: Kind) -> Commit<T> {
        if self.inner.ended.swap(true, Ordering::AcqRel) {
            return Commit::failed(closing, CommitError::SessionClosed);
        }
        let (commit, queued) = self.submit(closing, Door::Of(kind), None);
        if !queued {
            self.inner.ended.store(false, Ordering::Release);
        }
        commit
    }

    /// Also says whether the record was queued.
    fn submit<T: Record>(
        &self,
        thing: T,
        door: Door,
        purge: Option<PurgeNotice>,
    ) -> (Commit<T>, bool) {
        match self.seal(&thing, door, purge) {
            Err(error) => (Commit::failed(thing, error), false),
            Ok(sealed) => {
                let slot = Slot::new();
                let queue = &self.inner.shared.queue;
                let queued = queue.push(Item::new(sealed, Arc::clone(&slot))).is_ok();
                (Commit::new(thing, slot), queued)
            }
        }
    }

    fn seal<T: Record>(
        &self,
        thing: &T,
        door: Door,
        purge: Option<PurgeNotice>,
    ) -> Result<Sealed, CommitError> {
        let inner = &*self.inner;
        let key = inner.key.as_ref().ok_or(CommitError::Seal)?;
        let sealer = &inner.shared.sealer;
        let draft = thing.draft();
        if !door.takes(draft.kind) {
            return Err(CommitError::Kind(draft.kind));
        }
        let mut sealed = sealer.seal(inner.facts, key, &draft)?;
        if opens_session(sealed.prefix.kind_code) {
            sealer
                .carry(&mut sealed, key)
                .map_err(|_| CommitError::Seal)?;
        }
        sealed.purge = purge;
        Ok(sealed)
    }
}

impl Writer {
    /// Takes nothing more, writes what is queued, and ends the thread.
    ///
    /// # Errors
    ///
    /// The storage error that poisoned the ledger, if one did.
    pub fn close(self) -> Result<(), CommitError> {
        let shared = &self.ledger.shared;
        shared.queue.end(CommitError::Closed);
        let joined = self.thread.join();
        match (shared.gauges.poisoned.get(), joined) {
            (Some(reason), _) => Err(CommitError::Poisoned(Arc::clone(reason))),
            (None, Err(_)) => Err(CommitError::Poisoned("the ledger's writer stopped".into())),
            (None, Ok(())) => Ok(()),
        }
    }
}

/// By which call a record comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// One that takes what neither opens, ends nor purges.
    Session,
    /// One that takes this kind alone.
    Of(Kind),
}

impl Door {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Of(only) => kind == only,
            Self::Session => {
                let code = kind.code();
                !opens_session(code) && !ends_session(code) && kind != Kind::Purge
            }
        }
    }
}

/// Whose a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Client,
    Node,
    Custody,
}

fn open<T: Record>(
    shared: &Arc<Shared>,
    id: SessionId,
    owner: Owner,
    kind: Kind,
    opening: T,
) -> (Session, Commit<T>) {
    let bucket = bucket_of(opening.draft().at);
    let session = Session {
        inner: Arc::new(SessionInner {
            facts: SessionFacts {
                id,
                bucket,
                domain: match owner {
                    Owner::Client | Owner::Node => 0,
                    Owner::Custody => CUSTODY_DOMAIN,
                },
                node: owner != Owner::Client,
            },
            key: Key::generate().ok(),
            ended: AtomicBool::new(false),
            shared: Arc::clone(shared),
        }),
    };
    let (commit, queued) = session.submit(opening, Door::Of(kind), None);
    if !queued {
        session.inner.ended.store(true, Ordering::Release);
    }
    (session, commit)
}

/// The retention bucket of a session that opens at this time.
fn bucket_of(at: Timestamp) -> u32 {
    u32::try_from(at.unix_us() / DAY_US).unwrap_or(u32::MAX)
}
