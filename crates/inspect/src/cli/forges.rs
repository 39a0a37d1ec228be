//! gh, glab and hub: the clients of what hosts repositories.

use super::{CallEffect, Line, Outcome, effect_of};
use crate::http;
use crate::shell::{Effect, Hazard};

/// Flags that take the next argument.
const VALUED: &str = "-R --repo -H --header -X --method -f --raw-field -F --field --input -q --jq -t --template --hostname --cache \
                      -L --limit -l --label -s --state -a --assignee -A --author -B --base -b --body --title -S --search \
                      --json -w --workflow -e --event --branch -c --commit -r --ref -u --user -d --dir -p --pattern";

/// What the second word does, whatever the first one names.
const VERBS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "list ls view show status diff checks search watch browse describe get trace lint",
    ),
    (
        CallEffect::Write,
        "create new edit comment close reopen merge review checkout develop lock unlock pin unpin ready update-branch \
         clone fork sync rename upload download rerun run enable disable set add note approve retry transfer archive \
         unarchive update import fetch install upgrade",
    ),
    (CallEffect::Delete, "delete remove rm cancel purge"),
];

/// Groups that are about access or secrets, whatever the verb changes.
const ACCESS_GROUPS: &[&str] = &[
    "secret",
    "variable",
    "ssh-key",
    "gpg-key",
    "deploy-key",
    "auth",
    "token",
];

pub(super) fn forge(tool: &str, line: Line<'_>) -> Outcome {
    let operands = line.operands(VALUED);
    let group = operands.first().copied().unwrap_or_default();
    let verb = operands.get(1).copied().unwrap_or_default();
    let object = operands.get(2..).unwrap_or_default().join(" ");
    let mut out = match (group, verb) {
        ("" | "help" | "version" | "status" | "search" | "browse", _) => {
            Outcome::call(tool, "", group, verb, CallEffect::Read)
        }
        ("api", path) => api(tool, path, line),
        ("auth", "token") => Outcome::call(tool, group, verb, "", CallEffect::Secret),
        ("auth", "status") if line.has(&["-t", "--show-token"]) => {
            Outcome::call(tool, group, verb, "", CallEffect::Secret)
        }
        // An alias may be a line of the shell, and an extension is a program.
        ("alias", "set") | ("extension", "install" | "exec" | "upgrade") => {
            Outcome::call(tool, group, verb, &object, CallEffect::Write)
                .with(Hazard::DynamicCommand, true)
        }
        ("codespace", "ssh") => Outcome::call(tool, group, verb, &object, CallEffect::Unknown),
        // `hub delete`: the verb comes first.
        (first, _) if tool == "hub" => {
            let effect = effect_of(VERBS, first).unwrap_or(CallEffect::Unknown);
            Outcome::call(tool, "", first, verb, effect)
        }
        _ => {
            let effect = match effect_of(VERBS, verb).unwrap_or(CallEffect::Unknown) {
                CallEffect::Write if ACCESS_GROUPS.contains(&group) => CallEffect::Access,
                effect => effect,
            };
            Outcome::call(tool, group, verb, &object, effect)
        }
    };
    if group == "repo" && verb == "delete" || tool == "hub" && group == "delete" {
        out.hazards.push(Hazard::ResourceDestruction);
    }
    out.effects.push(Effect::Network);
    out
}

/// `gh api PATH`: fields make a POST of it, unless a method is given.
fn api(tool: &str, path: &str, line: Line<'_>) -> Outcome {
    let fields = line.values(&["-f", "--raw-field", "-F", "--field"]);
    let sends = !fields.is_empty() || line.value(&["--input"]).is_some();
    let method = line.value(&["-X", "--method"]);
    let method = method.unwrap_or(if sends { "POST" } else { "GET" });
    let query = fields.iter().find_map(|field| field.strip_prefix("query="));
    let body = query.map(|query| serde_json::json!({ "query": query }).to_string());
    let facts = http::inspect(&http::Request {
        method: method.to_owned(),
        url: format!("https://forge.invalid/{}", path.trim_start_matches('/')),
        headers: Vec::new(),
        body: body.unwrap_or_default(),
    });
    let effect = match facts.effect {
        http::Effect::Read => CallEffect::Read,
        http::Effect::Write => CallEffect::Write,
        http::Effect::Delete => CallEffect::Delete,
        http::Effect::Unknown => CallEffect::Unknown,
    };
    let mut out = Outcome::call(tool, "api", method, path, effect);
    out.hazards.extend(
        facts
            .hazards
            .iter()
            .filter_map(|hazard| hazard.of_a_command()),
    );
    out
}
