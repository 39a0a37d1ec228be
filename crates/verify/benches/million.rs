//! Logs of up to a million records: how long it takes to open them after a crash and after an orderly
//! stop, to list, and to verify, and how much memory that needs. Each step is a process of its own, so
//! that its peak is its own.
//!
//! `cargo bench -p verify --bench million [-- RECORDS...]`

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use ledger::{Commit, CommitError, Draft, Facts, Kind, Record, VerdictCode};
use model::{SessionId, Timestamp};
use store::{DataDir, Options, Reader};

type Error = Box<dyn std::error::Error + Send + Sync>;

const SESSIONS: u64 = 1_000;
const IN_FLIGHT: usize = 4_096;
/// Lengths, unless others are named.
const RECORDS: [u64; 3] = [10_000, 100_000, 1_000_000];
/// What is done, in this order; `write` ends as `kill -9` would end it, with nothing closed.
const STEPS: [&str; 7] = [
    "write",
    "open after a crash",
    "open after a stop",
    "list sessions",
    "read one session",
    "verify with bodies",
    "verify the published log",
];

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
    // What is not closed stays open, until the process ends.
    flight.into_iter().try_for_each(land)?;
    Ok(())
}

/// The most memory that this process had, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

/// Says how long it took and the most memory that this process had.
fn timed<T>(step: &str, act: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let started = Instant::now();
    let result = act()?;
    let took = started.elapsed();
    say(&format!(
        "  {step:<26} {took:>12.3?}   peak {:>5} MiB",
        peak_mib()
    ));
    Ok(result)
}

/// One step, in this process.
fn run(step: &str, dir: &Path, records: u64) -> Result<(), Error> {
    let options = verify::Options::default();
    let whole = |path: &Path| {
        let report = verify::verify(path, &options, &mut |_| {})?;
        match report.exit() {
            verify::Exit::Intact => Ok(()),
            _ => Err(Error::from(report.to_string())),
        }
    };
    match step {
        "write" => timed(step, || fill(dir, records)),
        "open after a crash" | "open after a stop" => {
            let opened = timed(step, || Ok(DataDir::open(dir, &Options::default())?))?;
            Ok(opened.close()?)
        }
        "list sessions" => {
            let sessions = timed(step, || Ok(Reader::open(dir)?.sessions()?))?;
            match sessions.len() as u64 {
                listed if listed < SESSIONS => Err(format!("{listed} sessions").into()),
                _ => Ok(()),
            }
        }
        "read one session" => {
            let one = SessionId::from_bytes(u128::from(SESSIONS / 2).to_be_bytes());
            let count = timed(step, || Ok(Reader::open(dir)?.records(one, 0)?.count()))?;
            match count {
                0 => Err("the session is empty".into()),
                _ => Ok(()),
            }
        }
        "verify with bodies" => timed(step, || whole(dir)),
        "verify the published log" => timed(step, || whole(&dir.join("log/n1/1"))),
        other => Err(format!("`{other}` is no step").into()),
    }
}

fn main() -> Result<(), Error> {
    // `cargo bench` adds an option that is none of ours.
    let words = std::env::args().skip(1).filter(|word| word != "--bench");
    let words: Vec<String> = words.collect();
    if let [step, dir, records] = &words[..]
        && STEPS.contains(&step.as_str())
    {
        return run(step, Path::new(dir), records.parse()?);
    }
    let lengths: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let lengths = if lengths.is_empty() {
        RECORDS.to_vec()
    } else {
        lengths
    };
    for records in lengths {
        say(&format!("{records} records"));
        let dir = tempfile::tempdir_in(".")?;
        for step in STEPS {
            let mut child = Command::new(std::env::current_exe()?);
            child.arg(step).arg(dir.path()).arg(records.to_string());
            if !child.status()?.success() {
                return Err(format!("`{step}` failed").into());
            }
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn say(line: &str) {
    println!("{line}");
}
