//! What each kind of statement does. Kinds that are not listed are not known.

use sqlparser::ast::{
    CopyIntoSnowflakeKind, CopySource, CopyTarget, Delete, Expr, FromTable, Insert, Merge,
    MergeAction, MergeClause, MergeClauseKind, ObjectName, OnConflictAction, OnInsert,
    OutputClause, Reset, SelectInto, SetExpr, Statement, TableFactor, TableObject, TableWithJoins,
    Update, Use, UtilityOption,
};

use super::walk::Walk;
use super::{Dialect, Effect, Hazard, dynamic, fold, objects, pragma, relations, settings};

pub(super) fn visit(walk: &mut Walk<'_>, statement: &Statement) {
    match statement {
        Statement::Query(query) => {
            if let SetExpr::Values(_) = *query.body {
                walk.effect(Effect::Read);
            }
        }
        Statement::Insert(insert) => inserts(walk, insert),
        Statement::Update(update) => updates(walk, update),
        Statement::Delete(delete) => deletes(walk, delete),
        Statement::Merge(merge) => merges(walk, merge),
        Statement::Truncate(truncate) => {
            walk.effect(Effect::Delete);
            walk.unfiltered();
            for table in &truncate.table_names {
                walk.target(&table.name);
            }
        }
        Statement::Explain { .. } => {
            walk.effects(&[Effect::Explain, Effect::Read]);
            if is_plan(statement) {
                walk.plan();
            }
        }
        Statement::ExplainTable { .. } => walk.effects(&[Effect::Explain, Effect::Read]),
        Statement::Copy {
            source, to, target, ..
        } => copies(walk, source, *to, target),
        Statement::CopyIntoSnowflake {
            kind,
            into,
            from_obj,
            stage_params,
            ..
        } => {
            walk.effect(Effect::Copy);
            match kind {
                CopyIntoSnowflakeKind::Table => {
                    walk.effect(Effect::Insert);
                    walk.writes(into);
                }
                CopyIntoSnowflakeKind::Location => {
                    walk.effect(Effect::Read);
                    walk.hazard(Hazard::FileAccess);
                    if let Some(from) = from_obj {
                        walk.reads(from);
                    }
                }
            }
            if stage_params.url.is_some() || into.to_string().contains("://") {
                walk.hazard(Hazard::RemoteConnection);
            }
        }
        Statement::Put { .. } => stages(walk, &[Effect::Copy]),
        Statement::Remove(_) => stages(walk, &[Effect::Delete]),
        Statement::List(_) => walk.effect(Effect::Read),
        Statement::ExportData(_) | Statement::Unload { .. } => {
            walk.effects(&[Effect::Copy, Effect::Read]);
            walk.hazard(Hazard::FileAccess);
            walk.hazard(Hazard::RemoteConnection);
        }
        Statement::LoadData { table_name, .. } => {
            stages(walk, &[Effect::Copy, Effect::Insert]);
            walk.writes(table_name);
        }
        Statement::Directory { .. } => stages(walk, &[Effect::Copy]),
        Statement::Call(function) => {
            walk.effect(Effect::Call);
            walk.call_of(function);
        }
        Statement::Execute {
            name,
            immediate,
            parameters,
            ..
        } => executes(walk, name.as_ref(), *immediate, parameters.first()),
        Statement::Prepare { .. } => walk.effect(Effect::Session),
        Statement::Set(set) => settings::sets(walk, set),
        Statement::Use(target) => {
            // Which database names without one belong to: what is read or written there is judged by itself.
            walk.effect(match target {
                Use::Object(_) | Use::Database(_) | Use::Schema(_) | Use::Default => Effect::Read,
                _ => Effect::Session,
            });
            if let Use::Object(name) | Use::Database(name) | Use::Schema(name) = target
                && relations::normal(name, walk.dialect()).eq_ignore_ascii_case("mysql")
            {
                walk.hazard(Hazard::PrivilegedCatalog);
            }
            if matches!(target, Use::Role(_) | Use::SecondaryRoles(_)) {
                walk.hazard(Hazard::AccessEscalation);
            }
        }
        Statement::Reset(reset) => {
            walk.effect(Effect::Session);
            match reset.reset {
                Reset::SessionAuthorization => walk.hazard(Hazard::AccessEscalation),
                // RESET MASTER and RESET REPLICA of MySQL.
                Reset::ConfigurationParameter(_) if walk.dialect() == Dialect::MySql => {
                    walk.effect(Effect::Admin);
                    walk.hazard(Hazard::BackendControl);
                }
                _ => {}
            }
        }
        Statement::Pragma { name, value, is_eq } => {
            let value = value.as_ref().map(ToString::to_string);
            pragma::visit(
                walk.facts,
                &relations::normal(name, Dialect::Sqlite),
                value,
                *is_eq,
            );
        }
        Statement::AlterSession { .. }
        | Statement::Discard { .. }
        | Statement::Deallocate { .. }
        | Statement::LISTEN { .. }
        | Statement::UNLISTEN { .. }
        | Statement::Declare { .. }
        | Statement::Open(_)
        | Statement::Close { .. } => walk.effect(Effect::Session),
        // Whoever listens acts on it.
        Statement::NOTIFY { .. } => walk.effect(Effect::Call),
        Statement::Fetch { .. } => {
            walk.effect(Effect::Read);
            // It runs the query that its cursor was declared with, maybe in another text.
            walk.unlisted();
        }
        Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::Savepoint { .. }
        | Statement::ReleaseSavepoint { .. } => walk.effect(Effect::Transaction),
        Statement::Lock(_) | Statement::LockTables { .. } | Statement::UnlockTables => {
            walk.effect(Effect::Lock);
        }
        Statement::ShowFunctions { .. }
        | Statement::ShowVariable { .. }
        | Statement::ShowStatus { .. }
        | Statement::ShowVariables { .. }
        | Statement::ShowCreate { .. }
        | Statement::ShowColumns { .. }
        | Statement::ShowCatalogs { .. }
        | Statement::ShowDatabases { .. }
        | Statement::ShowProcessList { .. }
        | Statement::ShowSchemas { .. }
        | Statement::ShowCharset(_)
        | Statement::ShowObjects(_)
        | Statement::ShowTables { .. }
        | Statement::ShowViews { .. }
        | Statement::ShowCollation { .. } => walk.effect(Effect::Read),
        Statement::Kill { .. } => {
            walk.effect(Effect::Admin);
            walk.hazard(Hazard::BackendControl);
        }
        Statement::Flush { .. }
        | Statement::Analyze(_)
        | Statement::Vacuum(_)
        | Statement::OptimizeTable { .. }
        | Statement::Msck(_)
        | Statement::Cache { .. }
        | Statement::UNCache { .. } => walk.effect(Effect::Admin),
        Statement::WaitFor(_) => {
            walk.effect(Effect::Session);
            walk.hazard(Hazard::TimeDelay);
        }
        Statement::Install { .. } | Statement::Load { .. } => {
            walk.effect(Effect::Admin);
            walk.hazard(Hazard::UntrustedCode);
        }
        Statement::AttachDatabase { .. }
        | Statement::AttachDuckDBDatabase { .. }
        | Statement::DetachDuckDBDatabase { .. } => stages(walk, &[Effect::Admin]),
        // Control flow: what it holds is visited by itself.
        Statement::If(_)
        | Statement::While(_)
        | Statement::Case(_)
        | Statement::Print(_)
        | Statement::Return(_)
        | Statement::Throw(_)
        | Statement::Raise(_)
        | Statement::Assert { .. } => walk.effect(Effect::Call),
        Statement::RaisError { .. } => {
            walk.effect(Effect::Call);
            walk.unlisted();
        }
        other => objects::visit(walk, other),
    }
}

