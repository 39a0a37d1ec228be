//! A table of disk errors: who is told what, and what is on record afterwards.

use ledger::{CommitError, Kind};
use store::{Opened, Options};
use testkit::disk::{Fault, Operation, SimDisk};
use verify::Exit;

use crate::support::{commit, event, open_session, open_when_free, options};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;
const EROFS: i32 = 30;
const EMFILE: i32 = 24;

/// What commits are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing: the error is behind the point of durability.
    Nothing,
    /// The disk is full, until there is room.
    Full,
    /// The log is poisoned, for ever.
    Poisoned,
}

fn fault(operation: Operation, path: &'static str, errno: i32) -> Fault {
    Fault {
        operation,
        path,
        after: 0,
        times: u64::MAX,
        errno,
    }
}

fn once(fault: Fault, after: u64) -> Fault {
    Fault {
        after,
        times: 1,
        ..fault
    }
}

fn open(disk: &SimDisk, path: &std::path::Path) -> Opened {
    let options = Options {
        publish_interval_ms: 5,
        segment_bytes: 64 << 10,
        ..options()
    };
    open_when_free(disk, path, &options).expect("the directory opens")
}

fn row(name: &str, fault: Fault, told: Told) {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = SimDisk::new();
    let opened = open(&disk, dir.path());
    let session = open_session(&opened, 1);
    let mut acknowledged = 2;
    disk.inject(fault);
    let mut errors = Vec::new();
    // Enough for several segments.
    for n in 0..60_u32 {
        let letter = |k: u32| char::from(b'!' + ((n * 31 + k * k * 7) % 90) as u8);
        let payload: String = (0..3_000).map(letter).collect();
        match commit(&session, event(Kind::Outcome, &payload)) {
            Ok(_) => acknowledged += 1,
            Err(error) => errors.push(error),
        }
    }
    let seen = match errors.first() {
        None => Told::Nothing,
        Some(CommitError::DiskFull) => Told::Full,
        Some(CommitError::Poisoned(_)) => Told::Poisoned,
        Some(other) => panic!("{name}: {other}"),
    };
    assert_eq!(seen, told, "{name}");
    disk.heal();
    let after = commit(&session, event(Kind::Outcome, "after"));
    assert_eq!(after.is_ok(), told != Told::Poisoned, "{name}: {after:?}");
    acknowledged += u64::from(after.is_ok());
    let poisoned = opened.ledger().health().poisoned.is_some();
    assert_eq!(poisoned, told == Told::Poisoned, "{name}");
    assert_eq!(opened.close().is_ok(), told != Told::Poisoned, "{name}");

    // The next start finds everything that was acknowledged.
    let opened = open(&disk, dir.path());
    assert!(opened.recovery().size.0 >= acknowledged, "{name}");
    opened.close().expect("it stops in order");
    disk.export().expect("the files can be written");
    let report = verify::verify(dir.path(), &verify::Options::default(), &mut |_| {});
    let report = report.expect("it can be verified");
    assert_eq!(report.exit(), Exit::Intact, "{name}: {report}");
}

