//! Paths: where they point, in a table.

use inspect::paths::{Facts, inspect};

fn line(facts: &Facts) -> String {
    let is = [
        (facts.traversal, "traversal"),
        (facts.outside_roots, "outside"),
        (facts.sensitive, "sensitive"),
        (facts.system, "system"),
        (facts.home_dotfile, "dotfile"),
        (facts.device, "device"),
        (facts.log, "log"),
        (facts.startup, "startup"),
        (facts.unknown, "?"),
    ];
    let words: Vec<&str> = is
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| *word)
        .collect();
    words.join(" ")
}

#[test]
fn paths_by_where_they_point() {
    let roots = ["/workspace".to_owned()];
    let mut wrong = Vec::new();
    for (path, expected) in ROWS {
        let found = line(&inspect(path, &roots));
        if found != *expected {
            wrong.push(format!(
                "{path:?}\n  expected {expected}\n  seen     {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const ROWS: &[(&str, &str)] = &[
    ("src/main.rs", ""),
    ("./src/../README.md", "traversal outside"),
    ("/workspace", ""),
    ("/workspace/a.txt", ""),
    ("/workspace/docs/../a.txt", ""),
    ("/workspace/../etc/hosts", "traversal outside system"),
    ("/workspace/a/../../root/x", "traversal outside"),
    ("/workspaces/a", "outside"),
    ("....//....//etc/shadow", "traversal outside"),
    ("a/.../b", ""),
    ("..%2f..%2fetc%2fshadow", "traversal outside"),
    (".env", "sensitive"),
    (".env.example", ""),
    ("docs/id_rsa_explained.md", ""),
    ("keys/id_rsa", "sensitive"),
    ("keys/id_rsa_work", "sensitive"),
    ("keys/id_rsa.pub", ""),
    ("/etc/shadow", "outside sensitive system startup"),
    ("file:///etc/shadow", "outside sensitive system startup"),
    ("~/.ssh/id_rsa", "outside sensitive dotfile"),
    ("/proc/self/environ", "outside sensitive system"),
    ("/dev/sda", "outside system device"),
    ("\\\\203.0.113.7\\share", "outside ?"),
    (
        "/proc/self/cwd/../../etc/shadow",
        "traversal outside system",
    ),
    ("a\u{0}b", "?"),
];
