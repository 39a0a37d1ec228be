//! Long and deeply nested texts end, on the stack that a worker thread has.

use inspect::sql::{Dialect, TEXT_BYTES_MAX, Unknown, inspect, sniff};

/// Reads a text on a thread with the stack that Rust's standard library gives it.
fn ends(name: &str, text: String) {
    let thread = std::thread::spawn(move || {
        sniff(&text);
        for &dialect in Dialect::ALL {
            inspect(&text, dialect);
        }
    });
    assert!(thread.join().is_ok(), "{name}");
}

/// As many repetitions as fit.
fn full(before: &str, part: &str, after: &str) -> String {
    let room = TEXT_BYTES_MAX - before.len() - after.len();
    format!("{before}{}{after}", part.repeat(room / part.len()))
}

#[test]
fn nesting_ends() {
    for depth in [47, 5_000] {
        for (open, inner, close) in [
            ("(", "1", ")"),
            ("(SELECT ", "1", ")"),
            ("(SELECT * FROM ", "t", ")"),
            ("(SELECT * FROM (", "t", ") x)"),
            ("f(", "1", ")"),
            ("[", "1", "]"),
            ("{'a':", "1", "}"),
            ("(a, ", "1", ")"),
            ("CASE WHEN ", "1", " THEN 1 END"),
            ("NOT ", "1", ""),
            ("- ", "1", ""),
            ("ARRAY<", "INT", ">"),
            ("x IN (", "1", ")"),
            ("EXISTS (SELECT ", "1", ")"),
            ("CAST(", "1", " AS INT)"),
            ("INTERVAL ", "1", " DAY"),
        ] {
            let nested = open.repeat(depth) + inner + &close.repeat(depth);
            for text in [
                format!("SELECT {nested}"),
                format!("SELECT * FROM {nested}"),
                format!("DELETE FROM t WHERE {nested}"),
                format!("CREATE TABLE t (a {nested})"),
                format!("SELECT {}{inner}", open.repeat(depth)),
                nested,
            ] {
                if text.len() <= TEXT_BYTES_MAX {
                    ends(open, text);
                }
            }
        }
    }
}

#[test]
fn chains_end() {
    for (before, part, after) in [
        ("SELECT 1", "+1", ""),
        ("SELECT 1", "::int", ""),
        ("SELECT a", ".a", ""),
        ("SELECT a", "[1]", ""),
        ("SELECT a", " IS NULL", ""),
        ("SELECT 1", " UNION SELECT 1", ""),
        ("SELECT 1,2", " UNION ALL SELECT 1,2", ""),
        ("DELETE FROM t WHERE a=1", " OR a=1", ""),
        ("DELETE FROM t WHERE a=1", " AND (a=1 OR b=2)", ""),
        ("SELECT * FROM a", " JOIN b", ""),
        ("SELECT * FROM a", " JOIN b ON x=y", ""),
        ("SELECT 1", ",1", ""),
        ("SELECT ", "((((1)))),", "1"),
        ("EXPLAIN ", "EXPLAIN ", "SELECT 1"),
        ("", "BEGIN ", ""),
        ("", "IF 1=1 ", ""),
        ("", "SELECT 1;", ""),
        ("", "SELECT ", ""),
        ("", "'", ""),
        ("", "$a", ""),
        ("", "/*", ""),
        ("", "\\", ""),
        ("", "(", ""),
        ("", "\u{2003}", ""),
        ("WITH ", "a AS (SELECT 1),", "b AS (SELECT 1) SELECT 1"),
        ("SELECT CASE ", "WHEN a THEN b ", "END"),
    ] {
        ends(part, full(before, part, after));
        ends(part, format!("{before}{}{after}", part.repeat(900)));
        ends(part, format!("{before}{}{after}", part.repeat(250)));
    }
}

#[test]
fn what_is_too_long_or_too_deep_says_so() {
    let long = format!("SELECT {}1", "1,".repeat(50_000));
    assert_eq!(
        inspect(&long, Dialect::MySql).unknown,
        Some(Unknown::TooLong)
    );
    let deep = format!(
        "DROP TABLE t; SELECT {}1{}",
        "(".repeat(3_000),
        ")".repeat(3_000)
    );
    let facts = inspect(&deep, Dialect::PostgreSql);
    assert_eq!(super::line(&facts), "read ddl drop ?too_deep");
    let terms = format!("SELECT * FROM t WHERE {}a = 2", "a = 1 OR ".repeat(200));
    assert_eq!(inspect(&terms, Dialect::PostgreSql).unknown, None);
}

#[test]
fn text_within_text_ends() {
    let mut text = String::from("DROP TABLE t");
    for level in 0..200 {
        text = format!("EXECUTE IMMEDIATE $a{level}$ {text} $a{level}$");
    }
    let facts = inspect(&text, Dialect::Snowflake);
    assert_eq!(super::line(&facts), "call ?too_deep");
}
