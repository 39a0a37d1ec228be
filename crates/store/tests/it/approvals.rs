//! Held calls and grants: what is saved is there, as it was, and what is damaged is an error.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use gate::{
    Allowance, Approver, Binding, Constraint, Grant, HeldCall, HeldCalls as _, HeldState, Shown,
    Vote, Word,
};
use ledger::CommandFacts;
use model::{Agent, CallId, Digest, GrantId, Principal, SessionId, Timestamp};
use policy::{Reason, Severity, Terms};
use store::{ApprovalKeys, Approvals};

fn approver(subject: &str) -> Approver {
    Approver {
        principal: Principal::Person {
            issuer: "https://idp.example".into(),
            subject: subject.into(),
        },
        credential: "k1".into(),
        groups: vec!["ops".into(), "dba".into()],
        signed_in_at: Some(Timestamp::from_unix_us(7)),
    }
}

fn held(number: u8, state: HeldState) -> HeldCall {
    let allowance = Allowance {
        ms: 60_000,
        with: vec![constraint()],
    };
    let words = [
        Word::Approve(None),
        Word::Approve(Some(allowance)),
        Word::Reject,
        Word::BreakGlass,
    ];
    HeldCall {
        id: CallId::from_bytes([number; 16]),
        binding: Binding {
            caller: Principal::Service {
                issuer: "key".into(),
                subject: "robot".into(),
            },
            agent: Some(Agent {
                name: "cli".into(),
                version: "1".into(),
            }),
            upstream: "files".parse().expect("a name"),
            method: "tools/call".into(),
            arguments: Digest::from_bytes([2; 32]),
            definition: Some(Digest::from_bytes([3; 32])),
            policy: Digest::from_bytes([4; 32]),
        },
        session: SessionId::from_bytes([5; 16]),
        reason: Reason {
            rules: vec!["sql-write".into()],
            policy_digest: Digest::from_bytes([4; 32]),
            told: Some("it writes".into()),
            severity: Some(Severity::High),
            hidden: false,
            errors: Vec::new(),
        },
        terms: Terms {
            groups: vec!["ops".into()],
            quorum: 2,
            hold_ms_max: 1_000,
            needs_reason: true,
            sign_in_ms_max: Some(5),
            grant_ms_max: Some(6),
            emergency: Some(vec!["oncall".into()]),
        },
        shown: Shown {
            name: "query".into(),
            message: "{\"a\":\"\u{2028}\"}".into(),
            intent: Some("to look".into()),
            commands: Some(CommandFacts {
                places: Vec::new(),
                is: BTreeMap::from([("sql".into(), vec!["update".into()])]),
                unread: true,
            }),
        },
        asked_at: Timestamp::from_unix_us(8),
        expires_at: Timestamp::from_unix_us(9),
        votes: words
            .into_iter()
            .map(|word| Vote {
                by: approver("ann"),
                word,
                reason: Some("why not".into()),
                channel: "api".into(),
                at: Timestamp::from_unix_us(10),
            })
            .collect(),
        state,
        leg: 4,
    }
}

fn constraint() -> Constraint {
    Constraint {
        at: "/db".into(),
        is: "\"test\"".into(),
    }
}

fn grant(number: u8, revoked: bool) -> Grant {
    let held = held(number, HeldState::Used);
    Grant {
        id: GrantId::from_bytes([number; 16]),
        caller: Principal::Anonymous,
        upstream: held.binding.upstream,
        method: held.binding.method,
        name: held.shown.name,
        definition: None,
        rules: held.reason.rules,
        policy: held.binding.policy,
        with: vec![constraint()],
        by: vec![approver("bob")],
        held: held.id,
        from: Timestamp::from_unix_us(1),
        until: Timestamp::from_unix_us(11),
        revoked: revoked.then(|| ("ann".into(), Timestamp::from_unix_us(2))),
    }
}

#[test]
fn what_is_saved_is_there_after_a_restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let all: Vec<HeldCall> = HeldState::ALL
        .into_iter()
        .zip(1..)
        .map(|(state, number)| held(number, state))
        .collect();
    let grants = vec![grant(1, false), grant(2, true)];
    {
        let kept = Approvals::open(dir.path()).expect("it opens");
        kept.save(&held(1, HeldState::Used)).expect("it is saved");
        all.iter()
            .for_each(|held| kept.save(held).expect("it is saved"));
        grants
            .iter()
            .for_each(|grant| kept.save_grant(grant).expect("it is saved"));
    }
    let kept = Approvals::open(dir.path()).expect("it opens");
    assert_eq!(kept.load().expect("it is read"), (all, grants));
    kept.forget(Timestamp::from_unix_us(11))
        .expect("it forgets");
    let database = std::fs::metadata(dir.path().join("approvals.db")).expect("a file");
    assert_eq!(database.permissions().mode() & 0o077, 0);
    let (left, grants) = kept.load().expect("it is read");
    let states: Vec<HeldState> = left.iter().map(|held| held.state).collect();
    assert_eq!(states, [HeldState::Waiting, HeldState::Allowed]);
    assert_eq!(grants.len(), 2);
    kept.forget(Timestamp::from_unix_us(12))
        .expect("it forgets");
    assert_eq!(kept.load().expect("it is read").1, []);
}

#[test]
fn what_is_damaged_is_an_error_that_names_it() {
    for (damage, told) in [
        (
            "UPDATE held SET body = replace(body, '\"leg\":4', '\"leg\":\"x\"')",
            "invalid type",
        ),
        (
            "UPDATE held SET body = replace(body, 'waiting', 'lost')",
            "no state",
        ),
        (
            "UPDATE held SET body = replace(body, '\"rules\"', '\"roles\"')",
            "unknown field",
        ),
        ("PRAGMA user_version = 2", "version 2"),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        let kept = Approvals::open(dir.path()).expect("it opens");
        kept.save(&held(1, HeldState::Waiting))
            .expect("it is saved");
        let database = dir.path().join("approvals.db");
        let connection = rusqlite::Connection::open(database).expect("it opens");
        connection.execute_batch(damage).expect("it is damaged");
        let read = Approvals::open(dir.path()).and_then(|kept| kept.load());
        let error = read.expect_err(damage).to_string();
        let row = if told == "version 2" { "" } else { "held `0" };
        for part in [told, row, "approvals.db"] {
            assert!(error.contains(part), "{error}");
        }
    }
}

#[test]
fn the_keys_are_made_once_and_differ() {
    let dir = tempfile::tempdir().expect("a directory");
    let first = ApprovalKeys::open(dir.path(), || [7; 32]).expect("they are made");
    let again = ApprovalKeys::open(dir.path(), || [8; 32]).expect("they are read");
    assert_eq!(*first.binding, *again.binding);
    assert_eq!(*first.state, *again.state);
    assert_ne!(*first.binding, *first.state);
    std::fs::write(dir.path().join("keys/approvals.key"), [1; 31]).expect("a file");
    let told = ApprovalKeys::open(dir.path(), || [8; 32]).err();
    assert!(told.is_some_and(|error| error.to_string().contains("31 bytes")));
}
