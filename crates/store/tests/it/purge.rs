//! Purges: what they destroy is gone from every byte of the directory, everything else is there,
//! and a crash at any step is made good.

use std::path::Path;

use ledger::Kind;
use model::{EntryIndex, SessionId};
use store::{
    CustodyError, DataDir, Opened, Options, PurgeOutcome, PurgeRequest, PurgeTarget, Reader,
};
use verify::Exit;

use crate::attacker::{Attacker, files_with, wrapped_bucket, wrapped_keys};
use crate::stranger::read;
use crate::support::{commit, crashed_copy, event, open, open_session, options, session_id, trace};

/// The UTC day of the records that the tests make: 2026-07-28.
pub(crate) const DAY: u32 = 20_662;

/// So many steps a purge has: the last one finds nothing left to do.
const STEPS: usize = 5;

pub(crate) fn request(target: PurgeTarget) -> PurgeRequest {
    PurgeRequest {
        target,
        grounds: "the subject asked for it".to_owned(),
        approved_by: vec!["ada".to_owned()],
    }
}

/// Two sessions of three records each, and what their payloads are.
pub(crate) fn record(opened: &Opened) -> Vec<(SessionId, Vec<String>)> {
    (1..=2)
        .map(|n| {
            let session = open_session(opened, n);
            let mut payloads = vec!["open".to_owned()];
            for k in 1..=3 {
                let payload = format!("marker {n} {k}");
                commit(&session, event(Kind::Outcome, &payload)).expect("it is durable");
                payloads.push(payload);
            }
            let closing = event(Kind::SessionClosed, &format!("marker {n} end"));
            session.close(closing).wait().expect("it is durable");
            payloads.push(format!("marker {n} end"));
            (session.id(), payloads)
        })
        .collect()
}

/// The index of the record with this number in a session.
pub(crate) fn index(dir: &Path, session: SessionId, seq: u64) -> EntryIndex {
    let reader = Reader::open(dir).expect("a log");
    let record = reader.records(session, seq).expect("the session").next();
    record.expect("a record").expect("it can be read").index
}

/// Whether each payload can be read, by the reader and by whoever has the whole directory.
fn check(dir: &Path, gone: &[&str], kept: &[&str]) {
    let attacker = Attacker::new(dir);
    for payload in gone {
        assert!(!attacker.can_read(payload), "`{payload}` can be read");
        assert_eq!(
            files_with(dir, payload.as_bytes()),
            Vec::<std::path::PathBuf>::new()
        );
    }
    for payload in kept {
        assert!(attacker.can_read(payload), "`{payload}` cannot be read");
    }
    let reader = Reader::open(dir).expect("a log");
    for n in 1..=2 {
        for line in trace(&reader, session_id(n)) {
            assert!(
                !gone.iter().any(|payload| line.ends_with(payload)),
                "{line}"
            );
        }
        for record in reader.records(session_id(n), 0).expect("the session") {
            let record = record.expect("it can be read");
            match record.purged {
                None => assert!(record.body.open().is_some()),
                Some(purge) => {
                    assert!(record.body.open().is_none());
                    assert_eq!(purge.grounds, "the subject asked for it");
                    assert_eq!(purge.approved_by, ["ada"]);
                }
            }
        }
    }
}

fn verified(dir: &Path) -> (Exit, u64) {
    let report = verify::verify(dir, &verify::Options::default(), &mut |_| {});
    let report = report.expect("it can be verified");
    let purged = report.epochs.iter().map(|epoch| epoch.counts.purged).sum();
    for epoch in &report.epochs {
        assert_eq!(epoch.problems, [], "{report}");
    }
    (report.exit(), purged)
}

struct Row {
    name: &'static str,
    target: fn(&Path) -> PurgeTarget,
    gone: &'static [&'static str],
    kept: &'static [&'static str],
    purged: u64,
}

