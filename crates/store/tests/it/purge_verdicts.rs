//! What a stranger says of a log in which something was purged, with nothing but its public key.

use std::fs;
use std::path::Path;

use ledger::{Kind, PurgeNotice, PurgeScope, PurgeStep};
use store::{Opened, PurgeTarget};
use verify::{Exit, Report};

use crate::purge::{record, request};
use crate::support::{commit, event, open, open_session, session_id};

fn verified(dir: &Path) -> Report {
    verify::verify(dir, &verify::Options::default(), &mut |_| {}).expect("it can be verified")
}

fn counts(report: &Report) -> (u64, u64, u64) {
    let counts = report.epochs.first().expect("an epoch").counts;
    (counts.purged, counts.missing, counts.corrupt)
}

fn notice(step: PurgeStep, scope: PurgeScope) -> PurgeNotice {
    PurgeNotice {
        id: [1; 16],
        step,
        approvals: 1,
        scope,
    }
}

/// Puts a purge on record past all checks, in a session for that or in any other.
fn claim(opened: &Opened, custody: bool, notice: PurgeNotice) {
    let opening = event(Kind::SessionOpened, "");
    let (session, commit) = if custody {
        opened.ledger().open_custody(session_id(7), opening)
    } else {
        opened.ledger().open_session(session_id(8), opening)
    };
    commit.wait().expect("it is durable");
    let purge = session.purge(event(Kind::Purge, ""), notice);
    purge.wait().expect("it is durable");
}

#[test]
fn a_purge_that_was_only_begun_takes_nothing_away() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    let scope = PurgeScope::Session(session_id(1));
    claim(&opened, true, notice(PurgeStep::Begun, scope));
    opened.close().expect("it stops in order");
    let report = verified(dir.path());
    assert_eq!((report.exit(), counts(&report)), (Exit::Intact, (0, 0, 0)));
}

#[test]
fn a_purge_that_is_none_counts_for_nothing() {
    let session = PurgeScope::Session(session_id(1));
    let (domain, bucket) = (ledger::CUSTODY_DOMAIN, 20_000);
    let rows = [
        (
            true,
            notice(PurgeStep::Completed, session),
            "completed and never began",
        ),
        (
            false,
            notice(PurgeStep::Begun, session),
            "not stand where purges",
        ),
        (
            true,
            notice(PurgeStep::Begun, PurgeScope::Bucket { domain, bucket }),
            "covers what is never purged",
        ),
    ];
    for (custody, notice, what) in rows {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        record(&opened);
        claim(&opened, custody, notice);
        opened.close().expect("it stops in order");
        let report = verified(dir.path());
        assert_eq!(report.exit(), Exit::Corrupt, "{what}");
        assert_eq!(counts(&report), (0, 0, 0), "{what}");
        assert!(report.to_string().contains(what), "{report}");
    }
}

/// A segment that holds records of one session only may go once that is purged, and not before.
#[test]
fn a_segment_may_go_if_all_in_it_was_purged() {
    for purged in [true, false] {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open(dir.path());
        let session = open_session(&opened, 1);
        for _ in 0..200 {
            let mut noise = [0; 2_048];
            aws_lc_rs::rand::fill(&mut noise).expect("random numbers");
            let payload: String = noise.iter().map(|b| format!("{b:02x}")).collect();
            commit(&session, event(Kind::Outcome, &payload)).expect("it is durable");
        }
        let closing = event(Kind::SessionClosed, "");
        session.close(closing).wait().expect("it is durable");
        if purged {
            let target = PurgeTarget::Session(session_id(1));
            opened.purge(&request(target)).expect("it is purged");
        }
        opened.close().expect("it stops in order");
        let mut segments: Vec<_> = fs::read_dir(dir.path().join("wal/1"))
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
            .collect();
        segments.sort();
        // Neither the first, which opens the log, nor the last ones.
        fs::remove_file(segments.get(1).expect("several segments")).expect("a file");
        let report = verified(dir.path());
        if purged {
            assert_eq!(report.exit(), Exit::Purged, "{report}");
            assert_eq!(counts(&report), (202, 0, 0));
        } else {
            assert_eq!(report.exit(), Exit::Missing, "{report}");
            assert!(counts(&report).1 > 0, "{report}");
        }
    }
}

/// A copy of what is published says the same of a purge as the data directory.
#[test]
fn the_published_log_alone_tells() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    record(&opened);
    let target = PurgeTarget::Session(session_id(1));
    opened.purge(&request(target)).expect("it is purged");
    opened.close().expect("it stops in order");
    let report = verified(&dir.path().join("log/n1/1"));
    assert_eq!((report.exit(), counts(&report)), (Exit::Purged, (5, 0, 0)));
}
