//! Visits to one log: each goes on where the last one ended, and contradictions are named.

use std::fs;
use std::path::Path;
use std::process::Command;

use ledger::Kind;
use model::{SessionId, TreeSize};
use store::DataDir;
use verify::{Contradiction, Exit, Monitor, Report, Target, monitor};

use crate::support::{Event, copy, files, only, options, problems, stopped};

/// Lets the log grow by a session with so many records, and four records that frame them.
fn grow(dir: &Path, session: u8, records: u32) {
    let opened = DataDir::open(dir, &options()).unwrap();
    let id = SessionId::from_bytes([session; 16]);
    let (session, commit) = opened
        .ledger()
        .open_session(id, Event(Kind::SessionOpened, "open".into()));
    let commits: Vec<_> = (0..records)
        .map(|k| session.commit(Event(Kind::Outcome, format!("record {k}"))))
        .collect();
    commit.wait().unwrap();
    for commit in commits {
        commit.wait().unwrap();
    }
    let closing = Event(Kind::SessionClosed, "bye".into());
    session.close(closing).wait().unwrap();
    opened.close().unwrap();
}

fn visit(log: &Path, state: &Path) -> Report {
    let visits = Monitor { state, every: None };
    let options = verify::Options::default();
    let target = Target::of(log);
    monitor(&target, visits, &options, &mut |_| {}, &mut |_| {}).unwrap()
}

fn contradiction(report: &Report) -> &'static str {
    assert_eq!(report.exit(), Exit::Contradicted, "{report}");
    let found = report.epochs.iter().find_map(|e| e.contradiction.as_ref());
    found.unwrap().as_str()
}

#[test]
fn a_visit_verifies_what_is_new() {
    let dir = stopped(1, 10);
    let state = tempfile::tempdir().unwrap();
    let first = visit(dir.path(), state.path());
    assert_eq!(first.exit(), Exit::Intact, "{first}");
    let mut before = only(&first).size.0;
    assert_eq!(only(&first).counts.intact, before);
    for (session, records) in [
        (2, 0),
        (3, 237),
        (4, 1),
        (5, 251),
        (6, 600),
        (7, 65_700),
        (8, 3),
    ] {
        grow(dir.path(), session, records);
        let report = visit(dir.path(), state.path());
        assert_eq!(problems(&report), [""; 0], "{records}");
        let epoch = only(&report);
        assert_eq!(epoch.verified_before, TreeSize(before));
        assert_eq!(epoch.counts.intact, epoch.size.0 - before, "{records}");
        before = epoch.size.0;
    }
    let nothing_new = visit(dir.path(), state.path());
    assert_eq!(nothing_new.exit(), Exit::Intact);
    assert_eq!(only(&nothing_new).counts.intact, 0);
}

#[test]
fn a_log_that_shrank_was_rolled_back() {
    let dir = stopped(1, 300);
    let state = tempfile::tempdir().unwrap();
    let old = copy(&dir.path().join("log/n1/1"));
    grow(dir.path(), 2, 10);
    let published = dir.path().join("log/n1/1");
    assert_eq!(visit(&published, state.path()).exit(), Exit::Intact);
    let report = visit(old.path(), state.path());
    assert_eq!(contradiction(&report), "ROLLED-BACK");
    let (seen, shown) = (TreeSize(318), TreeSize(303));
    let expected = Some(Contradiction::RolledBack { seen, shown });
    assert_eq!(only(&report).contradiction, expected);
    let evidence = files(state.path());
    let kept = evidence
        .iter()
        .any(|f| f.extension().unwrap() == "contradiction");
    assert!(kept, "{evidence:?}");
    // It is not forgotten, and the true log is still followed.
    assert_eq!(
        contradiction(&visit(old.path(), state.path())),
        "ROLLED-BACK"
    );
    assert_eq!(visit(&published, state.path()).exit(), Exit::Intact);
}

#[test]
fn a_log_with_another_past_is_forked() {
    let dir = stopped(1, 300);
    let other = copy(dir.path());
    grow(dir.path(), 2, 50);
    grow(other.path(), 3, 50);
    let longer = copy(other.path());
    grow(longer.path(), 4, 400);
    let state = tempfile::tempdir().unwrap();
    let log = |dir: &tempfile::TempDir| dir.path().join("log/n1/1");
    assert_eq!(visit(&log(&dir), state.path()).exit(), Exit::Intact);
    for fork in [&other, &longer] {
        // Each history is whole by itself.
        assert_eq!(crate::support::report(fork.path()).exit(), Exit::Intact);
        assert_eq!(contradiction(&visit(&log(fork), state.path())), "FORKED");
    }
}

