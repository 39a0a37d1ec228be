//! What the names of tools and arguments say.

use super::Language;
use crate::names::named;

named! {
    /// What a tool does by its own name.
    pub enum Verb {
        /// It reads: `get_user`, `list-tables`.
        Read = "read",
        /// It creates or changes: `create_issue`, `write_file`.
        Write = "write",
        /// It deletes or ends: `delete_branch`, `drop-collection`.
        Delete = "delete",
        /// It runs what it is given: `execute_sql`, `bash`.
        Execute = "execute",
        /// The name does not say.
        Other = "other",
    }
}

const READ: &[&str] = &[
    "get", "list", "read", "search", "find", "show", "describe", "fetch", "lookup", "view",
    "query", "count", "check", "inspect", "browse", "explain", "explore", "status", "download",
    "retrieve", "resolve", "tail", "head", "stat", "info", "tree", "grep", "select", "diff", "log",
    "validate", "whoami", "ping", "peek", "scan", "preview",
];
const WRITE: &[&str] = &[
    "create", "write", "update", "edit", "set", "add", "put", "post", "insert", "move", "rename",
    "copy", "send", "publish", "upload", "append", "patch", "merge", "commit", "push", "apply",
    "upsert", "save", "assign", "enable", "disable", "start", "stop", "restart", "scale", "deploy",
    "install", "import", "close", "reopen", "transfer", "pay", "modify", "replace", "store",
    "register", "grant", "invite", "reply", "fork", "tag", "mkdir", "refund", "touch", "order",
];
const DELETE: &[&str] = &[
    "delete",
    "drop",
    "remove",
    "destroy",
    "purge",
    "wipe",
    "truncate",
    "terminate",
    "uninstall",
    "erase",
    "kill",
    "revoke",
    "rm",
    "rmdir",
    "unlink",
    "flush",
    "clear",
    "shutdown",
    "deprovision",
    "ban",
];
const EXECUTE: &[&str] = &[
    "execute",
    "exec",
    "run",
    "bash",
    "shell",
    "sh",
    "zsh",
    "terminal",
    "powershell",
    "pwsh",
    "eval",
    "evaluate",
    "invoke",
    "command",
    "cmd",
    "script",
    "ssh",
    "subprocess",
    "console",
    "sql",
    "psql",
    "mysql",
];

/// By themselves these are of sums and sets, and change nothing.
const SUMS: &[&str] = &["add", "set", "order", "tag", "copy"];

/// A tool's words that say that its texts are SQL.
const DATABASE: &[&str] = &[
    "sql",
    "postgres",
    "postgresql",
    "pg",
    "psql",
    "mysql",
    "mariadb",
    "sqlite",
    "mssql",
    "tsql",
    "snowflake",
    "bigquery",
    "duckdb",
    "clickhouse",
    "redshift",
    "database",
    "db",
    "oracle",
    "cockroachdb",
    "warehouse",
];
/// And those that say that they are something else.
const OTHER_DATABASE: &[&str] = &[
    "mongo",
    "mongodb",
    "redis",
    "valkey",
    "elastic",
    "elasticsearch",
    "opensearch",
    "neo4j",
    "cypher",
    "graphql",
    "prometheus",
    "promql",
    "loki",
    "logql",
    "jql",
    "notion",
    "graph",
];
const SHELL: &[&str] = &[
    "shell",
    "bash",
    "sh",
    "zsh",
    "terminal",
    "powershell",
    "pwsh",
    "console",
    "ssh",
    "subprocess",
    "exec",
    "command",
    "cmd",
    "process",
];
const SEARCH: &[&str] = &["search", "find", "grep", "lookup", "docs", "web", "match"];

/// A text of this name is meant for people, and no command, unless the tool runs things.
const PROSE: &[&str] = &[
    "message",
    "text",
    "content",
    "contents",
    "body",
    "description",
    "title",
    "comment",
    "prompt",
    "note",
    "notes",
    "summary",
    "subject",
    "reason",
    "intent",
    "thought",
    "old_str",
    "new_str",
    "old_string",
    "new_string",
    "old_text",
    "new_text",
    "oldtext",
    "newtext",
    "file_text",
    "pattern",
    "replacement",
    "regex",
    "markdown",
    "html",
    "label",
    "question",
    "answer",
    "instructions",
    "commit_message",
    "msg",
    "diff",
    "patch",
    "topic",
    "entitytype",
    "observations",
    "name",
    "q",
    "keyword",
    "keywords",
    "term",
];

/// What a tool's name says.
#[derive(Debug, Clone)]
pub(super) struct Tool {
    words: Vec<String>,
    server: Vec<String>,
}

impl Tool {
    pub(super) fn new(server: &str, tool: &str) -> Self {
        Self {
            words: words(tool),
            server: words(server),
        }
    }

    fn has(&self, list: &[&str]) -> bool {
        self.words
            .iter()
            .chain(&self.server)
            .any(|word| list.contains(&word.as_str()))
    }

    fn is(&self, list: &[&str]) -> bool {
        self.words.iter().any(|word| list.contains(&word.as_str()))
    }

    /// It runs what it is given.
    pub(super) fn runs(&self) -> bool {
        self.is(EXECUTE) || self.is(SHELL) || self.is(DATABASE)
    }

