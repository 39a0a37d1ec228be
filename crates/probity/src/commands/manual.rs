//! Completions and manual pages, from the definitions of the command line.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::exit::Exit;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "probity", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Exit::Ok)
}

pub(super) fn pages(dir: &Path) -> Result<Exit> {
    fs::create_dir_all(dir).with_context(|| format!("cannot create `{}`", dir.display()))?;
    clap_mangen::generate_to(Cli::command(), dir)
        .with_context(|| format!("cannot write into `{}`", dir.display()))?;
    Ok(Exit::Ok)
}
