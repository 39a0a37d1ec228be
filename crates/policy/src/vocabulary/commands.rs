//! The facts about commands, each true or false, by their names in policies.

/// What is true or false of the SQL in a call's arguments.
pub const SQL: &[&str] = &[
    "read",
    "insert",
    "update",
    "delete",
    "ddl",
    "drop",
    "privilege",
    "session",
    "admin",
    "copy",
    "call",
    "lock",
    "transaction",
    "explain",
    "file_access",
    "program_execution",
    "remote_connection",
    "backend_control",
    "privileged_catalog",
    "dynamic_sql",
    "security_disabled",
    "untrusted_code",
    "access_escalation",
    "drop_database",
    "meta_command",
    "executable_comment",
    "time_delay",
    "unfiltered",
    "obscured",
    "several",
    "unknown",
];

/// The patterns that are dangerous in command lines and in commands of databases without SQL.
pub const HAZARDS: &[&str] = &[
    "recursive_delete",
    "device_write",
    "system_path",
    "home_dotfile",
    "sensitive_read",
    "data_upload",
    "download_into_interpreter",
    "decode_into_interpreter",
    "dynamic_command",
    "reverse_shell",
    "privilege_escalation",
    "open_permissions",
    "security_disabled",
    "log_tampering",
    "persistence",
    "environment_injection",
    "fork_bomb",
    "system_halt",
    "resource_destruction",
    "history_rewrite",
    "secret_disclosure",
    "access_change",
    "container_escape",
    "metadata_service",
    "remote_manifest",
    "inline_code",
    "protection_bypass",
];

/// The same of the command lines, besides [`HAZARDS`].
pub const SHELL: &[&str] = &[
    "read",
    "write",
    "delete",
    "execute",
    "network",
    "privilege",
    "process",
    "package",
    "service",
    "persist",
    "obscured",
    "unknown",
];

/// The same of what is asked of the programs that manage clusters, clouds, repositories and containers.
pub const CLOUD: &[&str] = &["read", "write", "delete", "access", "secret", "unknown"];

/// The same of HTTP requests.
pub const HTTP: &[&str] = &[
    "read",
    "write",
    "delete",
    "metadata_service",
    "local_scheme",
    "method_override",
    "graphql_mutation",
    "loopback",
    "private_address",
    "obscured_address",
    "destructive_path",
    "credentials_in_url",
    "traversal",
    "unknown",
];

/// The same of file paths.
pub const PATHS: &[&str] = &[
    "traversal",
    "outside_roots",
    "sensitive",
    "system",
    "home_dotfile",
    "device",
    "log",
    "startup",
    "unknown",
];

/// The same of the commands of databases without SQL, besides [`HAZARDS`].
pub const NOSQL: &[&str] = &[
    "read",
    "write",
    "delete",
    "access",
    "secret",
    "unknown",
    "unfiltered",
];

/// What a call's arguments may hold.
pub(crate) struct Language {
    /// Its name in a message's context.
    pub(crate) name: &'static str,
    /// Its type in the schema.
    pub(crate) type_name: &'static str,
    /// Its facts, each true or false.
    pub(crate) facts: &'static [&'static [&'static str]],
    /// Its sets of names.
    pub(crate) sets: &'static [&'static str],
}

/// All, in the order of [`crate::MessageFacts::commands`].
pub(crate) const COMMANDS: &[Language] = &[
    Language {
        name: "sql",
        type_name: "Sql",
        facts: &[SQL],
        sets: &["reads", "writes", "functions"],
    },
    Language {
        name: "shell",
        type_name: "Shell",
        facts: &[SHELL, HAZARDS],
        sets: &["programs", "reads", "writes", "deletes", "hosts"],
    },
    Language {
        name: "cloud",
        type_name: "Cloud",
        facts: &[CLOUD],
        sets: &["tools", "verbs", "objects"],
    },
    Language {
        name: "http",
        type_name: "Http",
        facts: &[HTTP],
        sets: &["methods", "hosts", "paths"],
    },
    Language {
        name: "paths",
        type_name: "Paths",
        facts: &[PATHS],
        sets: &["all"],
    },
    Language {
        name: "nosql",
        type_name: "NoSql",
        facts: &[NOSQL, HAZARDS],
        sets: &["verbs"],
    },
];
