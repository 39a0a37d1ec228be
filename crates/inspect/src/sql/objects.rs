//! Statements that create, change and remove objects, roles and privileges.

use sqlparser::ast::{
    AlterRoleOperation, AlterTableOperation as Alter, CreateFunction, CreateRole, FunctionSecurity,
    GrantObjects, Grantee, GranteesType, ObjectName, ObjectType, Privileges, RoleOption, Statement,
};

use super::walk::Walk;
use super::{Effect, Hazard};

/// Languages whose functions the database confines.
const TRUSTED_LANGUAGES: &[&str] = &["sql", "plpgsql", "javascript"];

pub(super) fn visit(walk: &mut Walk<'_>, statement: &Statement) {
    match statement {
        Statement::CreateTable(table) => {
            ddl(walk, &table.name);
            if table.or_replace {
                walk.effect(Effect::Drop);
            }
            if table.query.is_some() {
                walk.effect(Effect::Insert);
            }
            if table.external || table.location.is_some() {
                walk.hazard(Hazard::FileAccess);
            }
            if table.with_connection.is_some() {
                walk.hazard(Hazard::RemoteConnection);
            }
        }
        Statement::CreateView(view) => ddl(walk, &view.name),
        Statement::CreateVirtualTable {
            name, module_name, ..
        } => {
            ddl(walk, name);
            let module = module_name.value.to_ascii_lowercase();
            if !(module.starts_with("fts") || module.starts_with("rtree")) {
                walk.hazard(Hazard::UntrustedCode);
            }
        }
        Statement::CreateIndex(index) => ddl(walk, &index.table_name),
        Statement::CreateForeignTable(table) => {
            ddl(walk, &table.name);
            walk.hazard(Hazard::RemoteConnection);
        }
        Statement::CreateServer(_)
        | Statement::CreateForeignDataWrapper(_)
        | Statement::CreateUserMapping(_)
        | Statement::CreateConnector(_)
        | Statement::AlterConnector { .. }
        | Statement::CreateSecret { .. } => {
            walk.effect(Effect::Ddl);
            walk.hazard(Hazard::RemoteConnection);
        }
        Statement::CreateStage { stage_params, .. } => {
            walk.effect(Effect::Ddl);
            walk.hazard(Hazard::FileAccess);
            if stage_params.url.is_some() {
                walk.hazard(Hazard::RemoteConnection);
            }
        }
        Statement::CreateFunction(function) => functions(walk, function),
        Statement::CreateProcedure { name, language, .. } => {
            walk.effect(Effect::Ddl);
            walk.writes(name);
            language_of(walk, language.as_ref().map(|name| name.value.as_str()));
        }
        Statement::CreateExtension(_) => {
            walk.effect(Effect::Ddl);
            walk.hazard(Hazard::UntrustedCode);
        }
        Statement::CreateDatabase { or_replace, .. }
        | Statement::CreateSchema { or_replace, .. } => {
            walk.effect(Effect::Ddl);
            if *or_replace {
                walk.effect(Effect::Drop);
                walk.hazard(Hazard::DropDatabase);
            }
        }
        Statement::CreateTrigger(trigger) => {
            walk.effect(Effect::Ddl);
            walk.writes(&trigger.table_name);
        }
        Statement::CreateRule(_)
        | Statement::CreateMacro { .. }
        | Statement::CreateSequence { .. }
        | Statement::CreateDomain(_)
        | Statement::CreateType { .. }
        | Statement::CreateCollation(_)
        | Statement::CreateOperator(_)
        | Statement::CreateOperatorFamily(_)
        | Statement::CreateOperatorClass(_)
        | Statement::CreateTextSearch(_)
        | Statement::CreateAggregate(_)
        | Statement::CreateFileFormat { .. }
        | Statement::CreateWarehouse(_)
        | Statement::AlterSchema(_)
        | Statement::AlterIndex { .. }
        | Statement::AlterView(_)
        | Statement::AlterFunction(_)
        | Statement::AlterType(_)
        | Statement::AlterCollation(_)
        | Statement::AlterOperator(_)
        | Statement::AlterOperatorFamily(_)
        | Statement::AlterOperatorClass(_)
        | Statement::AlterTextSearch(_)
        | Statement::AlterTrigger(_)
        | Statement::Comment { .. }
        | Statement::RefreshMaterializedView(_) => walk.effect(Effect::Ddl),
        Statement::RenameTable(tables) => {
            walk.effect(Effect::Ddl);
            for table in tables {
                walk.writes(&table.old_name);
                walk.writes(&table.new_name);
            }
        }
        Statement::AlterTable(table) => {
            ddl(walk, &table.name);
            for operation in &table.operations {
                alters(walk, operation);
            }
        }
        Statement::Drop { .. }
        | Statement::DropFunction(_)
        | Statement::DropDomain(_)
        | Statement::DropProcedure { .. }
        | Statement::DropSecret { .. }
        | Statement::DropPolicy(_)
        | Statement::DropRule(_)
        | Statement::DropConnector { .. }
        | Statement::DropExtension(_)
        | Statement::DropOperator(_)
        | Statement::DropOperatorFamily(_)
        | Statement::DropOperatorClass(_)
        | Statement::DropTrigger(_) => drops(walk, statement),
        other => privileges(walk, other),
    }
}

