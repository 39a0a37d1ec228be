//! Legal holds: what they cover is not purged, whatever happens in between.

use std::path::Path;

use ledger::Kind;
use model::EntryIndex;
use rusqlite::Connection;
use store::{
    CustodyError, HoldRequest, HoldScope, Opened, PurgeOutcome, PurgeRequest, PurgeTarget, Reader,
};

use crate::attacker::Attacker;
use crate::purge::{DAY, index, record, request};
use crate::support::{commit, crashed_copy, event, open, open_session, session_id};

fn hold(scope: HoldScope) -> HoldRequest {
    HoldRequest {
        matter: "Smith v. Jones".to_owned(),
        scope,
        by: vec!["counsel".to_owned()],
    }
}

/// What a purge comes to: `purged`, `nothing`, or the cases that it met.
fn purge(opened: &Opened, target: PurgeTarget) -> String {
    match opened.purge(&request(target)) {
        Ok(PurgeOutcome::Purged { .. }) => "purged".to_owned(),
        Ok(PurgeOutcome::NothingLeft) => "nothing".to_owned(),
        Err(CustodyError::Held { matters }) => matters.join(", "),
        Err(error) => panic!("{error}"),
    }
}

/// The steps of holds that are on record, as `step scope`.
fn steps(dir: &Path) -> Vec<String> {
    let reader = Reader::open(dir).expect("a log");
    (0..reader.size().0)
        .map(|index| reader.entry(EntryIndex(index)).expect("a record"))
        .filter(|record| record.leaf.prefix.kind() == Some(Kind::LegalHold))
        .map(|record| {
            let body = record.body.open().expect("it can be read");
            let extra = body.facts.extra.clone().expect("members");
            let member = |name: &str| {
                extra
                    .get(name)
                    .and_then(|v| v.as_str())
                    .expect("a text")
                    .to_owned()
            };
            format!("{} {}", member("step"), member("scope"))
        })
        .collect()
}

#[test]
fn what_is_held_is_not_purged() {
    let one = PurgeTarget::Session(session_id(1));
    let other = PurgeTarget::Session(session_id(2));
    let case = "Smith v. Jones";
    let principal = "person|key|alice".to_owned();
    type Scope<'a> = Box<dyn Fn(&Path) -> HoldScope + 'a>;
    let rows: [(&str, Scope<'_>, &str); 4] = [
        (
            "a session",
            Box::new(|_| HoldScope::Session(session_id(1))),
            "purged",
        ),
        (
            "records",
            Box::new(|dir| HoldScope::Records {
                epoch: None,
                first: index(dir, session_id(1), 1),
                last: index(dir, session_id(1), 2),
            }),
            "purged",
        ),
        ("a day", Box::new(|_| HoldScope::Day(DAY)), case),
        (
            "a principal",
            Box::new(|_| HoldScope::Principal(principal.clone())),
            case,
        ),
    ];
    for (name, scope, expected) in rows {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        record(&opened);
        let scoped = opened
            .place_hold(&hold(scope(dir.path())))
            .expect("it is held");
        let sessions = if expected == case { 2 } else { 1 };
        assert_eq!(scoped.sessions, sessions, "{name}");
        // It survives restarts, in order or not.
        let crashed = crashed_copy(dir.path());
        opened.close().expect("it stops in order");
        for path in [crashed.path(), dir.path()] {
            let opened = open(path);
            let record = PurgeTarget::Record {
                epoch: None,
                index: index(path, session_id(1), 3),
            };
            for target in [one, PurgeTarget::Day(DAY), record] {
                assert_eq!(purge(&opened, target), case, "{name}");
            }
            assert_eq!(purge(&opened, other), expected, "{name}");
            let attacker = Attacker::new(path);
            assert!(attacker.can_read("marker 1 3"), "{name}");
            opened.close().expect("it stops in order");
            let steps = steps(path);
            let refused = steps
                .iter()
                .filter(|step| step.starts_with("refused"))
                .count();
            assert_eq!(refused, if expected == case { 4 } else { 3 }, "{steps:?}");
        }
    }
}

#[test]
fn a_release_takes_two_people() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    opened
        .place_hold(&hold(HoldScope::Session(session_id(1))))
        .expect("it is held");
    opened
        .place_hold(&hold(HoldScope::Day(DAY)))
        .expect("it is held");
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let case = "Smith v. Jones";
    for by in [&["counsel"][..], &["counsel", "Counsel "], &[]] {
        let error = opened
            .release_hold(case, &names(by))
            .expect_err("it is not released");
        assert!(
            matches!(error, CustodyError::People { min: 2, .. }),
            "{error}"
        );
    }
    let both = names(&["counsel", "judge"]);
    let error = opened
        .release_hold("another", &both)
        .expect_err("there is none");
    assert!(matches!(error, CustodyError::NoHold(_)));
    assert_eq!(purge(&opened, PurgeTarget::Session(session_id(1))), case);
    assert_eq!(opened.release_hold(case, &both).expect("it is released"), 2);
    assert_eq!(opened.holds().expect("the keyring"), []);
    assert_eq!(
        purge(&opened, PurgeTarget::Session(session_id(1))),
        "purged"
    );
    opened.close().expect("it stops in order");
    let session = session_id(1);
    assert_eq!(
        steps(dir.path()),
        [
            format!("placed session {session}"),
            "placed day 2026-07-28".to_owned(),
            format!("refused session {session}"),
            format!("released session {session}"),
            "released day 2026-07-28".to_owned(),
        ]
    );
}

