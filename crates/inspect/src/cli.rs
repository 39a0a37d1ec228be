//! What is asked of the programs that manage clusters, clouds, repositories, containers and
//! databases: verb, object and effect. Which verb is what stands in the tables of each file.

mod clouds;
mod containers;
mod databases;
mod forges;
mod git;
mod kubernetes;
mod terraform;

use crate::names::named;
use crate::shell::{Effect, Hazard, Unknown};

named! {
    /// What one call does to what the program manages.
    pub enum CallEffect {
        /// Reads.
        Read = "read",
        /// Creates or changes.
        Write = "write",
        /// Deletes or ends.
        Delete = "delete",
        /// Changes who may do what.
        Access = "access",
        /// Gives a secret away.
        Secret = "secret",
        /// Nothing is known about the verb.
        Unknown = "unknown",
    }
}

/// One thing that is asked of a managing program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// The program: `kubectl`, `aws`, `git`, …
    pub tool: String,
    /// The part of it: `s3`, `compute instances`; empty where there is none.
    pub service: String,
    /// The verb: `delete`, `terminate-instances`, `push`.
    pub verb: String,
    /// What the verb is applied to, as far as it is literal.
    pub object: String,
    /// What it does.
    pub effect: CallEffect,
}

/// What the arguments of one managing program say.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) calls: Vec<Call>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) hazards: Vec<Hazard>,
    /// Texts for `inspect::sql`.
    pub(crate) sql: Vec<String>,
    /// Texts that a shell runs.
    pub(crate) shell: Vec<String>,
    pub(crate) reads: Vec<String>,
    pub(crate) writes: Vec<String>,
    /// Where among the arguments a command of its own begins.
    pub(crate) inner: Option<usize>,
    pub(crate) unknown: Option<Unknown>,
}

/// Judges a program's arguments; nothing where it is none of those that are known here.
pub(crate) fn inspect(program: &str, arguments: &[&str]) -> Option<Outcome> {
    let line = Line { arguments };
    let mut out = match program {
        "kubectl" | "k" | "oc" | "kubecolor" | "microk8s.kubectl" => kubernetes::kubectl(line),
        "helm" | "helm3" => kubernetes::helm(line),
        "terraform" | "tofu" | "terragrunt" => terraform::terraform(program, line),
        "aws" => clouds::aws(line),
        "gcloud" | "az" => clouds::trailing_verb(program, line),
        "gsutil" => clouds::gsutil(line),
        "git" => git::git(line),
        "gh" | "glab" | "hub" => forges::forge(program, line),
        "docker" | "podman" | "nerdctl" | "docker-compose" => containers::docker(program, line),
        "psql" | "mysql" | "mariadb" | "sqlite3" | "mongo" | "mongosh" | "redis-cli" | "dropdb"
        | "createdb" | "mysqladmin" | "pg_dump" | "mysqldump" | "clickhouse-client" | "sqlcmd"
        | "duckdb" | "bq" | "cqlsh" | "pg_dumpall" | "mongodump" => {
            databases::client(program, line)
        }
        _ => return None,
    };
    for call in &out.calls {
        match call.effect {
            CallEffect::Read => out.effects.push(Effect::Read),
            CallEffect::Write => out.effects.push(Effect::Write),
            CallEffect::Delete => out.effects.push(Effect::Delete),
            CallEffect::Access => out.effects.push(Effect::Privilege),
            CallEffect::Secret => {
                out.effects.push(Effect::Read);
                out.hazards.push(Hazard::SecretDisclosure);
            }
            CallEffect::Unknown => {
                out.unknown.get_or_insert(Unknown::UnlistedProgram);
            }
        }
        if call.effect == CallEffect::Access {
            out.hazards.push(Hazard::AccessChange);
        }
    }
    Some(out)
}

/// A program's arguments, and what is asked of them.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    arguments: &'a [&'a str],
}

