//! The queue and the writer, with a journal that is slow, full or broken on command.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use ledger::merkle::CompactRange;
use ledger::{
    Appended, Batch, Commit, CommitError, Draft, Facts, Journal, JournalError, Key, Kind, Ledger,
    Record, Sequencer, Start, TransferKey, VerdictCode, Writer,
};
use model::{EntryIndex, SessionId, Timestamp};
use zeroize::Zeroizing;

#[derive(Debug)]
struct Event(Kind, Vec<u8>, u64);

impl Record for Event {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::None,
            at: Timestamp::from_unix_us(self.2),
            call: None,
            server: "",
            tool: "",
            principal: String::new(),
            facts: Facts::default(),
            payload: &self.1,
        }
    }
}

fn event() -> Event {
    Event(Kind::Outcome, b"payload".to_vec(), 7)
}

/// Does with each batch what the test says.
struct Scripted {
    script: Receiver<Step>,
    batches: Arc<Mutex<Vec<u32>>>,
}

enum Step {
    Append,
    Fail,
    Full,
    Panic,
}

impl Scripted {
    fn next(&self) -> Step {
        // Without a script, everything succeeds.
        self.script.recv().unwrap_or(Step::Append)
    }
}

impl Journal for Scripted {
    fn reserve(&mut self, _bytes: u64, _state: &Sequencer) -> Result<(), JournalError> {
        match self.next() {
            Step::Full => Err(JournalError::Full),
            _ => Ok(()),
        }
    }

    fn append(&mut self, batch: Batch<'_>) -> Result<Appended, JournalError> {
        match self.next() {
            Step::Fail => Err(JournalError::Failed("input/output error".into())),
            Step::Panic => panic!("a defect in the journal"),
            _ => {
                self.batches.lock().unwrap().push(batch.count);
                Ok(Appended::default())
            }
        }
    }
}

struct Node {
    ledger: Ledger,
    writer: Writer,
    script: Sender<Step>,
    batches: Arc<Mutex<Vec<u32>>>,
}

fn start(records_max: usize, bytes_max: usize) -> Node {
    let (script, receiver) = channel();
    let batches = Arc::default();
    let journal = Scripted {
        script: receiver,
        batches: Arc::clone(&batches),
    };
    let start = Start {
        origin: "example.org/gw/n1/1".into(),
        epoch: 1,
        state: Sequencer::new(1, CompactRange::new()),
        pseudonym_key: Zeroizing::new([1; 32]),
        transfer: TransferKey::new(1, Key::generate().unwrap()),
        queue_records_max: records_max,
        queue_bytes_max: bytes_max,
        record_bytes_max: 1 << 20,
        node_session: SessionId::from_bytes([255; 16]),
    };
    let opening = Event(Kind::LogOpened, Vec::new(), 0);
    let (ledger, writer, commit) = Ledger::start(start, Box::new(journal), opening).unwrap();
    let node = Node {
        ledger,
        writer,
        script,
        batches,
    };
    node.go(1);
    commit.wait().unwrap();
    node
}

impl Node {
    /// Lets so many batches through: one step to reserve, one to append.
    fn go(&self, batches: usize) {
        for _ in 0..batches * 2 {
            self.script.send(Step::Append).unwrap();
        }
    }

    fn commit(&self) -> Commit<Event> {
        self.ledger.node_session().commit(event())
    }

    /// Everything from here on succeeds.
    fn end(self) -> Result<(), CommitError> {
        drop(self.script);
        self.writer.close()
    }
}

#[test]
fn a_queue_that_is_full_refuses_and_drops_nothing() {
    let node = start(4, 1 << 20);
    let waiting: Vec<_> = (0..4).map(|_| node.commit()).collect();
    assert_eq!(node.commit().wait().unwrap_err(), CommitError::QueueFull);
    assert_eq!(node.ledger.health().queue_records, 4);
    node.go(4);
    let indexes: Vec<_> = waiting
        .into_iter()
        .map(|commit| commit.wait().unwrap().receipt().index)
        .collect();
    assert_eq!(indexes, [1, 2, 3, 4].map(EntryIndex));
    assert_eq!(node.ledger.health().queue_records, 0);
    node.end().unwrap();
}

#[test]
fn bytes_that_wait_are_bounded_and_one_large_record_passes() {
    let node = start(100, 300);
    let large = || {
        let payload: Vec<u8> = (0..5_000_u32).map(|n| (n * n / 7) as u8).collect();
        node.ledger
            .node_session()
            .commit(Event(Kind::Outcome, payload, 0))
    };
    let first = large();
    assert_eq!(large().wait().unwrap_err(), CommitError::QueueFull);
    node.go(1);
    first.wait().unwrap();
    node.end().unwrap();
}

#[test]
fn what_queues_while_the_disk_is_busy_shares_one_sync() {
    let node = start(1_000, 1 << 20);
    let first = node.commit();
    // The writer holds the first record and waits for the disk; the others queue behind it.
    while node.ledger.health().queue_records != 1 {}
    let others: Vec<_> = (0..99).map(|_| node.commit()).collect();
    node.go(3);
    first.wait().unwrap();
    others
        .into_iter()
        .for_each(|commit| drop(commit.wait().unwrap()));
    let batches = node.batches.lock().unwrap().clone();
    assert_eq!(batches.iter().sum::<u32>(), 101);
    assert!(batches.len() <= 4, "{batches:?}");
    node.end().unwrap();
}

