//! Functions by name: those that only compute, those that are known to do more, and all others.

mod pure;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::{Dialect, Effect, Hazard};

/// What is known of a function.
pub(super) enum Judged {
    /// Computes from its arguments and what it may read anyway.
    Pure,
    /// Does more.
    Known(&'static [Effect], &'static [Hazard]),
    /// Nobody has judged it.
    Unlisted,
}

/// Judges a function by its name in lower case. A schema in front makes a pure name unlisted, and
/// leaves a dangerous one what it is.
pub(super) fn judge(name: &str, dialect: Dialect) -> Judged {
    let plain = name.strip_prefix("pg_catalog.").unwrap_or(name);
    if PURE.contains(plain) || plain.rsplit_once('.').is_some_and(|of| method(of, dialect)) {
        return Judged::Pure;
    }
    let last = plain.rsplit('.').next().unwrap_or_default();
    for name in [plain, last] {
        if let Some((effects, hazards)) = known(name) {
            return Judged::Known(effects, hazards);
        }
    }
    Judged::Unlisted
}

/// What a name is known to do that not everybody may do.
pub(super) fn known(name: &str) -> Option<Does> {
    let found = KNOWN.get(name).copied();
    found.or_else(|| {
        let (_, effects, hazards) = PREFIXES
            .iter()
            .find(|(prefix, _, _)| name.starts_with(prefix))?;
        Some((*effects, *hazards))
    })
}

/// Methods of columns of XML, and BigQuery's `SAFE.` in front of a function.
fn method((before, name): (&str, &str), dialect: Dialect) -> bool {
    match dialect {
        Dialect::SqlServer => matches!(name, "value" | "nodes" | "exist" | "query"),
        Dialect::BigQuery => before == "safe" && PURE.contains(name),
        _ => false,
    }
}

static PURE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| pure::NAMES.split_ascii_whitespace().collect());

/// Effects and hazards of one name.
type Does = (&'static [Effect], &'static [Hazard]);

static KNOWN: LazyLock<HashMap<&str, Does>> = LazyLock::new(|| {
    let words = |&(names, effects, hazards): &Row| {
        let names = names.split_ascii_whitespace();
        names.map(move |name| (name, (effects, hazards)))
    };
    TABLE.iter().flat_map(words).collect()
});

