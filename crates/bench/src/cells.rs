//! The cells of the table: one shape of call at one concurrency, all subjects in turn.

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::disk::{self, Disk};
use crate::ledger::Ledger;
use crate::load::{self, Load, Sample};
use crate::options::Options;
use crate::shape::{Era, Shape};
use crate::subject::{Kind, Origin, Subject};

/// Concurrent sessions.
const CLIENTS: [usize; 4] = [1, 16, 64, 256];

/// What runs behind the calls, such as publishing, counts too: so long it is waited for. What runs
/// behind the start does not.
const SETTLING: Duration = Duration::from_millis(1_500);

/// One row of the table, for all subjects.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) shape: Shape,
    pub(crate) era: Era,
    pub(crate) clients: usize,
    pub(crate) results: Vec<Measured>,
    /// Of the gateway's log, while it had its turns.
    pub(crate) ledger: Ledger,
    /// The disk alone, between the turns.
    pub(crate) disk: Disk,
}

/// What one subject did in one cell.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) kind: Kind,
    /// Calls that were measured.
    pub(crate) calls: u64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) calls_per_s: f64,
    /// The time of its turns.
    pub(crate) elapsed: Duration,
    /// Processor time of the process under test for each call. None where there is none.
    pub(crate) cpu_us_per_call: Option<f64>,
    pub(crate) memory_peak_kib: Option<u64>,
}

impl Cell {
    /// What a subject did, if it was there.
    pub(crate) fn of(&self, kind: Kind) -> Option<&Measured> {
        self.results.iter().find(|measured| measured.kind == kind)
    }
}

/// Measures all cells, one after the other.
///
/// # Errors
///
/// A subject does not start, or a call is not answered as the origin answers it.
pub(crate) async fn measure(options: &Options) -> Result<Vec<Cell>> {
    let mut wanted: Vec<(Shape, Era)> = Shape::ALL.map(|shape| (shape, Era::Modern)).into();
    wanted.push((Shape::Small, Era::Legacy));
    let mut cells = Vec::new();
    for (shape, era) in wanted {
        for clients in CLIENTS {
            let name = format!("{} {} {clients}", shape.name(), era.name());
            if !options.wants(&name) {
                continue;
            }
            eprintln!("measuring: {name}");
            let load = Load {
                shape,
                era,
                clients,
                turn: options.turn(),
            };
            let cell = cell(options, load).await;
            cells.push(cell.with_context(|| format!("in `{name}`"))?);
        }
    }
    Ok(cells)
}

async fn cell(options: &Options, load: Load) -> Result<Cell> {
    let origin = Origin::start()?;
    let mut runs = Vec::new();
    for kind in Kind::available() {
        runs.push((
            Subject::start(kind, options, origin.addr)?,
            Duration::ZERO,
            Sample::default(),
        ));
    }
    tokio::time::sleep(SETTLING).await;
    for (subject, cpu_before, _) in &mut runs {
        if let Some(process) = &subject.process {
            *cpu_before = process.cpu()?;
        }
    }
    let mut ledger = Ledger::default();
    let mut syncs_ns = Vec::new();
    for _ in 0..options.rounds() {
        syncs_ns.extend(disk::syncs(&options.scratch)?);
        for (subject, _, sample) in &mut runs {
            let ready = load::prepare(&subject.target, load).await;
            let ready = ready.with_context(|| format!("through {}", subject.kind.name()))?;
            let before = before(subject).await?;
            let turn = load::turn(ready).await;
            sample.add(turn.with_context(|| format!("through {}", subject.kind.name()))?);
            if let Some(before) = before {
                ledger = ledger.plus(Ledger::read(&subject.target).await?.since(before));
            }
        }
    }
    tokio::time::sleep(SETTLING).await;
    let results = runs
        .into_iter()
        .map(|(subject, cpu, sample)| measured(&subject, cpu, sample))
        .collect::<Result<_>>()?;
    Ok(Cell {
        shape: load.shape,
        era: load.era,
        clients: load.clients,
        results,
        ledger,
        disk: Disk::of(syncs_ns),
    })
}

async fn before(subject: &Subject) -> Result<Option<Ledger>> {
    Ok(match subject.kind {
        Kind::Probity => Some(Ledger::read(&subject.target).await?),
        Kind::Direct | Kind::Nginx => None,
    })
}

fn measured(subject: &Subject, cpu_before: Duration, mut sample: Sample) -> Result<Measured> {
    let calls = u64::try_from(sample.latencies_ns.len())?;
    sample.latencies_ns.sort_unstable();
    let (mut cpu_us_per_call, mut memory_peak_kib) = (None, None);
    if let Some(process) = &subject.process {
        let cpu = process.cpu()?.saturating_sub(cpu_before);
        let messages = float(calls + sample.besides);
        cpu_us_per_call = Some(cpu.as_secs_f64() * 1e6 / messages);
        memory_peak_kib = Some(process.memory_peak_kib()?);
    }
    Ok(Measured {
        kind: subject.kind,
        calls,
        p50_us: quantile_us(&sample.latencies_ns, 0.5),
        p99_us: quantile_us(&sample.latencies_ns, 0.99),
        calls_per_s: float(calls) / sample.elapsed.as_secs_f64(),
        elapsed: sample.elapsed,
        cpu_us_per_call,
        memory_peak_kib,
    })
}

/// The value below which this part of the sorted values lies, in microseconds.
pub(crate) fn quantile_us(sorted_ns: &[u64], part: f64) -> f64 {
    let last = sorted_ns.len().saturating_sub(1);
    let at = (float(u64::try_from(last).unwrap_or(u64::MAX)) * part).round();
    let value = sorted_ns.get(at as usize).copied().unwrap_or(0);
    float(value) / 1e3
}

/// Counts of calls and nanoseconds of a run are far below 2^53.
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}
