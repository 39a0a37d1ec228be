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
    /// Judge the calls of test files, and say which do not come out as expected
    Test(PolicyTestArgs),
    /// Say what comes of a call, by which rules, and on what facts
    Explain(PolicyExplainArgs),
    /// Print the policies that the product brings along, or write them into a folder
    Defaults(PolicyDefaultsArgs),
    /// Print the vocabulary that policies are written in, as a Cedar schema
    Schema(PolicySchemaArgs),
}

/// Which policies are asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct AskedArgs {
    /// Files, and folders whose .cedar files are meant; else those that the product brings along
    #[arg(long, value_name = "PATH")]
    pub(crate) policy: Vec<PathBuf>,
    /// A data directory: policies may name the arguments of the tools that its servers have shown
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct PolicySchemaArgs {
    /// With an action for each tool that the servers of this data directory have shown
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A test file is TOML: a [[call]] for each call, with `expect` (`permit`, `hold` or `refuse`), optionally `rule`
(one that has to be among those that decided), and what is called:

  [[call]]
  name = \"nobody drops a table\"
  tool = \"query\"
  arguments = { sql = \"DROP TABLE users\" }
  person = \"ada\"
  groups = [\"engineers\"]
  expect = \"refuse\"
  rule = \"sql-destructive\"

Also known: `server`, `method` and `params` (instead of `tool` and `arguments`), `service`, `issuer`, `agent`,
`address`, `dialect`, `at_unix_ms`, and `calls` (`session`, `session_minute`, `person_minute`, `tool_minute`,
`session_bytes`, `person_bytes_minute`).")]
pub(crate) struct PolicyTestArgs {
    /// Test files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: AskedArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A call is a JSON object with the members of a test file's [[call]], without `expect`:

  probity policy explain '{\"tool\": \"query\", \"arguments\": {\"sql\": \"DROP TABLE users\"}}'

Printed is what the record of such a call would say: verdict, rules, policy digest, reason, and the commands
and sensitive data in the arguments.")]
pub(crate) struct PolicyExplainArgs {
    /// The call; `-` reads it from standard input
    pub(crate) call: String,
    #[command(flatten)]
    pub(crate) asked: AskedArgs,
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
    /// A data directory: policies may name the arguments of the tools that its servers have shown
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