fn ddl(walk: &mut Walk<'_>, name: &ObjectName) {
    walk.effect(Effect::Ddl);
    walk.target(name);
}

fn drops(walk: &mut Walk<'_>, statement: &Statement) {
    walk.effects(&[Effect::Ddl, Effect::Drop]);
    match statement {
        Statement::Drop {
            object_type, names, ..
        } => {
            for name in names {
                walk.writes(name);
            }
            match object_type {
                ObjectType::Database | ObjectType::Schema => walk.hazard(Hazard::DropDatabase),
                ObjectType::Role | ObjectType::User | ObjectType::Group => {
                    walk.effect(Effect::Privilege);
                }
                _ => {}
            }
        }
        Statement::DropPolicy(policy) => {
            walk.target(&policy.table_name);
            walk.effect(Effect::Privilege);
            walk.hazard(Hazard::SecurityDisabled);
        }
        Statement::DropTrigger(_) | Statement::DropRule(_) => {
            walk.hazard(Hazard::SecurityDisabled);
        }
        _ => {}
    }
}

fn functions(walk: &mut Walk<'_>, function: &CreateFunction) {
    walk.effect(Effect::Ddl);
    walk.writes(&function.name);
    language_of(
        walk,
        function.language.as_ref().map(|name| name.value.as_str()),
    );
    if function.using.is_some() {
        walk.hazard(Hazard::UntrustedCode);
    }
    if function.remote_connection.is_some() {
        walk.hazard(Hazard::RemoteConnection);
    }
    if let Some(FunctionSecurity::Definer) = function.security {
        walk.hazard(Hazard::AccessEscalation);
    }
}

fn language_of(walk: &mut Walk<'_>, language: Option<&str>) {
    let trusted = language.is_none_or(|name| {
        let name = name.to_ascii_lowercase();
        TRUSTED_LANGUAGES.contains(&name.as_str())
    });
    if !trusted {
        walk.hazard(Hazard::UntrustedCode);
    }
}

