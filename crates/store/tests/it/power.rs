//! Power failures on a disk that loses, reorders and tears what was not synced. What was
//! acknowledged is kept outside of the disk and compared afterwards.

use std::collections::BTreeMap;
use std::path::Path;

use ledger::{Commit, Kind, Session};
use model::SessionId;
use store::{OpenError, Opened, Options, Reader};
use testkit::disk::{Operation, SimDisk};
use verify::Exit;

use crate::support::{Event, event, open_when_free, options, session_id};

/// How many power failures a run of the tests goes through; `PROBITY_LONG=1` for many more.
fn seeds(short: u64) -> u64 {
    if std::env::var_os("PROBITY_LONG").is_some() {
        short * 50
    } else {
        short
    }
}

/// What was acknowledged, per session and in order.
type Acknowledged = BTreeMap<SessionId, Vec<String>>;

/// One life of a node, ended by a power failure.
struct Life<'a> {
    disk: SimDisk,
    path: &'a Path,
    seed: u64,
}

impl Life<'_> {
    /// Opens the log and writes until the power is off; adds what was acknowledged.
    fn live(&self, number: u8, acknowledged: &mut Acknowledged) -> Result<(), OpenError> {
        let options = Options {
            publish_interval_ms: 1,
            segment_bytes: 64 << 10,
            ..options()
        };
        let opened = open_when_free(&self.disk, self.path, &options)?;
        let mut sessions = Vec::new();
        for n in 0..3 {
            let id = session_id(number * 8 + n);
            let (session, commit) = opened
                .ledger()
                .open_session(id, event(Kind::SessionOpened, "open"));
            sessions.push((session, vec![commit]));
        }
        for round in 0..20_u64 {
            for (n, (session, commits)) in sessions.iter_mut().enumerate() {
                // Sizes from nothing to several sectors.
                let size = (self.seed.wrapping_mul(round + 7 * n as u64) % 3_000) as usize;
                let payload = format!("{round} {}", pad(size, round));
                commits.push(session.commit(event(Kind::Outcome, &payload)));
            }
        }
        for (session, commits) in sessions {
            settle(&session, commits, acknowledged);
        }
        end(opened);
        Ok(())
    }
}

fn settle(session: &Session, commits: Vec<Commit<Event>>, acknowledged: &mut Acknowledged) {
    for commit in commits {
        if let Ok(committed) = commit.wait() {
            let payload = String::from_utf8_lossy(&committed.get().payload).into_owned();
            acknowledged.entry(session.id()).or_default().push(payload);
        }
    }
}

/// The process ends; whether in order does not matter.
fn end(opened: Opened) {
    drop(opened.close());
}

fn pad(size: usize, salt: u64) -> String {
    let letter = |n: usize| char::from(b'a' + ((n as u64 * n as u64 + salt * 31) % 26) as u8);
    (0..size).map(letter).collect()
}

/// Each acknowledged record is there, once, in order, and the log verifies.
fn check(disk: &SimDisk, path: &Path, acknowledged: &Acknowledged) -> Result<(), String> {
    disk.export().map_err(|error| error.to_string())?;
    let reader = Reader::open(path).map_err(|error| error.to_string())?;
    for (id, expected) in acknowledged {
        let records = reader.records(*id, 0).map_err(|error| error.to_string())?;
        let mut found = Vec::new();
        for record in records {
            let record = record.map_err(|error| error.to_string())?;
            let closed = || format!("a body does not open: {record:?}");
            let body = record.body.open().ok_or_else(closed)?;
            found.push(String::from_utf8_lossy(&body.payload).into_owned());
        }
        // Behind what was acknowledged may lie what was only written.
        if found.get(..expected.len()) != Some(expected.as_slice()) {
            return Err(format!(
                "session {id}: {} acknowledged, {} found",
                expected.len(),
                found.len()
            ));
        }
    }
    let report = verify::verify(path, &verify::Options::default(), &mut |_| {})
        .map_err(|error| error.to_string())?;
    match report.exit() {
        Exit::Intact => Ok(()),
        _ => Err(report.to_string()),
    }
}

/// Several lives of one log, each ended by a power failure at some operation, recovery included.
fn run(seed: u64, lie: Option<Operation>) -> Result<(), String> {
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut disk = SimDisk::new();
    let mut acknowledged = Acknowledged::new();
    for number in 0..4_u8 {
        let life = Life {
            disk: disk.clone(),
            path: dir.path(),
            seed: seed * 4 + u64::from(number),
        };
        if let Some(operation) = lie {
            disk.lie_about(operation);
        }
        // Early points fall into opening and recovery, late ones between batches.
        disk.power_off_after(10 + life.seed.wrapping_mul(0x9e37_79b9) % 160);
        if let Err(error) = life.live(number, &mut acknowledged)
            && matches!(error, OpenError::Corrupt { .. })
        {
            return Err(error.to_string());
        }
        disk = disk.after_power_failure(life.seed);
    }
    let opened =
        open_when_free(&disk, dir.path(), &options()).map_err(|error| error.to_string())?;
    opened.close().map_err(|error| error.to_string())?;
    check(&disk, dir.path(), &acknowledged)
}

#[test]
fn no_power_failure_takes_what_was_acknowledged() {
    for seed in 0..seeds(60) {
        if let Err(error) = run(seed, None) {
            panic!("seed {seed}: {error}");
        }
    }
}

/// The test above is worth something only if it finds a sync that is left out.
#[test]
fn a_sync_that_is_left_out_is_found() {
    for operation in [Operation::SyncData, Operation::SyncDir] {
        let found = (0..seeds(60)).any(|seed| run(seed, Some(operation)).is_err());
        assert!(found, "nothing depends on {operation:?}");
    }
}