/// Whether the statement asks for a plan of another one that does not run.
pub(super) fn is_plan(statement: &Statement) -> bool {
    match statement {
        Statement::Explain {
            analyze, options, ..
        } => !*analyze && !options.iter().flatten().any(runs),
        _ => false,
    }
}

/// Whether an option of EXPLAIN runs the statement: ANALYZE, unless it says no.
fn runs(option: &UtilityOption) -> bool {
    let no = option.arg.as_ref().is_some_and(|arg| {
        let arg = arg.to_string().to_ascii_lowercase();
        matches!(arg.trim_matches('\''), "false" | "off" | "0" | "no")
    });
    option.name.value.eq_ignore_ascii_case("analyze") && !no
}

/// SELECT INTO creates a table, or sets variables.
pub(super) fn select_into(walk: &mut Walk<'_>, into: &SelectInto) {
    for target in &into.targets {
        match target {
            Expr::Identifier(name) if name.value.starts_with('@') => {
                walk.effect(Effect::Session);
            }
            Expr::Identifier(name) => created(walk, &ObjectName::from(vec![name.clone()])),
            Expr::CompoundIdentifier(names) => created(walk, &ObjectName::from(names.clone())),
            _ => walk.unlisted(),
        }
    }
    if into.targets.is_empty() {
        walk.unlisted();
    }
}

