//! Which argument of a tool call is what, and what the commands in them would do.
//!
//! The operator's word goes first; then an argument's name, together with the tool's; then what its
//! text looks like, also below JSON in strings and base64. Names never make a text harmless: they only
//! say as what it is read. Deliberately absent: verdicts, and trust in what a server says of its tool.

mod names;
mod walk;

use std::sync::Arc;

use serde_json::Value;

use crate::names::named;
use crate::{http, nosql, paths, shell, sql};

pub use names::Verb;

/// The most strings that are looked into.
const STRINGS_MAX: usize = 4096;
/// The deepest nesting that is looked into, strings that hold JSON or base64 included.
const DEPTH_MAX: usize = 24;

named! {
    /// As what a text is read.
    pub enum Language {
        /// SQL.
        Sql = "sql",
        /// A command line or a script of a shell.
        Shell = "shell",
        /// A command line or a script of PowerShell.
        PowerShell = "powershell",
        /// A URL, or a request.
        Http = "http",
        /// A path of a file or folder.
        Path = "path",
        /// A command of MongoDB.
        MongoDb = "mongodb",
        /// A command of Redis.
        Redis = "redis",
        /// A query of Neo4j.
        Cypher = "cypher",
        /// A request to Elasticsearch or OpenSearch.
        Elasticsearch = "elasticsearch",
        /// Nothing that runs.
        Text = "text",
    }
}

named! {
    /// Why it is read as that.
    pub enum Basis {
        /// The operator says so.
        Configured = "configured",
        /// By the argument's name and the tool's.
        Name = "name",
        /// By the text itself.
        Content = "content",
    }
}

/// An argument that was read, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where it stands in the arguments: a JSON Pointer (RFC 6901). Of what was read together
    /// (a program and its arguments, the parts of a request) the first.
    pub pointer: String,
    /// As what it was read.
    pub language: Language,
    /// Why as that.
    pub basis: Basis,
}

/// What the operator says of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whose SQL the server's database speaks; `None`: all dialects are tried.
    pub dialect: Option<sql::Dialect>,
    /// The folders that its tools may touch.
    pub roots: Vec<String>,
    /// What single arguments are.
    pub arguments: Vec<Argument>,
}

/// What the operator says of one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Of which tool; `None`: of every one.
    pub tool: Option<Arc<str>>,
    /// Which one: a JSON Pointer into the arguments, or the name of a member at any depth.
    pub argument: Arc<str>,
    /// What it is.
    pub language: Language,
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The server's name in the configuration.
    pub server: &'a str,
    /// The tool's name.
    pub tool: &'a str,
    /// The arguments, an object if the call is well formed.
    pub arguments: &'a Value,
}

/// What the arguments of a call hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// What was read as what.
    pub places: Vec<Place>,
    /// What the SQL does, each text by itself. A text that was read in several dialects is there
    /// once for each.
    pub sql: Vec<sql::Facts>,
    /// What the command lines do.
    pub shell: Vec<shell::Facts>,
    /// What the requests ask for.
    pub http: Vec<http::Facts>,
    /// What the paths point at.
    pub paths: Vec<paths::Facts>,
    /// What the commands of other databases do.
    pub nosql: Vec<nosql::Facts>,
    /// Not everything was looked into: there is too much, or it is nested too deep.
    pub unread: bool,
}

/// Reads the arguments of a call. It cannot fail: what cannot be read is a fact.
#[must_use]
pub fn inspect(call: &Call<'_>, settings: &Settings) -> Commands {
    walk::Walk::new(call, settings).run(call.arguments)
}

/// Reads one text as what it is said to be.
#[must_use]
pub fn inspect_text(text: &str, language: Language, settings: &Settings) -> Commands {
    let mut commands = Commands::default();
    commands.read(text, language, settings);
    commands
}

/// What a tool does by its own name.
#[must_use]
pub fn verb(tool: &str) -> Verb {
    names::verb(tool)
}

impl Commands {
    /// Whether there is nothing in it that runs or is touched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && !self.unread
    }

    fn read(&mut self, text: &str, language: Language, settings: &Settings) {
        match language {
            Language::Sql => self.sql(text, settings),
            Language::Shell if shell::is_powershell(text) => {
                self.shell(shell::inspect(text, shell::Dialect::PowerShell), settings);
            }
            Language::Shell => self.shell(shell::inspect(text, shell::Dialect::Bash), settings),
            Language::PowerShell => {
                self.shell(shell::inspect(text, shell::Dialect::PowerShell), settings);
            }
            Language::Http => self.http.push(http::inspect_text(text)),
            Language::Path => {
                let mut facts = paths::inspect(text, &settings.roots);
                // Without roots only what climbs is known to be outside.
                facts.outside_roots &= !settings.roots.is_empty() || facts.traversal;
                self.paths.push(facts);
            }
            Language::MongoDb => self.nosql.push(nosql::mongodb(text)),
            Language::Redis => self.nosql.push(nosql::redis(text)),
            Language::Cypher => self.nosql.push(nosql::cypher(text)),
            Language::Elasticsearch => {
                let (method, rest) = text.split_once(' ').unwrap_or(("GET", text));
                // A path has no white space.
                let rest = rest.trim_start();
                let (path, body) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                self.nosql
                    .push(nosql::elasticsearch(method, path.trim(), body));
            }
            Language::Text => {}
        }
    }

    /// In the dialect of the server. Where that is not known: in every dialect, since a text may be
    /// harmless in one and not in another; that some do not know it says nothing then.
    fn sql(&mut self, text: &str, settings: &Settings) {
        if let Some(dialect) = settings.dialect {
            self.sql.push(sql::inspect(text, dialect));
            return;
        }
        let generic = sql::inspect(text, sql::Dialect::Generic);
        if text.len() > sql::TEXT_BYTES_MAX {
            self.sql.push(generic);
            return;
        }
        let mut all = vec![generic];
        let others = sql::Dialect::ALL
            .iter()
            .filter(|dialect| **dialect != sql::Dialect::Generic);
        all.extend(others.map(|dialect| sql::inspect(text, *dialect)));
        let is_foreign = |facts: &sql::Facts| {
            matches!(
                facts.unknown,
                Some(sql::Unknown::DoesNotParse | sql::Unknown::UnlistedNode)
            )
        };
        if all.iter().any(|facts| facts.unknown.is_none()) {
            for facts in all.iter_mut().filter(|facts| is_foreign(facts)) {
                facts.unknown = None;
            }
        }
        all.dedup_by(|one, other| {
            one.dialect = other.dialect;
            one == other
        });
        self.sql.append(&mut all);
    }

    /// With the SQL that it hands to a database's client.
    fn shell(&mut self, facts: shell::Facts, settings: &Settings) {
        for text in &facts.sql {
            self.sql(text, settings);
        }
        self.shell.push(facts);
    }
}
