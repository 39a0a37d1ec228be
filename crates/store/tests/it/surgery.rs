//! The log's tail cut, zeroed, doubled and swapped: what was signed is never silently lost.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::Kind;
use store::{DataDir, OpenError};

use crate::support::{commit, crashed_copy, event, open, open_session, options};

/// A log that crashed: what is published, and a tail that is not.
fn crashed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    for n in 0..5 {
        commit(&session, event(Kind::Outcome, &format!("published {n}"))).expect("it is durable");
    }
    let size = opened.ledger().health().durable;
    while opened.ledger().health().published < size {
        std::thread::yield_now();
    }
    for n in 0..5 {
        commit(&session, event(Kind::Outcome, &format!("tail {n}"))).expect("it is durable");
    }
    let copy = crashed_copy(dir.path());
    opened.close().expect("it stops in order");
    copy
}

fn segment(dir: &Path) -> PathBuf {
    let mut names: Vec<_> = fs::read_dir(dir.join("wal/1"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    names.sort();
    names.pop().expect("a segment")
}

/// The frames of the segment as (position, length).
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(Ok(frame)) = bytes.get(at..).map(ledger::wal::Frame::decode) {
        let length = frame.header.frame_bytes() as usize;
        found.push((at, length));
        at += length;
    }
    found
}

fn reopen(dir: &Path) -> Result<u64, OpenError> {
    let opened = DataDir::open(dir, &options())?;
    let size = opened.recovery().size.0;
    opened.close().expect("it stops in order");
    Ok(size)
}

fn with(change: impl FnOnce(&mut Vec<u8>)) -> Result<u64, OpenError> {
    let dir = crashed();
    let path = segment(dir.path());
    let mut bytes = fs::read(&path).expect("a segment");
    change(&mut bytes);
    fs::write(&path, bytes).expect("the segment can be written");
    reopen(dir.path())
}

/// The size that stays, or `refused`.
fn outcome(result: Result<u64, OpenError>) -> String {
    match result {
        Ok(size) => size.to_string(),
        Err(OpenError::Corrupt { what, .. }) => {
            assert!(!what.is_empty());
            "refused".to_owned()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_cut_tail_is_refused_where_it_was_published() {
    // Two records open the log and the session, five are published, five are the tail.
    let lengths = {
        let dir = crashed();
        frames(&fs::read(segment(dir.path())).expect("a segment"))
    };
    let last = lengths.len() - 1;
    let cut_at = |position: usize| outcome(with(|bytes| bytes.truncate(position)));
    let (position, length) = lengths[last];
    assert_eq!(cut_at(position + length), "12");
    assert_eq!(cut_at(position + length - 4_000), "11");
    assert_eq!(cut_at(position + 1), "11");
    assert_eq!(cut_at(position), "11");
    assert_eq!(cut_at(lengths[last - 4].0), "7");
    assert_eq!(cut_at(lengths[last - 5].0), "refused");
    assert_eq!(cut_at(lengths[last - 5].0 + 300), "refused");
    assert_eq!(cut_at(0), "refused");
}

#[test]
fn a_zeroed_tail_is_refused_where_it_was_published() {
    let zero_from = |back: usize| {
        outcome(with(|bytes| {
            let frames = frames(bytes);
            let from = frames[frames.len() - back].0;
            bytes[from..].fill(0);
        }))
    };
    assert_eq!(zero_from(1), "11");
    assert_eq!(zero_from(5), "7");
    assert_eq!(zero_from(6), "refused");
}

#[test]
fn damage_with_valid_frames_behind_it_is_refused() {
    for back in 2..6 {
        let result = with(|bytes| {
            let frames = frames(bytes);
            bytes[frames[frames.len() - back].0 + 230] ^= 1;
        });
        assert_eq!(outcome(result), "refused", "frame {back} from the end");
    }
}

#[test]
fn doubled_and_swapped_frames_are_refused_or_ignored() {
    // A copy of the last frame behind it says that it lies elsewhere: it is a torn tail.
    let doubled = with(|bytes| {
        let frames = frames(bytes);
        let (from, length) = frames[frames.len() - 1];
        let copy = bytes[from..from + length].to_vec();
        bytes[from + length..from + 2 * length].copy_from_slice(&copy);
    });
    assert_eq!(outcome(doubled), "12");
    let swapped = with(|bytes| {
        let frames = frames(bytes);
        let ((a, length), (b, other)) = (frames[frames.len() - 3], frames[frames.len() - 2]);
        assert_eq!(length, other);
        let (first, second) = (bytes[a..a + length].to_vec(), bytes[b..b + length].to_vec());
        bytes[a..a + length].copy_from_slice(&second);
        bytes[b..b + length].copy_from_slice(&first);
    });
    assert_eq!(outcome(swapped), "refused");
}

#[test]
fn a_new_epoch_states_the_gap() {
    let dir = crashed();
    let path = segment(dir.path());
    fs::write(&path, []).expect("the segment can be written");
    let error = reopen(dir.path()).expect_err("it is refused");
    assert!(
        error.to_string().contains("probity recover --new-epoch"),
        "{error}"
    );

    let epoch = DataDir::new_epoch(dir.path(), "the disk lost a segment").expect("a new epoch");
    assert_eq!(epoch.origin, "example.org/gw/n1/2");
    assert_eq!(epoch.previous, Some(model::TreeSize(7)));
    let opened = open(dir.path());
    opened.close().expect("it stops in order");
    let reader = store::Reader::open(dir.path()).expect("a log");
    let first = reader.entry(model::EntryIndex(0)).expect("a record");
    assert_eq!(first.leaf.prefix.kind(), Some(Kind::LogOpened));
    let extra = first.body.open().and_then(|body| body.facts.extra.clone());
    let extra = extra.expect("facts").to_string();
    assert!(extra.contains("the disk lost a segment"), "{extra}");
    assert!(extra.contains("example.org/gw/n1/1\\n7\\n"), "{extra}");
}

#[test]
fn an_epoch_that_ended_can_still_be_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    commit(&session, event(Kind::Outcome, "of the first epoch")).expect("it is durable");
    opened.close().expect("it stops in order");
    DataDir::new_epoch(dir.path(), "the key is replaced").expect("a new epoch");
    let opened = open(dir.path());
    opened.close().expect("it stops in order");

    let read = |epoch| store::Reader::open_epoch(dir.path(), epoch).expect("a log");
    let current = read(None);
    assert_eq!(
        (current.epoch(), current.origin()),
        (2, "example.org/gw/n1/2")
    );
    let first = read(Some(1));
    assert_eq!(first.origin(), "example.org/gw/n1/1");
    let record = first.entry(model::EntryIndex(2)).expect("a record");
    let payload = record.body.open().map(|body| body.payload.clone());
    assert_eq!(payload.as_deref(), Some(b"of the first epoch".as_slice()));
    let report = verify::verify(dir.path(), &verify::Options::default(), &mut |_| {});
    let report = report.expect("it can be verified");
    assert_eq!(report.epochs.len(), 2);
    assert_eq!(report.exit(), verify::Exit::Intact, "{report}");
}

#[test]
fn a_lost_segment_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    for n in 1..4 {
        let opened = open(dir.path());
        open_session(&opened, n);
        opened.close().expect("it stops in order");
    }
    let mut names: Vec<_> = fs::read_dir(dir.path().join("wal/1"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    names.sort();
    for lost in names {
        let copy = crashed_copy(dir.path());
        let name = lost.file_name().expect("a name");
        fs::remove_file(copy.path().join("wal/1").join(name)).expect("a segment");
        assert_eq!(outcome(reopen(copy.path())), "refused", "{name:?}");
    }
}
