use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use verify::Options;

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
    };
    verify_dir(&dir, &options, args.json)
}

/// Verifies a data directory or a published log, and prints the report.
pub(super) fn verify_dir(dir: &Path, options: &Options, json: bool) -> Result<Exit> {
    let bar = bar();
    let result = verify::verify(dir, options, &mut |progress: verify::Progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.step);
    });
    bar.finish_and_clear();
    let report = result.with_context(|| format!("cannot verify `{}`", dir.display()))?;
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", report.to_json())?;
    } else {
        // Origins and file names may come from a stranger's log.
        for line in escape_lines(report.to_string().trim_end().as_bytes()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(report.exit().into())
}

/// Progress on standard error; indicatif draws nothing where that is no terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} leaves {per_sec}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
