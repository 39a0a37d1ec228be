//! What waits for people, and what they say of it: over the HTTP API of a running gateway.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use gate::HeldState;
use model::{CallId, GrantId};
use serde_json::Value;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A held call waits for people of the groups that its policy names. Make yourself a token with
  probity token create ada --group finance
and put it into the variable PROBITY_TOKEN, or into a file for --token-file. What you say goes on
record with your name. Nobody rules on a call of their own.")]
pub(crate) struct ApprovalsArgs {
    #[command(subcommand)]
    pub(crate) command: ApprovalsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ApprovalsCommand {
    /// List what waits
    List {
        /// Those that are so: waiting, allowed, rejected, expired, used, withdrawn, or all
        #[arg(long, default_value = "waiting")]
        state: StateWanted,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Show one held call: who asks for what, why it is held, and who said what
    Show {
        /// Its id
        id: CallId,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Allow a held call
    Approve {
        /// Its id
        id: CallId,
        /// Why: it goes on record
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Allow further calls of the kind for so long, such as 90s, 15m or 2h
        #[arg(long, value_name = "TIME")]
        grant: Option<String>,
        /// Only those with this argument: a JSON Pointer and a JSON value; may be repeated
        #[arg(long, value_name = "/POINTER=JSON", requires = "grant")]
        with: Vec<With>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Reject a held call
    Reject {
        /// Its id
        id: CallId,
        /// Why: it goes on record, and the agent is told
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Allow a held call alone, as an emergency; raises an alarm
    BreakGlass {
        /// Its id
        id: CallId,
        /// Why: it goes on record
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Print what waits, and then what changes, until Ctrl-C
    Watch {
        #[command(flatten)]
        api: ApiArgs,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct GrantsArgs {
    #[command(subcommand)]
    pub(crate) command: GrantsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum GrantsCommand {
    /// List the grants
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Take a grant back
    Revoke {
        /// Its id
        id: GrantId,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// Which gateway, on whose word, and how the answer is printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApiArgs {
    /// Where the gateway listens
    #[arg(
        long,
        value_name = "URL",
        env = "PROBITY_URL",
        default_value = "http://127.0.0.1:8808",
        hide_env_values = true
    )]
    pub(crate) url: String,
    /// The file that has your token; otherwise the variable PROBITY_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Print JSON: one object per line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Held calls that are so; `None`: all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StateWanted(pub(crate) Option<HeldState>);

impl FromStr for StateWanted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, HeldState::parse(text)) {
            ("all", _) => Ok(Self(None)),
            (_, Some(state)) => Ok(Self(Some(state))),
            (_, None) => Err("it is no state of a held call"),
        }
    }
}

/// `/POINTER=JSON`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct With {
    pub(crate) at: String,
    pub(crate) is: Value,
}

impl FromStr for With {
    type Err = &'static str;

    /// A pointer may have `=` in it: the value begins after the first one that JSON follows.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let splits = text
            .match_indices('=')
            .filter_map(|(at, _)| text.split_at_checked(at));
        let mut parsed = splits.filter_map(|(at, rest)| {
            let is = serde_json::from_str(rest.strip_prefix('=')?).ok()?;
            let at = at.to_owned();
            Some(Self { at, is })
        });
        parsed
            .next()
            .ok_or("write a JSON Pointer and JSON, such as '/order=7' or '/name=\"ada\"'")
    }
}
