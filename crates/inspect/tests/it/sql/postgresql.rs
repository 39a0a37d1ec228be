//! PostgreSQL.

use inspect::sql::Dialect;

use super::check;

#[test]
fn plain_reads() {
    check(
        Dialect::PostgreSql,
        &[
            ("TABLE ONLY a.b ORDER BY 1", "read"),
            ("TABLE pg_shadow", "read !privileged_catalog"),
            (
                "SELECT xmlelement(name foo, xmlattributes('x' AS bar), body)",
                "read",
            ),
            ("SELECT xmlforest(a, b AS c) FROM t", "read"),
            (
                "SELECT xmlelement(name foo, pg_read_file('x'))",
                "read !file_access",
            ),
            ("SELECT a FROM t WHERE b BETWEEN SYMMETRIC 2 AND 1", "read"),
            (
                "SELECT a ->> 'x', a::text FROM t WHERE b BETWEEN SYMMETRIC 2 AND $1",
                "read",
            ),
            ("SELECT 1", "read"),
            ("SELECT id, name FROM users WHERE id = 7", "read"),
            ("SELECT 'DROP TABLE x'", "read"),
            ("SELECT 'it''s; DROP TABLE x; --' AS note", "read"),
            ("SELECT 1 -- DROP TABLE users", "read"),
            ("SELECT 1 /* DELETE FROM users */", "read"),
            (
                "SELECT /* a /* nested */ comment; DROP TABLE x */ 1",
                "read",
            ),
            (
                "SELECT drop_date, delete_flag, \"delete\", \"update\" FROM audit_log",
                "read",
            ),
            ("SELECT \"drop table\" FROM t", "read"),
            ("SELECT $$DELETE FROM users; DROP TABLE users$$", "read"),
            ("SELECT $tag$ ' ; $$ ; $tag$, 1", "read"),
            ("SELECT E'a\\'b; DROP TABLE x'", "read"),
            (
                "SELECT count(*) FROM deleted_items WHERE deleted_at IS NOT NULL",
                "read",
            ),
            (
                "WITH recent AS (SELECT * FROM orders WHERE at > now() - interval '7 days') SELECT * FROM recent",
                "read",
            ),
            (
                "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM t WHERE n < 100) SELECT sum(n) FROM t",
                "read",
            ),
            (
                "WITH users AS (SELECT * FROM users) SELECT * FROM users",
                "read",
            ),
            (
                "SELECT u.name, count(o.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY 1 HAVING count(o.id) > 3 ORDER BY 2 DESC LIMIT 10 OFFSET 5",
                "read",
            ),
            (
                "SELECT * FROM a UNION ALL SELECT * FROM b EXCEPT SELECT * FROM c",
                "read",
            ),
            ("VALUES (1, 'a'), (2, 'b')", "read"),
            ("TABLE users", "read"),
            (
                "SELECT row_number() OVER (PARTITION BY dept ORDER BY salary DESC) FROM emp",
                "read",
            ),
            ("SELECT * FROM generate_series(1, 10) AS g(i)", "read"),
            (
                "SELECT data->>'name', data#>'{a,b}', data @> '{\"a\":1}' FROM docs",
                "read",
            ),
            (
                "SELECT CASE WHEN a > 1 THEN 'drop' ELSE 'delete' END FROM t",
                "read",
            ),
            (
                "SELECT array_agg(DISTINCT x ORDER BY x) FILTER (WHERE x > 0) FROM t",
                "read",
            ),
            (
                "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM payments",
                "read",
            ),
            (
                "SELECT a::text, b::numeric(10,2), cast(c AS date) FROM t",
                "read",
            ),
            (
                "SELECT * FROM t WHERE name ILIKE '%drop%' OR name ~ '^delete'",
                "read",
            ),
            (
                "SELECT * FROM t WHERE 1=1 AND id IN (SELECT id FROM u WHERE x = 3)",
                "read",
            ),
            (
                "SELECT * FROM pg_catalog.pg_tables WHERE schemaname = 'public'",
                "read",
            ),
            ("SELECT table_name FROM information_schema.tables", "read"),
            ("SELECT current_user, current_database(), version()", "read"),
            (
                "SELECT pg_size_pretty(pg_database_size(current_database()))",
                "read",
            ),
            ("SELECT * FROM pg_stat_activity", "read"),
            ("EXPLAIN SELECT * FROM users", "read explain"),
            ("EXPLAIN DELETE FROM users", "read explain"),
            (
                "EXPLAIN (ANALYZE false, FORMAT json) DELETE FROM users",
                "read explain",
            ),
            ("EXPLAIN ANALYZE SELECT * FROM users", "read explain"),
            ("SHOW search_path", "read"),
            ("SHOW ALL", "read"),
            ("SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b", "read"),
            ("SELECT * FROM t TABLESAMPLE SYSTEM (10)", "read"),
            (
                "SELECT x FROM t, LATERAL (SELECT y FROM u WHERE u.id = t.id) s",
                "read",
            ),
            (
                "SELECT date_trunc('month', created_at) AS m, sum(total) FROM orders GROUP BY m",
                "read",
            ),
            ("SELECT extract(epoch FROM now())", "read"),
            (
                "SELECT coalesce(nullif(trim(name), ''), 'unknown') FROM t",
                "read",
            ),
            (
                "SELECT * FROM \"Order Details\" WHERE \"Unit;Price\" > 3",
                "read",
            ),
            ("SELECT 'a' || 'DELETE FROM ' || 'x'", "read"),
            ("SELECT * FROM users WHERE bio = '/*! not mysql */'", "read"),
            ("SELECT 1 /*! plain comment here */", "read"),
            ("SELECT Straße FROM Städte", "read"),
            ("SELECT '全角 ＳＥＬＥＣＴ'", "read"),
            ("SELECT 'C:\\temp\new'", "read"),
            ("SELECT truncate FROM t", "read"),
            ("SELECT t.update, t.insert, t.grant FROM log t", "read"),
            (
                "SELECT (SELECT max(x) FROM u) AS m, ARRAY[1,2,3], ROW(1,2)",
                "read",
            ),
            ("SELECT jsonb_path_query(doc, '$.items[*]') FROM t", "read"),
            (
                "SELECT to_tsvector('english', body) @@ plainto_tsquery('drop table') FROM posts",
                "read",
            ),
            (
                "SELECT a FROM t WHERE b BETWEEN 1 AND 5 AND c IS DISTINCT FROM d",
                "read",
            ),
            ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", "read"),
            ("SELECT * FROM pg_catalog.pg_indexes;", "read"),
            (";;SELECT 1;;", "read"),
        ],
    );
}

