//! What somebody tries who has the files and not the keys, or who has a key and wants to look like
//! a log that he is not.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use verify::{Exit, Monitor, Options, Report, Target, monitor};

use crate::support::{copy, files, problems, report, stopped};

const LOG: &str = "log/n1/1";

/// `VERDICT file: what` for each problem of any log.
fn found(report: &Report) -> Vec<String> {
    let orgs = report.orgs.iter().map(|org| &org.log);
    let logs = report.epochs.iter().chain(orgs);
    logs.flat_map(|log| &log.problems)
        .map(|p| format!("{} {}: {}", p.verdict.as_str(), p.file, p.what))
        .collect()
}

fn lay(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

fn replace_folder(from: &Path, to: &Path) {
    fs::remove_dir_all(to).unwrap();
    lay(from, to);
}

fn first_segment(dir: &Path) -> PathBuf {
    files(&dir.join("wal/1"))[0].clone()
}

fn in_place_of(file: &Path, put: impl FnOnce(&Path)) {
    fs::remove_file(file).unwrap();
    put(file);
}

fn fifo(file: &Path) {
    let made = Command::new("mkfifo").arg(file).status().unwrap();
    assert!(made.success());
}

/// Another log of the same name, whole in itself, under a key of its own.
fn impostor() -> tempfile::TempDir {
    stopped(2, 40)
}

type Attack = fn(&Path);

const ATTACKS: &[(&str, Attack, Exit, &str)] = &[
    (
        "another log of the same name is put in place, with its key, its head and its bodies",
        |dir| {
            let other = impostor();
            for part in [LOG, "wal/1"] {
                replace_folder(&other.path().join(part), &dir.join(part));
            }
            fs::copy(other.path().join("head/1"), dir.join("head/1")).unwrap();
        },
        Exit::Corrupt,
        "CORRUPT log/org: the org log names another key for this log",
    ),
    (
        "the org log is replaced by another's",
        |dir| {
            let other = impostor();
            replace_folder(&other.path().join("log/org"), &dir.join("log/org"));
            fs::copy(other.path().join("head/org-1"), dir.join("head/org-1")).unwrap();
        },
        Exit::Corrupt,
        "CORRUPT log/org: the org log names another key for this log",
    ),
    (
        "the bodies are deleted, and the published log is laid over the directory to look like one",
        |dir| {
            lay(&dir.join(LOG), dir);
            fs::remove_dir_all(dir.join("wal")).unwrap();
        },
        Exit::Corrupt,
        "MISSING wal/1: the sealed bodies are not there",
    ),
    (
        "the log is there twice",
        |dir| lay(&dir.join(LOG), &dir.join("log/n2/1")),
        Exit::Corrupt,
        "CORRUPT log/n2/1/: another log here has the same origin",
    ),
    (
        "an epoch is said to be another",
        |dir| fs::rename(dir.join(LOG), dir.join("log/n1/2")).unwrap(),
        Exit::Corrupt,
        "the leaf states epoch 1, the log has epoch 2",
    ),
    (
        "the cosigned checkpoint is another log's",
        |dir| {
            let other = impostor();
            let note = other.path().join(LOG).join("checkpoint");
            fs::copy(note, dir.join(LOG).join("checkpoint.cosigned")).unwrap();
        },
        Exit::Corrupt,
        "CORRUPT log/n1/1/checkpoint.cosigned",
    ),
    (
        "a folder is in place of a tile",
        |dir| {
            in_place_of(&dir.join(LOG).join("tile/0/000"), |file| {
                fs::create_dir(file).unwrap();
            });
        },
        Exit::Missing,
        "MISSING log/n1/1/tile/0/000",
    ),
    (
        "a pipe that nobody writes is in place of a bundle",
        |dir| in_place_of(&dir.join(LOG).join("tile/entries/000"), fifo),
        Exit::Missing,
        "MISSING log/n1/1/tile/entries/000",
    ),
    (
        "a link to a device that never ends is in place of the checkpoint",
        |dir| {
            in_place_of(&dir.join(LOG).join("checkpoint"), |file| {
                symlink("/dev/zero", file).unwrap();
            });
        },
        Exit::Missing,
        "MISSING log/n1/1/checkpoint",
    ),
    (
        "a link to nowhere is in place of a folder",
        |dir| {
            let folder = dir.join(LOG).join("timestamps");
            symlink("nowhere", folder).unwrap();
        },
        Exit::Intact,
        "",
    ),
    (
        "a file is in place of a folder",
        |dir| {
            let folder = dir.join(LOG).join("tile/0");
            fs::remove_dir_all(&folder).unwrap();
            fs::write(&folder, b"").unwrap();
        },
        Exit::Missing,
        "MISSING log/n1/1/tile/0/000",
    ),
    (
        "a tile goes on for a terabyte",
        |dir| grow(&dir.join(LOG).join("tile/0/000")),
        Exit::Corrupt,
        "CORRUPT log/n1/1/tile/0/000",
    ),
    (
        "a bundle goes on for a terabyte",
        |dir| grow(&dir.join(LOG).join("tile/entries/000")),
        Exit::Corrupt,
        "CORRUPT log/n1/1/tile/entries/000",
    ),
    (
        "the signer's head goes on for a terabyte",
        |dir| grow(&dir.join("head/1")),
        Exit::Corrupt,
        "CORRUPT head/1",
    ),
    (
        "two sealed bodies change places",
        |dir| {
            let segments = files(&dir.join("wal/1"));
            let (segment, (one, other)) = segments
                .into_iter()
                .find_map(|segment| Some((segment.clone(), bodies(&fs::read(segment).unwrap())?)))
                .unwrap();
            let mut bytes = fs::read(&segment).unwrap();
            for at in 0..one.len() {
                bytes.swap(one.start + at, other.start + at);
            }
            fs::write(segment, bytes).unwrap();
        },
        Exit::Corrupt,
        "the sealed body is not the one in the leaf",
    ),
    (
        "so many problems of one kind that one of another kind is not listed",
        |dir| {
            for n in 0..1_200 {
                let stamp = dir.join(LOG).join(format!("timestamps/{n:04}-1.tsr"));
                fs::create_dir_all(stamp.parent().unwrap()).unwrap();
                fs::write(stamp, b"x").unwrap();
            }
            let segment = first_segment(dir);
            let mut bytes = fs::read(&segment).unwrap();
            // The padding behind the first frame: it is about no leaf.
            bytes[4_095] ^= 1;
            fs::write(segment, bytes).unwrap();
        },
        Exit::Corrupt,
        "MISSING log/n1/1/timestamps/0000-1.tsr",
    ),
];

fn grow(file: &Path) {
    let file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.set_len(1 << 40).unwrap();
}

/// Where the bodies of two entries lie that are equally long.
fn bodies(segment: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let mut position = 0;
    let mut known: Vec<Range<usize>> = Vec::new();
    while let Ok(frame) = ledger::wal::Frame::decode(&segment[position..]) {
        if frame.header.kind == ledger::wal::FrameKind::Batch {
            for entry in frame.entries() {
                let body = entry.unwrap().body;
                let start = body.as_ptr() as usize - segment.as_ptr() as usize;
                let range = start..start + body.len();
                if let Some(same) = known.iter().find(|k| k.len() == range.len()) {
                    return Some((same.clone(), range));
                }
                known.push(range);
            }
        }
        position += usize::try_from(frame.header.frame_bytes()).unwrap();
    }
    None
}

#[test]
fn what_is_tried_without_the_keys_is_found_and_named() {
    let whole = stopped(2, 200);
    for (what, attack, exit, named) in ATTACKS {
        let dir = copy(whole.path());
        attack(dir.path());
        let report = report(dir.path());
        let found = found(&report);
        assert_eq!(report.exit(), *exit, "{what}: {found:#?}");
        let hit = named.is_empty() || found.iter().any(|line| line.contains(named));
        assert!(hit, "{what}: {found:#?}");
    }
}

#[test]
fn a_monitor_is_not_led_back_by_a_copy_of_what_it_saw_before() {
    let dir = stopped(1, 100);
    let old = copy(dir.path());
    let opened = store::DataDir::open(dir.path(), &crate::support::options()).unwrap();
    opened.close().unwrap();
    let state = tempfile::tempdir().unwrap();
    let visit = |path: &Path| {
        let visits = Monitor {
            state: state.path(),
            every: None,
        };
        let target = Target::Folder(path.to_owned());
        monitor(
            &target,
            visits,
            &Options::default(),
            &mut |_| {},
            &mut |_| {},
        )
        .unwrap()
    };
    assert_eq!(visit(dir.path()).exit(), Exit::Intact);
    // Beside the log lies an older state of it, whole and signed.
    let two = copy(dir.path());
    lay(&old.path().join(LOG), &two.path().join("log/n9/1"));
    assert_eq!(visit(two.path()).exit(), Exit::Corrupt);
    // What was remembered is the newer one still.
    assert_eq!(visit(old.path()).exit(), Exit::Contradicted);
}

#[test]
fn what_a_log_says_cannot_steer_the_auditors_terminal() {
    let dir = stopped(1, 10);
    let name = "0001\u{1b}[2J\nlog       example.org\u{202e}-1.tsr";
    let stamps = dir.path().join(LOG).join("timestamps");
    fs::create_dir_all(&stamps).unwrap();
    fs::write(stamps.join(name), b"x").unwrap();
    let report = report(dir.path());
    assert_eq!(problems(&report).len(), 1);
    let text = report.to_string();
    let lines = text.lines().filter(|line| line.starts_with("log "));
    assert_eq!(lines.count(), 2, "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    assert!(text.contains(r"\u{1b}[2J\nlog"), "{text}");
}
