//! The words that a policy may say about SQL. Each enum lists them in `ALL`.

use std::fmt;
use std::str::FromStr;

use crate::names::named;

named! {
    /// Whose SQL a text is.
    pub enum Dialect {
        /// PostgreSQL, and what speaks its language.
        PostgreSql = "postgresql",
        /// MySQL and MariaDB.
        MySql = "mysql",
        /// SQLite.
        Sqlite = "sqlite",
        /// Transact-SQL of SQL Server and Azure SQL.
        SqlServer = "sqlserver",
        /// Snowflake.
        Snowflake = "snowflake",
        /// GoogleSQL of BigQuery.
        BigQuery = "bigquery",
        /// Not known: the union of what the others may say, and suspicion where they disagree.
        Generic = "generic",
    }
}

named! {
    /// What a statement does when it runs.
    pub enum Effect {
        /// Returns rows or names of objects.
        Read = "read",
        /// Adds rows.
        Insert = "insert",
        /// Changes rows, or the state of a sequence.
        Update = "update",
        /// Removes rows.
        Delete = "delete",
        /// Creates, changes or removes objects.
        Ddl = "ddl",
        /// Removes objects with what they hold: DROP, and the DROP parts of ALTER. Always with `ddl`.
        Drop = "drop",
        /// Changes who may do what: GRANT, REVOKE, roles, policies.
        Privilege = "privilege",
        /// Changes this session: SET, USE, PREPARE.
        Session = "session",
        /// Changes or maintains the server: KILL, SHUTDOWN, VACUUM, ALTER SYSTEM.
        Admin = "admin",
        /// Moves rows in bulk in or out: COPY, LOAD DATA, EXPORT DATA.
        Copy = "copy",
        /// Runs a procedure, a block, or a function that is not a known built-in.
        Call = "call",
        /// Takes locks beyond those of the statement: FOR UPDATE, LOCK TABLE.
        Lock = "lock",
        /// Begins or ends a transaction.
        Transaction = "transaction",
        /// Asks for a plan. The statement that is explained runs only under ANALYZE.
        Explain = "explain",
    }
}

named! {
    /// What makes a statement dangerous beyond its effects.
    pub enum Hazard {
        /// Reads or writes files of the database's host, or stages files.
        FileAccess = "file_access",
        /// Runs a program on the database's host.
        ProgramExecution = "program_execution",
        /// Makes the database connect to somewhere else.
        RemoteConnection = "remote_connection",
        /// Ends, signals or reconfigures other sessions or the server.
        BackendControl = "backend_control",
        /// Touches where a database keeps passwords and privileges, or writes its catalog.
        PrivilegedCatalog = "privileged_catalog",
        /// Runs text that is only known when it runs.
        DynamicSql = "dynamic_sql",
        /// Switches off triggers, row security, constraints or logs.
        SecurityDisabled = "security_disabled",
        /// Brings in code that the database does not confine.
        UntrustedCode = "untrusted_code",
        /// Grants everything, to everybody, or the right to grant; takes another role.
        AccessEscalation = "access_escalation",
        /// Removes a database or a schema with everything in it.
        DropDatabase = "drop_database",
        /// Speaks to the client program and not to the server: `\!`, `.shell`, `!!`.
        MetaCommand = "meta_command",
        /// MySQL and MariaDB run what stands in `/*! */`.
        ExecutableComment = "executable_comment",
        /// Makes the server wait or burn time.
        TimeDelay = "time_delay",
    }
}

named! {
    /// Why a text could not be judged in full. The first of several counts.
    pub enum Unknown {
        /// Longer than [`TEXT_BYTES_MAX`](super::TEXT_BYTES_MAX).
        TooLong = "too_long",
        /// Nested or chained more than the walk allows.
        TooDeep = "too_deep",
        /// Readings that databases may have disagree where a statement ends.
        Ambiguous = "ambiguous",
        /// Not a statement of this dialect that the parser knows.
        DoesNotParse = "does_not_parse",
        /// Holds a construct that nobody has judged.
        UnlistedNode = "unlisted_node",
        /// Calls a function that nobody has judged.
        UnlistedFunction = "unlisted_function",
        /// No statement at all.
        Empty = "empty",
    }
}

/// A dialect's name is none of those that [`Dialect`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown SQL dialect: use one of")?;
        for dialect in Dialect::ALL {
            write!(f, " `{dialect}`")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownDialect {}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// The names of [`Dialect::as_str`] and what products and drivers call them, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "pg" | "pgsql" | "cockroachdb" | "timescaledb"
            | "alloydb" => Self::PostgreSql,
            "mysql" | "mariadb" | "aurora-mysql" | "tidb" | "percona" => Self::MySql,
            "sqlite" | "sqlite3" | "libsql" | "turso" => Self::Sqlite,
            "sqlserver" | "sql-server" | "mssql" | "tsql" | "t-sql" | "azuresql" => Self::SqlServer,
            "snowflake" => Self::Snowflake,
            "bigquery" | "googlesql" => Self::BigQuery,
            "generic" | "sql" | "ansi" => Self::Generic,
            _ => return Err(UnknownDialect),
        })
    }
}
