//! Logs to verify, and one place that touches the API.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::{Draft, Facts, Kind, Record, VerdictCode};
use model::{SessionId, Timestamp};
use store::{DataDir, Opened, Options};
use verify::{EpochReport, LeafVerdict, Report};

#[derive(Debug, Clone)]
pub(crate) struct Event(pub(crate) Kind, pub(crate) String);

impl Record for Event {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::None,
            at: Timestamp::from_unix_us(1_785_231_000_000_000),
            call: None,
            server: "shop",
            tool: "",
            principal: String::new(),
            facts: Facts::default(),
            payload: self.1.as_bytes(),
        }
    }
}

pub(crate) fn options() -> Options {
    Options {
        org: "example.org".to_owned(),
        segment_bytes: 64 << 10,
        // Published at the end only, so that tests decide what is behind the checkpoint.
        publish_interval_ms: 3_600_000,
        ..Options::default()
    }
}

/// A log with `sessions` sessions of `records` records each, the last one left open.
pub(crate) fn fill(opened: &Opened, sessions: u8, records: u32) {
    for n in 1..=sessions {
        let id = SessionId::from_bytes([n; 16]);
        let (session, commit) = opened
            .ledger()
            .open_session(id, Event(Kind::SessionOpened, "open".into()));
        commit.wait().unwrap();
        let commits: Vec<_> = (0..records)
            .map(|k| session.commit(Event(Kind::Outcome, format!("record {k} of {n}"))))
            .collect();
        for commit in commits {
            commit.wait().unwrap();
        }
        if n < sessions {
            let closing = Event(Kind::SessionClosed, "bye".into());
            session.close(closing).wait().unwrap();
        }
    }
}

/// A published log that was stopped in order.
pub(crate) fn stopped(sessions: u8, records: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let opened = DataDir::open(dir.path(), &options()).unwrap();
    fill(&opened, sessions, records);
    opened.close().unwrap();
    dir
}

pub(crate) fn report(path: &Path) -> Report {
    verify::verify(path, &verify::Options::default(), &mut |_| {}).unwrap()
}

pub(crate) fn only(report: &Report) -> &EpochReport {
    assert_eq!(report.epochs.len(), 1);
    &report.epochs[0]
}

/// `VERDICT file` for each problem; digits of segment names are left out.
pub(crate) fn problems(report: &Report) -> Vec<String> {
    only(report)
        .problems
        .iter()
        .map(|p| format!("{} {}", p.verdict.as_str(), p.file))
        .collect()
}

pub(crate) fn has(report: &Report, verdict: LeafVerdict, file: &Path, root: &Path) -> bool {
    let file = file.strip_prefix(root).unwrap().display().to_string();
    only(report)
        .problems
        .iter()
        .any(|p| p.verdict == verdict && p.file == file)
}

/// All files below a folder, sorted.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub(crate) fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in files(from) {
        let target = to.path().join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
    to
}
