use std::io::{self, Write as _};

use anyhow::{Context as _, Result, ensure};

use crate::cli::RecoverArgs;
use crate::config;
use crate::exit::Exit;

pub(super) fn run(args: &RecoverArgs) -> Result<Exit> {
    let grounds = args.because.trim();
    ensure!(
        !grounds.is_empty(),
        "an auditor will ask why: say it with --because"
    );
    let dir = config::data_dir(args.config.config.as_deref(), args.config.overrides())?;
    let epoch = store::DataDir::new_epoch(&dir, grounds)
        .with_context(|| format!("cannot open a new epoch in `{}`", dir.display()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "new log   {}", epoch.origin)?;
    match epoch.previous {
        Some(size) => writeln!(out, "old log   {size} entries under its last checkpoint")?,
        None => writeln!(out, "old log   no checkpoint of it is known")?,
    }
    writeln!(
        out,
        "The next start begins the new log; its first record states the gap."
    )?;
    Ok(Exit::Ok)
}
