//! aws, gcloud, az and gsutil.

use super::{CallEffect, Line, Outcome};
use crate::shell::{Effect, Hazard};

/// Flags of `aws` that take the next argument and stand before the service.
const AWS_GLOBAL: &str =
    "--profile --region --output --endpoint-url --query --color --cli-read-timeout --ca-bundle";

/// Operations that give a secret away, though their names begin like reading.
const AWS_SECRETS: &[&str] = &[
    "get-secret-value",
    "batch-get-secret-value",
    "get-session-token",
    "get-federation-token",
    "assume-role",
    "assume-role-with-saml",
    "assume-role-with-web-identity",
    "get-login-password",
    "get-authorization-token",
    "get-password-data",
    "create-access-key",
    "create-login-profile",
    "export-credentials",
    "get-credentials",
    "get-random-password",
    "decrypt",
    "get-ecr-login",
    "generate-data-key",
    "get-cluster-credentials",
    "generate-db-auth-token",
    "get-id",
    "get-open-id-token",
    "get-credentials-for-identity",
    "create-service-specific-credential",
    "create-api-key",
];

/// Beginnings of operations, and what they do. The first that fits counts.
const AWS_PREFIXES: &[(&str, CallEffect, Option<Hazard>)] = &[
    ("authorize-", CallEffect::Access, None),
    ("revoke-", CallEffect::Access, None),
    ("add-permission", CallEffect::Access, None),
    ("add-role-to", CallEffect::Access, None),
    ("add-user-to-group", CallEffect::Access, None),
    ("attach-role-policy", CallEffect::Access, None),
    ("attach-user-policy", CallEffect::Access, None),
    ("attach-group-policy", CallEffect::Access, None),
    ("attach-policy", CallEffect::Access, None),
    ("detach-", CallEffect::Access, None),
    ("create-policy", CallEffect::Access, None),
    ("create-role", CallEffect::Access, None),
    ("create-user", CallEffect::Access, None),
    ("create-grant", CallEffect::Access, None),
    ("update-assume-role-policy", CallEffect::Access, None),
    ("update-login-profile", CallEffect::Access, None),
    ("set-default-policy-version", CallEffect::Access, None),
    ("put-public-access-block", CallEffect::Access, None),
    ("put-bucket-acl", CallEffect::Access, None),
    ("put-object-acl", CallEffect::Access, None),
    (
        "delete-public-access-block",
        CallEffect::Access,
        Some(Hazard::SecurityDisabled),
    ),
    ("modify-image-attribute", CallEffect::Access, None),
    ("modify-snapshot-attribute", CallEffect::Access, None),
    (
        "deactivate-mfa",
        CallEffect::Access,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "stop-logging",
        CallEffect::Write,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "delete-trail",
        CallEffect::Delete,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "delete-detector",
        CallEffect::Delete,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "delete-flow-logs",
        CallEffect::Delete,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "delete-configuration-recorder",
        CallEffect::Delete,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "disable-",
        CallEffect::Write,
        Some(Hazard::SecurityDisabled),
    ),
    (
        "schedule-key-deletion",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "delete",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "terminate",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "remove",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "purge",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "deregister",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "release-",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "destroy",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    ("cancel-", CallEffect::Delete, None),
    (
        "leave-",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    (
        "close-account",
        CallEffect::Delete,
        Some(Hazard::ResourceDestruction),
    ),
    ("describe", CallEffect::Read, None),
    ("list", CallEffect::Read, None),
    ("get", CallEffect::Read, None),
    ("head", CallEffect::Read, None),
    ("lookup", CallEffect::Read, None),
    ("filter", CallEffect::Read, None),
    ("search", CallEffect::Read, None),
    ("query", CallEffect::Read, None),
    ("scan", CallEffect::Read, None),
    ("batch-get", CallEffect::Read, None),
    ("validate", CallEffect::Read, None),
    ("simulate", CallEffect::Read, None),
    ("wait", CallEffect::Read, None),
    ("tail", CallEffect::Read, None),
    ("help", CallEffect::Read, None),
    ("ls", CallEffect::Read, None),
    ("presign", CallEffect::Secret, None),
    ("create", CallEffect::Write, None),
    ("put", CallEffect::Write, None),
    ("update", CallEffect::Write, None),
    ("modify", CallEffect::Write, None),
    ("start", CallEffect::Write, None),
    ("stop", CallEffect::Write, None),
    ("reboot", CallEffect::Write, None),
    ("run", CallEffect::Write, None),
    ("tag", CallEffect::Write, None),
    ("untag", CallEffect::Write, None),
    ("invoke", CallEffect::Write, None),
    ("send", CallEffect::Write, None),
    ("publish", CallEffect::Write, None),
    ("register", CallEffect::Write, None),
    ("copy", CallEffect::Write, None),
    ("associate", CallEffect::Write, None),
    ("disassociate", CallEffect::Write, None),
    ("attach", CallEffect::Write, None),
    ("enable", CallEffect::Write, None),
    ("restore", CallEffect::Write, None),
    ("set", CallEffect::Write, None),
    ("change", CallEffect::Write, None),
    ("import", CallEffect::Write, None),
    ("deploy", CallEffect::Write, None),
    ("execute", CallEffect::Write, None),
    ("upload", CallEffect::Write, None),
    ("configure", CallEffect::Write, None),
    ("cp", CallEffect::Write, None),
    ("mv", CallEffect::Write, None),
    ("sync", CallEffect::Write, None),
    ("mb", CallEffect::Write, None),
    ("rm", CallEffect::Delete, None),
    ("rb", CallEffect::Delete, Some(Hazard::ResourceDestruction)),
];

pub(super) fn aws(line: Line<'_>) -> Outcome {
    let operands = line.operands(AWS_GLOBAL);
    let (service, verb) = match operands.as_slice() {
        [service, verb, ..] => (*service, *verb),
        [service] => (*service, "help"),
        [] => return Outcome::call("aws", "", "", "", CallEffect::Read),
    };
    let object = operands.get(2..).unwrap_or_default().join(" ");
    if operands.last() == Some(&"help") {
        return Outcome::call("aws", service, verb, &object, CallEffect::Read);
    }
    if service == "configure" {
        let secret = matches!(verb, "get" | "export-credentials");
        let effect = if secret {
            CallEffect::Secret
        } else if verb == "list" {
            CallEffect::Read
        } else {
            CallEffect::Write
        };
        return network(Outcome::call("aws", service, verb, &object, effect));
    }
    let found = AWS_PREFIXES
        .iter()
        .find(|(prefix, ..)| verb.starts_with(prefix));
    let (mut effect, mut hazard) = found
        .map_or((CallEffect::Unknown, None), |(_, effect, hazard)| {
            (*effect, *hazard)
        });
    let decrypts = verb.starts_with("get-parameter") && line.has(&["--with-decryption"]);
    if AWS_SECRETS.contains(&verb) || decrypts {
        effect = CallEffect::Secret;
    }
    if verb.starts_with("put-") && verb.ends_with("-policy") {
        effect = CallEffect::Access;
    }
    if service == "s3" {
        let whole = line.has(&["--recursive", "--delete", "--force"]);
        if (verb == "rm" && whole) || (verb == "sync" && line.has(&["--delete"])) {
            hazard = Some(Hazard::ResourceDestruction);
            effect = CallEffect::Delete;
        }
        let public = line
            .value(&["--acl"])
            .is_some_and(|acl| acl.starts_with("public"));
        if public {
            effect = CallEffect::Access;
        }
    }
    if line.has(&["--dry-run", "--dryrun"])
        && matches!(
            effect,
            CallEffect::Write | CallEffect::Delete | CallEffect::Access
        )
    {
        effect = CallEffect::Read;
        hazard = None;
    }
    let mut out = Outcome::call("aws", service, verb, &object, effect);
    out.hazards.extend(hazard);
    if service == "ssm" && matches!(verb, "send-command" | "start-session")
        || service == "ecs" && verb == "execute-command"
    {
        out.effects.push(Effect::Execute);
        out.shell
            .extend(line.value(&["--command"]).map(str::to_owned));
        for value in line.values(&["--parameters"]) {
            let commands = value
                .split_once("commands=")
                .map(|(_, rest)| rest.trim_matches(['[', ']', '"', '\'']));
            out.shell.extend(commands.map(str::to_owned));
        }
    }
    if service == "s3" && matches!(verb, "cp" | "mv" | "sync") {
        let parts: Vec<&str> = operands.get(2..).unwrap_or_default().to_vec();
        if let [from, to, ..] = parts.as_slice() {
            match (from.starts_with("s3://"), to.starts_with("s3://")) {
                (false, true) => out.reads.push((*from).to_owned()),
                (true, false) => out.writes.push((*to).to_owned()),
                _ => {}
            }
        }
    }
    if line.has(&["--no-verify-ssl"]) {
        out.hazards.push(Hazard::ProtectionBypass);
    }
    network(out)
}

fn network(mut out: Outcome) -> Outcome {
    out.effects.push(Effect::Network);
    out
}

/// Flags of gcloud and az that take the next argument; anything else is taken for a switch.
const TRAILING_VALUED: &str = "--project --zone --region --format --filter --account --configuration -g --resource-group -n --name \
                               --subscription --query -o --output --location -l --member --role --secret --vault-name --assignee \
                               --scope --impersonate-service-account --limit --sort-by --command --image --size --machine-type";

/// Words of gcloud and az that say what is done; the last one on the line counts.
const TRAILING: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "list describe show get info version get-value config-helper list-keys-metadata read help check exists get-iam-policy \
         get-ancestors list-grantable-roles search tail query ls cat du stat",
    ),
    (
        CallEffect::Write,
        "create update set start stop restart resize deploy submit import export copy move enable add tag attach detach apply \
         reset patch upload publish scale configure login init activate promote rollback add-tags invoke run ssh run-command cp \
         rsync mb",
    ),
    (
        CallEffect::Delete,
        "delete destroy remove purge rm rb deallocate cancel undeploy disable empty",
    ),
    (
        CallEffect::Access,
        "add-iam-policy-binding remove-iam-policy-binding set-iam-policy add-access-config assign grant add-permission",
    ),
    (
        CallEffect::Secret,
        "access print-access-token print-identity-token get-credentials list-keys get-access-token show-connection-string \
         list-connection-strings get-api-key reset-windows-password keys-list generate-sas download",
    ),
];