    pub(super) fn is_shell(&self) -> bool {
        self.has(SHELL)
    }

    fn is_database(&self) -> bool {
        self.has(DATABASE) && !self.has(OTHER_DATABASE)
    }

    fn searches(&self) -> bool {
        self.is(SEARCH) && !self.is(DATABASE)
    }

    /// Whether a text of this name may be taken for a command by its looks.
    pub(super) fn may_run(&self, key: &str) -> bool {
        if self.runs() {
            return true;
        }
        let is_search = self.searches() && matches!(key, "query" | "search" | "value");
        !is_search && !PROSE.contains(&key)
    }

    /// What a text is by its name.
    pub(super) fn language(&self, key: &str) -> Option<Language> {
        if self.has(OTHER_DATABASE)
            && let Some(language) = self.other_database()
            && matches!(
                key,
                "command" | "query" | "cypher" | "statement" | "pipeline" | "commands"
            )
        {
            return Some(language);
        }
        let found = match key {
            "sql" | "sql_query" | "sqlquery" | "sql_text" | "sqltext" | "sql_statement"
            | "sql_command" | "sqls" | "sql_script" => Language::Sql,
            "statement" | "statements" | "stmt" | "query" | "queries" | "query_text"
            | "querystring"
                if self.is_database() && !self.searches() =>
            {
                Language::Sql
            }
            "query"
                if self.words.len() <= 2 && self.is(&["query"]) && !self.has(OTHER_DATABASE) =>
            {
                Language::Sql
            }
            "command" | "cmd" | "commands" | "script" | "code"
                if self.has(&["powershell", "pwsh"]) =>
            {
                Language::PowerShell
            }
            "command" | "cmd" | "commands" | "command_line" | "commandline" | "cmdline"
            | "shell_command" | "bash_command" | "bash" | "shell" | "shell_script" => {
                Language::Shell
            }
            "script" | "code" | "input" | "line" | "stdin" if self.is_shell() => Language::Shell,
            "cypher" | "cypher_query" => Language::Cypher,
            "path" | "paths" | "file" | "files" | "filename" | "filepath" | "file_path"
            | "file_name" | "directory" | "dir" | "folder" | "cwd" | "workdir"
            | "working_directory" | "workingdirectory" | "source_path" | "destination_path"
            | "output_path" | "input_path" | "old_path" | "new_path" | "repo_path"
            | "target_path" | "file_paths" | "filepaths" => Language::Path,
            _ => return None,
        };
        Some(found)
    }

    fn other_database(&self) -> Option<Language> {
        if self.has(&["mongo", "mongodb"]) {
            Some(Language::MongoDb)
        } else if self.has(&["redis", "valkey"]) {
            Some(Language::Redis)
        } else if self.has(&["neo4j", "cypher"]) {
            Some(Language::Cypher)
        } else {
            None
        }
    }
}

/// `camelCase`, `kebab-case` and `dotted.names` as `snake_case`.
pub(super) fn snake(name: &str) -> String {
    words(name).join("_")
}

pub(super) fn verb(tool: &str) -> Verb {
    let tables = [
        (Verb::Delete, DELETE),
        (Verb::Execute, EXECUTE),
        (Verb::Write, WRITE),
        (Verb::Read, READ),
    ];
    let of = |word: &String| {
        tables
            .iter()
            .find(|(_, table)| table.contains(&word.as_str()))
            .map(|(verb, _)| *verb)
    };
    let words = words(tool);
    if let [word] = words.as_slice()
        && SUMS.contains(&word.as_str())
    {
        return Verb::Other;
    }
    let first = words.iter().find_map(of).unwrap_or(Verb::Other);
    // `get_or_delete`, `query_and_execute`: the second verb counts as well.
    let joined = words.windows(2).filter_map(|pair| match pair {
        [and, verb] if matches!(and.as_str(), "and" | "or") => of(verb),
        _ => None,
    });
    let rank = |verb: &Verb| match verb {
        Verb::Delete => 4,
        Verb::Execute => 3,
        Verb::Write => 2,
        Verb::Other => 1,
        Verb::Read => 0,
    };
    joined.chain([first]).max_by_key(rank).unwrap_or(first)
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_small = false;
    for char in name.chars() {
        let ends = !char.is_alphanumeric() || (char.is_uppercase() && was_small);
        if ends && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if char.is_alphanumeric() {
            word.extend(char.to_lowercase());
        }
        was_small = char.is_lowercase() || char.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Verb, snake, verb};

    #[test]
    fn names_are_split_into_words() {
        for (name, expected) in [
            ("filePath", "file_path"),
            ("sql-query", "sql_query"),
            ("git.commit", "git_commit"),
            ("URL", "url"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn the_first_verb_says_what_a_tool_does() {
        for (tool, expected) in [
            ("list_deleted_items", Verb::Read),
            ("delete-many", Verb::Delete),
            ("dropCollection", Verb::Delete),
            ("write_file", Verb::Write),
            ("bash", Verb::Execute),
            ("execute_sql", Verb::Execute),
            ("github.create_issue", Verb::Write),
            ("get_or_delete", Verb::Delete),
            ("weather", Verb::Other),
            ("add", Verb::Other),
            ("add_comment", Verb::Write),
        ] {
            assert_eq!(verb(tool), expected, "{tool}");
        }
    }
}
