//! Each sync, left out: a power failure soon after must show that something rests on it. A sync
//! that nothing rests on has no place in the code, or says that it is there for speed.

use std::collections::BTreeMap;
use std::path::Path;

use ledger::Kind;
use ledger::note::{Checkpoint, LogPublicKey};
use store::{OpenError, Options, Reader};
use testkit::disk::{Lie, Operation, SimDisk};
use verify::Exit;

use crate::support::{event, open_when_free, options, session_id};

/// One place in the code that syncs.
struct Site {
    name: &'static str,
    lie: Lie,
    /// How many records are written before anything is published.
    records: u32,
}

const fn site(name: &'static str, operation: Operation, path: &'static str) -> Site {
    Site {
        name,
        lie: Lie {
            operation,
            path,
            after: 0,
            times: u64::MAX,
        },
        records: 12,
    }
}

const fn only(site: Site, after: u64, times: u64) -> Site {
    let lie = Lie {
        after,
        times,
        ..site.lie
    };
    Site { lie, ..site }
}

const SITES: &[Site] = &[
    // Of a file of the write-ahead log: the zeros, then the first frame, then batches.
    only(
        site("a segment's first frame", Operation::SyncData, "spare-"),
        1,
        1,
    ),
    only(
        site("a batch's frame", Operation::SyncData, "spare-"),
        2,
        u64::MAX,
    ),
    site("a segment's name", Operation::SyncDir, "wal/1"),
    site("a tile", Operation::SyncData, "tile/0/"),
    site("a bundle", Operation::SyncData, "tile/entries/"),
    Site {
        records: 1_200,
        ..site("many tiles at once", Operation::SyncAll, "log/")
    },
    site("a tile's name", Operation::SyncDir, "tile/0/"),
    site("a bundle's name", Operation::SyncDir, "tile/entries/"),
    site("the signer's head", Operation::SyncData, "head/"),
    site("the name of the signer's head", Operation::SyncDir, "head"),
    site("the checkpoint", Operation::SyncData, "checkpoint"),
    // The first sync of that folder is for the verifier key.
    only(
        site("the checkpoint's name", Operation::SyncDir, "log/n1/1$"),
        1,
        u64::MAX,
    ),
    site("the verifier key", Operation::SyncData, "vkey"),
];

/// What was promised before the power failed.
#[derive(Default)]
struct Promised {
    acknowledged: Vec<String>,
    published: u64,
}

fn live(disk: &SimDisk, path: &Path, records: u32, salt: u64) -> Result<Promised, OpenError> {
    let options = Options {
        publish_interval_ms: if records > 1_000 { 3_600_000 } else { 1 },
        segment_bytes: 64 << 10,
        ..options()
    };
    let opened = open_when_free(disk, path, &options)?;
    let opening = event(Kind::SessionOpened, "open");
    let (session, commit) = opened.ledger().open_session(session_id(1), opening);
    let mut commits = vec![commit];
    for n in 0..records {
        // Large enough for several sectors, and for a second segment now and then.
        let letter = |k: u64| char::from(b'!' + ((k * k * 7 + salt + u64::from(n)) % 90) as u8);
        let payload: String = (0..2_000 / u64::from(records / 12)).map(letter).collect();
        commits.push(session.commit(event(Kind::Outcome, &payload)));
    }
    let mut promised = Promised::default();
    for commit in commits {
        if let Ok(committed) = commit.wait() {
            let payload = &committed.get().payload;
            promised
                .acknowledged
                .push(String::from_utf8_lossy(payload).into_owned());
        }
    }
    let ledger = opened.ledger().clone();
    drop(opened.close());
    promised.published = ledger.health().published.0;
    Ok(promised)
}

