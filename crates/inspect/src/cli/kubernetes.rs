//! kubectl, oc and helm.

use super::{CallEffect, Line, Outcome, effect_of, is_remote};
use crate::shell::Hazard;

/// Flags that take the next argument.
const VALUED: &str = "-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group -l --selector -f \
                      --filename -o --output -c --container --field-selector -p --patch --type --replicas --image --tail --since \
                      --timeout --grace-period --request-timeout -v --v -k --kustomize --from-literal --from-file --port \
                      --target-port --certificate-authority --sort-by --template --cache-dir --subresource --clusterrole \
                      --serviceaccount --role --group --verb --resource --revision --version --set --values --kube-context \
                      --repo --set-string --env -L --label-columns --duration --overrides --restart";

const VERBS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "get describe logs log top explain api-resources api-versions version cluster-info diff wait events options \
         completion status projects whoami plugin kustomize help can-i",
    ),
    (
        CallEffect::Write,
        "apply create patch replace edit scale autoscale annotate label set expose run rollout cordon uncordon taint drain \
         attach cp port-forward proxy debug exec new-app new-project start-build import-image tag rsh process",
    ),
    (CallEffect::Delete, "delete"),
    (CallEffect::Access, "certificate policy adm"),
];

/// Kinds whose deletion takes more with it than itself.
const FAR_REACHING: &[&str] = &[
    "ns",
    "namespace",
    "namespaces",
    "node",
    "nodes",
    "no",
    "pvc",
    "persistentvolumeclaim",
    "persistentvolumeclaims",
    "pv",
    "persistentvolume",
    "persistentvolumes",
    "crd",
    "crds",
    "customresourcedefinition",
    "customresourcedefinitions",
    "project",
    "projects",
    "all",
    "storageclass",
    "sc",
    "statefulset",
    "statefulsets",
    "sts",
    "secret",
    "secrets",
    "clusterrole",
    "clusterrolebinding",
    "validatingwebhookconfiguration",
    "mutatingwebhookconfiguration",
    "apiservice",
    "cluster",
];

/// Kinds that say who may do what.
const ACCESS_KINDS: &[&str] = &[
    "clusterrolebinding",
    "clusterrolebindings",
    "rolebinding",
    "rolebindings",
    "clusterrole",
    "clusterroles",
    "role",
    "roles",
    "serviceaccount",
    "sa",
    "token",
    "certificatesigningrequest",
    "csr",
];

const SECRET_KINDS: &[&str] = &["secret", "secrets"];