#[test]
fn a_failed_sync_poisons_for_ever_and_wakes_everyone() {
    let node = start(1_000, 1 << 20);
    let waiting: Vec<_> = (0..10).map(|_| node.commit()).collect();
    node.script.send(Step::Append).unwrap();
    node.script.send(Step::Fail).unwrap();
    // A disk that works again does not help; the writer may be gone already.
    for _ in 0..10 {
        let _gone = node.script.send(Step::Append);
    }
    let poisoned = CommitError::Poisoned("input/output error".into());
    for commit in waiting {
        assert_eq!(commit.wait().unwrap_err(), poisoned);
    }
    assert_eq!(node.commit().wait().unwrap_err(), poisoned);
    let health = node.ledger.health();
    assert_eq!(health.poisoned.as_deref(), Some("input/output error"));
    assert_eq!(node.end().unwrap_err(), poisoned);
}

#[test]
fn a_defect_in_the_journal_leaves_no_waiter_hanging() {
    let node = start(1_000, 1 << 20);
    let waiting: Vec<_> = (0..10).map(|_| node.commit()).collect();
    node.script.send(Step::Append).unwrap();
    node.script.send(Step::Panic).unwrap();
    for commit in waiting {
        commit.wait().unwrap_err();
    }
    let late = node.commit().wait().unwrap_err();
    assert!(matches!(late, CommitError::Poisoned(_)), "{late}");
    node.end().unwrap_err();
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let node = start(1_000, 1 << 20);
    node.script.send(Step::Full).unwrap();
    assert_eq!(node.commit().wait().unwrap_err(), CommitError::DiskFull);
    node.go(1);
    let committed = node.commit().wait().unwrap();
    assert_eq!(
        committed.receipt().index,
        EntryIndex(1),
        "no place was given away"
    );
    node.end().unwrap();
}

#[test]
fn a_session_whose_opening_failed_takes_nothing() {
    let node = start(1_000, 1 << 20);
    node.script.send(Step::Full).unwrap();
    let opening = Event(Kind::SessionOpened, Vec::new(), 0);
    let id = SessionId::from_bytes([1; 16]);
    let (session, commit) = node.ledger.open_session(id, opening);
    let behind = session.commit(event());
    assert_eq!(commit.wait().unwrap_err(), CommitError::DiskFull);
    node.go(2);
    let refused = behind.wait().unwrap_err();
    let expected = [CommitError::DiskFull, CommitError::SessionClosed];
    assert!(expected.contains(&refused), "{refused}");
    assert_eq!(
        session.commit(event()).wait().unwrap_err(),
        CommitError::SessionClosed
    );
    node.end().unwrap();
}

#[test]
fn a_record_that_is_too_large_is_refused_by_its_size() {
    let node = start(10, 1 << 30);
    let large = Event(Kind::Outcome, vec![0; (1 << 20) + 1], 0);
    let error = node.ledger.node_session().commit(large).wait().unwrap_err();
    let (bytes, bytes_max) = ((1 << 20) + 1, 1 << 20);
    assert_eq!(error, CommitError::TooLarge { bytes, bytes_max });
    node.end().unwrap();
}

#[test]
fn clocks_that_jump_change_no_order() {
    let node = start(10, 1 << 20);
    node.go(10);
    for (n, at) in [u64::MAX, 0, 5, 4, 1 << 60].into_iter().enumerate() {
        let event = Event(Kind::Outcome, Vec::new(), at);
        let committed = node.ledger.node_session().commit(event).wait().unwrap();
        assert_eq!(committed.receipt().index, EntryIndex(n as u64 + 1));
    }
    node.end().unwrap();
}

#[test]
fn a_commit_that_nobody_waits_for_is_on_record_all_the_same() {
    let node = start(10, 1 << 20);
    drop(node.commit());
    node.go(2);
    assert_eq!(node.commit().wait().unwrap().receipt().index, EntryIndex(2));
    node.end().unwrap();
}

#[test]
fn what_frames_a_session_has_one_door_each() {
    let node = start(100, 1 << 20);
    node.go(100);
    let of = |kind| Event(kind, Vec::new(), 0);
    let refused = |commit: Commit<Event>, kind| {
        assert_eq!(commit.wait().unwrap_err(), CommitError::Kind(kind));
    };
    let kinds = (1..=u8::MAX).map_while(Kind::from_code);
    let id = SessionId::from_bytes([1; 16]);
    for kind in kinds.clone().filter(|kind| *kind != Kind::SessionOpened) {
        let (session, commit) = node.ledger.open_session(id, of(kind));
        refused(commit, kind);
        // A session that did not open takes nothing.
        let behind = session.commit(event()).wait().unwrap_err();
        assert_eq!(behind, CommitError::SessionClosed);
    }
    let (session, opening) = node.ledger.open_session(id, of(Kind::SessionOpened));
    opening.wait().unwrap();
    for kind in kinds.clone().filter(|kind| *kind != Kind::SessionClosed) {
        refused(session.close(of(kind)), kind);
    }
    for kind in kinds.clone().filter(|kind| *kind != Kind::SessionAbandoned) {
        refused(session.abandon(of(kind)), kind);
    }
    for kind in [
        Kind::LogOpened,
        Kind::SessionOpened,
        Kind::SessionClosed,
        Kind::SessionAbandoned,
        Kind::Purge,
    ] {
        refused(session.commit(of(kind)), kind);
    }
    // None of it ended the session, or took a place.
    let committed = session.commit(event()).wait().unwrap();
    assert_eq!(committed.receipt().index, EntryIndex(2));
    session.close(of(Kind::SessionClosed)).wait().unwrap();
    node.end().unwrap();
}
