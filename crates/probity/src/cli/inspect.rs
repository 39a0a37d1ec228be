//! What commands do.

use clap::{Args, ValueEnum};
use inspect::arguments::Language;

use super::AskedArgs;

/// Says what a command would do, and what policy says of a call with it, as JSON.
///
/// With `--batch` each line of standard input is an object with `id`, `kind` (as KIND; absent: by its
/// looks), `text`, and optionally `dialect` and `tool`; written is an object with `id`, `verdict`
/// (`allow`, `hold` or `block`), `facts` and `reasons`. Unknown members are ignored. The policies are
/// those that the product brings along, unless others are named.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// What the text is
    #[arg(value_enum, required_unless_present = "batch")]
    pub(crate) kind: Option<Kind>,
    /// The text
    #[arg(required_unless_present = "batch")]
    pub(crate) text: Option<String>,
    /// The dialect of the SQL, such as `postgresql`; else every dialect is tried
    #[arg(long)]
    pub(crate) dialect: Option<String>,
    /// The tool that would be called
    #[arg(long)]
    pub(crate) tool: Option<String>,
    /// Read one JSON object per line from standard input
    #[arg(long, conflicts_with_all = ["kind", "text", "dialect", "tool"])]
    pub(crate) batch: bool,
    #[command(flatten)]
    pub(crate) asked: AskedArgs,
}

/// What a text is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// SQL
    Sql,
    /// A command line of a shell
    Shell,
    /// A command line of PowerShell
    Powershell,
    /// A command line of kubectl, terraform, aws, gcloud, az, git, docker, …
    Cloud,
    /// `METHOD URL` with header lines and a body, a JSON object, or a curl line
    Http,
    /// A path of a file
    Path,
    /// A command of MongoDB
    Mongodb,
    /// A command of Redis
    Redis,
    /// A query of Neo4j
    Cypher,
    /// `METHOD PATH` and a body
    Elasticsearch,
}

impl Kind {
    /// As which language it is read.
    pub(crate) const fn language(self) -> Language {
        match self {
            Self::Sql => Language::Sql,
            Self::Shell | Self::Cloud => Language::Shell,
            Self::Powershell => Language::PowerShell,
            Self::Http => Language::Http,
            Self::Path => Language::Path,
            Self::Mongodb => Language::MongoDb,
            Self::Redis => Language::Redis,
            Self::Cypher => Language::Cypher,
            Self::Elasticsearch => Language::Elasticsearch,
        }
    }
}
