//! SQLite.

use inspect::sql::Dialect;

use super::check;

#[test]
fn statements_of_sqlite() {
    check(
        Dialect::Sqlite,
        &[
            ("REINDEX t", "admin"),
            ("PRAGMA journal_mode = OFF", "admin !security_disabled"),
            ("PRAGMA journal_mode = WAL", "admin"),
            ("PRAGMA synchronous = 0", "session !security_disabled"),
            ("PRAGMA user_version", "read"),
            ("SELECT * FROM sqlite_master WHERE type = 'table'", "read"),
            ("SELECT name FROM pragma_table_info('t')", "read"),
            ("PRAGMA table_info(t)", "read"),
            ("PRAGMA table_info('users')", "read"),
            ("PRAGMA foreign_keys", "read"),
            ("PRAGMA foreign_keys = ON", "session"),
            ("PRAGMA foreign_keys = OFF", "session !security_disabled"),
            ("PRAGMA writable_schema = 1", "session !security_disabled"),
            ("PRAGMA writable_schema = ON", "session !security_disabled"),
            ("PRAGMA writable_schema(1)", "session !security_disabled"),
            ("PRAGMA journal_mode = DELETE", "admin"),
            ("PRAGMA user_version", "read"),
            ("PRAGMA user_version = 5", "admin"),
            ("PRAGMA integrity_check", "read"),
            ("PRAGMA main.cache_size", "read"),
            ("PRAGMA wal_checkpoint", "admin"),
            ("PRAGMA optimize", "admin"),
            (
                "PRAGMA temp_store_directory = '/tmp'",
                "session !file_access",
            ),
            ("PRAGMA query_only = 0", "session !security_disabled"),
            ("ATTACH DATABASE '/tmp/x.db' AS x", "admin !file_access"),
            ("ATTACH '/var/www/x.php' AS x", "admin !file_access"),
            ("DETACH DATABASE x", "admin !file_access ?does_not_parse"),
            ("VACUUM", "admin"),
            (
                "VACUUM INTO '/tmp/copy.db'",
                "admin copy !file_access ?does_not_parse",
            ),
            (
                "SELECT load_extension('/tmp/x.so')",
                "read admin !untrusted_code",
            ),
            ("SELECT readfile('/etc/passwd')", "read !file_access"),
            ("SELECT writefile('/tmp/x', 'y')", "read copy !file_access"),
            ("SELECT edit('x')", "read copy !file_access"),
            (
                "SELECT fts3_tokenizer('x', 'y')",
                "read admin !untrusted_code",
            ),
            ("CREATE VIRTUAL TABLE f USING fts5(a, b)", "ddl"),
            (
                "CREATE VIRTUAL TABLE f USING csv(filename='x')",
                "read ddl !file_access ?does_not_parse",
            ),
            (
                ".shell rm -rf /",
                "admin !program_execution !meta_command ?does_not_parse",
            ),
            (".dump", "!meta_command ?does_not_parse"),
            (
                "INSERT OR REPLACE INTO t VALUES (1)",
                "insert update delete",
            ),
            ("REPLACE INTO t VALUES (1)", "insert update delete"),
            ("INSERT INTO t DEFAULT VALUES", "insert"),
            ("DELETE FROM t WHERE rowid = rowid", "delete unfiltered"),
            ("DELETE FROM t WHERE name GLOB '*'", "delete unfiltered"),
            ("DELETE FROM t WHERE name GLOB 'a*'", "delete"),
            (
                "UPDATE sqlite_master SET sql = 'x' WHERE name = 't'",
                "update !privileged_catalog",
            ),
            (
                "DELETE FROM sqlite_sequence",
                "delete unfiltered !privileged_catalog",
            ),
            ("SELECT [drop table] FROM [order]", "read"),
            (
                "SELECT strftime('%Y', 'now'), julianday('now'), printf('%d', 1), typeof(1), changes()",
                "read",
            ),
            (
                "SELECT json_extract(a, '$.x'), group_concat(b, ';') FROM t GROUP BY c",
                "read",
            ),
            ("SELECT * FROM t WHERE a MATCH 'drop' ORDER BY rank", "read"),
            ("SELECT a FROM t WHERE b IS NOT 1", "read"),
            ("EXPLAIN QUERY PLAN SELECT * FROM t", "read explain"),
            ("EXPLAIN QUERY PLAN DELETE FROM t", "read explain"),
            ("EXPLAIN SELECT * FROM t", "read explain"),
            ("BEGIN IMMEDIATE", "transaction"),
            ("END", "transaction"),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT",
                "ddl",
            ),
            ("CREATE TEMP TABLE x AS SELECT * FROM t", "read insert ddl"),
            (
                "CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM u; END",
                "delete ddl unfiltered",
            ),
            ("DROP TABLE t", "ddl drop"),
            ("ALTER TABLE t RENAME TO u", "ddl"),
            ("ALTER TABLE t DROP COLUMN a", "ddl drop"),
            ("REINDEX", "admin"),
            ("SELECT randomblob(1000000000)", "read"),
            ("SELECT * FROM t INDEXED BY i WHERE a = 1", "read"),
            ("VALUES (1)", "read"),
            ("SELECT x'41', 1e5, :name, @p, $q, ?1", "read"),
            (
                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 5) SELECT x FROM c",
                "read",
            ),
        ],
    );
}
