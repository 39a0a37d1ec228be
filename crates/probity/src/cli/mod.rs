//! The command line, as data: help, completions and man pages come from these definitions.

mod approvals;
mod custody;
mod hand;
mod inspect;
mod mask;
mod pins;
mod policy;
mod read;
mod run;
mod stop;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use approvals::{
    ApiArgs, ApprovalsArgs, ApprovalsCommand, GrantsArgs, GrantsCommand, StateWanted,
};
pub(crate) use custody::{
    HoldArgs, HoldCommand, HoldListArgs, HoldPlaceArgs, HoldReleaseArgs, PurgeArgs, PurgeWhat,
};
pub(crate) use hand::{DiscloseWhat, KeyArgs, KeyCommand, KeyShowArgs, ProveArgs};
pub(crate) use inspect::{InspectArgs, Kind};
pub(crate) use mask::MaskArgs;
pub(crate) use pins::{PinsAcceptArgs, PinsArgs, PinsCommand, PinsListArgs, PinsNameArgs};
pub(crate) use policy::{
    AskedArgs, PolicyArgs, PolicyCheckArgs, PolicyCommand, PolicyDefaultsArgs, PolicyExplainArgs,
    PolicyTestArgs,
};
pub(crate) use read::{
    FindingsArgs, ReplayArgs, SessionRef, SessionsArgs, ShowArgs, Speed, StateFilter, VerifyArgs,
};
pub(crate) use run::{
    CheckArgs, ConnectArgs, DemoArgs, InitArgs, RecoverArgs, SampleServerArgs, ServeArgs,
    TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
};
pub(crate) use stop::{StopArgs, StopCommand, WordArgs};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Exit status:
  0  it worked
  1  it failed, and standard error says why
  2  the command line is wrong
  3  verify: the log is whole, and something was destroyed on record
  4  verify: something is missing in the log
  5  verify: something in the log is not as it was recorded
  6  the configuration is wrong; every mistake is listed
  7  what was asked for does not exist
  8  a log contradicts what it showed on an earlier visit

Begin with `probity demo`, or put a server behind the gateway:
  probity serve --upstream files='npx -y @modelcontextprotocol/server-filesystem /srv'";

/// A forensic gateway for the Model Context Protocol: it stands between agents and MCP servers, and
/// nothing passes before it is durably on record.
#[derive(Debug, Parser)]
#[command(
    name = "probity",
    version,
    styles = STYLES,
    after_help = AFTER_HELP,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) log: LogArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program says about itself, on standard error.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogArgs {
    /// How log lines are written on standard error
    #[arg(long, global = true, value_enum, env = "PROBITY_LOG_FORMAT", default_value_t = LogFormat::Text, hide_env_values = true)]
    pub(crate) log_format: LogFormat,
    /// What is logged: a level, or `target=level` pairs separated by commas
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "PROBITY_LOG",
        hide_env_values = true
    )]
    pub(crate) log: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One line of text each
    Text,
    /// One JSON object each
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show everything on this machine, with nothing configured
    Demo(DemoArgs),
    /// Run the gateway
    Serve(ServeArgs),
    /// Write a commented configuration and create the keys
    Init(InitArgs),
    /// Check the configuration and print what it comes to
    Check(CheckArgs),
    /// Be a stdio MCP server that forwards to a running gateway
    Connect(ConnectArgs),
    /// List the recorded sessions
    Sessions(SessionsArgs),
    /// Print every message of a session, in order
    Show(ShowArgs),
    /// List which kinds of sensitive data crossed which server and tool
    Findings(FindingsArgs),
    /// Play a session back in the terminal
    Replay(ReplayArgs),
    /// Verify that the log is whole and unchanged
    Verify(VerifyArgs),
    /// Write the proof that a record is in the log, and what is to be shown of it
    Prove(ProveArgs),
    /// Print the keys that verify the logs
    Key(KeyArgs),
    /// Mask messages from standard input, as the gateway would
    Mask(MaskArgs),
    /// Say what a command would do, and what policy says of it
    Inspect(InspectArgs),
    /// Check policies before they are in force
    Policy(PolicyArgs),
    /// See what waits for people, and rule on it
    Approvals(ApprovalsArgs),
    /// See what people granted, and take it back
    Grants(GrantsArgs),
    /// Stop a server, a person or a session at once, and lift it again
    Stop(StopArgs),
    /// Review the tools that servers offer, and what changed about them
    Pins(PinsArgs),
    /// Destroy the keys of what must be forgotten, on record
    Purge(PurgeArgs),
    /// Keep what a case needs from being purged
    Hold(HoldArgs),
    /// Begin a new log where the old one is damaged, and state the gap
    Recover(RecoverArgs),
    /// Create, list and revoke the keys with which callers show who they are
    Token(TokenArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder; it is created if it is missing
        dir: PathBuf,
    },
    /// Serve the sample shop over standard input and output, as the demo does
    #[command(hide = true)]
    SampleServer(SampleServerArgs),
}

/// Which configuration is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration file; `probity.toml` here if it exists
    #[arg(
        short,
        long,
        value_name = "FILE",
        env = "PROBITY_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,
    /// The data directory, whatever the configuration says
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
