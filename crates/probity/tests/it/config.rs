//! `init` and `check`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::program::{probity, run, run_in};

#[test]
fn init_writes_what_check_and_serve_take() {
    let dir = tempfile::tempdir().expect("a folder");
    let printed = run_in(dir.path(), &["init"]).ok();
    assert!(printed.contains("token   probity_"), "{printed}");
    for secret in ["root.key", "api-keys.pepper", "api-keys.json"] {
        let path = dir.path().join("probity-data/keys").join(secret);
        let mode = fs::metadata(&path).expect("it exists").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{secret}");
    }
    // Without a name, the file of this folder is meant.
    let checked = run_in(dir.path(), &["check"]).ok();
    assert!(checked.contains("127.0.0.1:8808"), "{checked}");
    // Nothing that exists is overwritten, and no second token is shown.
    let again = run_in(dir.path(), &["init"]).ok();
    assert!(again.contains("kept    "), "{again}");
    assert!(!again.contains("probity_"), "{again}");
}

#[test]
fn all_mistakes_are_reported_with_their_lines() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("p.toml");
    fs::write(
        &path,
        "listen = 1\nlisten_on = 2\n[upstreams.Files]\nurl = \"x\"\n",
    )
    .expect("written");
    let error = run(&["check", "-c", &path.display().to_string()]).failed(6);
    for place in [":1:10: ", ":2:1: ", ":3:12: ", ":4:7: "] {
        assert!(
            error.contains(&format!("p.toml{place}")),
            "{place} in {error}"
        );
    }
    let error = run(&["serve", "-c", &path.display().to_string()]).failed(6);
    assert!(error.contains("unknown field `listen_on`"), "{error}");
}

#[test]
fn secrets_are_printed_as_the_place_they_come_from() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("p.toml");
    fs::write(dir.path().join("secret.txt"), "from-the-file\n").expect("written");
    let text = r#"
[upstreams.web]
url = "https://example.com/mcp"
credential = { bearer = { env = "TOKEN_OF_THE_TEST" } }
headers = { x-key = { file = "secret.txt" } }
"#;
    fs::write(&path, text).expect("written");
    for form in [&[][..], &["--json"]] {
        let mut command = probity(&["check", "-c"]);
        command
            .arg(&path)
            .args(form)
            .env("TOKEN_OF_THE_TEST", "from-the-environment");
        let output = command.output().expect("it starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{output:?}");
        assert!(printed.contains("env TOKEN_OF_THE_TEST"), "{printed}");
        assert!(printed.contains("secret.txt"), "{printed}");
        assert!(!printed.contains("from-the"), "{printed}");
    }
    let error = run(&["check", "-c", &path.display().to_string()]).failed(6);
    assert!(error.contains("`TOKEN_OF_THE_TEST` is not set"), "{error}");
}

#[test]
fn variables_override_the_file() {
    let output = probity(&["check", "--json"])
        .env("PROBITY_LISTEN", "127.0.0.1:9")
        .env("PROBITY_LIMITS__DEPTH_MAX", "7")
        .output()
        .expect("it starts");
    let config: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(config["listen"], "127.0.0.1:9");
    assert_eq!(config["limits"]["depth_max"], 7);
    let output = probity(&["check"])
        .env("PROBITY_LISTENN", "127.0.0.1:9")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(6));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("PROBITY_LISTENN: unknown field"), "{error}");
}
