//! terraform, OpenTofu and terragrunt.

use super::{CallEffect, Line, Outcome, effect_of, is_remote};
use crate::shell::{Effect, Hazard};

const VERBS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "plan validate show output providers version graph console metadata modules help",
    ),
    (
        CallEffect::Write,
        "init get fmt hclfmt apply import refresh taint untaint login logout run-all force-unlock test",
    ),
    (CallEffect::Delete, "destroy"),
];

const STATE: &[(CallEffect, &str)] = &[
    (CallEffect::Read, "list show"),
    (CallEffect::Secret, "pull"),
    (CallEffect::Write, "mv push replace-provider"),
    (CallEffect::Delete, "rm"),
];

pub(super) fn terraform(tool: &str, line: Line<'_>) -> Outcome {
    let operands = line.operands("");
    let verb = operands.first().copied().unwrap_or_default();
    let second = operands.get(1).copied().unwrap_or_default();
    let mut effect = effect_of(VERBS, verb).unwrap_or(if verb.is_empty() {
        CallEffect::Read
    } else {
        CallEffect::Unknown
    });
    let mut destroys = verb == "destroy" || (verb == "run-all" && second == "destroy");
    if matches!(verb, "apply" | "plan")
        && line.has(&["-destroy", "--destroy", "-destroy=true"])
        && verb == "apply"
    {
        effect = CallEffect::Delete;
        destroys = true;
    }
    match verb {
        "state" => {
            effect = effect_of(STATE, second).unwrap_or(CallEffect::Unknown);
            destroys = effect == CallEffect::Delete || second == "push";
        }
        "workspace" => {
            effect = match second {
                "list" | "show" | "select" => CallEffect::Read,
                "delete" => CallEffect::Delete,
                _ => CallEffect::Write,
            };
            destroys = effect == CallEffect::Delete;
        }
        "fmt" if line.has(&["-check", "-check=true", "-write=false"]) => effect = CallEffect::Read,
        _ => {}
    }
    let unattended = line.has(&["-auto-approve", "--auto-approve"]);
    let remote = line
        .values(&["-from-module"])
        .iter()
        .any(|module| is_remote(module));
    let object = operands.get(1..).unwrap_or_default().join(" ");
    let mut out = Outcome::call(tool, "", verb, &object, effect)
        .with(Hazard::ResourceDestruction, destroys)
        .with(
            Hazard::ProtectionBypass,
            unattended && effect != CallEffect::Read,
        )
        .with(Hazard::RemoteManifest, remote);
    if matches!(verb, "init" | "plan" | "apply" | "destroy") {
        out.effects.push(Effect::Network);
    }
    out
}
