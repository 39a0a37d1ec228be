//! One module per subcommand. Each returns how the program ends.

mod approvals;
mod check;
mod connect;
mod custody;
mod demo;
mod findings;
mod hold;
mod init;
mod inspect;
mod key;
mod manual;
mod mask;
mod pins;
mod policy;
mod prove;
mod purge;
mod recordings;
mod recover;
mod replay;
mod serve;
mod sessions;
mod show;
mod stop;
mod token;
mod verify;

use anyhow::Result;

use crate::cli::{Cli, Command};
use crate::exit::Exit;

/// Runs what the command line asks for.
///
/// # Errors
///
/// Whatever the operator has to read; `main` prints it and finds the exit status.
pub(crate) fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Connect(args) => connect::run(&args),
        Command::Sessions(args) => sessions::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Findings(args) => findings::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Prove(args) => prove::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Mask(args) => mask::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Approvals(args) => approvals::run(&args),
        Command::Grants(args) => approvals::grants(&args),
        Command::Stop(args) => stop::run(&args),
        Command::Pins(args) => pins::run(&args),
        Command::Purge(args) => purge::run(&args),
        Command::Hold(args) => hold::run(&args),
        Command::Recover(args) => recover::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { dir } => manual::pages(&dir),
        Command::SampleServer(args) => demo::sample_server(&args),
    }
}