fn created(walk: &mut Walk<'_>, name: &ObjectName) {
    walk.effects(&[Effect::Ddl, Effect::Insert]);
    walk.writes(name);
}

fn stages(walk: &mut Walk<'_>, effects: &[Effect]) {
    walk.effects(effects);
    walk.hazard(Hazard::FileAccess);
}

fn inserts(walk: &mut Walk<'_>, insert: &Insert) {
    walk.effect(Effect::Insert);
    if insert.replace_into || insert.overwrite {
        walk.effect(Effect::Delete);
    }
    match &insert.table {
        TableObject::TableName(name) => walk.target(name),
        TableObject::TableFunction(function) => walk.call_of(function),
        TableObject::TableQuery(_) => walk.unlisted(),
    }
    match &insert.on {
        None => {}
        Some(OnInsert::OnConflict(conflict)) => {
            if let OnConflictAction::DoUpdate(_) = conflict.action {
                walk.effect(Effect::Update);
            }
        }
        Some(_) => walk.effect(Effect::Update),
    }
    if insert.or.is_some() {
        walk.effects(&[Effect::Update, Effect::Delete]);
    }
    let into = insert.multi_table_into_clauses.iter();
    let when = insert.multi_table_when_clauses.iter();
    let otherwise = insert.multi_table_else_clause.iter().flatten();
    for clause in into
        .chain(when.flat_map(|when| &when.into_clauses))
        .chain(otherwise)
    {
        walk.writes(&clause.table_name);
    }
    outputs(walk, insert.output.as_ref());
    if insert.settings.is_some() || insert.format_clause.is_some() {
        walk.unlisted();
    }
}

fn updates(walk: &mut Walk<'_>, update: &Update) {
    walk.effect(Effect::Update);
    target(walk, &update.table);
    filters(walk, update.selection.as_ref());
    outputs(walk, update.output.as_ref());
}

fn deletes(walk: &mut Walk<'_>, delete: &Delete) {
    walk.effect(Effect::Delete);
    filters(walk, delete.selection.as_ref());
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    for name in &delete.tables {
        walk.writes(name);
    }
    if delete.tables.is_empty() {
        for table in from {
            target(walk, table);
        }
    }
    outputs(walk, delete.output.as_ref());
}

/// Notes a condition that selects every row. MySQL reads `||` as OR, and binds it as loosely.
fn filters(walk: &mut Walk<'_>, condition: Option<&Expr>) {
    let or = walk.dialect() == Dialect::MySql && condition.is_some_and(fold::concatenates);
    if or || fold::selects_every_row(condition) {
        walk.unfiltered();
    }
}