/// Groups of commands that are about access, whatever the verb creates.
const ACCESS_GROUPS: &[&str] = &[
    "iam",
    "role",
    "service-accounts",
    "sp",
    "ad",
    "firewall-rules",
    "nsg",
    "role-assignment",
    "service-principal",
    "policy",
];

/// Groups whose members are secrets, and those of which a list shows them.
const SECRET_GROUPS: &[&str] = &[
    "secret",
    "secrets",
    "keys",
    "key",
    "credential",
    "credentials",
    "connection-string",
    "access-keys",
];
const SECRET_LISTS: &[&str] = &["keys", "connection-string", "access-keys"];

/// `az rest`: a request to the cloud's own interface.
fn rest(line: Line<'_>) -> Outcome {
    let method = line.value(&["--method", "-m"]).unwrap_or("get");
    let method = method.to_ascii_uppercase();
    let url = line.values(&["--url", "--uri", "-u"]);
    let url = url.first().copied().unwrap_or_default();
    let effect = match method.as_str() {
        "GET" | "HEAD" | "OPTIONS" => CallEffect::Read,
        "DELETE" => CallEffect::Delete,
        _ => CallEffect::Write,
    };
    // Actions of the interface that give keys away are POST.
    let lists = url.to_ascii_lowercase().contains("/listkeys");
    let effect = if lists { CallEffect::Secret } else { effect };
    network(
        Outcome::call("az", "rest", &method, url, effect)
            .with(Hazard::ResourceDestruction, effect == CallEffect::Delete),
    )
}