fn alters(walk: &mut Walk<'_>, operation: &Alter) {
    match operation {
        Alter::DropColumn { .. } | Alter::DropPartitions { .. } | Alter::DropPrimaryKey { .. } => {
            walk.effect(Effect::Drop);
        }
        Alter::DisableRowLevelSecurity
        | Alter::NoForceRowLevelSecurity
        | Alter::DisableRule { .. }
        | Alter::DisableTrigger { .. }
        | Alter::EnableReplicaTrigger { .. }
        | Alter::EnableReplicaRule { .. } => walk.hazard(Hazard::SecurityDisabled),
        Alter::DropConstraint { .. } | Alter::DropForeignKey { .. } => {
            walk.effect(Effect::Drop);
            walk.hazard(Hazard::SecurityDisabled);
        }
        Alter::OwnerTo { .. } => walk.effect(Effect::Privilege),
        Alter::RenameTable { .. } | Alter::SwapWith { .. } => {}
        _ => {}
    }
}

fn privileges(walk: &mut Walk<'_>, statement: &Statement) {
    match statement {
        Statement::Grant(grant) => {
            walk.effect(Effect::Privilege);
            let all = matches!(grant.privileges, Privileges::All { .. });
            if all
                || grant.with_grant_option
                || wide(grant.objects.as_ref())
                || public(&grant.grantees)
            {
                walk.hazard(Hazard::AccessEscalation);
            }
        }
        // A role brings all that it may do.
        Statement::GrantRole(_) => {
            walk.effect(Effect::Privilege);
            walk.hazard(Hazard::AccessEscalation);
        }
        Statement::Revoke(_)
        | Statement::RevokeRole(_)
        | Statement::Deny(_)
        | Statement::AlterDefaultPrivileges(_) => walk.effect(Effect::Privilege),
        Statement::CreatePolicy(policy) => {
            walk.effects(&[Effect::Ddl, Effect::Privilege]);
            walk.target(&policy.table_name);
        }
        Statement::AlterPolicy(policy) => {
            walk.effects(&[Effect::Ddl, Effect::Privilege]);
            walk.target(&policy.table_name);
            walk.hazard(Hazard::SecurityDisabled);
        }
        Statement::CreateRole(role) => {
            walk.effects(&[Effect::Ddl, Effect::Privilege]);
            if powerful(role) {
                walk.hazard(Hazard::AccessEscalation);
            }
        }
        Statement::AlterRole { operation, .. } => {
            walk.effect(Effect::Privilege);
            if escalates(operation) {
                walk.hazard(Hazard::AccessEscalation);
            }
        }
        Statement::CreateUser(_) | Statement::AlterUser(_) => {
            walk.effects(&[Effect::Ddl, Effect::Privilege]);
            walk.hazard(Hazard::AccessEscalation);
        }
        _ => walk.unlisted(),
    }
}

fn public(grantees: &[Grantee]) -> bool {
    grantees.iter().any(|grantee| {
        let name = grantee.name.as_ref().map(ToString::to_string);
        grantee.grantee_type == GranteesType::Public
            || name.is_some_and(|name| name.eq_ignore_ascii_case("public"))
    })
}

/// Whether a grant reaches whole databases.
fn wide(objects: Option<&GrantObjects>) -> bool {
    match objects {
        None | Some(GrantObjects::Databases(_)) => true,
        Some(GrantObjects::Tables(names)) => {
            names.iter().any(|name| name.to_string().starts_with("*"))
        }
        _ => false,
    }
}

fn powerful(role: &CreateRole) -> bool {
    let rights = [
        role.superuser,
        role.create_db,
        role.create_role,
        role.replication,
        role.bypassrls,
    ];
    rights.contains(&Some(true)) || !role.in_role.is_empty() || !role.in_group.is_empty()
}

fn escalates(operation: &AlterRoleOperation) -> bool {
    match operation {
        AlterRoleOperation::AddMember { .. } => true,
        AlterRoleOperation::WithOptions { options } => options.iter().any(|option| {
            matches!(
                option,
                RoleOption::SuperUser(true)
                    | RoleOption::CreateDB(true)
                    | RoleOption::CreateRole(true)
                    | RoleOption::Replication(true)
                    | RoleOption::BypassRLS(true)
                    | RoleOption::Password(_)
            )
        }),
        _ => false,
    }
}