#[test]
fn a_log_with_another_key_is_not_the_same() {
    let (dir, other) = (stopped(1, 10), stopped(1, 20));
    let state = tempfile::tempdir().unwrap();
    let log = |dir: &tempfile::TempDir| dir.path().join("log/n1/1");
    assert_eq!(visit(&log(&dir), state.path()).exit(), Exit::Intact);
    assert_eq!(
        contradiction(&visit(&log(&other), state.path())),
        "OTHER-KEY"
    );
}

#[test]
fn a_log_that_is_gone_is_missed() {
    let dir = stopped(1, 10);
    let state = tempfile::tempdir().unwrap();
    DataDir::new_epoch(dir.path(), "a test").unwrap();
    grow(dir.path(), 2, 10);
    assert_eq!(visit(dir.path(), state.path()).epochs.len(), 2);
    fs::remove_dir_all(dir.path().join("log/n1/2")).unwrap();
    assert_eq!(contradiction(&visit(dir.path(), state.path())), "GONE");
}

#[test]
fn an_org_log_that_was_rolled_back_is_noticed() {
    let dir = stopped(1, 10);
    let state = tempfile::tempdir().unwrap();
    let old = copy(&dir.path().join("log/org/1"));
    grow(dir.path(), 2, 10);
    let report = visit(dir.path(), state.path());
    assert_eq!(report.exit(), Exit::Intact, "{report}");
    assert_eq!(report.orgs.len(), 1);
    let rolled_back = visit(old.path(), state.path());
    assert_eq!(rolled_back.exit(), Exit::Contradicted, "{rolled_back}");
    let found = rolled_back.orgs[0].log.contradiction.as_ref();
    assert_eq!(found.unwrap().as_str(), "ROLLED-BACK");
}

#[test]
fn damage_is_no_contradiction_and_is_looked_at_again() {
    let dir = stopped(1, 300);
    let state = tempfile::tempdir().unwrap();
    assert_eq!(visit(dir.path(), state.path()).exit(), Exit::Intact);
    grow(dir.path(), 2, 500);
    let tile = dir.path().join("log/n1/1/tile/entries/002");
    let whole = fs::read(&tile).unwrap();
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    fs::write(&tile, bytes).unwrap();
    for _ in 0..2 {
        let report = visit(dir.path(), state.path());
        assert_eq!(report.exit(), Exit::Corrupt, "{report}");
        let named = "CORRUPT log/n1/1/tile/entries/002".to_owned();
        assert!(problems(&report).contains(&named), "{report}");
        assert_eq!(only(&report).contradiction, None);
    }
    fs::write(&tile, whole).unwrap();
    assert_eq!(visit(dir.path(), state.path()).exit(), Exit::Intact);
}

#[test]
fn a_state_that_somebody_changed_is_refused() {
    let dir = stopped(1, 10);
    let state = tempfile::tempdir().unwrap();
    visit(dir.path(), state.path());
    let file = &files(state.path())[0];
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.replacen("\n13\n", "\n12\n", 1)).unwrap();
    let visits = Monitor {
        state: state.path(),
        every: None,
    };
    let target = Target::of(dir.path());
    let options = verify::Options::default();
    let error = monitor(&target, visits, &options, &mut |_| {}, &mut |_| {}).unwrap_err();
    assert!(
        error.to_string().contains("not what a monitor wrote"),
        "{error}"
    );
}

#[test]
fn the_program_goes_on_until_something_is_wrong() {
    let dir = stopped(1, 10);
    let state = tempfile::tempdir().unwrap();
    let old = copy(dir.path());
    grow(dir.path(), 2, 10);
    let run = |log: &Path, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_probity-verify"))
            .arg("--monitor")
            .arg(state.path())
            .args(more)
            .arg(log)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    assert_eq!(run(dir.path(), &[]).0, 0);
    // The first visit of the second run ends it.
    let (code, text) = run(&old.path().join("log/n1/1"), &["--every", "1"]);
    assert_eq!(code, 8, "{text}");
    assert!(text.contains("\nROLLED-BACK"), "{text}");
    let (code, text) = run(&old.path().join("log/n1/1"), &["--json"]);
    assert_eq!(code, 8, "{text}");
    assert!(text.starts_with("{\"result\":\"contradicted\""), "{text}");
    assert_eq!(run(dir.path(), &["--every", "0"]).0, 2);
}
