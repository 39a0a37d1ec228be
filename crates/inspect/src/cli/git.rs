//! git.

use super::{CallEffect, Line, Outcome, effect_of};
use crate::shell::{Effect, Hazard};

/// Flags before the verb that take the next argument.
const GLOBAL: &str = "-C -c --git-dir --work-tree --namespace --exec-path --super-prefix";

const VERBS: &[(CallEffect, &str)] = &[
    (
        CallEffect::Read,
        "status log diff show blame grep ls-files ls-tree ls-remote rev-parse rev-list describe shortlog cat-file reflog \
         name-rev merge-base for-each-ref show-ref show-branch whatchanged count-objects fsck help version var check-ignore \
         check-attr diff-tree diff-index range-diff cherry verify-commit verify-tag annotate bisect archive fetch",
    ),
    (
        CallEffect::Write,
        "add commit checkout switch restore merge rebase pull push clone init tag branch stash cherry-pick revert reset mv am \
         apply format-patch config remote submodule worktree notes clean sparse-checkout maintenance lfs update-index \
         commit-tree hash-object bundle subtree flow svn credential send-email mktag read-tree write-tree symbolic-ref",
    ),
    (
        CallEffect::Delete,
        "rm gc prune filter-branch filter-repo update-ref replace",
    ),
];

/// Settings whose value is a program that git runs.
const RUNNING_SETTINGS: &[&str] = &[
    "core.pager",
    "core.hookspath",
    "core.sshcommand",
    "core.editor",
    "core.fsmonitor",
    "core.askpass",
    "core.gitproxy",
    "credential.helper",
    "diff.external",
    "sequence.editor",
    "gpg.program",
    "protocol.ext.allow",
    "uploadpack.packobjectshook",
    "include.path",
    "core.alternaterefscommand",
    "http.proxy",
    "init.templatedir",
];

/// Beginnings and ends of names of settings whose value is a program as well.
const RUNNING_FAMILIES: &[&str] = &["filter.", "pager."];
const RUNNING_ENDS: &[&str] = &[
    ".textconv",
    ".command",
    ".cmd",
    ".program",
    ".uploadpack",
    ".receivepack",
    ".helper",
    ".driver",
    ".process",
];

/// Settings that take a protection off.
const OPENING_SETTINGS: &[&str] = &[
    "http.sslverify=false",
    "safe.directory=*",
    "commit.gpgsign=false",
    "transfer.fsckobjects=false",
];