type Row = (&'static str, &'static [Effect], &'static [Hazard]);

/// Families of functions that share the beginning of their names.
const PREFIXES: &[Row] = &[
    (
        "dblink",
        &[Effect::Call],
        &[Hazard::RemoteConnection, Hazard::DynamicSql],
    ),
    ("lo_", &[Effect::Update], &[Hazard::FileAccess]),
    ("pg_ls_", &[Effect::Read], &[Hazard::FileAccess]),
    ("pg_read_", &[Effect::Read], &[Hazard::FileAccess]),
    ("pg_file_", &[Effect::Admin], &[Hazard::FileAccess]),
    ("pg_sleep", &[], &[Hazard::TimeDelay]),
    ("pg_advisory_", &[Effect::Lock], &[]),
    ("pg_try_advisory_", &[Effect::Lock], &[]),
    (
        "pg_replication_",
        &[Effect::Admin],
        &[Hazard::BackendControl],
    ),
    ("pg_logical_", &[Effect::Admin], &[Hazard::BackendControl]),
    ("xp_", &[Effect::Admin], &[Hazard::ProgramExecution]),
    ("sp_oa", &[Effect::Admin], &[Hazard::ProgramExecution]),
    (
        "sp_addlinkedsrv",
        &[Effect::Admin],
        &[Hazard::RemoteConnection],
    ),
    ("utl_http", &[Effect::Call], &[Hazard::RemoteConnection]),
    ("utl_tcp", &[Effect::Call], &[Hazard::RemoteConnection]),
    ("utl_smtp", &[Effect::Call], &[Hazard::RemoteConnection]),
    ("utl_inaddr", &[Effect::Call], &[Hazard::RemoteConnection]),
    ("utl_file", &[Effect::Call], &[Hazard::FileAccess]),
    (
        "dbms_scheduler",
        &[Effect::Admin],
        &[Hazard::ProgramExecution],
    ),
    ("dbms_java", &[Effect::Admin], &[Hazard::ProgramExecution]),
    ("dbms_sql", &[Effect::Call], &[Hazard::DynamicSql]),
    ("dbms_lock", &[], &[Hazard::TimeDelay]),
    ("read_", &[Effect::Read], &[Hazard::FileAccess]),
    ("http_", &[Effect::Call], &[Hazard::RemoteConnection]),
];

/// Functions and procedures that do more than compute.
const TABLE: &[Row] = &[
    (
        "load_file readfile read_csv read_csv_auto read_parquet parquet_scan read_json read_text \
         read_blob glob bfilename pg_stat_file pg_current_logfile loread sqlite_dbpage \
         fsdir zipfile csv file xp_dirtree xp_fileexist xp_subdirs xp_readerrorlog \
         pg_stat_get_wal_receiver fn_get_audit_file fn_xe_file_target_read_file fn_trace_gettable",
        &[Effect::Read],
        &[Hazard::FileAccess],
    ),
    (
        "writefile edit lowrite pg_export_snapshot",
        &[Effect::Copy],
        &[Hazard::FileAccess],
    ),
    (
        "sys_exec sys_eval sys_set sys_get sys_bineval executable exec_shell shell eval \
         xp_cmdshell sp_start_job sp_add_job sp_add_jobstep sp_execute_external_script",
        &[Effect::Admin],
        &[Hazard::ProgramExecution],
    ),
    (
        "openrowset opendatasource openquery",
        &[Effect::Read],
        &[Hazard::RemoteConnection, Hazard::FileAccess],
    ),
    (
        "url s3 s3cluster gcs hdfs azureblobstorage remote remotesecure mysql postgresql mongodb \
         postgres_scan mysql_scan sqlite_scan external_query httpuritype pg_net.http_get \
         net.http_post aws_s3.query_export_to_s3 aws_s3.table_import_from_s3 \
         aws_lambda.invoke invoke_lambda lambda_async lambda_sync",
        &[Effect::Call],
        &[Hazard::RemoteConnection],
    ),
    (
        "sp_addlinkedserver sp_addlinkedsrvlogin sp_serveroption sp_dropserver \
         sp_invoke_external_rest_endpoint sp_send_dbmail",
        &[Effect::Admin],
        &[Hazard::RemoteConnection],
    ),
    (
        "pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_switch_wal \
         pg_promote pg_wal_replay_pause pg_wal_replay_resume pg_create_restore_point \
         pg_drop_replication_slot pg_create_physical_replication_slot \
         pg_create_logical_replication_slot pg_copy_physical_replication_slot \
         pg_copy_logical_replication_slot pg_start_backup pg_stop_backup pg_backup_start \
         pg_backup_stop pg_stat_reset pg_stat_reset_shared pg_stat_statements_reset \
         pg_log_backend_memory_contexts system$cancel_query system$cancel_all_queries \
         system$abort_session system$abort_transaction sp_configure sp_detach_db sp_attach_db \
         sp_dboption sp_renamedb kill_query kill_session",
        &[Effect::Admin],
        &[Hazard::BackendControl],
    ),
    (
        "set_config set_curcfg sp_setapprole",
        &[Effect::Session],
        &[Hazard::SecurityDisabled],
    ),
    ("setval nextval sequence_nextval", &[Effect::Update], &[]),
    (
        "get_lock release_lock release_all_locks sp_getapplock sp_releaseapplock",
        &[Effect::Lock],
        &[],
    ),
    ("pg_notify sp_addmessage", &[Effect::Session], &[]),
    (
        "query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml \
         cursor_to_xmlschema table_to_xml schema_to_xml database_to_xml table_to_xml_and_xmlschema \
         schema_to_xml_and_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite crosstab \
         connectby xmltable_exec sp_executesql sp_execute sp_prepare sp_prepexec sp_cursoropen \
         sp_msforeachdb sp_msforeachtable execute_immediate query_exec cron.schedule",
        &[Effect::Call],
        &[Hazard::DynamicSql],
    ),
    (
        "sleep benchmark system$wait waitfor sleepeachrow",
        &[],
        &[Hazard::TimeDelay],
    ),
    (
        "load_extension fts3_tokenizer sp_addextendedproc install_extension \
         install_component",
        &[Effect::Admin],
        &[Hazard::UntrustedCode],
    ),
    (
        "sp_addrolemember sp_addsrvrolemember sp_addlogin sp_grantlogin sp_adduser sp_password \
         sp_grantdbaccess sp_changedbowner sp_droplogin sp_dropuser sp_droprolemember",
        &[Effect::Privilege],
        &[Hazard::AccessEscalation],
    ),
    (
        "sp_rename sp_dropextendedproc sp_addtype sp_droptype sp_updatestats sp_recompile \
         sp_indexoption sp_tableoption",
        &[Effect::Ddl],
        &[],
    ),
    (
        "session_replication_role sp_dropdevice sp_delete_backuphistory sp_cycle_errorlog",
        &[Effect::Admin],
        &[Hazard::SecurityDisabled],
    ),
];