pub(super) fn trailing_verb(tool: &str, line: Line<'_>) -> Outcome {
    if tool == "az" && line.own().first() == Some(&"rest") {
        return rest(line);
    }
    let operands = line.operands(TRAILING_VALUED);
    let found = operands
        .iter()
        .enumerate()
        .take(6)
        .filter_map(|(at, word)| effect_of_word(word).map(|effect| (at, effect)))
        // Groups may be named like verbs (`run`, `config`, `access-context`): the last word counts,
        // but never one that follows another verb that deletes or gives away.
        .reduce(|before, now| {
            if matches!(before.1, CallEffect::Read | CallEffect::Write) {
                now
            } else {
                before
            }
        });
    let (at, mut effect) = match found {
        Some(found) => found,
        None if operands.is_empty() => return Outcome::call(tool, "", "", "", CallEffect::Read),
        None => (operands.len().saturating_sub(1), CallEffect::Unknown),
    };
    let groups = operands.get(..at).unwrap_or_default();
    let verb = operands.get(at).copied().unwrap_or_default();
    let object = operands.get(at + 1..).unwrap_or_default().join(" ");
    if groups.iter().any(|group| ACCESS_GROUPS.contains(group)) && effect == CallEffect::Write {
        effect = CallEffect::Access;
    }
    let secrets = groups.iter().any(|group| SECRET_GROUPS.contains(group));
    if secrets
        && (matches!(verb, "show" | "access" | "renew")
            || verb == "create" && groups.contains(&"keys")
            || verb == "list"
                && SECRET_LISTS
                    .iter()
                    .any(|group| groups.last() == Some(group)))
        && (tool == "az" || verb != "show")
    {
        effect = CallEffect::Secret;
    }
    let destroys = effect == CallEffect::Delete;
    let blinds = matches!(verb, "delete" | "disable")
        && groups.iter().any(|group| {
            matches!(
                *group,
                "logging" | "sinks" | "diagnostic-settings" | "security"
            )
        });
    let mut out = Outcome::call(tool, &groups.join(" "), verb, &object, effect)
        .with(Hazard::ResourceDestruction, destroys)
        .with(Hazard::SecurityDisabled, blinds);
    if matches!(verb, "ssh" | "run-command" | "invoke") {
        out.effects.push(Effect::Execute);
        out.shell
            .extend(line.value(&["--command", "--scripts"]).map(str::to_owned));
    }
    network(out)
}

