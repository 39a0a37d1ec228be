use std::io::{self, Write as _};

use anyhow::{Result, ensure};
use model::{Halt, HaltTarget};
use store::HaltFile;

use crate::cli::{ConfigArgs, StopArgs, StopCommand, WordArgs};
use crate::config;
use crate::exit::{Exit, NotFound};
use crate::halts;
use crate::system::{now, user};
use crate::view::escape;

pub(super) fn run(args: &StopArgs) -> Result<Exit> {
    match &args.command {
        StopCommand::Stop(what) => {
            let (target, word) = what.parts();
            stop(target, word)
        }
        StopCommand::List { json, config } => list(*json, config),
        StopCommand::Lift { what } => {
            let (target, word) = what.parts();
            lift(target, word)
        }
    }
}

fn stop(target: HaltTarget, word: &WordArgs) -> Result<Exit> {
    if let HaltTarget::Person(id) = &target {
        ensure!(!id.trim().is_empty(), "name the person");
    }
    let file = open(&word.config)?;
    let halt = halt(target, word);
    let told = escape(&halt.target.to_string());
    if file.place(halt)? {
        hint(&format!(
            "{told} is stopped; a running gateway sees it within a moment."
        ));
    } else {
        hint(&format!("{told} was stopped already."));
    }
    Ok(Exit::Ok)
}

fn lift(target: HaltTarget, word: &WordArgs) -> Result<Exit> {
    let file = open(&word.config)?;
    let told = escape(&target.to_string());
    if !file.lift(halt(target, word))? {
        let message = format!("{told} is not stopped; `probity stop list` prints what is");
        return Err(NotFound(message).into());
    }
    hint(&format!("{told} may go on."));
    Ok(Exit::Ok)
}

fn list(json: bool, args: &ConfigArgs) -> Result<Exit> {
    let list = open(args)?.load()?;
    let mut out = io::stdout().lock();
    for halt in &list.halts {
        if json {
            writeln!(out, "{}", halts::told(halt))?;
        } else {
            let reason = halt.reason.as_deref().unwrap_or("-");
            writeln!(
                out,
                "{}  {}  by {}  {}",
                halt.at,
                escape(&halt.target.to_string()),
                escape(&halt.by),
                escape(reason),
            )?;
        }
    }
    Ok(Exit::Ok)
}

fn open(args: &ConfigArgs) -> Result<HaltFile> {
    halts::open(&config::data_dir(args.config.as_deref(), args.overrides())?)
}

/// Whoever can write the file can say of who it was what they like: `--by` is for the log's readers.
fn halt(target: HaltTarget, word: &WordArgs) -> Halt {
    Halt {
        target,
        by: word.by.clone().unwrap_or_else(user).into(),
        reason: word.reason.as_deref().map(Into::into),
        at: now(),
    }
}

/// Words for the person at the terminal: not part of the output that scripts read.
fn hint(text: &str) {
    // Nothing is lost if nobody can read it.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
