use std::io::{self, Write as _};

use anyhow::Result;

use super::custody;
use crate::cli::{KeyArgs, KeyCommand, KeyShowArgs};
use crate::exit::{Exit, NotFound};

pub(super) fn run(args: &KeyArgs) -> Result<Exit> {
    match &args.command {
        KeyCommand::Show(args) => show(args),
    }
}

fn show(args: &KeyShowArgs) -> Result<Exit> {
    let dir = custody::place(&args.config)?.data;
    let keys = store::verifier_keys(&dir)?;
    if keys.is_empty() {
        return Err(NotFound(format!("`{}` has no log", dir.display())).into());
    }
    let mut out = io::stdout().lock();
    for key in keys {
        writeln!(out, "{}", key.to_vkey())?;
    }
    Ok(Exit::Ok)
}
