//! Help, completions and manual pages: one source, nothing missing in any.

use crate::program::run;

const COMMANDS: &[&str] = &[
    "demo",
    "serve",
    "init",
    "check",
    "connect",
    "sessions",
    "show",
    "findings",
    "replay",
    "verify",
    "prove",
    "key",
    "pins",
    "policy",
    "recover",
    "approvals",
    "grants",
    "stop",
    "token",
    "completions",
    "man",
];

#[test]
fn every_command_explains_itself() {
    let help = run(&["--help"]).ok();
    assert!(help.contains("Exit status:"), "{help}");
    for command in COMMANDS {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command} in {help}"
        );
        let own = run(&[command, "--help"]).ok();
        assert!(own.contains("Usage: probity"), "{own}");
    }
    assert!(!help.contains("sample-server"), "{help}");
    for command in ["create", "list", "revoke"] {
        run(&["token", command, "--help"]).ok();
    }
}

#[test]
fn a_wrong_command_line_has_its_own_status() {
    for arguments in [
        &["nonsense"][..],
        &["serve", "--upstream", "no-target"],
        &["serve", "--upstream", "a='open"],
        &["replay", "last", "--speed", "0"],
        &["demo", "--listen", "nowhere"],
    ] {
        run(arguments).failed(2);
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]).ok();
        for command in COMMANDS {
            assert!(script.contains(command), "{command} in {shell}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let dir = tempfile::tempdir().expect("a folder");
    let pages = dir.path().join("man");
    run(&["man", &pages.display().to_string()]).ok();
    for command in COMMANDS {
        let page = pages.join(format!("probity-{command}.1"));
        assert!(page.exists(), "{}", page.display());
    }
}
