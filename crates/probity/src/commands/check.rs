use std::io::{self, Write as _};

use anyhow::Result;

use crate::cli::CheckArgs;
use crate::config;
use crate::exit::Exit;

pub(super) fn run(args: &CheckArgs) -> Result<Exit> {
    let config = config::load(args.config.config.as_deref(), args.config.overrides())?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", config::print_json(&config))?;
    } else {
        write!(out, "{}", config::print_text(&config))?;
    }
    Ok(Exit::Ok)
}
