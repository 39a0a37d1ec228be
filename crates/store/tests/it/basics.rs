use ledger::{CommitError, Draft, Facts, Kind, Record, VerdictCode};
use model::{EntryIndex, Timestamp, TreeSize};
use store::{DataDir, OpenError, Reader, SessionState};

use crate::support::{
    call, call_id, commit, crashed_copy, event, open, open_session, options, session_id, sessions,
    trace,
};

#[test]
fn what_is_committed_is_read_back_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    assert!(opened.recovery().created);
    let (one, two) = (open_session(&opened, 1), open_session(&opened, 2));
    let large = "large ".repeat(1_000);
    commit(&one, call(Kind::Intent, call_id(1), "ask")).unwrap();
    commit(&two, event(Kind::Transport, &large)).unwrap();
    let committed = commit(&one, call(Kind::Outcome, call_id(1), "answer")).unwrap();
    assert_eq!(committed.receipt().index, EntryIndex(5));
    assert_eq!(&*committed.receipt().origin, "example.org/gw/n1/1");
    one.close(event(Kind::SessionClosed, "bye")).wait().unwrap();

    let reader = Reader::open(dir.path()).unwrap();
    let expected = [
        "0 session_opened open",
        "1 intent ask",
        "2 outcome answer",
        "3 session_closed bye",
    ];
    assert_eq!(trace(&reader, session_id(1)), expected);
    let expected = [
        "0 session_opened open".into(),
        format!("1 transport {large}").trim_end().to_owned(),
    ];
    assert_eq!(trace(&reader, session_id(2)), expected);
    let states: Vec<_> = sessions(&reader)
        .iter()
        .map(|s| (s.state, s.records))
        .collect();
    assert_eq!(states, [(SessionState::Closed, 4), (SessionState::Open, 2)]);
    let from_two: Vec<_> = reader
        .records(session_id(1), 2)
        .unwrap()
        .map(|r| r.unwrap().index)
        .collect();
    assert_eq!(from_two, [EntryIndex(5), EntryIndex(6)]);
    let entry = reader.entry(EntryIndex(5)).unwrap();
    assert_eq!(entry.leaf_hash, committed.receipt().leaf);
    opened.close().unwrap();
}

#[test]
fn a_reader_follows_a_live_session() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    let mut reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.size(), TreeSize(2));
    for n in 0..300_u32 {
        // Large enough that segments rotate under the reader.
        let payload: String = (0..400)
            .map(|k| char::from(b'!' + ((n * 31 + k * k * 7) % 90) as u8))
            .collect();
        commit(&session, event(Kind::Outcome, &payload)).unwrap();
        assert_eq!(reader.refresh().unwrap(), TreeSize(u64::from(n) + 3));
    }
    assert_eq!(trace(&reader, session_id(1)).len(), 301);
    opened.close().unwrap();
}

#[test]
fn a_closed_session_takes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    session
        .close(event(Kind::SessionClosed, ""))
        .wait()
        .unwrap();
    let error = commit(&session, event(Kind::Outcome, "late")).unwrap_err();
    assert_eq!(error, CommitError::SessionClosed);
    let again = session.close(event(Kind::SessionClosed, "")).wait();
    assert_eq!(again.unwrap_err(), CommitError::SessionClosed);
    opened.close().unwrap();
}

#[test]
fn a_second_process_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let error = DataDir::open(dir.path(), &options()).unwrap_err();
    assert!(matches!(error, OpenError::Lock(_)), "{error}");
    opened.close().unwrap();
    open(dir.path()).close().unwrap();
}

#[test]
fn a_directory_that_was_dropped_and_not_closed_stays_held() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let ledger = opened.ledger().clone();
    drop(opened);
    // The writer is still there, and what it is given is durable.
    let late = ledger.node_session().commit(event(Kind::Transport, "late"));
    late.wait().unwrap();
    let error = DataDir::open(dir.path(), &options()).unwrap_err();
    assert!(matches!(error, OpenError::Lock(_)), "{error}");
}

#[test]
fn a_log_goes_on_after_an_orderly_stop() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..3_u8 {
        let opened = open(dir.path());
        assert_eq!(opened.recovery().created, round == 0);
        assert_eq!(opened.recovery().sessions_abandoned, 0);
        let session = open_session(&opened, round + 1);
        session
            .close(event(Kind::SessionClosed, ""))
            .wait()
            .unwrap();
        opened.close().unwrap();
    }
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.size(), TreeSize(12));
    assert_eq!(sessions(&reader).len(), 3);
}

