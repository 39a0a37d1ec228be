//! The org log: what goes into it, when, and when the node does not go on without it.

use std::fs;
use std::path::Path;

use ledger::Kind;
use ledger::org::OrgEntry;
use ledger::tile::bundle_entries;
use store::{DataDir, OpenError, Options};

use crate::support::{commit, crashed_copy, event, open, open_session, options};

/// `kind log checkpoint` of each entry; of a checkpoint its first two lines.
fn said(dir: &Path, number: u32) -> Vec<String> {
    let log = dir.join(format!("log/org/{number}"));
    let note = fs::read_to_string(log.join("checkpoint")).expect("a checkpoint");
    let size: usize = note.lines().nth(1).expect("a size").parse().expect("one");
    let bundle = fs::read(log.join(format!("tile/entries/000.p/{size}"))).expect("a bundle");
    bundle_entries(&bundle)
        .map(|bytes| {
            let entry = OrgEntry::decode(bytes.expect("an entry")).expect("an entry");
            let checkpoint = match entry.note() {
                Some(note) => note.lines().take(2).collect::<Vec<_>>().join(" "),
                None => format!("{:?}", entry.checkpoint).to_lowercase(),
            };
            let name = |origin: &str| origin.replace("example.org/", "");
            format!(
                "{} {} {}",
                entry.kind.as_str(),
                name(&entry.log),
                name(&checkpoint)
            )
        })
        .collect()
}

/// Publishes at the start and at the end only.
fn rarely() -> Options {
    Options {
        publish_interval_ms: 3_600_000,
        ..options()
    }
}

fn run(dir: &Path) {
    let opened = DataDir::open(dir, &rarely()).expect("the directory opens");
    while opened.ledger().health().published.0 == 0 {
        std::thread::yield_now();
    }
    opened.close().expect("it stops in order");
}

#[test]
fn a_life_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    run(dir.path());
    let first_life = [
        "log-opened org/n1/1 none",
        "epoch-opened gw/n1/1 none",
        "node-joined gw/n1/1 none",
        "node-checkpoint gw/n1/1 gw/n1/1 1",
        "node-checkpoint gw/n1/1 gw/n1/1 2",
        "node-left gw/n1/1 gw/n1/1 2",
    ];
    assert_eq!(said(dir.path(), 1), first_life);
    DataDir::new_epoch(dir.path(), "the disk was replaced").expect("a new epoch");
    run(dir.path());
    let second_life = [
        "epoch-closed gw/n1/1 gw/n1/1 2",
        "epoch-opened gw/n1/2 gw/n1/1 2",
        "node-joined gw/n1/2 none",
        "node-checkpoint gw/n1/2 gw/n1/2 1",
        "node-checkpoint gw/n1/2 gw/n1/2 2",
        "node-left gw/n1/2 gw/n1/2 2",
    ];
    assert_eq!(
        said(dir.path(), 1),
        [first_life.as_slice(), &second_life].concat()
    );
}

#[test]
fn after_a_crash_the_last_checkpoint_is_caught_up() {
    let dir = tempfile::tempdir().expect("a directory");
    let opened = DataDir::open(dir.path(), &rarely()).expect("the directory opens");
    while opened.ledger().health().published.0 == 0 {
        std::thread::yield_now();
    }
    let crashed = crashed_copy(dir.path());
    opened.close().expect("it stops in order");
    assert_eq!(said(crashed.path(), 1).len(), 3);
    // Twice: what the first start says, the second does not say again.
    for joined in [2, 3] {
        let opened = DataDir::open(crashed.path(), &rarely()).expect("the directory opens");
        let next = crashed_copy(crashed.path());
        opened.close().expect("it stops in order");
        let said = said(next.path(), 1);
        // The copy may have caught a later checkpoint: the disk decides.
        let count = |what: &str| said.iter().filter(|line| line.starts_with(what)).count();
        assert_eq!(count("node-joined"), joined, "{said:?}");
        let caught_up = "node-checkpoint gw/n1/1 gw/n1/1 1";
        assert_eq!(said.get(3).map(String::as_str), Some(caught_up));
        assert_eq!(said.iter().filter(|line| *line == caught_up).count(), 1);
        fs::remove_dir_all(crashed.path()).expect("it can be removed");
        fs::rename(next.path(), crashed.path()).expect("it can be moved");
        fs::create_dir(next.path()).expect("a directory");
    }
}

