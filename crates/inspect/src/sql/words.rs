//! What the words of a statement say that the parser did not read. It only adds.

use super::functions;
use super::lex::{Kind, Rules, Tokens};
use super::{Dialect, Effect, Facts, Hazard};

/// Effects and hazards of a word.
type Row = (&'static str, &'static [Effect], &'static [Hazard]);

/// Words with which statements begin.
const BEGINNINGS: &[Row] = &[
    (
        "select values table show describe desc with handler list ls checksum help",
        &[Effect::Read],
        &[],
    ),
    ("insert", &[Effect::Insert], &[]),
    ("replace", &[Effect::Insert, Effect::Delete], &[]),
    ("update", &[Effect::Update], &[]),
    ("delete", &[Effect::Delete], &[]),
    ("merge upsert", &[Effect::Insert, Effect::Update], &[]),
    ("truncate", &[Effect::Delete], &[]),
    (
        "create alter rename comment undrop import",
        &[Effect::Ddl],
        &[],
    ),
    ("drop", &[Effect::Ddl, Effect::Drop], &[]),
    ("grant", &[Effect::Privilege], &[]),
    ("revoke deny reassign", &[Effect::Privilege], &[]),
    ("setuser", &[Effect::Privilege], &[Hazard::AccessEscalation]),
    (
        "set use reset discard prepare deallocate listen unlisten notify revert",
        &[Effect::Session],
        &[],
    ),
    (
        "begin start commit rollback savepoint release abort xa",
        &[Effect::Transaction],
        &[],
    ),
    ("lock unlock", &[Effect::Lock], &[]),
    ("explain", &[Effect::Explain], &[]),
    (
        "call exec execute perform",
        &[Effect::Call],
        &[Hazard::DynamicSql],
    ),
    ("do", &[Effect::Call], &[Hazard::DynamicSql]),
    ("copy unload", &[Effect::Copy], &[]),
    (
        "export",
        &[Effect::Copy],
        &[Hazard::FileAccess, Hazard::RemoteConnection],
    ),
    ("load", &[Effect::Copy], &[Hazard::FileAccess]),
    (
        "bulk",
        &[Effect::Copy, Effect::Insert],
        &[Hazard::FileAccess],
    ),
    ("put get remove rm", &[Effect::Copy], &[Hazard::FileAccess]),
    ("attach detach", &[Effect::Admin], &[Hazard::FileAccess]),
    (
        "backup restore dump",
        &[Effect::Admin],
        &[Hazard::FileAccess],
    ),
    (
        "install uninstall",
        &[Effect::Admin],
        &[Hazard::UntrustedCode],
    ),
    (
        "shutdown kill reconfigure restart clone purge change stop checkpoint",
        &[Effect::Admin],
        &[Hazard::BackendControl],
    ),
    (
        "vacuum analyze optimize repair check cluster reindex flush dbcc binlog cache refresh \
         reorganize sync system",
        &[Effect::Admin],
        &[],
    ),
    ("waitfor", &[], &[Hazard::TimeDelay]),
    ("pragma", &[Effect::Session], &[]),
    ("host source", &[], &[Hazard::MetaCommand]),
];

/// Words that mean the same wherever they stand in a statement.
const ANYWHERE: &[Row] = &[
    (
        "outfile dumpfile infile directory utl_file",
        &[Effect::Copy],
        &[Hazard::FileAccess],
    ),
    ("program", &[], &[Hazard::ProgramExecution]),
    ("immediate", &[], &[Hazard::DynamicSql]),
    (
        "superuser bypassrls",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "soname plpythonu plpython3u plperlu pltclu assembly",
        &[],
        &[Hazard::UntrustedCode],
    ),
    (
        "replication master replica subscription publication",
        &[Effect::Admin],
        &[Hazard::RemoteConnection],
    ),
    (
        "openrowset opendatasource openquery dblink",
        &[],
        &[Hazard::RemoteConnection],
    ),
    ("waitfor", &[], &[Hazard::TimeDelay]),
    ("xp_cmdshell", &[Effect::Admin], &[Hazard::ProgramExecution]),
    ("global persist persist_only", &[Effect::Admin], &[]),
    (
        "writable_schema load_extension",
        &[],
        &[Hazard::SecurityDisabled],
    ),
];

/// Pairs of words at the beginning of a statement.
const PAIRS: &[(&str, &str, &[Effect], &[Hazard])] = &[
    ("vacuum", "into", &[Effect::Copy], &[Hazard::FileAccess]),
    ("drop", "database", &[], &[Hazard::DropDatabase]),
    ("drop", "schema", &[], &[Hazard::DropDatabase]),
    ("drop", "owned", &[], &[Hazard::DropDatabase]),
    ("drop", "user", &[Effect::Privilege], &[]),
    ("drop", "role", &[Effect::Privilege], &[]),
    ("drop", "login", &[Effect::Privilege], &[]),
    (
        "create",
        "user",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    ("create", "role", &[Effect::Privilege], &[]),
    (
        "create",
        "login",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "alter",
        "user",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    ("alter", "role", &[Effect::Privilege], &[]),
    (
        "alter",
        "login",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "alter",
        "server",
        &[Effect::Admin, Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "alter",
        "authorization",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "alter",
        "system",
        &[Effect::Admin],
        &[Hazard::BackendControl],
    ),
    ("alter", "database", &[Effect::Admin], &[]),
    ("alter", "instance", &[Effect::Admin], &[]),
    ("create", "extension", &[], &[Hazard::UntrustedCode]),
    ("create", "language", &[], &[Hazard::UntrustedCode]),
    ("create", "server", &[], &[Hazard::RemoteConnection]),
    (
        "create",
        "tablespace",
        &[Effect::Admin],
        &[Hazard::FileAccess],
    ),
    ("create", "stage", &[], &[Hazard::FileAccess]),
    ("create", "integration", &[], &[Hazard::RemoteConnection]),
    (
        "create",
        "share",
        &[Effect::Privilege],
        &[Hazard::RemoteConnection],
    ),
    ("drop", "trigger", &[], &[Hazard::SecurityDisabled]),
    (
        "drop",
        "policy",
        &[Effect::Privilege],
        &[Hazard::SecurityDisabled],
    ),
    (
        "disable",
        "trigger",
        &[Effect::Ddl],
        &[Hazard::SecurityDisabled],
    ),
    ("grant", "all", &[], &[Hazard::AccessEscalation]),
    (
        "set",
        "role",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "set",
        "password",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "reset",
        "master",
        &[Effect::Admin],
        &[Hazard::BackendControl],
    ),
    (
        "execute",
        "as",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "exec",
        "as",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
];

/// Settings that protect the data or the log while they are on.
const GUARDS: &[&str] = &[
    "row_security",
    "sql_log_bin",
    "foreign_key_checks",
    "unique_checks",
    "check_constraint_checks",
    "sql_safe_updates",
    "read_only",
    "super_read_only",
    "transaction_read_only",
    "default_transaction_read_only",
    "foreign_keys",
    "cell_size_check",
    "query_only",
    "defensive",
];

/// Settings that decide about triggers, logs, files and libraries, whatever their value.
const SWITCHES: &[&str] = &[
    "session_replication_role",
    "sql_log_off",
    "general_log",
    "general_log_file",
    "slow_query_log_file",
    "log_statement",
    "local_infile",
    "secure_file_priv",
    "allow_system_table_mods",
    "dynamic_library_path",
    "local_preload_libraries",
    "session_preload_libraries",
    "writable_schema",
    "ignore_check_constraints",
    "trusted_schema",
    "key",
    "rekey",
    "hexkey",
    "hexrekey",
];

/// Words after which another statement may begin.
const OPENERS: &[&str] = &[
    "begin", "then", "else", "loop", "as", "analyze", "verbose", "atomic", "explain", "try",
    "catch", "do",
];

/// Whether a value takes away what protects the data or the log.
pub(super) fn disables(setting: &str, value: &str) -> bool {
    let value = value.trim_matches('\'').to_ascii_lowercase();
    let on = matches!(value.as_str(), "1" | "on" | "true" | "yes");
    SWITCHES.contains(&setting) || GUARDS.contains(&setting) && !on
}

/// Whether a word combines two queries.
pub(super) fn is_set_operator(word: &str) -> bool {
    let length = word.len();
    (5..=9).contains(&length)
        && ["union", "except", "intersect", "minus"]
            .iter()
            .any(|operator| word.eq_ignore_ascii_case(operator))
}

/// Words after which `sqlparser` reads statements within a statement.
const HOLDERS: &[&str] = &[
    "begin", "if", "while", "case", "explain", "prepare", "describe", "desc", "else", "loop",
];

/// Whether a word may hold statements.
pub(super) fn holds_statements(word: &str) -> bool {
    HOLDERS
        .iter()
        .any(|holder| word.eq_ignore_ascii_case(holder))
}

/// Words that SQL Server reserves and that begin a statement wherever they stand.
const RESERVED: &str = "alter backup bulk checkpoint close commit create dbcc deallocate declare \
    delete deny drop dump exec execute fetch goto grant insert kill load merge open print \
    raiserror readtext reconfigure restore revert revoke rollback save setuser shutdown truncate \
    update updatetext use waitfor while writetext";

/// Whether SQL Server begins a statement with a word that is not quoted.
pub(super) fn begins_statement(word: &str) -> bool {
    (3..=12).contains(&word.len())
        && word.is_ascii()
        && RESERVED
            .split_ascii_whitespace()
            .any(|reserved| word.eq_ignore_ascii_case(reserved))
}

/// Adds what a word says with which a statement begins.
pub(super) fn begin(word: &str, facts: &mut Facts) {
    let word = word.to_ascii_lowercase();
    if let Some((_, effects, hazards)) = row(BEGINNINGS, &word) {
        facts.add(effects, hazards);
    }
    facts.unfiltered |= word == "truncate";
}

/// Adds what the words of a statement say. Text in literals counts where the statement runs text.
pub(super) fn look(text: &str, facts: &mut Facts) {
    let rules = Rules::of(facts.dialect);
    let mut literals = Vec::new();
    scan(text, rules, facts, Some(&mut literals));
    if facts.hazards.contains(&Hazard::DynamicSql) {
        for literal in literals {
            scan(literal, rules, facts, None);
        }
    }
}

fn scan<'a>(
    text: &'a str,
    rules: Rules,
    facts: &mut Facts,
    mut literals: Option<&mut Vec<&'a str>>,
) {
    let anywhere = matches!(facts.dialect, Dialect::SqlServer | Dialect::Generic);
    // Statements begin here; where one began, and whether its WHERE came.
    let (mut begins, mut previous) = (true, String::new());
    let mut filtered = None;
    for (kind, token) in Tokens::new(text, rules) {
        match kind {
            Kind::Space | Kind::Comment => continue,
            Kind::Word => {}
            Kind::Literal | Kind::Unclosed => {
                if let Some(literals) = literals.as_deref_mut() {
                    literals.push(token.trim_start_matches(['\'', '$', 'e', 'E']));
                }
                begins = false;
                continue;
            }
            Kind::Symbol(symbol) => {
                begins = matches!(symbol, ';' | '(') || begins && symbol != '.';
                if symbol == ';' {
                    facts.unfiltered |= filtered == Some(false);
                    filtered = None;
                }
                previous.clear();
                continue;
            }
            Kind::ExecutableComment => {
                begins = true;
                continue;
            }
            Kind::Quoted | Kind::Number => {
                begins = false;
                continue;
            }
        }
        let word = token.to_ascii_lowercase();
        if begins || anywhere && begins_statement(&word) {
            begin(&word, facts);
            if matches!(word.as_str(), "update" | "delete") {
                facts.unfiltered |= filtered == Some(false);
                filtered = Some(false);
            }
        }
        if word == "where" && filtered.is_some() {
            filtered = Some(true);
        }
        if let Some((_, effects, hazards)) = row(ANYWHERE, &word) {
            facts.add(effects, hazards);
        }
        if let Some((effects, hazards)) = functions::known(&word) {
            facts.add(effects, hazards);
            facts.functions.insert(word.clone());
        }
        if word != "key" && disables(&word, "") {
            facts.add(&[Effect::Session], &[Hazard::SecurityDisabled]);
        }
        let pair =
            |&&(first, second, _, _): &&(&str, &str, _, _)| first == previous && second == word;
        if let Some((_, _, effects, hazards)) = PAIRS.iter().find(pair) {
            facts.add(effects, hazards);
        }
        begins = OPENERS.contains(&word.as_str());
        previous = word;
    }
    facts.unfiltered |= filtered == Some(false);
}

fn row(table: &'static [Row], word: &str) -> Option<&'static Row> {
    table
        .iter()
        .find(|(words, _, _)| words.split_ascii_whitespace().any(|name| name == word))
}