#[test]
fn a_crash_leaves_no_session_open_and_no_call_without_an_end() {
    let dir = tempfile::tempdir().unwrap();
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    commit(&session, call(Kind::Intent, call_id(1), "answered")).unwrap();
    commit(&session, call(Kind::Outcome, call_id(1), "yes")).unwrap();
    commit(&session, call(Kind::Intent, call_id(2), "open")).unwrap();
    let crashed = crashed_copy(dir.path());
    opened.close().unwrap();

    let opened = open(crashed.path());
    let recovery = opened.recovery().clone();
    assert_eq!(
        (recovery.sessions_abandoned, recovery.outcomes_unknown),
        (2, 1)
    );
    let crashed_again = crashed_copy(crashed.path());
    opened.close().unwrap();
    let reader = Reader::open(crashed.path()).unwrap();
    let expected = [
        "0 session_opened open",
        "1 intent answered",
        "2 outcome yes",
        "3 intent open",
        "4 outcome_unknown",
        "5 session_abandoned",
    ];
    assert_eq!(trace(&reader, session_id(1)), expected);

    // Again: only the node's own session was open this time.
    let opened = open(crashed_again.path());
    let recovery = opened.recovery().clone();
    assert_eq!(
        (recovery.sessions_abandoned, recovery.outcomes_unknown),
        (1, 0)
    );
    opened.close().unwrap();
}

/// `(kind of record, kind of message, whether the call is open afterwards)`
#[test]
fn a_call_is_open_until_a_record_says_how_it_ended() {
    use crate::support::message;
    let rows = [
        (Kind::Outcome, "response", 0),
        (Kind::Outcome, "error", 0),
        (Kind::Outcome, "malformed", 0),
        (Kind::Outcome, "notification", 1),
        (Kind::Outcome, "request", 1),
        (Kind::Outcome, "comment", 1),
        (Kind::Transport, "response", 1),
        (Kind::Failure, "request", 0),
        (Kind::Refusal, "request", 0),
    ];
    for (kind, what, open_calls) in rows {
        let dir = tempfile::tempdir().unwrap();
        let opened = open(dir.path());
        let session = open_session(&opened, 1);
        commit(&session, message(Kind::Intent, call_id(1), "request")).unwrap();
        commit(&session, message(kind, call_id(1), what)).unwrap();
        let crashed = crashed_copy(dir.path());
        opened.close().unwrap();
        let opened = open(crashed.path());
        let unknown = opened.recovery().outcomes_unknown;
        opened.close().unwrap();
        assert_eq!(unknown, open_calls, "{kind:?} {what}");
    }
}

/// A clock that goes back by a day between two starts, and to the end of time in between.
#[test]
fn clocks_that_jump_change_no_order_and_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let clocks = [DAY, u64::MAX, 0, DAY - 1, 1 << 60];
    for (n, clock) in (1..).zip(clocks) {
        let opened = open(dir.path());
        let id = session_id(n);
        let (session, opening) = opened
            .ledger()
            .open_session(id, at(Kind::SessionOpened, clock));
        opening.wait().unwrap();
        for (k, clock) in clocks.into_iter().enumerate() {
            let committed = session.commit(at(Kind::Outcome, clock)).wait().unwrap();
            let entry = committed.receipt().index;
            assert!(entry.0 > k as u64);
        }
        session.close(at(Kind::SessionClosed, 0)).wait().unwrap();
        opened.close().unwrap();
    }
    let reader = Reader::open(dir.path()).unwrap();
    for n in 1..=5 {
        let records = reader.records(session_id(n), 0).unwrap();
        let seen: Vec<_> = records
            .map(|record| record.unwrap())
            .map(|record| (record.leaf.session_seq, record.leaf.prefix.at.unix_us()))
            .collect();
        let opened = clocks[usize::from(n) - 1];
        let times = [&[opened][..], &clocks, &[0]].concat();
        assert_eq!(seen, (0..).zip(times).collect::<Vec<_>>());
    }
    let report = verify::verify(dir.path(), &verify::Options::default(), &mut |_| {}).unwrap();
    assert_eq!(report.exit(), verify::Exit::Intact, "{report}");
}

/// Microseconds.
const DAY: u64 = 86_400_000_000;

struct At(Kind, Timestamp);

fn at(kind: Kind, unix_us: u64) -> At {
    At(kind, Timestamp::from_unix_us(unix_us))
}

impl Record for At {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::None,
            at: self.1,
            call: None,
            server: "",
            tool: "",
            principal: String::new(),
            facts: Facts::default(),
            payload: b"",
        }
    }
}