#[test]
fn rows_that_change() {
    check(
        Dialect::PostgreSql,
        &[
            ("DELETE FROM t WHERE id > 0", "delete unfiltered"),
            ("DELETE FROM t WHERE 0 < t.id", "delete unfiltered"),
            ("DELETE FROM t WHERE id >= 1", "delete unfiltered"),
            ("DELETE FROM t WHERE id > 1000", "delete"),
            ("DELETE FROM t WHERE id <> -1", "delete unfiltered"),
            ("DELETE FROM t WHERE id <> 5", "delete"),
            ("DELETE FROM t WHERE a > 0", "delete"),
            (
                "DELETE FROM t WHERE id BETWEEN 0 AND 9223372036854775807",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE id BETWEEN 0 AND 100", "delete"),
            ("DELETE FROM t WHERE length(name) >= 0", "delete unfiltered"),
            ("DELETE FROM t WHERE length(name) > 0", "delete"),
            ("DELETE FROM t WHERE a IS NOT NULL", "delete unfiltered"),
            ("DELETE FROM t WHERE a IS NULL", "delete"),
            ("DELETE FROM t WHERE a IS NOT NULL AND b = 1", "delete"),
            ("NOTIFY jobs, 'x'", "call"),
            ("INSERT INTO t (a) VALUES (1)", "insert"),
            ("INSERT INTO t SELECT * FROM u", "read insert"),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
                "insert update",
            ),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING RETURNING id",
                "insert",
            ),
            ("UPDATE t SET a = 1 WHERE id = 3", "update"),
            ("UPDATE t SET a = 1", "update unfiltered"),
            ("UPDATE t SET a = 1 WHERE id = $1", "update"),
            ("UPDATE t SET a = u.a FROM u WHERE u.id = t.id", "update"),
            ("DELETE FROM t WHERE id = 3", "delete"),
            ("DELETE FROM t", "delete unfiltered"),
            ("DELETE/**/FROM t", "delete unfiltered"),
            ("DELETE FROM t USING u WHERE t.id = u.id", "delete"),
            ("DELETE FROM t WHERE 1=1", "delete unfiltered"),
            ("DELETE FROM t WHERE 1 = 2 - 1", "delete unfiltered"),
            ("DELETE FROM t WHERE true", "delete unfiltered"),
            ("DELETE FROM t WHERE NOT false", "delete unfiltered"),
            ("DELETE FROM t WHERE NOT (1=2)", "delete unfiltered"),
            ("DELETE FROM t WHERE id = id", "delete unfiltered"),
            ("DELETE FROM t WHERE id = t.ID", "delete unfiltered"),
            ("DELETE FROM t WHERE id + 0 = id", "delete unfiltered"),
            ("DELETE FROM t WHERE id = 4 OR true", "delete unfiltered"),
            ("DELETE FROM t WHERE id = 4 OR 1=1", "delete unfiltered"),
            (
                "DELETE FROM t WHERE (id = 4 OR ('a' = 'a'))",
                "delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE id IS NULL OR id IS NOT NULL",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE id > 5 OR id <= 5", "delete unfiltered"),
            ("DELETE FROM t WHERE id < 5 OR id > 3", "delete unfiltered"),
            ("DELETE FROM t WHERE id = 5 OR id <> 5", "delete unfiltered"),
            (
                "DELETE FROM t WHERE id = 5 OR NOT (id = 5)",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE name LIKE '%'", "delete unfiltered"),
            (
                "DELETE FROM t WHERE name LIKE '%%' AND 1=1",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE name ~ '.*'", "delete unfiltered"),
            (
                "DELETE FROM t WHERE EXISTS (SELECT 1)",
                "read delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE EXISTS (SELECT id FROM u)",
                "read delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE id IN (SELECT id FROM t)",
                "read delete unfiltered",
            ),
            ("DELETE FROM t WHERE id IN (id)", "delete unfiltered"),
            ("DELETE FROM t WHERE 'x' IN ('x', 'y')", "delete unfiltered"),
            (
                "DELETE FROM t WHERE id BETWEEN id AND id",
                "delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE now() > '2000-01-01'",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE random() < 2", "delete unfiltered"),
            (
                "DELETE FROM t WHERE (SELECT 1) = 1",
                "read delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE CASE WHEN id = 1 THEN true ELSE true END",
                "delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE id IS NOT DISTINCT FROM id",
                "delete unfiltered",
            ),
            (
                "DELETE FROM t WHERE (id = 1) IS NOT FALSE OR (id = 1) IS FALSE",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE $1 = $1", "delete unfiltered"),
            (
                "DELETE FROM t WHERE 'abc' || 'd' = 'abcd'",
                "delete unfiltered",
            ),
            ("DELETE FROM t WHERE id = 3 AND 1=1", "delete"),
            ("DELETE FROM t WHERE 1=2", "delete"),
            ("DELETE FROM t WHERE false OR id = 3", "delete"),
            ("DELETE FROM t WHERE name LIKE 'a%'", "delete"),
            (
                "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)",
                "read delete",
            ),
            (
                "DELETE FROM t WHERE id IN (SELECT id FROM u WHERE x = 1)",
                "read delete",
            ),
            ("DELETE FROM t WHERE id > 5 OR id < 3", "delete"),
            ("DELETE FROM t WHERE id = 1 OR id = 2", "delete"),
            ("DELETE FROM t WHERE name IS NULL", "delete"),
            (
                "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone",
                "read delete unfiltered",
            ),
            (
                "WITH gone AS (DELETE FROM t WHERE id = 1 RETURNING *) INSERT INTO archive SELECT * FROM gone",
                "read insert delete",
            ),
            (
                "WITH x AS (SELECT 1) UPDATE t SET a = 1",
                "read update unfiltered",
            ),
            (
                "SELECT * FROM (WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d) q",
                "read delete unfiltered",
            ),
            (
                "EXPLAIN ANALYZE DELETE FROM users",
                "read delete explain unfiltered",
            ),
            (
                "EXPLAIN (ANALYZE) UPDATE users SET a = 1 WHERE id = 1",
                "read update explain",
            ),
            (
                "EXPLAIN (ANALYZE true, BUFFERS) INSERT INTO t VALUES (1)",
                "read insert explain",
            ),
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
                "insert update",
            ),
            (
                "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
                "delete unfiltered",
            ),
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE",
                "delete unfiltered",
            ),
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.gone THEN DELETE",
                "delete",
            ),
            ("TRUNCATE t", "delete unfiltered"),
            (
                "TRUNCATE TABLE a, b RESTART IDENTITY CASCADE",
                "delete unfiltered",
            ),
            ("SELECT * INTO backup FROM users", "read insert ddl"),
            (
                "CREATE TABLE backup AS SELECT * FROM users",
                "read insert ddl",
            ),
            ("SELECT * FROM t WHERE id = 1 FOR UPDATE", "read lock"),
            ("SELECT * FROM t FOR SHARE SKIP LOCKED", "read lock"),
            ("LOCK TABLE t IN ACCESS EXCLUSIVE MODE", "lock"),
            ("SELECT nextval('s')", "read update"),
            ("SELECT setval('s', 1)", "read update"),
            ("BEGIN", "transaction"),
            ("COMMIT", "transaction"),
            ("ROLLBACK TO SAVEPOINT a", "transaction"),
            (
                "BEGIN; DELETE FROM t; COMMIT",
                "delete transaction unfiltered",
            ),
            ("SELECT 1; DROP TABLE users", "read ddl drop"),
            (
                "SELECT 1 END; DROP TABLE users",
                "read ddl drop ?does_not_parse",
            ),
        ],
    );
}

#[test]
fn objects() {
    check(
        Dialect::PostgreSql,
        &[
            (
                "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL DEFAULT 'x')",
                "ddl",
            ),
            ("CREATE INDEX CONCURRENTLY i ON t (a)", "ddl"),
            ("CREATE VIEW v AS SELECT * FROM t", "read ddl"),
            ("CREATE MATERIALIZED VIEW v AS SELECT * FROM t", "read ddl"),
            ("REFRESH MATERIALIZED VIEW v", "ddl"),
            ("ALTER TABLE t ADD COLUMN a int", "ddl"),
            ("ALTER TABLE t DROP COLUMN a", "ddl drop"),
            (
                "ALTER TABLE t DISABLE TRIGGER ALL",
                "ddl !security_disabled",
            ),
            (
                "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
                "ddl !security_disabled",
            ),
            (
                "ALTER TABLE t DROP CONSTRAINT fk",
                "ddl drop !security_disabled",
            ),
            ("ALTER TABLE t OWNER TO bob", "ddl privilege"),
            ("DROP TABLE t", "ddl drop"),
            ("DROP TABLE IF EXISTS a, b CASCADE", "ddl drop"),
            ("DROP DATABASE prod", "ddl drop !drop_database"),
            ("DROP SCHEMA public CASCADE", "ddl drop !drop_database"),
            (
                "DROP OWNED BY app",
                "ddl drop !drop_database ?does_not_parse",
            ),
            ("DROP FUNCTION f(int)", "ddl drop"),
            ("DROP TRIGGER tr ON t", "ddl drop !security_disabled"),
            (
                "DROP POLICY p ON t",
                "ddl drop privilege !security_disabled",
            ),
            ("DROP ROLE r", "ddl drop privilege"),
            ("CREATE EXTENSION dblink", "ddl !untrusted_code"),
            (
                "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql",
                "ddl",
            ),
            (
                "CREATE FUNCTION f() RETURNS int AS 'libc.so.6', 'system' LANGUAGE C STRICT",
                "ddl !untrusted_code",
            ),
            (
                "CREATE FUNCTION f() RETURNS text AS $$ import os $$ LANGUAGE plpython3u",
                "ddl !untrusted_code",
            ),
            (
                "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
                "ddl",
            ),
            ("COMMENT ON TABLE t IS 'drop me'", "ddl"),
            (
                "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'evil')",
                "ddl !remote_connection",
            ),
            ("CREATE SEQUENCE s", "ddl"),
            ("CREATE SCHEMA s", "ddl"),
            ("CREATE TYPE mood AS ENUM ('a', 'b')", "ddl"),
        ],
    );
}

#[test]
fn privileges() {
    check(
        Dialect::PostgreSql,
        &[
            ("GRANT SELECT ON t TO bob", "privilege"),
            (
                "GRANT ALL PRIVILEGES ON DATABASE d TO bob",
                "privilege !access_escalation",
            ),
            ("GRANT ALL ON t TO bob", "privilege !access_escalation"),
            (
                "GRANT SELECT ON t TO PUBLIC",
                "privilege !access_escalation",
            ),
            (
                "GRANT SELECT ON t TO bob WITH GRANT OPTION",
                "privilege !access_escalation",
            ),
            ("GRANT admin TO bob", "privilege !access_escalation"),
            ("REVOKE SELECT ON t FROM bob", "privilege"),
            ("ALTER ROLE bob SUPERUSER", "privilege !access_escalation"),
            (
                "ALTER ROLE bob WITH PASSWORD 'x'",
                "privilege !access_escalation",
            ),
            (
                "ALTER USER bob WITH SUPERUSER",
                "privilege !access_escalation",
            ),
            (
                "CREATE ROLE r LOGIN SUPERUSER",
                "ddl privilege !access_escalation",
            ),
            ("CREATE ROLE r LOGIN", "ddl privilege"),
            (
                "CREATE USER bob PASSWORD 'x'",
                "ddl privilege !access_escalation ?does_not_parse",
            ),
            (
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO bob",
                "privilege",
            ),
            ("CREATE POLICY p ON t USING (true)", "ddl privilege"),
            ("REASSIGN OWNED BY a TO b", "privilege ?does_not_parse"),
            ("SECURITY LABEL ON TABLE t IS 'x'", "?does_not_parse"),
        ],
    );
}

#[test]
fn settings_of_a_session() {
    check(
        Dialect::PostgreSql,
        &[
            ("SET search_path TO public", "session"),
            ("SET ROLE postgres", "privilege session !access_escalation"),
            (
                "SET SESSION AUTHORIZATION postgres",
                "privilege session !access_escalation",
            ),
            ("RESET SESSION AUTHORIZATION", "session !access_escalation"),
            (
                "SET session_replication_role = replica",
                "session !security_disabled",
            ),
            ("SET row_security = off", "session !security_disabled"),
            ("SET statement_timeout = 0", "session"),
            (
                "SELECT set_config('session_replication_role', 'replica', false)",
                "read session !security_disabled",
            ),
            ("SET LOCAL TIME ZONE 'UTC'", "read"),
            ("SET LOCAL statement_timeout = '5s'", "read"),
            ("SET statement_timeout = '5s'", "session"),
            ("SET LOCAL search_path = evil", "session"),
            ("SET LOCAL row_security = off", "session !security_disabled"),
            ("FETCH ALL FROM c", "read ?unlisted_node"),
            ("\\dt+ public.*", "read"),
            ("\\d users\n\\l", "read"),
            ("DISCARD ALL", "session"),
            ("LISTEN c", "session"),
            ("PREPARE p AS DELETE FROM t", "delete session unfiltered"),
            (
                "PREPARE p (int) AS SELECT * FROM t WHERE id = $1",
                "read session",
            ),
            ("EXECUTE p(1)", "call !dynamic_sql ?unlisted_node"),
            ("DEALLOCATE p", "session"),
            ("DECLARE c CURSOR FOR SELECT * FROM t", "read session"),
        ],
    );
}

#[test]
fn files_programs_and_the_server() {
    check(
        Dialect::PostgreSql,
        &[
            (
                "ALTER SYSTEM SET archive_command = 'rm -rf /'",
                "ddl admin !backend_control ?does_not_parse",
            ),
            ("VACUUM FULL t", "admin"),
            ("VACUUM", "admin"),
            ("ANALYZE t", "admin"),
            ("REINDEX DATABASE prod", "admin"),
            ("CLUSTER t", "admin ?does_not_parse"),
            ("CHECKPOINT", "admin !backend_control ?does_not_parse"),
            ("LOAD 'evil.so'", "admin !untrusted_code"),
            (
                "DO $$ BEGIN DELETE FROM users; END $$",
                "delete call transaction unfiltered !dynamic_sql ?does_not_parse",
            ),
            (
                "DO LANGUAGE plpgsql $$ BEGIN EXECUTE 'drop table x'; END $$",
                "call transaction !dynamic_sql ?does_not_parse",
            ),
            ("CALL f(1)", "call ?unlisted_function"),
            ("COPY t TO STDOUT", "read copy"),
            ("COPY (SELECT * FROM t) TO STDOUT WITH CSV", "read copy"),
            ("COPY t TO '/tmp/x'", "read copy !file_access"),
            ("COPY t FROM '/etc/passwd'", "insert copy !file_access"),
            ("COPY t FROM PROGRAM 'id'", "insert copy !program_execution"),
            (
                "COPY (SELECT 1) TO PROGRAM 'curl evil'",
                "read copy !program_execution",
            ),
            (
                "SELECT pg_terminate_backend(123)",
                "read admin !backend_control",
            ),
            (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
                "read admin !backend_control",
            ),
            (
                "SELECT pg_catalog.pg_reload_conf()",
                "read admin !backend_control",
            ),
            (
                "SELECT \"pg_terminate_backend\"(1)",
                "read admin !backend_control",
            ),
            ("SELECT PG_READ_FILE('/etc/passwd')", "read !file_access"),
            ("SELECT pg_ls_dir('.')", "read !file_access"),
            (
                "SELECT lo_import('/etc/passwd')",
                "read update !file_access",
            ),
            ("SELECT lo_export(1, '/tmp/x')", "read update !file_access"),
            (
                "SELECT * FROM dblink('host=evil', 'select 1') AS t(a int)",
                "read call !remote_connection !dynamic_sql",
            ),
            (
                "SELECT dblink_connect('host=evil')",
                "read call !remote_connection !dynamic_sql",
            ),
            ("SELECT pg_sleep(10)", "read !time_delay"),
            (
                "SELECT 1 FROM t WHERE id = 1 AND pg_sleep(5) IS NULL",
                "read !time_delay",
            ),
            (
                "SELECT query_to_xml('delete from t', true, false, '')",
                "read call !dynamic_sql",
            ),
            ("SELECT my_function(1)", "read call ?unlisted_function"),
            (
                "SELECT * FROM my_table_function(1)",
                "read call ?unlisted_function",
            ),
            ("SELECT public.lower('x')", "read call ?unlisted_function"),
            ("SELECT pg_advisory_lock(1)", "read lock"),
            (
                "SELECT pg_drop_replication_slot('s')",
                "read admin !backend_control",
            ),
            ("SELECT * FROM pg_shadow", "read !privileged_catalog"),
            (
                "SELECT rolpassword FROM pg_catalog.pg_authid",
                "read !privileged_catalog",
            ),
            ("SELECT * FROM pg_user_mappings", "read !privileged_catalog"),
            (
                "UPDATE pg_catalog.pg_class SET relname = 'x' WHERE oid = 1",
                "update !privileged_catalog",
            ),
            (
                "DELETE FROM pg_proc WHERE oid = 1",
                "delete !privileged_catalog",
            ),
            (
                "\\! rm -rf /",
                "copy !file_access !meta_command ?does_not_parse",
            ),
            (
                "SELECT 1; \\copy t to program 'x'",
                "read copy !program_execution !meta_command ?does_not_parse",
            ),
            ("\\w out.sql", "!meta_command ?does_not_parse"),
            ("\\dt `id`", "!meta_command ?does_not_parse"),
            ("\\d users \\! id", "!meta_command ?does_not_parse"),
        ],
    );
}

#[test]
fn what_hides() {
    check(
        Dialect::PostgreSql,
        &[
            (
                "SELECT\u{a0}1\u{a0}FROM users",
                "read obscured ?does_not_parse",
            ),
            ("SELECT 'café\u{a0}x' FROM t -- no\u{a0}break", "read"),
            ("SELECT 1 -- \u{202e} evil", "read obscured"),
            ("ＤＲＯＰ TABLE users", "obscured ?does_not_parse"),
            (
                "DROP\u{200b}TABLE users",
                "ddl drop obscured ?does_not_parse",
            ),
            (
                "SELECT 1\0; DROP TABLE x",
                "read ddl drop obscured ?does_not_parse",
            ),
            ("SELECT s\u{435}lect FROM t", "read obscured"),
            (
                "SELECT 'a\\'; DROP TABLE users; --'",
                "read ddl drop obscured ?ambiguous",
            ),
            ("SELEC * FORM t", "?does_not_parse"),
            ("not sql at all", "?does_not_parse"),
            ("", "?empty"),
            ("   -- nothing", "?empty"),
            ("SELECT * FROM t WHERE (a = 1", "read ?does_not_parse"),
            ("SELECT 'unclosed", "read ?does_not_parse"),
        ],
    );
}
