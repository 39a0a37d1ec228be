//! Stopping a server, a person or a session, and lifting that again.

use clap::{Args, Subcommand};
use model::{HaltTarget, SessionId, UpstreamName};

use super::ConfigArgs;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A running gateway sees it within a moment: calls under way and open streams end, and what comes is
refused, on record, until it is lifted. It survives a restart. Agents are told that an operator
stopped it, and nothing of why.")]
pub(crate) struct StopArgs {
    #[command(subcommand)]
    pub(crate) command: StopCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StopCommand {
    #[command(flatten)]
    Stop(Target),
    /// List what is stopped
    List {
        /// Print one JSON object each
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Let something go on
    Lift {
        #[command(subcommand)]
        what: Target,
    },
}

/// What can be stopped, and on whose word.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Target {
    /// Whatever goes to or comes from a server
    Server {
        /// Its name in the configuration
        name: UpstreamName,
        #[command(flatten)]
        word: WordArgs,
    },
    /// Whatever is done for a person or a service
    Person {
        /// The subject, of whichever issuer, or `kind|issuer|subject`
        id: String,
        #[command(flatten)]
        word: WordArgs,
    },
    /// A session
    Session {
        /// Its id, as `probity sessions` prints it
        id: SessionId,
        #[command(flatten)]
        word: WordArgs,
    },
}

/// On whose word, and why.
#[derive(Debug, Clone, Args)]
pub(crate) struct WordArgs {
    /// Why: it goes on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who: it goes on record; the user of this process if nobody is named
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

impl Target {
    /// What, and on whose word.
    pub(crate) fn parts(&self) -> (HaltTarget, &WordArgs) {
        match self {
            Self::Server { name, word } => (HaltTarget::Server(name.clone()), word),
            Self::Person { id, word } => (HaltTarget::Person(id.as_str().into()), word),
            Self::Session { id, word } => (HaltTarget::Session(*id), word),
        }
    }
}
