use std::process::Command;

use model::TreeSize;
use store::DataDir;
use verify::Exit;

use crate::support::{copy, fill, only, options, problems, report, stopped};

#[test]
fn a_log_that_was_stopped_in_order_is_intact() {
    let dir = stopped(3, 200);
    let found = report(dir.path());
    assert_eq!(problems(&found), [""; 0]);
    assert_eq!(found.exit(), Exit::Intact);
    let epoch = only(&found);
    // The node's first and last record, three openings, two closings, 600 records.
    assert_eq!(epoch.size, TreeSize(607));
    assert_eq!((epoch.counts.intact, epoch.tail), (607, 0));
    assert_eq!((epoch.sessions.opened, epoch.sessions.ended), (4, 3));
    assert!(epoch.bodies && epoch.key_from_log);
}

#[test]
fn sizes_around_tile_boundaries_are_intact() {
    // Four records frame the others.
    for records in [0, 251, 252, 253, 254, 507, 508, 509, 65_600] {
        let dir = stopped(1, records);
        let found = report(dir.path());
        assert_eq!(problems(&found), [""; 0], "{records} records");
        assert_eq!(only(&found).counts.intact, u64::from(records) + 3);
    }
}

#[test]
fn what_is_behind_the_checkpoint_is_verified_too() {
    let dir = tempfile::tempdir().unwrap();
    let opened = DataDir::open(dir.path(), &options()).unwrap();
    // The first checkpoint covers what opens the log; the next is far away.
    while opened.ledger().health().published == TreeSize(0) {
        std::thread::yield_now();
    }
    fill(&opened, 2, 50);
    let crashed = copy(dir.path());
    opened.close().unwrap();
    let found = report(crashed.path());
    assert_eq!(problems(&found), [""; 0]);
    let epoch = only(&found);
    assert_eq!(epoch.size.0 + epoch.tail, 104);
    assert_eq!(epoch.counts.intact, 104);
}

#[test]
fn a_copy_of_the_published_log_alone_is_verified_without_bodies() {
    let dir = stopped(2, 300);
    let published = copy(&dir.path().join("log/n1/1"));
    let found = report(published.path());
    assert_eq!(problems(&found), [""; 0]);
    assert_eq!(only(&found).counts.intact, 605);
    assert!(!only(&found).bodies);
}

#[test]
fn the_program_tells_results_apart_by_its_exit_code() {
    let dir = stopped(1, 10);
    let vkey = std::fs::read_to_string(dir.path().join("log/n1/1/vkey")).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_probity-verify"))
            .args(arguments)
            .arg(dir.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    let (code, text) = run(&["--vkey", vkey.trim()]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("13 INTACT, 0 PURGED-AUTHORISED, 0 MISSING, 0 CORRUPT"),
        "{text}"
    );
    assert_eq!(
        text.matches("came with the log").count(),
        1,
        "the org log's: {text}"
    );
    let org = std::fs::read_to_string(dir.path().join("log/org/1/vkey")).unwrap();
    let (code, text) = run(&["--vkey", vkey.trim(), "--vkey", org.trim()]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("came with the log"), "{text}");
    let (code, text) = run(&["--json"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("{\"result\":\"intact\""), "{text}");
    assert_eq!(run(&["--nonsense"]).0, 2);
    let other = "example.org/gw/n1/1+5d1cf2ce+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    assert_eq!(
        run(&["--vkey", other]).0,
        1,
        "the id does not belong to this name"
    );
    let segments = std::fs::read_dir(dir.path().join("wal/1")).unwrap();
    for segment in segments {
        std::fs::remove_file(segment.unwrap().path()).unwrap();
    }
    assert_eq!(run(&[]).0, 4);
    std::fs::write(dir.path().join("log/n1/1/checkpoint"), "nothing").unwrap();
    assert_eq!(run(&[]).0, 5);
}
