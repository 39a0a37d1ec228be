//! Commands that run something or change something.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};

use super::ConfigArgs;
use crate::config::{Given, Override};

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The first line on standard output says where it listens, for scripts:
  probity listening on http://127.0.0.1:8808

Agents connect to http://127.0.0.1:8808/mcp/NAME, clients of the deprecated transport to
http://127.0.0.1:8808/sse/NAME. SIGTERM or Ctrl-C drains: no new calls, and every call under way
ends with its outcome on record.")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Put a server behind the gateway: NAME=URL, or NAME='COMMAND ARGS'; may be repeated
    #[arg(long, value_name = "NAME=TARGET")]
    pub(crate) upstream: Vec<UpstreamFlag>,
    /// Listen here; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Let callers without a key in, everywhere (loopback only; every record says so)
    #[arg(long)]
    pub(crate) anonymous: bool,
}

/// `NAME=URL` or `NAME=COMMAND ARGS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpstreamFlag {
    pub(crate) name: String,
    pub(crate) target: UpstreamTarget,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UpstreamTarget {
    Url(String),
    Command(Vec<String>),
}

impl FromStr for UpstreamFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, target) = text
            .split_once('=')
            .ok_or("write NAME=URL or NAME='COMMAND ARGS'")?;
        name.parse::<model::UpstreamName>()
            .map_err(|error| error.to_string())?;
        let target = if target.starts_with("http://") || target.starts_with("https://") {
            UpstreamTarget::Url(target.to_owned())
        } else {
            let words = shlex::split(target).ok_or("the command has an open quote")?;
            if words.is_empty() {
                return Err("the command is empty".to_owned());
            }
            UpstreamTarget::Command(words)
        };
        Ok(Self {
            name: name.to_owned(),
            target,
        })
    }
}

impl ServeArgs {
    /// The flags as values that are laid over the file.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let mut all = self.config.overrides();
        if let Some(listen) = &self.listen {
            all.push(Override::new(
                "--listen",
                &["listen"],
                Given::Text(listen.clone()),
            ));
        }
        if self.anonymous {
            all.push(Override::new("--anonymous", &["anonymous"], Given::Yes));
        }
        for upstream in &self.upstream {
            let (key, given) = match &upstream.target {
                UpstreamTarget::Url(url) => ("url", Given::Text(url.clone())),
                UpstreamTarget::Command(words) => ("command", Given::Words(words.clone())),
            };
            let path = ["upstreams", upstream.name.as_str(), key];
            all.push(Override::new("--upstream", &path, given));
        }
        all
    }
}

impl ConfigArgs {
    /// The flags as values that are laid over the file.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        self.data
            .iter()
            .map(|dir| {
                let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.clone());
                Override::new("--data", &["data"], Given::Text(dir.display().to_string()))
            })
            .collect()
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The sample server is a shop in a SQLite database. The demo lists its customers, looks up an order,
refunds it with progress, runs a statement that fails, shows what is on record and verifies the
log. Then it stays up, and says how to connect.")]
pub(crate) struct DemoArgs {
    /// End after the narrated run
    #[arg(long)]
    pub(crate) exit: bool,
    /// Keep the data in this folder; otherwise it goes to a temporary one and is removed
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Listen here; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Writes probity.toml, creates the data directory with the log's keys, and makes a first token, which
is shown once. Nothing that exists is overwritten.")]
pub(crate) struct InitArgs {
    /// The folder to write into; it is created if it is missing
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Secrets are printed as the place that they come from, never as what they are. With mistakes, each is
printed with its line, and the exit status is 6.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
For clients that speak only stdio. In the client's configuration:
  { \"command\": \"probity\", \"args\": [\"connect\", \"files\"], \"env\": { \"PROBITY_TOKEN\": \"…\" } }")]
pub(crate) struct ConnectArgs {
    /// The upstream's name in the gateway's configuration
    pub(crate) upstream: model::UpstreamName,
    /// Where the gateway listens
    #[arg(
        long,
        value_name = "URL",
        env = "PROBITY_GATEWAY",
        default_value = "http://127.0.0.1:8808"
    )]
    pub(crate) gateway: String,
    /// The file that has the token; otherwise the variable PROBITY_TOKEN, otherwise none
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Certificate authorities to trust besides the system's, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) authorities: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; it is shown once
    Create(TokenCreateArgs),
    /// List the tokens, without their secrets
    List(TokenListArgs),
    /// Refuse a token from now on
    Revoke(TokenRevokeArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The token is kept as a keyed hash: what is lost cannot be shown again. A running gateway takes the
new token at once.")]
pub(crate) struct TokenCreateArgs {
    /// Whom the token stands for; every record of its calls says so
    pub(crate) subject: String,
    /// It stands for a workload, not for a person
    #[arg(long)]
    pub(crate) service: bool,
    /// It puts its holder in this group, such as one that may approve held calls; may be repeated
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Vec<std::sync::Arc<str>>,
    /// It opens only this upstream; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) upstream: Vec<model::UpstreamName>,
    /// It is refused after so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) expires_in_days: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TokenListArgs {
    /// Print one JSON object per token
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TokenRevokeArgs {
    /// The token's id, as `probity token list` prints it
    #[arg(allow_hyphen_values = true)]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
For a log that refuses to start because records that it acknowledged are damaged, missing or were
replaced by an older state. The old log stays as it is, for whoever has to find out why. The new one
begins with a record that states the reason and the old log's last checkpoint.

Restore a backup first, if there is one: this cannot be taken back.")]
pub(crate) struct RecoverArgs {
    /// Give up the log as it is, and begin a new epoch
    #[arg(long, required = true)]
    pub(crate) new_epoch: bool,
    /// Why: it goes on record
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: String,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SampleServerArgs {
    /// The SQLite file; it is created and filled on first use
    pub(crate) database: PathBuf,
}
