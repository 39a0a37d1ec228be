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
    use Operation::{Create, Rename, SyncAll, SyncData, SyncDir, Write};
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
            "the head cannot get its name",
            fault(Rename, "head/", EIO),
            Nothing,
        ),
    ];
    for (name, fault, told) in rows {
        row(name, fault, told);
    }
}
