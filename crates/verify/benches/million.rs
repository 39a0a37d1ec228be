//! A log of a million records: how long it takes to open, to list, and to verify, and how much
//! memory that needs.
//!
//! `cargo bench -p verify --bench million [-- RECORDS]`

use std::path::Path;
use std::time::{Duration, Instant};

use ledger::{Commit, CommitError, Draft, Facts, Kind, Record, VerdictCode};
use model::{SessionId, Timestamp};
use store::{DataDir, Options, Reader};

type Error = Box<dyn std::error::Error + Send + Sync>;

const SESSIONS: u64 = 1_000;
const IN_FLIGHT: usize = 4_096;

struct Call(Kind, u64);

impl Record for Call {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: self.0,
            verdict: VerdictCode::Permitted,
            at: Timestamp::from_unix_us(1_785_231_000_000_000 + self.1),
            call: None,
            server: "shop",
            tool: "query",
            principal: "person|key|alice".to_owned(),
            facts: Facts::default(),
            payload: b"{\"jsonrpc\":\"2.0\",\"id\":17,\"result\":{\"content\":[]}}",
        }
    }
}

fn fill(path: &Path, records: u64) -> Result<(), Error> {
    let opened = DataDir::open(path, &Options::default())?;
    let mut flight = std::collections::VecDeque::new();
    let land = |commit: Commit<Call>| -> Result<(), CommitError> { commit.wait().map(drop) };
    for session in 0..SESSIONS {
        let id = SessionId::from_bytes(u128::from(session + 1).to_be_bytes());
        let (handle, opening) = opened
            .ledger()
            .open_session(id, Call(Kind::SessionOpened, 0));
        flight.push_back(opening);
        for n in 0..records / SESSIONS {
            flight.push_back(handle.commit(Call(Kind::Outcome, n)));
            if flight.len() >= IN_FLIGHT
                && let Some(oldest) = flight.pop_front()
            {
                land(oldest)?;
            }
        }
        flight.push_back(handle.close(Call(Kind::SessionClosed, 0)));
    }
    flight.into_iter().try_for_each(land)?;
    opened.close()?;
    Ok(())
}

/// The most memory that this process had, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

fn timed<T>(name: &str, act: impl FnOnce() -> Result<T, Error>) -> Result<(T, Duration), Error> {
    let started = Instant::now();
    let result = act()?;
    let took = started.elapsed();
    say(&format!(
        "{name:<28} {took:>12.3?}   peak {} MiB",
        peak_mib()
    ));
    Ok((result, took))
}

fn main() -> Result<(), Error> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let records: u64 = numbers.next().unwrap_or(1_000_000);
    let dir = tempfile::tempdir_in(".")?;
    timed("write", || fill(dir.path(), records))?;
    let (opened, _) = timed("open", || {
        Ok(DataDir::open(dir.path(), &Options::default())?)
    })?;
    timed("close", || Ok(opened.close()?))?;
    let (reader, _) = timed("open a reader", || Ok(Reader::open(dir.path())?))?;
    timed("list sessions", || Ok(reader.sessions()?))?;
    let one = SessionId::from_bytes(500_u128.to_be_bytes());
    timed("read one session", || Ok(reader.records(one, 0)?.count()))?;
    drop(reader);
    let options = verify::Options::default();
    let (report, took) = timed("verify with bodies", || {
        Ok(verify::verify(dir.path(), &options, &mut |_| {})?)
    })?;
    let published = dir.path().join("log/n1/1");
    let (_, leaves) = timed("verify the published log", || {
        Ok(verify::verify(&published, &options, &mut |_| {})?)
    })?;
    let rate = |took: Duration| records as f64 / took.as_secs_f64();
    say(&format!(
        "{:?}: {:.0} records/s with bodies, {:.0} leaves/s without",
        report.exit(),
        rate(took),
        rate(leaves)
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn say(line: &str) {
    println!("{line}");
}