/// The first table of a list is the one that changes; MySQL changes those that it joins as well.
fn target(walk: &mut Walk<'_>, table: &TableWithJoins) {
    factor(walk, &table.relation);
    if matches!(walk.dialect(), Dialect::MySql | Dialect::Generic) {
        for join in &table.joins {
            if let TableFactor::Table { name, .. } = &join.relation {
                walk.writes(name);
            }
        }
    }
}

fn factor(walk: &mut Walk<'_>, factor: &TableFactor) {
    match factor {
        TableFactor::Table {
            name, args: None, ..
        } => walk.target(name),
        TableFactor::Table { .. } | TableFactor::Function { .. } => {}
        _ => walk.unlisted(),
    }
}

fn outputs(walk: &mut Walk<'_>, output: Option<&OutputClause>) {
    if let Some(OutputClause::Output {
        into_table: Some(into),
        ..
    }) = output
    {
        select_into(walk, into);
    }
}

fn merges(walk: &mut Walk<'_>, merge: &Merge) {
    factor(walk, &merge.table);
    let constant = fold::is_constant(&merge.on);
    for clause in &merge.clauses {
        let changes = match &clause.action {
            MergeAction::Insert(_) => {
                walk.effect(Effect::Insert);
                false
            }
            MergeAction::Update(update) => {
                walk.effect(Effect::Update);
                if update.delete_predicate.is_some() {
                    walk.effect(Effect::Delete);
                }
                update.update_predicate.is_none()
            }
            MergeAction::Delete { .. } => {
                walk.effect(Effect::Delete);
                true
            }
            MergeAction::DoNothing { .. } => false,
        };
        if changes && reaches_every_row(clause, constant) {
            walk.unfiltered();
        }
    }
    outputs(walk, merge.output.as_ref());
}

/// Whether a clause of MERGE takes rows whatever the source holds.
fn reaches_every_row(clause: &MergeClause, constant: bool) -> bool {
    let orphans = matches!(clause.clause_kind, MergeClauseKind::NotMatchedBySource);
    (orphans || constant) && fold::selects_every_row(clause.predicate.as_ref())
}

fn copies(walk: &mut Walk<'_>, source: &CopySource, to: bool, target: &CopyTarget) {
    walk.effect(Effect::Copy);
    walk.effect(if to { Effect::Read } else { Effect::Insert });
    if let CopySource::Table { table_name, .. } = source {
        if to {
            walk.reads(table_name);
        } else {
            walk.writes(table_name);
        }
    }
    match target {
        CopyTarget::Stdin | CopyTarget::Stdout => {}
        CopyTarget::File { .. } => walk.hazard(Hazard::FileAccess),
        CopyTarget::Program { .. } => walk.hazard(Hazard::ProgramExecution),
    }
}

/// EXECUTE of a procedure, of a prepared statement, or of text.
fn executes(walk: &mut Walk<'_>, name: Option<&ObjectName>, immediate: bool, text: Option<&Expr>) {
    match name {
        // EXECUTE AS of SQL Server, which the parser takes for the name of a procedure.
        Some(name) if name.to_string().eq_ignore_ascii_case("as") => {
            walk.effect(Effect::Privilege);
            walk.hazard(Hazard::AccessEscalation);
        }
        Some(name) if !immediate && walk.dialect() == Dialect::SqlServer => {
            let plain = relations::normal(name, walk.dialect());
            if dynamic::is_runner(&plain) {
                walk.facts.functions.insert(plain);
                dynamic::runs(walk, text);
                return;
            }
            let reports = walk.call(name);
            walk.effect(if reports { Effect::Read } else { Effect::Call });
        }
        None => dynamic::runs(walk, text),
        // What was prepared is not in this statement.
        Some(name) => {
            walk.effect(Effect::Call);
            walk.hazard(Hazard::DynamicSql);
            walk.unlisted();
            walk.call(name);
        }
    }
}
