//! Policies, before they are in force.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Read policies, and tell every mistake in them
    Check(PolicyCheckArgs),
    /// Print the policies that the product brings along, or write them into a folder
    Defaults(PolicyDefaultsArgs),
    /// Print the vocabulary that policies are written in, as a Cedar schema
    Schema,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyDefaultsArgs {
    /// Only these, by name
    pub(crate) names: Vec<String>,
    /// Write each into a file of this folder, and replace none
    #[arg(long, value_name = "DIR")]
    pub(crate) write: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Told are mistakes of syntax, unknown entities, actions, attributes and annotations, wrong types, policies
that can never match, and names that are used twice. Without a mistake, each policy is printed: its name,
what it says, and its file.")]
pub(crate) struct PolicyCheckArgs {
    /// Files, and folders whose .cedar files are meant
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}