const ROWS: [Row; 3] = [
    Row {
        name: "a record",
        target: |dir| PurgeTarget::Record {
            epoch: None,
            index: index(dir, session_id(1), 2),
        },
        gone: &["marker 1 2"],
        kept: &[
            "marker 1 1",
            "marker 1 3",
            "marker 1 end",
            "marker 2 1",
            "marker 2 end",
        ],
        purged: 1,
    },
    Row {
        name: "a session",
        target: |_| PurgeTarget::Session(session_id(1)),
        gone: &["marker 1 1", "marker 1 2", "marker 1 3", "marker 1 end"],
        kept: &["marker 2 1", "marker 2 2", "marker 2 end"],
        purged: 5,
    },
    Row {
        name: "a bucket",
        target: |_| PurgeTarget::Day(DAY),
        gone: &[
            "marker 1 1",
            "marker 1 2",
            "marker 1 end",
            "marker 2 1",
            "marker 2 2",
        ],
        kept: &[],
        purged: 10,
    },
];

#[test]
fn what_is_purged_is_gone_and_the_rest_is_there() {
    for row in &ROWS {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        record(&opened);
        // The control: before, everything can be read, in the log's way and in the keyring's.
        let crashed = crashed_copy(dir.path());
        check(crashed.path(), &[], row.gone);
        let outcome = opened.purge(&request((row.target)(dir.path())));
        let outcome = outcome.expect("it is purged");
        assert!(
            matches!(outcome, PurgeOutcome::Purged { .. }),
            "{}",
            row.name
        );
        check(dir.path(), row.gone, row.kept);
        let again = opened.purge(&request((row.target)(dir.path())));
        assert_eq!(again.expect("it is idempotent"), PurgeOutcome::NothingLeft);
        opened.close().expect("it stops in order");
        check(dir.path(), row.gone, row.kept);
        assert_eq!(
            verified(dir.path()),
            (Exit::Purged, row.purged),
            "{}",
            row.name
        );
        let (code, records, complaint) = read(&[dir.path()]);
        assert_eq!(code, Some(0), "{complaint}");
        let purged = records.matches("PURGED-AUTHORISED").count() as u64;
        assert_eq!(purged, row.purged, "{}", row.name);
        // And after another start.
        open(dir.path()).close().expect("it stops in order");
        check(dir.path(), row.gone, row.kept);
    }
}

#[test]
fn no_trace_of_a_destroyed_key_is_left() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    // Enough rows for the keyring's pages to be split and merged.
    let ids: Vec<_> = (0..150_u8).map(|n| open_session(&opened, n).id()).collect();
    opened.close().expect("it stops in order");
    let opened = open(dir.path());
    let keys: Vec<_> = ids
        .iter()
        .flat_map(|id| wrapped_keys(dir.path(), *id))
        .collect();
    assert_eq!(keys.len(), ids.len());
    let bucket = wrapped_bucket(dir.path(), DAY);
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 3 == 0) {
        let outcome = opened.purge(&request(PurgeTarget::Session(*id)));
        outcome.expect("it is purged");
        assert_eq!(
            files_with(dir.path(), &keys[n]),
            Vec::<std::path::PathBuf>::new()
        );
    }
    let outcome = opened.purge(&request(PurgeTarget::Day(DAY)));
    outcome.expect("it is purged");
    for key in keys.iter().chain([&bucket]) {
        assert_eq!(
            files_with(dir.path(), key),
            Vec::<std::path::PathBuf>::new()
        );
    }
    opened.close().expect("it stops in order");
}

#[test]
fn the_log_itself_opens_nothing_that_was_purged() {
    let dir = tempfile::tempdir().expect("a directory");
    // Nothing is moved, and nothing is published, on the keeper's own account.
    let options = Options {
        publish_interval_ms: 3_600_000,
        ..options()
    };
    let opened = DataDir::open(dir.path(), &options).expect("the directory opens");
    record(&opened);
    let crashed = crashed_copy(dir.path());
    let before = Attacker::new(crashed.path());
    assert!(before.can_read("marker 1 2"), "it travels in the log");
    let target = PurgeTarget::Session(session_id(1));
    opened.purge(&request(target)).expect("it is purged");
    check(dir.path(), ROWS[1].gone, ROWS[1].kept);
    opened.close().expect("it stops in order");
}