#[test]
fn each_error_is_told_to_whom_it_concerns() {
    use Operation::{Create, Open, Read, Rename, SyncAll, SyncData, SyncDir, Write};
    use Told::{Full, Nothing, Poisoned};
    // The first segment after a start is made as `spare-1`; the later ones rotate.
    let rows = [
        (
            "a batch cannot be written",
            once(fault(Write, "spare-1.", EIO), 2),
            Poisoned,
        ),
        (
            "the file system became read-only",
            fault(Write, "spare-1.", EROFS),
            Poisoned,
        ),
        (
            "a sync fails once",
            once(fault(SyncData, "spare-1.", EIO), 3),
            Poisoned,
        ),
        (
            "no room at first for the next segment",
            once(fault(Write, "spare-3.", ENOSPC), 0),
            Nothing,
        ),
        (
            "no room where there was some",
            fault(Write, "spare-", ENOSPC),
            Poisoned,
        ),
        (
            "no room for the next files",
            fault(Create, "spare-", ENOSPC),
            Full,
        ),
        (
            "no more open files",
            fault(Create, "spare-", EMFILE),
            Poisoned,
        ),
        (
            "a segment cannot get its name",
            fault(Rename, "wal/", EIO),
            Poisoned,
        ),
        (
            "a segment's name is not durable",
            fault(SyncDir, "wal/", EIO),
            Poisoned,
        ),
        (
            "tiles cannot be made",
            fault(Create, "log/", ENOSPC),
            Nothing,
        ),
        (
            "tiles cannot be written",
            fault(Write, "log/", EIO),
            Nothing,
        ),
        (
            "tiles cannot be synced",
            fault(SyncData, "log/", EIO),
            Nothing,
        ),
        (
            "many tiles cannot be synced",
            fault(SyncAll, "log/", EIO),
            Nothing,
        ),
        (
            "the checkpoint cannot be shown",
            fault(Rename, "checkpoint", EROFS),
            Nothing,
        ),
        (
            "the head cannot be stored",
            fault(Write, "head/", ENOSPC),
            Nothing,
        ),
        (
            "one tile cannot be synced, and then it can",
            once(fault(SyncData, "log/", EIO), 1),
            Nothing,
        ),
        (
            "a folder of tiles cannot be synced, and then it can",
            once(fault(SyncDir, "log/", EIO), 1),
            Nothing,
        ),
        (
            "no more open files for tiles",
            fault(Open, "log/", EMFILE),
            Nothing,
        ),
        (
            "a tile cannot be read back",
            fault(Read, "log/", EIO),
            Nothing,
        ),
        (
            "no more open files to follow the log",
            fault(Open, "wal/", EMFILE),
            Nothing,
        ),
        (
            "the log cannot be followed",
            fault(Read, "wal/", EIO),
            Nothing,
        ),
        (
            "no file can be made for a segment",
            fault(Create, "spare-", EROFS),
            Poisoned,
        ),
        (
            "the head's folder cannot be synced, and then it can",
            once(fault(SyncDir, "head", EIO), 0),
            Nothing,
        ),
        (
            "the head cannot get its name",
            fault(Rename, "head/", EIO),
            Nothing,
        ),
    ];
    for (name, fault, told) in rows {
        row(name, fault, told);
    }
}

/// A disk that takes as long as it likes: nobody is told anything before it is done, whoever comes
/// meanwhile waits or is refused, and then everybody is told.
#[test]
fn a_disk_that_hangs_holds_everybody_and_loses_nobody() {
    for broken in [false, true] {
        let dir = tempfile::tempdir().expect("a directory");
        let disk = SimDisk::new();
        let options = Options {
            queue_records_max: 8,
            ..options()
        };
        let opened = open_when_free(&disk, dir.path(), &options).expect("the directory opens");
        let session = open_session(&opened, 1);
        let durable = opened.ledger().health().durable;
        let held = disk.hold(Operation::SyncData, "spare-1.");
        let first = session.commit(event(Kind::Outcome, "first"));
        held.wait();
        let waiting: Vec<_> = (0..30)
            .map(|n| session.commit(event(Kind::Outcome, &format!("{n}"))))
            .collect();
        assert_eq!(
            opened.ledger().health().durable,
            durable,
            "nothing is durable yet"
        );
        if broken {
            disk.inject(once(fault(Operation::SyncData, "spare-1.", EIO), 0));
        }
        drop(held);
        let told: Vec<_> = std::iter::once(first)
            .chain(waiting)
            .map(|commit| commit.wait().map(drop))
            .collect();
        let refused = told
            .iter()
            .filter(|t| **t == Err(CommitError::QueueFull))
            .count();
        assert!(refused > 0, "a queue of 8 does not take 30");
        let poisoned = |t: &&Result<(), CommitError>| matches!(t, Err(CommitError::Poisoned(_)));
        let others = told.len() - refused;
        assert_eq!(
            told.iter().filter(poisoned).count(),
            if broken { others } else { 0 }
        );
        assert_eq!(
            told.iter().filter(|t| t.is_ok()).count(),
            if broken { 0 } else { others }
        );
        assert_eq!(opened.close().is_ok(), !broken);
    }
}
