//! Appends per second and their latency, beside a bare write+fdatasync loop, a bare group-commit
//! loop and SQLite with `synchronous=FULL`, on the same disk; then the first three once more with 2 ms
//! added to each sync, as on networked storage.
//!
//! `cargo bench -p store --bench append [-- SECONDS_PER_ROW]`

mod slow;

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ledger::{Draft, Facts, Kind, MessageFacts, Record, Session, VerdictCode};
use model::{SessionId, Timestamp};
use store::{DataDir, Options};

use crate::slow::SlowDisk;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Longer than any row takes.
const NEVER_MS: u64 = 3_600_000;

struct Call(Kind, Arc<Vec<u8>>);

impl Record for Call {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::Permitted,
            at: Timestamp::from_unix_us(1_785_231_000_000_000),
            call: None,
            server: "shop",
            tool: "query",
            principal: "person|key|alice".to_owned(),
            facts: Facts {
                upstream: Some("shop".into()),
                message: Some(MessageFacts {
                    kind: "response".into(),
                    id: Some("17".into()),
                    method: Some("tools/call".into()),
                    name: Some("query".into()),
                }),
                ..Facts::default()
            },
            payload: &self.1,
        }
    }
}

/// A payload that compresses about as well as JSON does.
fn payload(bytes: usize) -> Arc<Vec<u8>> {
    let mut state = 1_u64;
    let mut out = Vec::with_capacity(bytes + 32);
    while out.len() < bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        out.extend_from_slice(
            format!("{{\"id\":{},\"name\":\"customer\"}},", state >> 32).as_bytes(),
        );
    }
    out.truncate(bytes);
    Arc::new(out)
}

/// Latencies of one row.
struct Row {
    name: &'static str,
    writers: usize,
    bytes: usize,
    seconds: f64,
    latencies_us: Vec<u64>,
}

impl Row {
    fn print(mut self) {
        self.latencies_us.sort_unstable();
        let at = |share: usize| {
            let index = self.latencies_us.len() * share / 100;
            self.latencies_us.get(index).copied().unwrap_or(0)
        };
        let rate = self.latencies_us.len() as f64 / self.seconds;
        say(&format!(
            "{:<16} {:>5} writers {:>6} B {:>10.0}/s  p50 {:>7} us  p99 {:>7} us",
            self.name,
            self.writers,
            self.bytes,
            rate,
            at(50),
            at(99)
        ));
    }
}