pub(super) fn kubectl(line: Line<'_>) -> Outcome {
    let placed = line.placed(VALUED);
    let operands: Vec<&str> = placed.iter().map(|(_, operand)| *operand).collect();
    let Some((&verb, objects)) = operands.split_first() else {
        return Outcome::call("kubectl", "", "", "", CallEffect::Read);
    };
    let kind = objects.first().copied().unwrap_or_default();
    let kinds: Vec<String> = kind
        .split(',')
        .map(|kind| {
            kind.split(['/', '.'])
                .next()
                .unwrap_or(kind)
                .to_ascii_lowercase()
        })
        .collect();
    let is_kind = |list: &[&str]| kinds.iter().any(|kind| list.contains(&kind.as_str()));
    let mut effect = effect_of(VERBS, verb).unwrap_or(CallEffect::Unknown);
    let output = line.value(&["-o", "--output"]).unwrap_or_default();
    let mut hazards = Vec::new();
    match verb {
        "get" if is_kind(SECRET_KINDS) || kind.starts_with("secret/") => {
            let whole = ["yaml", "json", "go-template", "custom-columns", "template"]
                .iter()
                .any(|form| output.starts_with(form));
            if whole || line.has(&["--template"]) {
                effect = CallEffect::Secret;
            }
        }
        "get"
            if line
                .value(&["--raw"])
                .is_some_and(|path| path.contains("/secrets")) =>
        {
            effect = CallEffect::Secret
        }
        "config" => {
            effect = match kind {
                "view" if line.has(&["--raw"]) => CallEffect::Secret,
                "view" | "get-contexts" | "current-context" | "get-clusters" | "get-users" => {
                    CallEffect::Read
                }
                _ => CallEffect::Write,
            };
        }
        "rollout" if matches!(kind, "status" | "history") => effect = CallEffect::Read,
        "auth" => {
            effect = if matches!(kind, "can-i" | "whoami") {
                CallEffect::Read
            } else {
                CallEffect::Access
            }
        }
        "create" if kind == "token" => effect = CallEffect::Secret,
        "create" | "apply" | "patch" | "edit" | "replace" | "set" if is_kind(ACCESS_KINDS) => {
            effect = CallEffect::Access
        }
        "delete" => {
            let everything =
                line.has(&["--all", "-A", "--all-namespaces"]) || line.has(&["--all=true"]);
            if is_kind(FAR_REACHING) || everything {
                hazards.push(Hazard::ResourceDestruction);
            }
            if is_kind(ACCESS_KINDS) {
                hazards.push(Hazard::AccessChange);
            }
        }
        "drain" => hazards.push(Hazard::ResourceDestruction),
        "scale" if line.value(&["--replicas"]) == Some("0") && line.has(&["--all"]) => {
            hazards.push(Hazard::ResourceDestruction);
        }
        "replace" if line.has(&["--force"]) => hazards.push(Hazard::ResourceDestruction),
        "run" | "debug" => {
            let text = line.own().join(" ");
            if [
                "privileged\": true",
                "privileged\":true",
                "hostPID",
                "hostPath",
                "hostNetwork",
                "--profile=sysadmin",
            ]
            .iter()
            .any(|mark| text.contains(mark))
                || verb == "debug" && kind.starts_with("node/")
            {
                hazards.push(Hazard::ContainerEscape);
            }
        }
        _ => {}
    }
    if line
        .values(&["-f", "--filename", "-k"])
        .iter()
        .any(|file| is_remote(file))
    {
        hazards.push(Hazard::RemoteManifest);
    }
    let rehearsed = line.has(&["--dry-run", "--dry-run=client", "--dry-run=server"]);
    if rehearsed
        && matches!(
            effect,
            CallEffect::Write | CallEffect::Delete | CallEffect::Access
        )
    {
        effect = CallEffect::Read;
        hazards.clear();
    }
    let object = objects.join(" ");
    let mut out = Outcome::call("kubectl", "", verb, &object, effect);
    out.hazards = hazards;
    if matches!(verb, "exec" | "rsh" | "debug" | "run") {
        // Without `--` the command follows the pod's name.
        out.inner = line.inner().or(placed
            .get(2)
            .map(|(at, _)| *at)
            .filter(|_| matches!(verb, "exec" | "rsh")));
        super::runs_inside(&mut out, line, verb);
    }
    if line.has(&["--as", "--as-group"]) || line.value(&["--as", "--as-group"]).is_some() {
        let asks = verb == "auth" && kind == "can-i";
        out.hazards
            .extend((!asks).then_some(Hazard::PrivilegeEscalation));
    }
    if verb == "cp" {
        let local = |path: &&&str| !path.contains(':');
        match objects {
            [_, to] if local(&to) => out.writes.push((*to).to_owned()),
            [from, ..] if local(&from) => out.reads.push((*from).to_owned()),
            _ => {}
        }
    }
    if line.value(&["--insecure-skip-tls-verify"]).is_some()
        || line.has(&["--insecure-skip-tls-verify"])
    {
        out.hazards.push(Hazard::ProtectionBypass);
    }
    out
}

const HELM: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "list ls status history get show template lint search version env verify dependency repo-list pull help inspect diff",
    ),
    (
        CallEffect::Write,
        "install upgrade rollback create package push repo plugin registry test",
    ),
    (CallEffect::Delete, "uninstall delete del un"),
];

pub(super) fn helm(line: Line<'_>) -> Outcome {
    let operands = line.operands(VALUED);
    let verb = operands.first().copied().unwrap_or_default();
    let mut effect = if verb.is_empty() {
        CallEffect::Read
    } else {
        effect_of(HELM, verb).unwrap_or(CallEffect::Unknown)
    };
    if verb == "repo" && matches!(operands.get(1), Some(&("list" | "ls"))) {
        effect = CallEffect::Read;
    }
    let rehearsed =
        line.has(&["--dry-run", "--dry-run=client", "--dry-run=server"]) && verb != "plugin";
    if rehearsed {
        effect = CallEffect::Read;
    }
    let remote = operands.iter().skip(1).any(|operand| is_remote(operand))
        || line
            .values(&["-f", "--values", "--repo"])
            .iter()
            .any(|value| is_remote(value));
    let object = operands.get(1..).unwrap_or_default().join(" ");
    Outcome::call("helm", "", verb, &object, effect)
        .with(Hazard::ResourceDestruction, effect == CallEffect::Delete)
        .with(
            Hazard::RemoteManifest,
            remote && matches!(verb, "install" | "upgrade" | "plugin" | "repo"),
        )
        .with(
            Hazard::SecretDisclosure,
            verb == "get" && matches!(operands.get(1), Some(&("values" | "all"))),
        )
}
