//! What may not stand in a tracked file.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Longest source file, in lines. Most are far shorter; past this a file holds two things.
const SOURCE_LINES_MAX: usize = 500;
/// Longest test file, in lines.
const TEST_LINES_MAX: usize = 800;

/// Words that work left unfinished leaves behind, in two halves so that this file may stay.
const LEFTOVERS: &[(&str, &str)] = &[
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("not yet imple", "mented"),
    ("for n", "ow"),
    ("place", "holder"),
];

/// Hosts of package registries, in two halves: which mirror serves is nobody's business.
const REGISTRIES: &[(&str, &str)] = &[
    ("registry.npm", "js"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("files.python", "hosted"),
    ("deb.deb", "ian"),
];

/// What only crates with sockets, files or clocks may name.
const IO_PATHS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread::sleep",
    "Instant::now",
    "SystemTime::now",
    "tokio::",
];

/// Folders of the Filesystem Hierarchy Standard 3.0: their names say nothing about a machine.
const EVERYWHERE: &[&str] = &[
    "/dev/", "/etc/", "/home/", "/media/", "/mnt/", "/opt/", "/run/", "/srv/", "/tmp/", "/usr/",
    "/var/",
];

const PURE: &[&str] = &[
    "model", "mcp", "inspect", "policy", "mask", "ledger", "identity", "gate",
];

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let places = machine_places(root);
    let mut findings = Vec::new();
    for path in tracked(root)? {
        // A file that is deleted but not committed, or that is not text, has nothing to say.
        let Ok(text) = fs::read_to_string(root.join(&path)) else {
            continue;
        };
        findings.extend(words(&path, &text, &places));
        if path.ends_with(".rs") {
            findings.extend(rust(&path, &text));
        }
        if path.starts_with("crates/") && path.ends_with("/Cargo.toml") {
            findings.extend(manifest(&path, &text));
        }
    }
    Ok(findings)
}

fn tracked(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    ensure!(output.status.success(), "git ls-files failed");
    Ok(String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect())
}

/// The repository's folder, the one above it and the home folder: all say where somebody works.
/// Folders that every machine has do not.
fn machine_places(root: &Path) -> Vec<String> {
    let home = std::env::var_os("HOME").map(std::path::PathBuf::from);
    [
        Some(root.to_owned()),
        root.parent().map(Path::to_owned),
        home,
    ]
    .into_iter()
    .flatten()
    .map(|place| format!("{}/", place.display()))
    .filter(|place| place.len() > 2 && !EVERYWHERE.contains(&place.as_str()))
    .collect()
}

fn words(path: &str, text: &str, places: &[String]) -> Vec<String> {
    let prose = [".rs", ".md", ".html", ".toml"]
        .iter()
        .any(|end| path.ends_with(end));
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let here = format!("{path}:{}", at + 1);
        if let Some(place) = places.iter().find(|place| names(line, place)) {
            findings.push(format!("{here}: names this machine's folder `{place}`"));
        }
        let registry = REGISTRIES.iter().map(|(a, b)| format!("{a}{b}"));
        if let Some(host) = registry.into_iter().find(|host| line.contains(host)) {
            findings.push(format!("{here}: names the registry host `{host}`"));
        }
        let leftovers = LEFTOVERS.iter().map(|(a, b)| format!("{a}{b}"));
        if prose && let Some(word) = leftovers.into_iter().find(|word| has_word(line, word)) {
            findings.push(format!(
                "{here}: `{word}` says that something is unfinished"
            ));
        }
        if prose && line.contains(is_hidden) {
            findings.push(format!(
                "{here}: has an invisible or direction-changing character"
            ));
        }
    }
    findings
}

/// Whether a line has these letters, not as a part of a longer word and not as a function's name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        let after = line
            .get(at + word.len()..)
            .and_then(|tail| tail.chars().next());
        !before.is_some_and(char::is_alphanumeric)
            && (word.ends_with('(') || !after.is_some_and(|c| c.is_alphanumeric() || c == '('))
    })
}

/// Whether a line names a folder: the folder's text, not as the end of a longer name.
fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '~' | '}'))
    })
}

