//! Names of relations, and which of them hold passwords, privileges and the catalog.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::{Dialect, Hazard};

/// Relations that hold password hashes, privileges or connection secrets, by their last part.
const SECRET: &[&str] = &[
    "pg_shadow",
    "pg_authid",
    "pg_auth_members",
    "pg_user_mapping",
    "pg_user_mappings",
    "pg_hba_file_rules",
    "pg_ident_file_mappings",
    "pg_subscription",
    "_pg_user_mappings",
    "sql_logins",
    "syslogins",
    "sysxlogins",
    "sysusers",
    "linked_logins",
    "dba_users",
    "user$",
    "user_history$",
    "sqlite_dbpage",
];

/// Tables of the schema `mysql` that hold the same.
const SECRET_MYSQL: &[&str] = &[
    "user",
    "db",
    "global_priv",
    "global_grants",
    "tables_priv",
    "columns_priv",
    "procs_priv",
    "proxies_priv",
    "password_history",
    "default_roles",
    "role_edges",
    "servers",
];

/// Schemas that only the database itself writes.
const CATALOGS: &[&str] = &[
    "pg_catalog",
    "information_schema",
    "mysql",
    "performance_schema",
    "sys",
];

/// Tables in which SQLite keeps its schema.
const SQLITE_SCHEMAS: &[&str] = &[
    "sqlite_master",
    "sqlite_schema",
    "sqlite_temp_master",
    "sqlite_temp_schema",
    "sqlite_sequence",
    "sqlite_stat1",
];

/// A name without quotes, its parts joined by periods, in the case in which the dialect looks it up:
/// names that are not quoted in lower case for PostgreSQL and in upper case for Snowflake, all in
/// lower case where quotes do not matter, as written for BigQuery.
pub(super) fn normal(name: &ObjectName, dialect: Dialect) -> String {
    let mut text = String::new();
    for part in &name.0 {
        if !text.is_empty() {
            text.push('.');
        }
        match part {
            ObjectNamePart::Identifier(ident) => text.push_str(&folded(ident, dialect)),
            ObjectNamePart::Function(function) => text.push_str(&folded(&function.name, dialect)),
        }
    }
    text
}

/// One part of a name; see [`normal`].
pub(super) fn folded(ident: &Ident, dialect: Dialect) -> String {
    match (dialect, ident.quote_style) {
        (Dialect::PostgreSql | Dialect::Snowflake, Some(_)) | (Dialect::BigQuery, _) => {
            ident.value.clone()
        }
        (Dialect::Snowflake, None) => ident.value.to_uppercase(),
        _ => ident.value.to_lowercase(),
    }
}

/// Whether the name is an expression that says its name when it runs: `IDENTIFIER($x)`.
pub(super) fn is_computed(name: &ObjectName) -> bool {
    name.0
        .iter()
        .any(|part| matches!(part, ObjectNamePart::Function(_)))
}

/// What touching a relation means beyond the effect; `name` as [`normal`] writes it.
pub(super) fn hazards(name: &str, writes: bool) -> &'static [Hazard] {
    let name = name.to_ascii_lowercase();
    let mut parts = name.rsplit('.');
    let table = parts.next().unwrap_or_default();
    let schema = parts.find(|part| !part.is_empty()).unwrap_or_default();
    let secret = SECRET.contains(&table) || schema == "mysql" && SECRET_MYSQL.contains(&table);
    let catalog = CATALOGS.contains(&schema)
        || SQLITE_SCHEMAS.contains(&table)
        || table.starts_with("pg_") && schema.is_empty();
    if secret || writes && catalog {
        &[Hazard::PrivilegedCatalog]
    } else if is_file(&name) {
        &[Hazard::FileAccess]
    } else {
        &[]
    }
}

/// Whether a relation is a file or a place, as DuckDB and Spark read them: `'/etc/passwd'`,
/// `s3://bucket/key`.
fn is_file(name: &str) -> bool {
    name.contains('/') && (name.starts_with(['/', '.', '~']) || name.contains("://"))
}
