//! A reader in another language, written from `spec/` alone, reads what the product wrote.

use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::Kind;
use store::Reader;

use crate::support::{call, call_id, commit, crashed_copy, event, open, open_session, session_id};

fn spec() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec")
}

/// Its exit code, what it printed, and what it complained about.
pub(crate) fn read(arguments: &[&Path]) -> (Option<i32>, String, String) {
    let python = std::env::var_os("PROBITY_TEST_PYTHON").expect(
        "PROBITY_TEST_PYTHON names a Python with the packages of tests/python/requirements.txt; \
         `cargo xtask test` prepares one",
    );
    let output = Command::new(python)
        .arg(spec().join("reader.py"))
        .args(arguments)
        .output()
        .expect("Python runs");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn the_python_reader_reads_every_record() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    for n in 0..300_u32 {
        let text = "x".repeat(n as usize * 3);
        let payload = match n % 2 {
            0 => format!("payload {n} {text}"),
            _ => format!("{{\"n\":{n},\"text\":[\"{text}\",1.50,{{}},\"\\u00e9/~\"]}}"),
        };
        commit(&session, call(Kind::Intent, call_id(1), &payload)).expect("it is durable");
    }
    let closing = event(Kind::SessionClosed, "bye");
    session.close(closing).wait().expect("it is durable");
    let open_one = open_session(&opened, 2);
    commit(&open_one, event(Kind::Outcome, "open at the crash")).expect("it is durable");
    while opened.ledger().health().published < opened.ledger().health().durable {
        std::thread::yield_now();
    }
    // Once as a crash leaves it, and once after an orderly stop.
    let crashed = crashed_copy(dir.path());
    opened.close().expect("it stops in order");
    for path in [crashed.path(), dir.path()] {
        let (code, records, complaint) = read(&[path]);
        assert_eq!(code, Some(0), "{complaint}");
        let records: Vec<serde_json::Value> = records
            .lines()
            .map(|line| serde_json::from_str(line).expect("an object"))
            .collect();
        let reader = Reader::open(path).expect("a log");
        assert_eq!(records.len() as u64, reader.size().0);
        for (record, index) in records.iter().zip(0..) {
            let ours = reader.entry(model::EntryIndex(index)).expect("a record");
            let body = ours.body.open().expect("the body opens");
            let payload: String = body.payload.iter().map(|b| format!("{b:02x}")).collect();
            assert_eq!(record["leaf"], ours.leaf_hash.to_string());
            assert_eq!(record["payload"], payload);
            let facts = serde_json::to_value(&body.facts).expect("facts");
            assert_eq!(record["facts"], facts);
        }
    }
    assert_eq!(session_id(1), session.id());
}

#[test]
fn the_python_reader_refuses_a_flipped_bit() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    for n in 0..10 {
        commit(&session, event(Kind::Outcome, &format!("payload {n}"))).expect("it is durable");
    }
    opened.close().expect("it stops in order");
    assert_eq!(read(&[dir.path()]).0, Some(0));
    let log = dir.path().join("log/n1/1");
    let org = dir.path().join("log/org/1");
    let note = std::fs::read_to_string(org.join("checkpoint")).expect("a checkpoint");
    let org_size = note.lines().nth(1).expect("a size");
    let segment = std::fs::read_dir(dir.path().join("wal/1"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .next()
        .expect("a segment");
    let files = [
        (log.join("checkpoint"), 25),
        (log.join("tile/0/000.p/13"), 40),
        (log.join("tile/entries/000.p/13"), 333),
        (segment, 5_000),
        (org.join("checkpoint"), 25),
        (org.join(format!("tile/0/000.p/{org_size}")), 40),
        (org.join(format!("tile/entries/000.p/{org_size}")), 333),
    ];
    for (file, at) in files {
        let whole = std::fs::read(&file).expect("a file");
        let mut bytes = whole.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1;
        }
        std::fs::write(&file, bytes).expect("it can be written");
        let (code, _, complaint) = read(&[dir.path()]);
        assert_eq!(code, Some(1), "{}", file.display());
        assert!(complaint.starts_with("wrong: "), "{complaint}");
        std::fs::write(&file, whole).expect("it can be written");
    }
}

#[test]
fn the_python_reader_opens_the_vectors() {
    let (code, _, complaint) = read(&[Path::new("--vectors"), &spec().join("vectors/record.json")]);
    assert_eq!(code, Some(0), "{complaint}");
}

#[test]
fn the_python_reader_makes_the_same_field_commitments() {
    let (code, _, complaint) = read(&[Path::new("--fields"), &spec().join("vectors/fields.json")]);
    assert_eq!(code, Some(0), "{complaint}");
}
