//! Probity: a forensic gateway for the Model Context Protocol.
//!
//! Configuration, wiring and subcommands. Deliberately absent: everything that the other crates are
//! for; here they are introduced to each other.

mod administered;
mod approvals;
mod cli;
mod client;
mod commands;
mod config;
mod desk;
mod exit;
mod halts;
mod logging;
mod pins;
mod policies;
mod replay;
mod root;
mod running;
mod system;
mod tokens;
mod trial;
mod view;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use cli::Cli;
use exit::Exit;

/// A call allocates a few hundred small pieces on one thread and frees many of them on another:
/// the system's allocator took about a seventh of a small call's processor time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = logging::start(&cli.log) {
        complain(&error);
        return Exit::Failed.into();
    }
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        // Whoever read our output has gone: there is nobody to tell.
        Err(error) if is_broken_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            complain(&error);
            Exit::of(&error).into()
        }
    }
}

fn complain(error: &anyhow::Error) {
    // If standard error is closed too, the exit status still says it.
    let _ = writeln!(std::io::stderr().lock(), "error: {error:#}");
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
