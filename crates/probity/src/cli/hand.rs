//! What is handed to somebody outside.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ConfigArgs;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Writes INDEX.leaf and INDEX.tlog-proof (C2SP tlog-proof), which prove that the record is in the log and
say nothing of what it says; and, if something is disclosed, INDEX.disclosure.json, which shows that and
proves it. `probity-verify FILE` checks each. Fields are named by path: /facts/MEMBER for what the gateway
knew, /payload/PATH for a value of the message; a path that does not exist lists those that do.")]
pub(crate) struct ProveArgs {
    /// The record's index in the log, as `probity show` prints it behind `#`
    pub(crate) index: u64,
    /// The folder to write to; it is made if it does not exist, and nothing in it is overwritten
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Show the whole record
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        conflicts_with = "disclose_field"
    )]
    pub(crate) disclose: Option<DiscloseWhat>,
    /// Show this field of the record only; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(crate) disclose_field: Vec<String>,
    /// The log's epoch; the current one if none is named
    #[arg(long, value_name = "N")]
    pub(crate) epoch: Option<u32>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiscloseWhat {
    /// Its sealed body, and the secret that opens it and nothing else
    Record,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeyCommand {
    /// Print the keys that verify the logs, one per line
    Show(KeyShowArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
One verifier key (C2SP signed-note) for each epoch of the node's log, in their order, and one for the
org log where there is one. Give them to whoever has to verify, by another way than the log itself.")]
pub(crate) struct KeyShowArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}
