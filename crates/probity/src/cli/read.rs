//! Commands that read what is on record.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use model::SessionId;

use super::ConfigArgs;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Newest first. Reads beside a running gateway, and after a crash. The node's own session holds what
belongs to no MCP session: refused logins, configurations, heartbeats.")]
pub(crate) struct SessionsArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only sessions of this upstream
    #[arg(long, value_name = "NAME")]
    pub(crate) upstream: Option<String>,
    /// Only sessions whose caller's name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) caller: Option<String>,
    /// Only sessions in this state
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateFilter>,
    /// Also the node's own sessions
    #[arg(long)]
    pub(crate) node: bool,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Print one JSON object per session
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateFilter {
    /// Still under way, or the gateway was killed and not started since
    Open,
    /// Ended in order
    Closed,
    /// Recovery found it open after a crash
    Abandoned,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Prints each record: its place in the session and in the log, the time since the session began, the
direction (-> from the agent, <- from the server), what it is, what was decided, how long it took,
and the message. Control characters in messages are shown, not obeyed.

With --json, one object per record: index, seq, kind, direction, at, verdict, leaf_hash, facts, and
the message as `payload` (text) or `payload_base64`.")]
pub(crate) struct ShowArgs {
    /// The session's id, the beginning of one, or `last`
    #[arg(required_unless_present = "decision")]
    pub(crate) session: Option<SessionRef>,
    /// Only the records of one decision: the id that a refused agent was told
    #[arg(long, value_name = "ID", conflicts_with_all = ["session", "follow"])]
    pub(crate) decision: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object per record
    #[arg(long)]
    pub(crate) json: bool,
    /// Print messages whole, however long
    #[arg(long)]
    pub(crate) full: bool,
    /// Go on with what is recorded from now on, until the session ends
    #[arg(long)]
    pub(crate) follow: bool,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
One line for each kind of data, server, tool and direction (-> towards the server, <- towards the
agent): in how many places, records and sessions it was found, and when first and last. Values are
not recorded, so none can be listed.")]
pub(crate) struct FindingsArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only what crossed this upstream
    #[arg(long, value_name = "NAME")]
    pub(crate) upstream: Option<String>,
    /// Only data of this kind, such as `email`
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which session is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionRef {
    /// The newest.
    Last,
    /// This one.
    Id(SessionId),
    /// The one whose id begins so, in capitals.
    Prefix(String),
}

impl FromStr for SessionRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "last" {
            return Ok(Self::Last);
        }
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(model::IdError::Length(1..26))
                if text.chars().all(|c| c.is_ascii_alphanumeric()) =>
            {
                Ok(Self::Prefix(text.to_ascii_uppercase()))
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Keys: space plays and pauses, left and right step, + and - change the speed, home and end jump,
0 to 9 go to that tenth of the session, up and down and page keys scroll the message, q quits.

Where standard output is no terminal, or with --plain, the records are printed as `show` prints
them, with their own timing.")]
pub(crate) struct ReplayArgs {
    /// The session's id, the beginning of one, or `last`
    pub(crate) session: SessionRef,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// How fast: a factor such as 0.5 or 4, or `max` for no waiting
    #[arg(long, default_value = "1")]
    pub(crate) speed: Speed,
    /// Shorten silences to this many milliseconds
    #[arg(long, value_name = "MS", default_value_t = 3_000)]
    pub(crate) idle_ms_max: u64,
    /// Print lines, without a screen
    #[arg(long)]
    pub(crate) plain: bool,
}

/// How fast a recording plays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// Times the speed at which it happened.
    Times(f64),
    /// Without waiting.
    Max,
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.trim_end_matches('x').parse::<f64>() {
            Ok(times) if (0.01..=1_000.0).contains(&times) => Ok(Self::Times(times)),
            _ => Err("a speed is a number from 0.01 to 1000, or `max`".to_owned()),
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Checks every leaf, the tree over them, each checkpoint's signature and each session's framing.
Exit status: 0 everything is intact, 3 something was destroyed on record, 4 something is missing,
5 something is corrupt, 8 the log contradicts what it showed on an earlier visit (--monitor), 1 it
could not be verified.

The separate program probity-verify does the same and shares nothing but the format with this one.")]
pub(crate) struct VerifyArgs {
    /// A data directory, a copy of what is served under /log/, or the URL http(s)://HOST/log/NODE/EPOCH
    /// itself; or a .tlog-proof, beside the .leaf that it is for, or a disclosure; the configuration's
    /// data directory if none is named
    pub(crate) path: Option<PathBuf>,
    /// A verifier key that you have from elsewhere; may be repeated, one per epoch
    #[arg(long, value_name = "KEY")]
    pub(crate) vkey: Vec<String>,
    /// Whom to trust: logs, witnesses and their quorum, in a file as C2SP tlog-policy has it
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Remember in this folder what was verified, verify only what is new, and notice a log that
    /// shrank or shows another past
    #[arg(long, value_name = "DIR")]
    pub(crate) monitor: Option<PathBuf>,
    /// Go on every so many seconds until something is wrong
    #[arg(long, value_name = "SECONDS", requires = "monitor",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: Option<u64>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object per report
    #[arg(long)]
    pub(crate) json: bool,
}