#[test]
fn sessions_that_come_later_are_held_too() {
    for scope in [
        HoldScope::Day(DAY),
        HoldScope::Principal("person|key|alice".to_owned()),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        let scoped = opened.place_hold(&hold(scope)).expect("it is held");
        assert_eq!(scoped.sessions, 0);
        record(&opened);
        let one = PurgeTarget::Session(session_id(1));
        assert_eq!(purge(&opened, one), "Smith v. Jones");
        let holds = opened.holds().expect("the keyring");
        assert_eq!(holds.iter().map(|hold| hold.sessions).sum::<u64>(), 2);
        opened.close().expect("it stops in order");
    }
}

/// Whoever destroys a bucket's key past all checks does not get at what is held.
#[test]
fn a_held_session_does_not_hang_from_its_bucket() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    opened
        .place_hold(&hold(HoldScope::Session(session_id(1))))
        .expect("it is held");
    opened.close().expect("it stops in order");
    let keyring = Connection::open(dir.path().join("keys/keyring.db")).expect("the keyring");
    let removed = keyring.execute(
        "DELETE FROM root_wrapped WHERE label = 'bucket' AND number = ?1",
        [DAY],
    );
    assert_eq!(removed.expect("a row"), 1);
    drop(keyring);
    let reader = Reader::open(dir.path()).expect("a log");
    let readable = |n| {
        let records = reader.records(session_id(n), 0).expect("the session");
        records
            .filter(|r| r.as_ref().is_ok_and(|r| r.body.open().is_some()))
            .count()
    };
    assert_eq!((readable(1), readable(2)), (5, 0));
}

/// Both want the same session: one of them gets it, and the other is told.
#[test]
fn a_hold_and_a_purge_do_not_both_happen() {
    for hold_first in [false, true] {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        record(&opened);
        let held = hold(HoldScope::Session(session_id(1)));
        let target: PurgeRequest = request(PurgeTarget::Day(DAY));
        if hold_first {
            opened.place_hold(&held).expect("it is held");
            let error = opened.begin_purge(&target).expect_err("it is refused");
            assert!(matches!(error, CustodyError::Held { .. }));
        } else {
            let run = opened
                .begin_purge(&target)
                .expect("it begins")
                .expect("there is something");
            let error = opened.place_hold(&held).expect_err("it is too late");
            assert!(matches!(error, CustodyError::Purging));
            run.finish().expect("it is purged");
        }
        assert_eq!(Attacker::new(dir.path()).can_read("marker 1 1"), hold_first);
        opened.close().expect("it stops in order");
    }
}

#[test]
fn calls_go_on_while_something_is_held_or_purged() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    let live = open_session(&opened, 3);
    std::thread::scope(|scope| {
        let calls = scope.spawn(|| {
            for n in 0..200 {
                let payload = format!("call {n}");
                commit(&live, event(Kind::Outcome, &payload)).expect("it is durable");
                let id = u8::try_from(n).expect("a small number") + 10;
                open_session(&opened, id);
            }
        });
        opened
            .place_hold(&hold(HoldScope::Session(session_id(2))))
            .expect("it is held");
        assert_eq!(
            purge(&opened, PurgeTarget::Session(session_id(1))),
            "purged"
        );
        calls.join().expect("the calls went through");
    });
    opened.close().expect("it stops in order");
    // Every session that opened meanwhile has its key.
    let reader = Reader::open(dir.path()).expect("a log");
    for index in 0..reader.size().0 {
        let record = reader.entry(EntryIndex(index)).expect("a record");
        let purged = record.leaf.prefix.session == session_id(1);
        assert_eq!(record.body.open().is_none(), purged, "entry {index}");
    }
}