type Damage<'a> = &'a dyn Fn(&Path);

#[test]
fn an_org_log_that_contradicts_its_head_is_not_gone_on_with() {
    let dir = tempfile::tempdir().expect("a directory");
    run(dir.path());
    let old = crashed_copy(dir.path());
    run(dir.path());
    let org = |file: &str| format!("log/org/1/{file}");
    let rows: [(&str, Damage<'_>); 7] = [
        ("a tile is gone", &|dir| {
            fs::remove_file(dir.join(org("tile/0/000.p/10"))).expect("a tile");
        }),
        ("an entry was altered", &|dir| {
            let file = dir.join(org("tile/entries/000.p/10"));
            let mut bytes = fs::read(&file).expect("entries");
            if let Some(byte) = bytes.get_mut(40) {
                *byte ^= 1;
            }
            fs::write(file, bytes).expect("written");
        }),
        ("the head is gone", &|dir| {
            fs::remove_file(dir.join("head/org-1")).expect("a head");
        }),
        ("the head was rolled back", &|dir| {
            fs::copy(old.path().join("head/org-1"), dir.join("head/org-1")).expect("a head");
        }),
        ("the head is no checkpoint", &|dir| {
            fs::write(dir.join("head/org-1"), "nothing").expect("written");
        }),
        ("the key is gone", &|dir| {
            fs::remove_file(dir.join("keys/org-1.key")).expect("a key");
        }),
        ("the key is another", &|dir| {
            fs::copy(dir.join("keys/log-1.key"), dir.join("keys/org-1.key")).expect("a key");
        }),
    ];
    for (what, damage) in rows {
        let copy = crashed_copy(dir.path());
        damage(copy.path());
        let before = fs::read(copy.path().join("log/n1/1/checkpoint")).expect("a checkpoint");
        let error = DataDir::open(copy.path(), &options()).expect_err(what);
        assert!(
            matches!(
                error,
                OpenError::Corrupt { .. } | OpenError::KeyMissing { .. } | OpenError::KeyFile(_)
            ),
            "{what}: {error}"
        );
        let after = fs::read(copy.path().join("log/n1/1/checkpoint")).expect("a checkpoint");
        assert_eq!(before, after, "{what}");
        // The way out that the message names.
        DataDir::new_epoch(copy.path(), what).expect("a new epoch");
        run(copy.path());
        let said = said(copy.path(), 2);
        let opened = said.first().expect("an entry");
        assert!(
            opened.starts_with("log-opened org/n1/2 "),
            "{what}: {said:?}"
        );
        assert!(
            said.iter()
                .any(|line| line.starts_with("epoch-opened gw/n1/2 gw/n1/1 "))
        );
    }
}

#[test]
fn a_node_that_was_rolled_back_with_its_head_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    run(dir.path());
    let old = crashed_copy(dir.path());
    let opened = open(dir.path());
    let session = open_session(&opened, 1);
    commit(&session, event(Kind::Outcome, "lost")).expect("it is durable");
    opened.close().expect("it stops in order");
    // Everything is old but the org log.
    let copy = crashed_copy(old.path());
    fs::remove_dir_all(copy.path().join("log/org")).expect("removed");
    let org = crashed_copy(&dir.path().join("log/org"));
    fs::rename(org.path(), copy.path().join("log/org")).expect("moved");
    fs::create_dir(org.path()).expect("a directory");
    fs::copy(
        dir.path().join("head/org-1"),
        copy.path().join("head/org-1"),
    )
    .expect("a head");
    let error = DataDir::open(copy.path(), &options()).expect_err("it was rolled back");
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    DataDir::new_epoch(copy.path(), "rolled back").expect("a new epoch");
    run(copy.path());
}

#[test]
fn no_node_is_called_org() {
    let dir = tempfile::tempdir().expect("a directory");
    let taken = Options {
        node: "org".to_owned(),
        ..options()
    };
    let error = DataDir::open(dir.path(), &taken).expect_err("the name is taken");
    assert!(
        error.to_string().contains("folder of the org log"),
        "{error}"
    );
}