fn effect_of_word(word: &str) -> Option<CallEffect> {
    let families = [
        (
            CallEffect::Read,
            ["list-", "show-", "describe-", "get-"].as_slice(),
        ),
        (
            CallEffect::Delete,
            &["delete-", "remove-", "purge-", "destroy-"],
        ),
        (
            CallEffect::Write,
            &["create-", "update-", "set-", "add-", "start-", "stop-"],
        ),
    ];
    let of_family = || {
        let (effect, _) = families
            .iter()
            .find(|(_, starts)| starts.iter().any(|start| word.starts_with(start)))?;
        Some(*effect)
    };
    super::effect_of(TRAILING, word).or_else(of_family)
}

pub(super) fn gsutil(line: Line<'_>) -> Outcome {
    let operands = line.operands("-h -o -u");
    let verb = operands.first().copied().unwrap_or_default();
    let effect = match verb {
        "ls" | "cat" | "du" | "stat" | "version" | "help" | "" | "hash" => CallEffect::Read,
        "rm" | "rb" => CallEffect::Delete,
        "iam" | "acl" | "defacl" => match operands.get(1) {
            Some(&"get") => CallEffect::Read,
            _ => CallEffect::Access,
        },
        "signurl" => CallEffect::Secret,
        "cp" | "mv" | "rsync" | "mb" | "setmeta" | "rewrite" | "compose" | "lifecycle"
        | "versioning" | "cors" | "web" => CallEffect::Write,
        _ => CallEffect::Unknown,
    };
    let whole = line.has(&["-r", "-R", "-d"]);
    let object = operands.get(1..).unwrap_or_default().join(" ");
    network(Outcome::call("gsutil", "", verb, &object, effect).with(
        Hazard::ResourceDestruction,
        verb == "rb" || verb == "rm" && whole || verb == "rsync" && line.has(&["-d"]),
    ))
}