/// The published log as the power failure left it, before anybody mends it.
fn check_published(path: &Path, published: u64) -> Result<(), String> {
    let log = path.join("log/n1/1");
    let Ok(note) = std::fs::read(log.join("checkpoint")) else {
        return match published {
            0 => Ok(()),
            size => Err(format!("no checkpoint, and {size} entries were published")),
        };
    };
    let open = |note: &[u8]| {
        let vkey = std::fs::read_to_string(log.join("vkey")).map_err(|e| e.to_string())?;
        let key = LogPublicKey::from_vkey(vkey.trim()).map_err(|e| e.to_string())?;
        Checkpoint::open(note, &key).map_err(|e| e.to_string())
    };
    let shown = open(&note)?.size.0;
    if shown < published {
        return Err(format!(
            "{published} entries were published, and {shown} are"
        ));
    }
    let head = std::fs::read(path.join("head/1")).map_err(|error| error.to_string())?;
    if open(&head)?.size.0 < shown {
        return Err("the signer does not remember what it signed".to_owned());
    }
    let report = verify::verify(path, &verify::Options::default(), &mut |_| {});
    match report.map_err(|error| error.to_string())? {
        report if report.exit() == Exit::Intact => Ok(()),
        report => Err(report.to_string()),
    }
}

/// What was acknowledged is there, once and in order.
fn check_acknowledged(disk: &SimDisk, path: &Path, expected: &[String]) -> Result<(), String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let opened = open_when_free(disk, path, &options()).map_err(|e| text(&e))?;
    opened.close().map_err(|e| text(&e))?;
    if expected.is_empty() {
        return Ok(());
    }
    disk.export().map_err(|e| text(&e))?;
    let reader = Reader::open(path).map_err(|e| text(&e))?;
    let records = reader.records(session_id(1), 0).map_err(|e| text(&e))?;
    let mut found = Vec::new();
    for record in records {
        let record = record.map_err(|e| text(&e))?;
        let body = record.body.open().ok_or("a body does not open")?;
        found.push(String::from_utf8_lossy(&body.payload).into_owned());
    }
    match found.get(..expected.len()) == Some(expected) {
        true => Ok(()),
        false => Err(format!(
            "{} acknowledged, {} found",
            expected.len(),
            found.len()
        )),
    }
}

/// One life with a sync left out, a power failure, and what is then wrong. `None` if the life never
/// came to that sync.
fn lose(lie: Option<Lie>, records: u32, seed: u64) -> Option<Result<(), String>> {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = SimDisk::new();
    match lie {
        Some(lie) => {
            disk.lie(lie);
            // What rests on a sync comes at once, or when something was acknowledged.
            let window = if seed.is_multiple_of(2) { 40 } else { 400 };
            disk.power_off_after_lie(seed.wrapping_mul(37) % window);
        }
        None => disk.power_off_after(20 + seed.wrapping_mul(0x9e37_79b9) % 200),
    }
    let promised = live(&disk, dir.path(), records, seed).unwrap_or_default();
    if lie.is_some() && disk.lied() == 0 {
        return None;
    }
    let disk = disk.after_power_failure(seed);
    disk.export().expect("the files can be written");
    let checked = check_published(dir.path(), promised.published)
        .and_then(|()| check_acknowledged(&disk, dir.path(), &promised.acknowledged));
    Some(checked)
}

fn seeds(short: u64) -> u64 {
    if std::env::var_os("PROBITY_LONG").is_some() {
        short * 10
    } else {
        short
    }
}

#[test]
fn each_sync_that_is_left_out_is_missed() {
    let mut unmissed = BTreeMap::new();
    for site in SITES {
        let found = (0..400).find_map(|seed| lose(Some(site.lie), site.records, seed)?.err());
        if found.is_none() {
            unmissed.insert(site.name, "nothing rests on it");
        }
    }
    assert!(unmissed.is_empty(), "{unmissed:?}");
}

#[test]
fn with_every_sync_nothing_is_missed() {
    for seed in 0..seeds(80) {
        let records = if seed % 20 == 19 { 1_200 } else { 12 };
        if let Some(Err(error)) = lose(None, records, seed) {
            panic!("seed {seed}: {error}");
        }
    }
}

/// The zeros ahead of use spare each later sync a change of the file's size: speed, not safety.
#[test]
fn the_zeros_of_a_segment_need_no_sync_for_safety() {
    let zeros = Lie {
        operation: Operation::SyncData,
        path: "spare-",
        after: 0,
        times: 1,
    };
    for seed in 0..seeds(20) {
        if let Some(Err(error)) = lose(Some(zeros), 12, seed) {
            panic!("seed {seed}: {error}");
        }
    }
}