pub(super) fn git(line: Line<'_>) -> Outcome {
    let operands = line.placed(GLOBAL);
    let Some(&(at, verb)) = operands.first() else {
        return Outcome::call("git", "", "", "", CallEffect::Read);
    };
    let after = Line {
        arguments: line.arguments.get(at + 1..).unwrap_or_default(),
    };
    let before = Line {
        arguments: line.arguments.get(..at).unwrap_or_default(),
    };
    let objects = after.operands("-m --message -b --author --date -F --file --depth --branch -o --format --grep --since --until -n");
    let object = objects.join(" ");
    let mut effect = effect_of(VERBS, verb).unwrap_or(CallEffect::Unknown);
    let mut out = Outcome::default();
    match verb {
        "branch"
            if !after.has(&[
                "-d",
                "-D",
                "--delete",
                "-m",
                "-M",
                "-f",
                "--force",
                "-c",
                "--unset-upstream",
                "-u",
            ]) && objects.is_empty() =>
        {
            effect = CallEffect::Read;
        }
        "branch" if after.has(&["-D"]) || after.has(&["-d", "--delete"]) => {
            effect = CallEffect::Delete
        }
        "branch"
            if after.has(&[
                "-a",
                "-r",
                "-v",
                "-vv",
                "--list",
                "--show-current",
                "--contains",
                "--merged",
                "--no-merged",
            ]) =>
        {
            effect = CallEffect::Read;
        }
        "tag" if after.has(&["-l", "--list"]) || objects.is_empty() => effect = CallEffect::Read,
        "tag" if after.has(&["-d", "--delete"]) => effect = CallEffect::Delete,
        "remote"
            if objects.is_empty() || matches!(objects.first(), Some(&("show" | "get-url"))) =>
        {
            effect = CallEffect::Read
        }
        "stash" => match objects.first() {
            Some(&("list" | "show")) => effect = CallEffect::Read,
            Some(&("drop" | "clear")) => {
                effect = CallEffect::Delete;
                out.hazards
                    .extend((objects.first() == Some(&"clear")).then_some(Hazard::HistoryRewrite));
            }
            _ => {}
        },
        "worktree" | "submodule" | "notes" | "lfs" | "bisect"
            if matches!(
                objects.first(),
                Some(&("list" | "status" | "show" | "ls-files"))
            ) =>
        {
            effect = CallEffect::Read;
        }
        "config" => {
            let reads = after.has(&[
                "--get",
                "--list",
                "-l",
                "--get-all",
                "--get-regexp",
                "--show-origin",
            ]) || objects.len() == 1
                && !after.has(&["--unset", "--unset-all", "--remove-section", "-e", "--edit"])
                || matches!(objects.first(), Some(&("get" | "list")));
            effect = if reads {
                CallEffect::Read
            } else {
                CallEffect::Write
            };
            let setting = objects
                .iter()
                .find(|word| word.contains('.'))
                .copied()
                .unwrap_or_default()
                .to_ascii_lowercase();
            let value = objects.last().copied().unwrap_or_default();
            if !reads {
                setting_hazard(&format!("{setting}={value}"), &mut out);
            }
        }
        "push" => push(after, &objects, &mut effect, &mut out),
        "reset" if after.has(&["--hard"]) => {
            effect = CallEffect::Delete;
            out.hazards.push(Hazard::HistoryRewrite);
        }
        "clean" => {
            let rehearsed = after
                .own()
                .iter()
                .any(|flag| *flag == "--dry-run" || short(flag, 'n'));
            effect = if rehearsed {
                CallEffect::Read
            } else {
                CallEffect::Delete
            };
            let whole = after
                .own()
                .iter()
                .any(|flag| short(flag, 'd') || short(flag, 'x'));
            out.hazards
                .extend((!rehearsed && whole).then_some(Hazard::RecursiveDelete));
        }
        "checkout" | "restore" | "switch" => {
            let discards = after.has(&["-f", "--force", "--discard-changes"])
                || objects.contains(&".")
                || after.inner().is_some() && verb == "checkout";
            if discards || verb == "restore" && !after.has(&["--staged", "-S"]) {
                effect = CallEffect::Delete;
            }
        }
        "filter-branch" | "filter-repo" | "replace" => {
            out.hazards.push(Hazard::HistoryRewrite);
            for text in after.values(&[
                "--tree-filter",
                "--index-filter",
                "--env-filter",
                "--msg-filter",
                "--commit-filter",
            ]) {
                out.shell.push(text.to_owned());
            }
        }
        "update-ref" if after.has(&["-d", "--delete"]) => out.hazards.push(Hazard::HistoryRewrite),
        "reflog" if matches!(objects.first(), Some(&("expire" | "delete"))) => {
            effect = CallEffect::Delete;
            out.hazards.push(Hazard::HistoryRewrite);
        }
        "gc" => out.hazards.extend(
            after
                .own()
                .iter()
                .any(|flag| flag.starts_with("--prune="))
                .then_some(Hazard::HistoryRewrite),
        ),
        // What is rewritten stays in the reflog, until somebody pushes it by force.
        "rebase" => {
            out.shell.extend(
                after
                    .values(&["-x", "--exec"])
                    .into_iter()
                    .map(str::to_owned),
            );
        }
        "bisect" | "submodule" if matches!(objects.first(), Some(&("run" | "foreach"))) => {
            out.shell
                .push(objects.get(1..).unwrap_or_default().join(" "));
            out.effects.push(Effect::Execute);
        }
        _ => {}
    }
    if matches!(verb, "log" | "diff" | "show" | "archive" | "format-patch") {
        let files = after.values(&["--output", "--output-directory"]);
        if !files.is_empty() {
            effect = CallEffect::Write;
        }
        out.writes.extend(files.into_iter().map(str::to_owned));
    }
    if verb == "archive"
        && let Some(remote) = after.value(&["--remote"])
    {
        // The other machine runs a program, which may be named.
        effect = CallEffect::Write;
        out.effects.push(Effect::Network);
        out.shell
            .extend(after.value(&["--exec"]).map(str::to_owned));
        if remote.starts_with("ext::") {
            out.hazards.push(Hazard::DynamicCommand);
        }
    }
    if verb == "grep" {
        let pagers = after.values(&["-O", "--open-files-in-pager"]);
        out.shell.extend(pagers.into_iter().map(str::to_owned));
    }
    if matches!(verb, "push" | "pull" | "fetch" | "clone" | "ls-remote") {
        out.effects.push(Effect::Network);
        let runs = |word: &&str| word.starts_with("ext::");
        let programs = after.values(&["--upload-pack", "--receive-pack", "--exec"]);
        if line.own().iter().any(runs) || !programs.is_empty() {
            out.hazards.push(Hazard::DynamicCommand);
            out.shell.extend(programs.into_iter().map(str::to_owned));
        }
    }
    if after.has(&["--no-verify"]) && matches!(verb, "commit" | "push" | "merge") {
        out.hazards.push(Hazard::ProtectionBypass);
    }
    for setting in before.values(&["-c", "--config-env"]) {
        setting_hazard(setting, &mut out);
    }
    let mut call = Outcome::call("git", "", verb, &object, effect);
    out.calls.append(&mut call.calls);
    out
}

