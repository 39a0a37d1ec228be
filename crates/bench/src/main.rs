//! What Probity costs: the same calls direct, through `probity serve`, and through nginx as the
//! floor, in one run, interleaved round by round.
//!
//! Origin, load generator and program under test are processes of their own, all on loopback.
//! Deliberately absent: anything that knows how the gateway works inside. It is started as its users
//! start it, and it is measured from `/proc` and from its own `/metrics`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program talks to its terminal"
)]

mod cells;
mod client;
mod disk;
mod ledger;
mod load;
mod memory;
mod nginx;
mod options;
mod origin;
mod process;
mod report;
mod shape;
mod streams;
mod subject;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use options::{Options, Verb};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let verb = options::parse(std::env::args().skip(1))?;
    // One thread for each process of the benchmark, so that they cost the program under test as
    // little as they can.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match verb {
        Verb::Help => {
            println!("{}", options::USAGE);
            Ok(())
        }
        Verb::Origin => runtime.block_on(origin::serve()),
        Verb::Measure(options) => runtime.block_on(measure(&options)),
    }
}

async fn measure(options: &Options) -> Result<()> {
    let cells = cells::measure(options).await?;
    let sessions = memory::measure(options).await?;
    let streams = streams::measure(options).await?;
    let report = report::Report {
        quick: options.quick,
        nginx: nginx::version(),
        cells,
        sessions,
        streams,
    };
    println!("{report}");
    if let Some(file) = &options.json {
        std::fs::write(file, report.to_json())
            .with_context(|| format!("cannot write `{}`", file.display()))?;
        println!("written: {}", file.display());
    }
    Ok(())
}
