use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use ledger::note::Policy;
use verify::{Monitor, Options, Target};

use crate::cli::VerifyArgs;
use crate::config;
use crate::exit::Exit;
use crate::view::escape_lines;

pub(super) fn run(args: &VerifyArgs) -> Result<Exit> {
    let dir = match &args.path {
        Some(path) => path.clone(),
        None => config::data_dir(args.config.config.as_deref(), args.config.overrides())?,
    };
    let options = Options {
        vkeys: args.vkey.clone(),
        policy: args.policy.as_deref().map(policy).transpose()?,
    };
    if dir.is_file() {
        let handed = verify::verify_handed(&dir, &options)
            .with_context(|| format!("cannot verify `{}`", dir.display()))?;
        print(&handed.to_string(), &handed.to_json(), args.json)?;
        return Ok(handed.exit().into());
    }
    let target = Target::of(&dir);
    let visits = args.monitor.as_ref().map(|state| Monitor {
        state,
        every: args.every.map(Duration::from_secs),
    });
    verify(&target, visits, &options, args.json)
}

/// Verifies a data directory, and prints the report.
pub(super) fn verify_dir(dir: &Path, options: &Options, json: bool) -> Result<Exit> {
    verify(&Target::Folder(dir.to_owned()), None, options, json)
}

fn verify(
    target: &Target,
    visits: Option<Monitor<'_>>,
    options: &Options,
    json: bool,
) -> Result<Exit> {
    let bar = bar();
    let mut progress = |progress: verify::Progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.step);
    };
    let result = match visits {
        None => verify::verify_target(target, options, &mut progress),
        Some(visits) => verify::monitor(target, visits, options, &mut progress, &mut |visited| {
            bar.suspend(|| match visited {
                Ok(report) => drop(print(&report.to_string(), &report.to_json(), json)),
                Err(error) => tracing::warn!(%error, "the log cannot be visited"),
            });
        }),
    };
    bar.finish_and_clear();
    let report = result.with_context(|| format!("cannot verify `{target}`"))?;
    print(&report.to_string(), &report.to_json(), json)?;
    Ok(report.exit().into())
}

fn policy(path: &Path) -> Result<Policy> {
    let text = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Policy::parse(&text).with_context(|| format!("`{}` is no policy", path.display()))
}

fn print(text: &str, as_json: &str, json: bool) -> Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{as_json}")?;
    } else {
        // Origins and file names may come from a stranger's log.
        for line in escape_lines(text.trim_end().as_bytes()) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Progress on standard error; indicatif draws nothing where that is no terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} leaves {per_sec}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