fn push(after: Line<'_>, objects: &[&str], effect: &mut CallEffect, out: &mut Outcome) {
    if after.has(&["--dry-run", "-n"]) {
        *effect = CallEffect::Read;
        return;
    }
    let forced = after
        .own()
        .iter()
        .any(|flag| flag.starts_with("--force") || short(flag, 'f') || *flag == "--mirror");
    let deletes = after.has(&["--delete", "-d", "--prune", "--mirror"])
        || objects
            .iter()
            .any(|object| object.starts_with(':') && object.len() > 1);
    let overwrites = objects.iter().any(|object| object.starts_with('+'));
    if forced || deletes || overwrites {
        out.hazards.push(Hazard::HistoryRewrite);
    }
    if deletes {
        *effect = CallEffect::Delete;
    }
}

fn setting_hazard(setting: &str, out: &mut Outcome) {
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    let name = name.to_ascii_lowercase();
    let alias = name.starts_with("alias.") && value.starts_with('!');
    let runs = RUNNING_SETTINGS.contains(&name.as_str())
        || RUNNING_FAMILIES.iter().any(|start| name.starts_with(start))
        || RUNNING_ENDS.iter().any(|end| name.ends_with(end));
    let harmless = matches!(
        value,
        "cat"
            | "less"
            | ""
            | "vim"
            | "nano"
            | "cache"
            | "store"
            | "osxkeychain"
            | "manager"
            | "true"
            | "false"
    );
    if alias || runs && !harmless {
        out.hazards.push(Hazard::EnvironmentInjection);
        out.shell.push(value.trim_start_matches('!').to_owned());
    }
    if OPENING_SETTINGS.contains(&format!("{name}={}", value.to_ascii_lowercase()).as_str()) {
        out.hazards.push(Hazard::ProtectionBypass);
    }
}

/// Whether a letter stands among short flags.
fn short(flag: &str, letter: char) -> bool {
    flag.starts_with('-') && !flag.starts_with("--") && flag.contains(letter)
}
