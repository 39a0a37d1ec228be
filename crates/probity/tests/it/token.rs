//! The life of a token.

use serde_json::Value;

use crate::program::run;

/// A key file of before groups is read, and its keys are in none.
#[test]
fn groups_are_kept_and_listed() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    run(&["token", "create", "ada", "--data", &data]).ok();
    let file = dir.path().join("data/keys/api-keys.json");
    let kept = std::fs::read_to_string(&file).expect("readable");
    assert!(!kept.contains("groups"), "{kept}");

    let create = ["token", "create", "bob", "--json", "--data", &data];
    let groups = ["--group", "finance", "--group", "on call"];
    let bob: Value =
        serde_json::from_str(&run(&[&create[..], &groups].concat()).ok()).expect("JSON");
    assert_eq!(bob["groups"], serde_json::json!(["finance", "on call"]));
    run(&[&create[..], &["--group", ""]].concat()).failed(1);

    let list = run(&["token", "list", "--json", "--data", &data]).ok();
    let groups: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["groups"].take())
        .collect();
    assert_eq!(groups, [serde_json::json!([]), bob["groups"].clone()]);
    let table = run(&["token", "list", "--data", &data]).ok();
    assert!(table.contains("finance, on call"), "{table}");
}

#[test]
fn a_token_is_made_shown_once_listed_and_revoked() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let token = run(&["token", "create", "ada", "--data", &data]).ok();
    let token = token.trim();
    assert!(token.starts_with("probity_"), "{token}");
    let arguments = [
        "token",
        "create",
        "robot",
        "--service",
        "--upstream",
        "files",
    ];
    let more = ["--expires-in-days", "2", "--json", "--data", &data];
    let robot: Value =
        serde_json::from_str(&run(&[&arguments[..], &more].concat()).ok()).expect("JSON");
    assert_eq!(robot["role"], "service");
    assert_eq!(robot["upstreams"][0], "files");

    let list = run(&["token", "list", "--json", "--data", &data]).ok();
    let keys: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0]["subject"], "ada");
    assert_eq!(keys[0]["state"], "valid");
    let secret = token.rsplit('.').next().expect("a secret");
    assert!(!list.contains(secret));
    let table = run(&["token", "list", "--data", &data]).ok();
    assert!(
        table.contains("robot") && !table.contains(secret),
        "{table}"
    );

    let id = keys[0]["id"].as_str().expect("an id");
    run(&["token", "revoke", id, "--data", &data]).ok();
    // An id may begin with any character of base 64.
    run(&["token", "revoke", "-not-an-id", "--data", &data]).failed(7);
    let list = run(&["token", "list", "--json", "--data", &data]).ok();
    assert!(
        list.lines()
            .next()
            .is_some_and(|line| line.contains("\"revoked\",")),
        "{list}"
    );
    let error = run(&["token", "revoke", "nobody", "--data", &data]).failed(7);
    assert!(error.contains("probity token list"), "{error}");
    run(&["token", "create", " ", "--data", &data]).failed(1);

    // Nothing on disk has the secret.
    let mut waiting = vec![std::path::PathBuf::from(&data)];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
            if entry.path().is_dir() {
                waiting.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("readable");
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{}", entry.path().display());
        }
    }
}
