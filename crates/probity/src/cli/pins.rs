//! The definitions that servers have shown.

use clap::{Args, Subcommand, ValueEnum};
use model::UpstreamName;

use super::ConfigArgs;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The first version of a tool, a prompt, a template of resources or a server's instructions that is seen is
pinned. Another version is a change until somebody accepts it, and policies may refuse what changed.
A running gateway follows what is accepted here at once, and puts on record who did it.")]
pub(crate) struct PinsArgs {
    #[command(subcommand)]
    pub(crate) command: PinsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PinsCommand {
    /// List the definitions that were seen
    List(PinsListArgs),
    /// Print a definition as it was seen last, and what is suspicious about it
    Show(PinsNameArgs),
    /// Print what changed about a definition since it was accepted
    Diff(PinsNameArgs),
    /// Accept a definition as it was seen last
    Accept(PinsAcceptArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PinsListArgs {
    /// List only what changed, or is suspicious and was not accepted
    #[arg(long)]
    pub(crate) open: bool,
    /// Print one JSON object per definition
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PinsNameArgs {
    /// The server, as it is called in the configuration
    pub(crate) server: UpstreamName,
    /// The tool, the prompt, or the template's `uriTemplate`; none for what a server has one of
    #[arg(default_value = "", hide_default_value = true)]
    pub(crate) name: String,
    /// What the definition is of
    #[arg(long, value_enum, default_value_t = PinKind::Tool)]
    pub(crate) kind: PinKind,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PinsAcceptArgs {
    #[command(flatten)]
    pub(crate) which: PinsNameArgs,
    /// Why: it goes on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who accepts it: it goes on record
    #[arg(
        long,
        value_name = "NAME",
        env = "USER",
        hide_env_values = true,
        default_value = "unknown",
        hide_default_value = true
    )]
    pub(crate) by: String,
    /// Accept this version only, as `show` prints it: it may change between looking and accepting
    #[arg(long, value_name = "HEX")]
    pub(crate) fingerprint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PinKind {
    /// A tool
    Tool,
    /// A prompt
    Prompt,
    /// A template of resources
    Template,
    /// What the server tells models about itself
    Instructions,
    /// What the server says that it is
    Server,
}

impl From<PinKind> for inspect::pins::Kind {
    fn from(kind: PinKind) -> Self {
        match kind {
            PinKind::Tool => Self::Tool,
            PinKind::Prompt => Self::Prompt,
            PinKind::Template => Self::Template,
            PinKind::Instructions => Self::Instructions,
            PinKind::Server => Self::Server,
        }
    }
}
