//! SET: what it changes for the statements that follow.

use sqlparser::ast::{ContextModifier, Expr, ObjectName, Set, SetAssignment};

use super::walk::Walk;
use super::{Effect, Hazard, words};

/// Settings that change how long a transaction may take and how its results look, and nothing of what its
/// statements do.
const HARMLESS_SETTINGS: &[&str] = &[
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "timezone",
    "datestyle",
    "intervalstyle",
    "extra_float_digits",
    "bytea_output",
    "application_name",
    "client_min_messages",
    "work_mem",
    "jit",
];

/// `SET LOCAL`, which ends with the transaction, of a setting that does no harm.
fn is_harmless(set: &Set) -> bool {
    match set {
        Set::SingleAssignment {
            scope: Some(ContextModifier::Local),
            variable,
            ..
        } => {
            let name = variable.to_string().to_ascii_lowercase();
            HARMLESS_SETTINGS.contains(&name.as_str())
        }
        Set::SetTimeZone { local, .. } => *local,
        _ => false,
    }
}

pub(super) fn sets(walk: &mut Walk<'_>, set: &Set) {
    if is_harmless(set) {
        return walk.effect(Effect::Read);
    }
    walk.effect(Effect::Session);
    match set {
        Set::SingleAssignment {
            scope,
            variable,
            values,
            ..
        } => assigns(walk, scope.as_ref(), variable, values.first()),
        Set::ParenthesizedAssignments { variables, .. } => {
            for variable in variables {
                assigns(walk, None, variable, None);
            }
        }
        Set::MultipleAssignments { assignments } => {
            for SetAssignment { scope, name, value } in assignments {
                assigns(walk, scope.as_ref(), name, Some(value));
            }
        }
        Set::SetSessionAuthorization(_) | Set::SetRole { .. } => {
            walk.effect(Effect::Privilege);
            walk.hazard(Hazard::AccessEscalation);
        }
        Set::SetSessionParam(_)
        | Set::SetTimeZone { .. }
        | Set::SetNames { .. }
        | Set::SetNamesDefault {}
        | Set::SetTransaction { .. } => {}
    }
}

fn assigns(
    walk: &mut Walk<'_>,
    scope: Option<&ContextModifier>,
    variable: &ObjectName,
    value: Option<&Expr>,
) {
    let name = variable.to_string().to_ascii_lowercase();
    let global = ["@@global.", "@@persist", "global.", "persist"];
    if scope == Some(&ContextModifier::Global) || global.iter().any(|at| name.starts_with(at)) {
        walk.effect(Effect::Admin);
    }
    let last = name.rsplit(['.', '@']).next().unwrap_or_default();
    if last == "password" {
        walk.effect(Effect::Privilege);
        walk.hazard(Hazard::AccessEscalation);
    }
    let value = value.map(ToString::to_string).unwrap_or_default();
    if words::disables(last.trim_matches(['"', '`']), &value) {
        walk.hazard(Hazard::SecurityDisabled);
    }
}
