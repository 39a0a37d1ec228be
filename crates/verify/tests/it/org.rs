//! The org log: what is reported, and what is named when it and the nodes' logs disagree.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::note::{Checkpoint, LogKey};
use ledger::org::{OrgEntry, OrgKind, Stated};
use ledger::{Head, Objects, Publisher, StorageError};
use model::{Digest, Timestamp, TreeSize};
use store::DataDir;
use verify::{Exit, LeafVerdict, NodeState, Report};

use crate::support::{copy, fill, options, problems, report, stopped};

const LOG: &str = "example.org/gw/n1/1";

/// `VERDICT file: what` for each problem of the org log.
fn found(report: &Report) -> Vec<String> {
    let problems = report.orgs.iter().flat_map(|org| &org.log.problems);
    problems
        .map(|p| format!("{} {}: {}", p.verdict.as_str(), p.file, p.what))
        .collect()
}

fn restart(dir: &Path) {
    let opened = DataDir::open(dir, &options()).unwrap();
    opened.close().unwrap();
}

#[test]
fn joins_and_leaves_are_counted() {
    let dir = stopped(1, 10);
    restart(dir.path());
    let opened = DataDir::open(dir.path(), &options()).unwrap();
    let crashed = copy(dir.path());
    opened.close().unwrap();
    let states = |path: &Path| {
        let report = report(path);
        assert_eq!((found(&report), problems(&report)), (vec![], vec![]));
        assert_eq!(report.exit(), Exit::Intact);
        let node = &report.orgs[0].nodes[0];
        assert_eq!(node.log, LOG);
        (node.state, node.joined, node.left)
    };
    assert_eq!(states(crashed.path()), (NodeState::Joined, 3, 2));
    assert_eq!(states(dir.path()), (NodeState::Left, 3, 3));
    restart(crashed.path());
    assert_eq!(states(crashed.path()), (NodeState::Left, 4, 3));
}

#[test]
fn a_new_epoch_is_chained_to_the_one_before() {
    let dir = stopped(1, 10);
    DataDir::new_epoch(dir.path(), "a test").unwrap();
    restart(dir.path());
    let report = report(dir.path());
    assert_eq!(report.exit(), Exit::Intact, "{report}");
    let states: Vec<_> = report.orgs[0].nodes.iter().map(|n| n.state).collect();
    assert_eq!(states, [NodeState::Closed, NodeState::Left]);
    assert_eq!(report.epochs.len(), 2);
    assert!(report.epochs.iter().all(|epoch| epoch.kept > 0));
}

#[test]
fn a_damaged_org_log_is_named() {
    let whole = stopped(1, 10);
    let size = report(whole.path()).orgs[0].log.size;
    for name in [
        "log/org/1/checkpoint",
        &format!("log/org/1/tile/0/000.p/{size}"),
        &format!("log/org/1/tile/entries/000.p/{size}"),
        "head/org-1",
    ] {
        let length = fs::metadata(whole.path().join(name)).unwrap().len() as usize;
        for step in 0..24_usize {
            let dir = copy(whole.path());
            let file = dir.path().join(name);
            let mut bytes = fs::read(&file).unwrap();
            bytes[(step * length / 24 + step * 7) % length] ^= 1 << (step % 8);
            fs::write(&file, bytes).unwrap();
            let report = report(dir.path());
            assert_eq!(report.exit(), Exit::Corrupt, "{name}\n{report}");
            let named = format!("CORRUPT {name}: ");
            assert!(
                found(&report).iter().any(|p| p.starts_with(&named)),
                "{report}"
            );
        }
        let dir = copy(whole.path());
        fs::remove_file(dir.path().join(name)).unwrap();
        let report = report(dir.path());
        assert_eq!(report.exit(), Exit::Missing, "{name}\n{report}");
    }
}

#[test]
fn a_log_that_is_named_and_gone_is_missing() {
    let dir = stopped(1, 10);
    DataDir::new_epoch(dir.path(), "a test").unwrap();
    restart(dir.path());
    for gone in ["log/n1/1", "wal/1"] {
        fs::remove_dir_all(dir.path().join(gone)).unwrap();
    }
    fs::remove_file(dir.path().join("head/1")).unwrap();
    let found_there = report(dir.path());
    assert_eq!(found_there.exit(), Exit::Missing);
    assert_eq!(
        found(&found_there),
        [format!(
            "MISSING log: the org log names `{LOG}`, and that log is not here"
        )]
    );
}

#[test]
fn an_org_log_that_is_gone_is_missing() {
    let dir = stopped(1, 10);
    fs::remove_dir_all(dir.path().join("log/org")).unwrap();
    let found = report(dir.path());
    assert_eq!(found.exit(), Exit::Missing);
    assert_eq!(problems(&found), ["MISSING log/org"]);
}