/// Runs `append` in as many threads as there are writers, for a while.
fn measure(
    name: &'static str,
    writers: usize,
    bytes: usize,
    span: Duration,
    append: impl Fn(usize) -> Result<(), Error> + Sync,
) -> Result<Row, Error> {
    let stop = AtomicBool::new(false);
    let barrier = Barrier::new(writers + 1);
    let results = Mutex::new(Vec::new());
    let failed = AtomicU64::new(0);
    let started = thread::scope(|scope| {
        for writer in 0..writers {
            let (stop, barrier, results, failed, append) =
                (&stop, &barrier, &results, &failed, &append);
            scope.spawn(move || {
                let mut mine = Vec::new();
                barrier.wait();
                while !stop.load(Ordering::Relaxed) {
                    let at = Instant::now();
                    if append(writer).is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                        break;
                    }
                    mine.push(u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
                let mut all = results.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend(mine);
            });
        }
        barrier.wait();
        let started = Instant::now();
        thread::sleep(span);
        stop.store(true, Ordering::Relaxed);
        started
    });
    if failed.load(Ordering::Relaxed) > 0 {
        return Err(format!("{name}: an append failed").into());
    }
    Ok(Row {
        name,
        writers,
        bytes,
        seconds: started.elapsed().as_secs_f64(),
        latencies_us: results.into_inner().unwrap_or_else(PoisonError::into_inner),
    })
}

/// With tiles built beside it once a second, or not before the end.
fn probity(
    disk: SlowDisk,
    dir: &Path,
    tiles: bool,
    writers: usize,
    bytes: usize,
    span: Duration,
) -> Result<Row, Error> {
    let mut options = Options::default();
    if !tiles {
        options.publish_interval_ms = NEVER_MS;
    }
    let name = if tiles { "probity" } else { "probity no tiles" };
    let opened = DataDir::open_on(Arc::new(disk), dir, &options)?;
    let sessions: Vec<Session> = (0..writers)
        .map(|n| {
            let id = SessionId::from_bytes((n as u128 + 1).to_be_bytes());
            let (session, commit) = opened
                .ledger()
                .open_session(id, Call(Kind::SessionOpened, payload(64)));
            commit.wait().map(|_| session)
        })
        .collect::<Result<_, _>>()?;
    let payload = payload(bytes);
    let row = measure(name, writers, bytes, span, |writer| {
        let session = sessions.get(writer).ok_or("no session")?;
        session
            .commit(Call(Kind::Outcome, Arc::clone(&payload)))
            .wait()?;
        Ok(())
    })?;
    let health = opened.ledger().health();
    say(&format!(
        "                 {} batches, mean sync {} us, {} published of {}",
        health.batches,
        health.sync_total_us / health.batches.max(1),
        health.published,
        health.durable
    ));
    opened.close()?;
    Ok(row)
}

/// One write and one sync per record, one after the other.
fn bare(
    disk: SlowDisk,
    dir: &Path,
    writers: usize,
    bytes: usize,
    span: Duration,
) -> Result<Row, Error> {
    let file = preallocated(&dir.join("bare"))?;
    let payload = vec![7; bytes];
    let position = Mutex::new(0);
    measure("bare loop", writers, bytes, span, |_| {
        let mut position = position.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all_at(&payload, *position)?;
        thread::sleep(disk.0);
        file.sync_data()?;
        *position += (bytes as u64).next_multiple_of(4096);
        Ok(())
    })
}

/// The least that group commit can be: copy into one buffer, write, sync, wake.
fn grouped(
    disk: SlowDisk,
    dir: &Path,
    writers: usize,
    bytes: usize,
    span: Duration,
) -> Result<Row, Error> {
    #[derive(Default)]
    struct State {
        waiting: Vec<u8>,
        ticket: u64,
        durable: u64,
        end: bool,
    }
    let file = preallocated(&dir.join("grouped"))?;
    let payload = vec![7; bytes];
    let shared = (Mutex::new(State::default()), Condvar::new());
    let lock = || shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    let wait = |guard| shared.1.wait(guard).unwrap_or_else(PoisonError::into_inner);
    thread::scope(|scope| {
        let writer = scope.spawn(|| -> Result<(), Error> {
            let mut position = 0;
            loop {
                let mut state = lock();
                while state.waiting.is_empty() && !state.end {
                    state = wait(state);
                }
                if state.waiting.is_empty() {
                    return Ok(());
                }
                let mut batch = std::mem::take(&mut state.waiting);
                let ticket = state.ticket;
                drop(state);
                batch.resize(batch.len().next_multiple_of(4096), 0);
                file.write_all_at(&batch, position)?;
                thread::sleep(disk.0);
                file.sync_data()?;
                position += batch.len() as u64;
                lock().durable = ticket;
                shared.1.notify_all();
            }
        });
        let row = measure("bare group", writers, bytes, span, |_| {
            let mut state = lock();
            state.waiting.extend_from_slice(&payload);
            state.ticket += 1;
            let mine = state.ticket;
            shared.1.notify_all();
            while state.durable < mine {
                state = wait(state);
            }
            Ok(())
        });
        lock().end = true;
        shared.1.notify_all();
        match writer.join() {
            Ok(result) => result.and(row),
            Err(_) => Err("the writer stopped".into()),
        }
    })
}

fn sqlite(dir: &Path, writers: usize, bytes: usize, span: Duration) -> Result<Row, Error> {
    let connection = rusqlite::Connection::open(dir.join("sqlite"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE record (body BLOB NOT NULL)", [])?;
    let payload = vec![7_u8; bytes];
    let connection = Mutex::new(connection);
    measure("sqlite FULL", writers, bytes, span, |_| {
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("INSERT INTO record VALUES (?1)", [&payload])?;
        Ok(())
    })
}

fn preallocated(path: &Path) -> Result<std::fs::File, Error> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let zeros = vec![0; 1 << 20];
    for chunk in 0..512_u64 {
        file.write_all_at(&zeros, chunk << 20)?;
    }
    file.sync_all()?;
    Ok(file)
}

/// Sealing alone, in one thread: a journal that keeps nothing.
fn sealing(bytes: usize) -> Result<(), Error> {
    let dir = tempfile::tempdir_in(".")?;
    let opened = DataDir::open(
        dir.path(),
        &Options {
            queue_records_max: 1,
            ..Options::default()
        },
    )?;
    let id = SessionId::from_bytes([9; 16]);
    let (session, commit) = opened
        .ledger()
        .open_session(id, Call(Kind::SessionOpened, payload(64)));
    commit.wait()?;
    let payload = payload(bytes);
    let rounds = 20_000_u32;
    let started = Instant::now();
    for _ in 0..rounds {
        // Most are refused by the full queue, after they were sealed.
        drop(session.commit(Call(Kind::Outcome, Arc::clone(&payload))));
    }
    let each = started.elapsed() / rounds;
    say(&format!(
        "sealing {bytes} B: {each:?} in the caller's thread"
    ));
    opened.close()?;
    Ok(())
}

fn main() -> Result<(), Error> {
    let seconds = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(3);
    let span = Duration::from_secs(seconds);
    for bytes in [256, 1_024, 16_384] {
        sealing(bytes)?;
    }
    for bytes in [256, 1_024, 16_384] {
        for writers in [1, 8, 64, 512] {
            let dir = tempfile::tempdir_in(".")?;
            let here = SlowDisk(Duration::ZERO);
            let (with, without) = (dir.path().join("data"), dir.path().join("no-tiles"));
            probity(here, &with, true, writers, bytes, span)?.print();
            probity(here, &without, false, writers, bytes, span)?.print();
            grouped(here, dir.path(), writers, bytes, span)?.print();
            bare(here, dir.path(), writers, bytes, span)?.print();
            sqlite(dir.path(), writers, bytes, span)?.print();
        }
    }
    say("with 2 ms added to each sync:");
    for writers in [1, 64, 512] {
        let dir = tempfile::tempdir_in(".")?;
        let (slow, bytes) = (SlowDisk(Duration::from_millis(2)), 1_024);
        probity(slow, &dir.path().join("data"), true, writers, bytes, span)?.print();
        grouped(slow, dir.path(), writers, bytes, span)?.print();
        bare(slow, dir.path(), writers, bytes, span)?.print();
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn say(line: &str) {
    println!("{line}");
}
