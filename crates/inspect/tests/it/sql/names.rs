//! Names of relations and functions, names of the facts themselves, and what looks like SQL.

use std::collections::BTreeSet;

use inspect::sql::{Dialect, Effect, Hazard, Unknown, inspect, sniff};

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn relations_and_functions_by_name() {
    for (dialect, text, reads, writes, functions) in [
        (
            Dialect::PostgreSql,
            "SELECT * FROM Users u, \"Users\" v",
            "Users users",
            "",
            "",
        ),
        (Dialect::Snowflake, "SELECT * FROM db.t", "DB.T", "", ""),
        (Dialect::BigQuery, "SELECT * FROM `p.D.t`", "p.D.t", "", ""),
        (
            Dialect::SqlServer,
            "SELECT * FROM [dbo].[Users]",
            "dbo.users",
            "",
            "",
        ),
        (
            Dialect::MySql,
            "INSERT INTO `A` SELECT * FROM B",
            "b",
            "a",
            "",
        ),
        (
            Dialect::PostgreSql,
            "WITH c AS (SELECT * FROM t) SELECT * FROM c",
            "t",
            "",
            "",
        ),
        (
            Dialect::PostgreSql,
            "WITH t AS (SELECT * FROM t) SELECT * FROM t",
            "t",
            "",
            "",
        ),
        (
            Dialect::PostgreSql,
            "WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t",
            "",
            "",
            "",
        ),
        (
            Dialect::PostgreSql,
            "WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b",
            "",
            "",
            "",
        ),
        (
            Dialect::PostgreSql,
            "SELECT * FROM (WITH c AS (SELECT 1) SELECT * FROM c) x, c",
            "c",
            "",
            "",
        ),
        (
            Dialect::PostgreSql,
            "DELETE FROM t WHERE id IN (SELECT id FROM t)",
            "t",
            "t",
            "",
        ),
        (
            Dialect::PostgreSql,
            "UPDATE t SET a = 1 FROM u WHERE t.id = u.id",
            "u",
            "t",
            "",
        ),
        (Dialect::PostgreSql, "EXPLAIN DELETE FROM t", "t", "", ""),
        (Dialect::PostgreSql, "DROP TABLE a, s.b", "", "a s.b", ""),
        (
            Dialect::SqlServer,
            "WITH c AS (SELECT * FROM t) DELETE FROM c",
            "t",
            "c t",
            "",
        ),
        (
            Dialect::PostgreSql,
            "SELECT lower(a), My_F(1), pg_sleep(1) FROM t",
            "t",
            "",
            "my_f pg_sleep",
        ),
        (Dialect::PostgreSql, "SELECT * FROM f(1)", "", "", "f"),
    ] {
        let facts = inspect(text, dialect);
        let seen = (
            list(&facts.reads),
            list(&facts.writes),
            list(&facts.functions),
        );
        assert_eq!(
            (seen.0.as_str(), seen.1.as_str(), seen.2.as_str()),
            (reads, writes, functions),
            "{text}"
        );
    }
}

#[test]
fn statements_are_counted() {
    for (text, statements) in [
        ("", 0),
        ("SELECT 1", 1),
        (";SELECT 1;;SELECT ';';", 2),
        ("x; y; z", 3),
    ] {
        assert_eq!(
            inspect(text, Dialect::PostgreSql).statements,
            statements,
            "{text}"
        );
    }
}

#[test]
fn dialects_have_the_names_that_products_use() {
    for (name, dialect) in [
        ("postgres", Dialect::PostgreSql),
        ("MariaDB", Dialect::MySql),
        ("sqlite3", Dialect::Sqlite),
        ("mssql", Dialect::SqlServer),
        ("tsql", Dialect::SqlServer),
    ] {
        assert_eq!(name.parse(), Ok(dialect));
    }
    for &dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(dialect));
    }
    let error = "db2"
        .parse::<Dialect>()
        .expect_err("no dialect")
        .to_string();
    assert!(error.contains("`snowflake`"), "{error}");
}

#[test]
fn each_fact_has_a_name_of_its_own() {
    let names: Vec<&str> = (Effect::ALL.iter().map(|name| name.as_str()))
        .chain(Hazard::ALL.iter().map(|name| name.as_str()))
        .chain(Unknown::ALL.iter().map(|name| name.as_str()))
        .collect();
    let snake = |name: &&str| {
        name.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    assert!(names.iter().all(snake), "{names:?}");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn some_texts_look_like_sql() {
    for text in [
        "SELECT 1",
        "select * from users",
        "select name from users",
        "  -- note\n (SELECT a FROM b)",
        "insert into t values (1)",
        "update t set a = 1",
        "delete from t where id = 1",
        "with x as (select 1) select * from x",
        "drop table users",
        "hello; DROP TABLE users",
        "GRANT ALL ON t TO bob",
        "exec xp_cmdshell 'dir'",
        "PRAGMA table_info(t)",
        "TRUNCATE users",
        "/*!50001 DROP TABLE t */",
    ] {
        assert!(sniff(text), "{text}");
    }
    for text in [
        "",
        "hello world",
        "Select an item from the menu",
        "Update the readme and delete old files",
        "Create a summary of this page",
        "Drop me a line",
        "please call the office",
        "https://example.com/select?from=1",
        "{\"select\": 1}",
        "with kind regards",
        "ls -la | grep select",
        "grant me access",
        "show me the tables",
    ] {
        assert!(!sniff(text), "{text}");
    }
}