#[test]
fn a_crash_at_every_step_is_made_good() {
    for row in &ROWS {
        for steps in 0..=STEPS {
            let dir = tempfile::tempdir().expect("a directory");
            let opened = open(dir.path());
            record(&opened);
            let target = request((row.target)(dir.path()));
            let mut run = opened
                .begin_purge(&target)
                .expect("it may be purged")
                .expect("there is something left");
            for _ in 0..steps {
                assert!(run.advance().expect("a step"));
            }
            let crashed = crashed_copy(dir.path());
            drop(run);
            drop(opened);
            let what = format!("{} after {steps} steps", row.name);
            let opened = open(crashed.path());
            check(crashed.path(), row.gone, row.kept);
            let again = opened.purge(&target).expect("it is idempotent");
            assert_eq!(again, PurgeOutcome::NothingLeft, "{what}");
            opened.close().expect("it stops in order");
            assert_eq!(
                verified(crashed.path()),
                (Exit::Purged, row.purged),
                "{what}"
            );
            assert_eq!(purge_leaves(crashed.path()), 2, "{what}");
        }
    }
}

/// Each step is on record once, whatever happened.
fn purge_leaves(dir: &Path) -> usize {
    let reader = Reader::open(dir).expect("a log");
    (0..reader.size().0)
        .filter(|index| {
            let record = reader.entry(EntryIndex(*index)).expect("a record");
            record.leaf.prefix.kind() == Some(Kind::Purge)
        })
        .count()
}

#[test]
fn two_records_of_a_session_go_one_after_the_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    for seq in [1, 3] {
        let index = index(dir.path(), session_id(1), seq);
        let target = PurgeTarget::Record { epoch: None, index };
        opened.purge(&request(target)).expect("it is purged");
    }
    let kept = ["marker 1 2", "marker 1 end", "marker 2 1"];
    check(dir.path(), &["marker 1 1", "marker 1 3"], &kept);
    let target = PurgeTarget::Session(session_id(1));
    opened.purge(&request(target)).expect("it is purged");
    check(dir.path(), ROWS[1].gone, ROWS[1].kept);
    opened.close().expect("it stops in order");
    assert_eq!(verified(dir.path()), (Exit::Purged, 5));
}

#[test]
fn what_may_not_be_purged_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let options = Options {
        purge_approvals_min: 2,
        ..options()
    };
    let opened = DataDir::open(dir.path(), &options).expect("the directory opens");
    record(&opened);
    let open = open_session(&opened, 3);
    let refused = |target, approved_by: &[&str]| {
        let request = PurgeRequest {
            approved_by: approved_by.iter().map(|name| (*name).to_owned()).collect(),
            ..request(target)
        };
        opened.purge(&request).expect_err("it is refused")
    };
    let both = ["ada", "grace"];
    let closed = PurgeTarget::Session(session_id(1));
    let people = refused(closed, &["ada", " Ada ", ""]);
    assert!(matches!(people, CustodyError::People { given: 1, min: 2 }));
    let error = refused(PurgeTarget::Session(open.id()), &both);
    assert!(matches!(error, CustodyError::Open(id) if id == open.id()));
    let error = refused(PurgeTarget::Day(DAY), &both);
    assert!(matches!(error, CustodyError::Open(id) if id == open.id()));
    let error = refused(PurgeTarget::Day(u32::MAX), &both);
    assert!(matches!(error, CustodyError::DayNotOver));
    let error = refused(PurgeTarget::Session(session_id(9)), &both);
    assert!(matches!(error, CustodyError::NoSession(_)));
    let grounds = opened.purge(&PurgeRequest {
        grounds: " ".to_owned(),
        ..request(closed)
    });
    assert!(matches!(grounds, Err(CustodyError::Grounds)));
    let purged = PurgeRequest {
        approved_by: both.map(str::to_owned).to_vec(),
        ..request(closed)
    };
    let outcome = opened.purge(&purged).expect("it is purged");
    let PurgeOutcome::Purged { index, .. } = outcome else {
        panic!("{outcome:?}");
    };
    let leaf = PurgeTarget::Record { epoch: None, index };
    assert!(matches!(refused(leaf, &both), CustodyError::Custody));
    opened.close().expect("it stops in order");
}