#[test]
fn a_node_that_was_rolled_back_with_its_head_is_found() {
    let dir = stopped(1, 10);
    let old = copy(dir.path());
    let opened = DataDir::open(dir.path(), &options()).unwrap();
    fill(&opened, 2, 20);
    opened.close().unwrap();
    for part in ["log/n1", "wal", "head/1"] {
        let (from, to) = (old.path().join(part), dir.path().join(part));
        if from.is_dir() {
            fs::remove_dir_all(&to).unwrap();
            for file in crate::support::files(&from) {
                let target = to.join(file.strip_prefix(&from).unwrap());
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::copy(file, target).unwrap();
            }
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    let report = report(dir.path());
    assert_eq!(report.exit(), Exit::Missing, "{report}");
    let problem = &report.epochs[0].problems[0];
    assert_eq!(problem.verdict, LeafVerdict::Missing);
    assert!(problem.what.ends_with("it was rolled back"), "{report}");
    // The gateway itself does not go on either.
    let refused = DataDir::open(dir.path(), &options()).unwrap_err();
    assert!(
        refused.to_string().contains("the log has only 13"),
        "{refused}"
    );
}

/// The org log's files, for a forger who has its key.
struct Files(PathBuf);

impl Objects for Files {
    fn put(&self, objects: &[(String, Vec<u8>)]) -> Result<(), StorageError> {
        for (key, bytes) in objects {
            let path = self.0.join("log/org/1").join(key);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Ok(())
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(fs::read(self.0.join("log/org/1").join(key)).ok())
    }

    fn remove_folder(&self, _: &str) -> Result<(), StorageError> {
        Ok(())
    }
}

impl Head for Files {
    fn fetch(&self) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(fs::read(self.0.join("head/org-1")).ok())
    }

    fn replace(&self, _: Option<&[u8]>, next: &[u8]) -> Result<(), StorageError> {
        fs::write(self.0.join("head/org-1"), next).unwrap();
        Ok(())
    }
}

fn key(dir: &Path, name: &str) -> LogKey {
    LogKey::from_secret_text(&fs::read_to_string(dir.join("keys").join(name)).unwrap()).unwrap()
}

fn entry(kind: OrgKind, log: &str, key: &str, checkpoint: Stated) -> Vec<u8> {
    let entry = OrgEntry {
        kind,
        at: Timestamp::from_unix_us(1),
        log: log.to_owned(),
        key: key.to_owned(),
        checkpoint,
    };
    entry.encode()
}

/// Makes an entry with the key of the node's log.
type Forgery = Box<dyn FnOnce(&LogKey) -> Vec<u8>>;

/// What a verifier says of an org log with one more entry.
fn with(forged: impl FnOnce(&LogKey) -> Vec<u8>) -> (Exit, Vec<String>, Vec<String>) {
    let dir = stopped(1, 10);
    let path = || Box::new(Files(dir.path().to_owned()));
    let mut publisher = Publisher::resume(key(dir.path(), "org-1.key"), path(), path()).unwrap();
    let bytes = forged(&key(dir.path(), "log-1.key"));
    publisher.push(&bytes).unwrap();
    publisher.publish().unwrap();
    let report = report(dir.path());
    let problems = report.epochs[0].problems.iter().map(|p| p.what.clone());
    let of_org = report.orgs[0].log.problems.iter().map(|p| p.what.clone());
    (report.exit(), of_org.collect(), problems.collect())
}

#[test]
fn entries_that_contradict_what_was_before_are_named() {
    let signed = |key: &LogKey, size, root| {
        let checkpoint = Checkpoint {
            origin: key.name().to_owned(),
            size: TreeSize(size),
            root: Digest::from_bytes([root; 32]),
        };
        Stated::Note(checkpoint.sign(key).unwrap().to_text())
    };
    let other = LogKey::generate("example.org/gw/n1/2").unwrap();
    let vkey = other.public().to_vkey();
    let rows: Vec<(&str, Forgery)> = vec![
        (
            "an entry of the org log has an impossible value",
            Box::new(|_| b"nothing".to_vec()),
        ),
        (
            "`example.org/gw/n1/2` is not open here",
            Box::new(|_| entry(OrgKind::NodeJoined, "example.org/gw/n1/2", "", Stated::None)),
        ),
        (
            "it opens another log than this one",
            Box::new(|key| entry(OrgKind::LogOpened, key.name(), "", Stated::None)),
        ),
        (
            "`example.org/gw/n1/1` is opened twice",
            Box::new(|key| {
                let vkey = key.public().to_vkey();
                entry(OrgKind::EpochOpened, key.name(), &vkey, Stated::None)
            }),
        ),
        (
            "`example.org/gw/n1/1` was not closed before",
            Box::new({
                let vkey = vkey.clone();
                move |_| {
                    entry(
                        OrgKind::EpochOpened,
                        "example.org/gw/n1/2",
                        &vkey,
                        Stated::Unknown,
                    )
                }
            }),
        ),
        (
            "the checkpoint of 2 entries contradicts the one of 13 before it",
            Box::new(move |key| entry(OrgKind::NodeCheckpoint, key.name(), "", signed(key, 2, 1))),
        ),
        (
            "the checkpoint of 13 entries contradicts the one of 13 before it",
            Box::new(move |key| entry(OrgKind::NodeCheckpoint, key.name(), "", signed(key, 13, 1))),
        ),
        (
            "it is not signed by `example.org/gw/n1/1`",
            Box::new(move |key| {
                let forger = LogKey::generate(key.name()).unwrap();
                entry(
                    OrgKind::NodeCheckpoint,
                    key.name(),
                    "",
                    signed(&forger, 14, 1),
                )
            }),
        ),
    ];
    for (what, forged) in rows {
        let (exit, of_org, of_node) = with(forged);
        assert_eq!((exit, of_node), (Exit::Corrupt, vec![]), "{what}");
        assert_eq!(of_org, [what]);
    }
    // Signed by the node, and not of its tree: the node's log is what is wrong.
    let (exit, of_org, of_node) =
        with(move |key| entry(OrgKind::NodeCheckpoint, key.name(), "", signed(key, 99, 1)));
    assert_eq!((exit, of_org), (Exit::Missing, vec![]));
    assert!(of_node[0].ends_with("the log shows 13: it was rolled back"));
}