impl<'a> Line<'a> {
    /// The arguments up to `--`.
    fn own(&self) -> &'a [&'a str] {
        let end = self
            .arguments
            .iter()
            .position(|argument| *argument == "--")
            .unwrap_or(self.arguments.len());
        self.arguments.get(..end).unwrap_or_default()
    }

    /// Where the command after `--` begins.
    fn inner(&self) -> Option<usize> {
        self.arguments
            .iter()
            .position(|argument| *argument == "--")
            .map(|at| at + 1)
    }

    /// The operands: no flags, and no values of the flags that take one.
    fn operands(&self, valued: &str) -> Vec<&'a str> {
        self.placed(valued)
            .into_iter()
            .map(|(_, operand)| operand)
            .collect()
    }

    /// The operands with their places.
    fn placed(&self, valued: &str) -> Vec<(usize, &'a str)> {
        let mut out = Vec::new();
        let mut skip = false;
        for (at, argument) in self.own().iter().enumerate() {
            if std::mem::take(&mut skip) {
                continue;
            }
            if argument.starts_with('-') && argument.len() > 1 {
                skip = valued.split_whitespace().any(|flag| flag == *argument);
            } else {
                out.push((at, *argument));
            }
        }
        out
    }

    /// Whether one of these stands there as it is.
    fn has(&self, flags: &[&str]) -> bool {
        self.own().iter().any(|argument| flags.contains(argument))
    }

    /// The value of a flag, glued with `=` or as the next argument.
    fn value(&self, flags: &[&str]) -> Option<&'a str> {
        self.values(flags).into_iter().next()
    }

    /// Every value of a flag that may be given many times.
    fn values(&self, flags: &[&str]) -> Vec<&'a str> {
        let own = self.own();
        let mut out = Vec::new();
        for (at, argument) in own.iter().enumerate() {
            if flags.contains(argument) {
                out.extend(own.get(at + 1).copied());
            }
            for flag in flags {
                match argument.strip_prefix(flag) {
                    Some(rest) if flag.starts_with("--") => out.extend(rest.strip_prefix('=')),
                    Some(rest) if !rest.is_empty() && flag.len() == 2 => {
                        out.push(rest.strip_prefix('=').unwrap_or(rest))
                    }
                    _ => {}
                }
            }
        }
        out
    }
}

impl Outcome {
    fn call(tool: &str, service: &str, verb: &str, object: &str, effect: CallEffect) -> Self {
        Self {
            calls: vec![Call {
                tool: tool.to_owned(),
                service: service.to_owned(),
                verb: verb.to_owned(),
                object: object.to_owned(),
                effect,
            }],
            ..Self::default()
        }
    }

    fn with(mut self, hazard: Hazard, is: bool) -> Self {
        if is {
            self.hazards.push(hazard);
        }
        self
    }
}

/// `exec`: what is run in a container is judged by itself, and what it does there is what the call
/// does. Where nothing follows, somebody types.
fn runs_inside(out: &mut Outcome, line: Line<'_>, verb: &str) {
    let inner = out.inner.and_then(|at| line.arguments.get(at));
    let shell = |program: &&str| {
        let name = program.rsplit('/').next().unwrap_or(program);
        name.ends_with("sh") && out.inner.is_some_and(|at| at + 1 == line.arguments.len())
    };
    if verb != "exec" || inner.is_none_or(shell) {
        out.effects.push(Effect::Execute);
        return;
    }
    for call in &mut out.calls {
        call.effect = CallEffect::Read;
    }
}

/// The effect that a table of `(effect, names)` gives a verb.
fn effect_of(table: &[(CallEffect, &str)], verb: &str) -> Option<CallEffect> {
    table
        .iter()
        .find(|(_, names)| names.split_whitespace().any(|name| name == verb))
        .map(|(effect, _)| *effect)
}

/// Whether a text names another machine's file.
fn is_remote(text: &str) -> bool {
    ["http://", "https://", "oci://", "git::", "s3://", "ftp://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}