/// Zero-width and bidirectional control characters (Unicode TR36 §3; "Trojan Source").
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn rust(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let is_test = ["/tests/", "/benches/", "/tests.rs"]
        .iter()
        .any(|part| path.contains(part));
    let lines_max = if is_test {
        TEST_LINES_MAX
    } else {
        SOURCE_LINES_MAX
    };
    let lines = text.lines().count();
    if lines > lines_max {
        findings.push(format!(
            "{path}: has {lines} lines, and {lines_max} is the most: it holds more than one thing"
        ));
    }
    let pure = PURE
        .iter()
        .any(|name| path.starts_with(&format!("crates/{name}/src/")));
    for (at, line) in text.lines().enumerate() {
        let here = format!("{path}:{}", at + 1);
        let code = line.split("//").next().unwrap_or_default();
        if code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|w| w == concat!("un", "safe"))
        {
            findings.push(format!(
                "{here}: {}",
                concat!("un", "safe code is forbidden")
            ));
        }
        if code.contains(concat!("#[", "allow(")) || code.contains(concat!("#![", "allow(")) {
            findings.push(format!("{here}: use #[expect(lint, reason = \"…\")]"));
        }
        if pure && let Some(io) = IO_PATHS.iter().find(|io| code.contains(**io)) {
            findings.push(format!(
                "{here}: a pure crate does no I/O and has no clock, but names `{io}`"
            ));
        }
    }
    findings
}

fn manifest(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !text.contains("[lints]\nworkspace = true") {
        findings.push(format!("{path}: does not take the workspace's lints"));
    }
    let own_version = text
        .lines()
        .skip_while(|line| !line.starts_with("[dependencies]"))
        .take_while(|line| !line.starts_with("[lints]"))
        .filter(|line| line.contains("version") && line.contains('"'));
    findings.extend(
        own_version
            .map(|line| format!("{path}: `{line}`: versions stand in the workspace's Cargo.toml")),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::{manifest, rust, words};

    #[test]
    fn what_may_not_stay_is_found_and_nothing_else() {
        let places = ["/srv/build/".to_owned(), "/home/me/".to_owned()];
        let check = |text: &str, expected: usize| {
            assert_eq!(words("a.rs", text, &places).len(), expected, "{text}");
        };
        check("let path = \"/srv/build/x\";", 1);
        check("see `/home/me/notes`", 1);
        check("https://example.com/srv/build/x is a URL's path", 0);
        check(concat!("// TO", "DO: later"), 1);
        check("a photodocument, MASTODON, XXXX", 0);
        check(concat!("an input's place", "holder"), 1);
        check(concat!("styles.place", "holder(cyan)"), 0);
        check(concat!("https://registry.npm", "js.org/"), 1);
        check("user\u{202e}nimda", 1);
        assert_eq!(words("a.json", concat!("TO", "DO"), &places).len(), 0);
    }

    #[test]
    fn a_pure_crate_names_no_clock_and_no_file() {
        let check = |path: &str, text: &str, expected: usize| {
            assert_eq!(rust(path, text).len(), expected, "{path} {text}");
        };
        check("crates/gate/src/a.rs", "let now = Instant::now();", 1);
        check("crates/gate/src/a.rs", "// not Instant::now()", 0);
        check("crates/gate/tests/it/a.rs", "std::fs::read(path)", 0);
        check("crates/store/src/a.rs", "std::fs::read(path)", 0);
        check("crates/store/src/a.rs", concat!("un", "safe { }"), 1);
        check(
            "crates/store/src/a.rs",
            concat!("#[", "allow(dead_code)]"),
            1,
        );
        check("crates/store/src/a.rs", &"x\n".repeat(501), 1);
        check("crates/store/tests/it/a.rs", &"x\n".repeat(501), 0);
    }

    #[test]
    fn a_manifest_takes_versions_and_lints_from_the_workspace() {
        let good = "[dependencies]\na.workspace = true\n\n[lints]\nworkspace = true\n";
        assert_eq!(manifest("m", good).len(), 0);
        assert_eq!(
            manifest("m", "[dependencies]\na.workspace = true\n").len(),
            1
        );
        let versioned = good.replace("a.workspace = true", "a = { version = \"1\" }");
        assert_eq!(manifest("m", &versioned).len(), 1);
    }
}
