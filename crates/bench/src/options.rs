//! The command line, and the plan that follows from it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

pub(crate) const USAGE: &str = "\
Usage: bench measure --probity FILE [--scratch DIR] [--json FILE] [--only TEXT] [--quick]
       bench origin

  measure  starts an origin, and in front of it `probity serve` and, if it is installed, nginx;
           measures all of them and prints a table
    --probity FILE  the program under test
    --scratch DIR   data directories go here, so its disk is the one that is measured
    --json FILE     write the numbers there too
    --only TEXT     only the cells whose name has this text
    --quick         fewer and shorter rounds
  origin   the server behind all of them; ends when its standard input closes";

/// What to do.
pub(crate) enum Verb {
    Help,
    Origin,
    Measure(Options),
}

/// How to measure.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) probity: PathBuf,
    pub(crate) scratch: PathBuf,
    pub(crate) json: Option<PathBuf>,
    pub(crate) only: Option<String>,
    pub(crate) quick: bool,
}

impl Options {
    /// How often each subject has its turn in a cell.
    pub(crate) const fn rounds(&self) -> u32 {
        if self.quick { 2 } else { 5 }
    }

    /// How long a turn is.
    pub(crate) const fn turn(&self) -> Duration {
        Duration::from_millis(if self.quick { 1_000 } else { 2_000 })
    }

    /// Sessions that are opened to see what an open session costs.
    pub(crate) const fn open_sessions(&self) -> usize {
        if self.quick { 2_000 } else { 10_000 }
    }

    /// Streams that are opened to see what an open stream costs.
    pub(crate) const fn open_streams(&self) -> usize {
        if self.quick { 200 } else { 1_000 }
    }

    /// Whether a cell of this name is wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|text| name.contains(text))
    }
}

/// Reads the command line.
///
/// # Errors
///
/// What it does not know.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Verb> {
    match arguments.next().as_deref() {
        Some("origin") => Ok(Verb::Origin),
        Some("measure") => measure(arguments).map(Verb::Measure),
        Some("--help" | "-h") | None => Ok(Verb::Help),
        Some(other) => bail!("`{other}` is no verb\n\n{USAGE}"),
    }
}

fn measure(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let mut probity = None;
    let mut options = Options {
        probity: PathBuf::new(),
        scratch: std::env::temp_dir(),
        json: None,
        only: None,
        quick: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.with_context(|| format!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            "--probity" => probity = Some(value()?.into()),
            "--scratch" => options.scratch = value()?.into(),
            "--json" => options.json = Some(value()?.into()),
            "--only" => options.only = Some(value()?),
            "--quick" => options.quick = true,
            other => bail!("unknown argument `{other}`\n\n{USAGE}"),
        }
    }
    options.probity = probity.context("--probity FILE is missing")?;
    Ok(options)
}
