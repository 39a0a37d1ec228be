//! `prove` and `key show`: what they write is what `verify` accepts.

use std::fs;
use std::path::Path;

use crate::program::run;
use crate::recorded::record;

fn key(data: &str) -> String {
    let keys = run(&["key", "show", "--data", data]).ok();
    let key = keys.lines().next().expect("a key").to_owned();
    assert!(key.contains("/gw/"), "{keys}");
    key
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_record_is_proven_disclosed_and_verified_elsewhere() {
    let dir = tempfile::tempdir().expect("a folder");
    record(dir.path());
    let data = dir.path().display().to_string();
    let key = key(&data);
    let out = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| out.path().join(name).display().to_string();
    let prove = |name: &str, more: &[&str]| {
        let folder = folder(name);
        let mut all = vec!["prove", "2", "-o", &folder, "--data", &data];
        all.extend(more);
        run(&all)
    };
    let verify = |name: &str, file: &str| {
        let file = out.path().join(name).join(file).display().to_string();
        run(&["verify", &file, "--vkey", &key])
    };
    prove("proof", &[]).ok();
    assert_eq!(names(&out.path().join("proof")), ["2.leaf", "2.tlog-proof"]);
    assert!(verify("proof", "2.tlog-proof").ok().contains("intent"));

    prove("record", &["--disclose", "record"]).ok();
    let shown = verify("record", "2.disclosure.json").ok();
    assert!(shown.contains("get_order"), "{shown}");
    prove("record", &[]).failed(1);

    let method = ["--disclose-field", "/payload/method"];
    prove("field", &method).ok();
    let shown = verify("field", "2.disclosure.json").ok();
    assert!(
        shown.contains("/payload/method (string): tools/call"),
        "{shown}"
    );
    assert!(!shown.contains("get_order"), "{shown}");
    let text = fs::read_to_string(out.path().join("field/2.disclosure.json")).expect("a file");
    let changed = text.replacen("\"number\": ", "\"number\": 1", 1);
    fs::write(out.path().join("field/2.disclosure.json"), changed).expect("it can be written");
    verify("field", "2.disclosure.json").failed(5);

    let listed = prove("none", &["--disclose-field", "/payload/nothing"]).failed(7);
    assert!(listed.contains("/payload/params/n"), "{listed}");
    assert!(listed.contains("/facts/message"), "{listed}");
    let folder = folder("none");
    run(&["prove", "999", "-o", &folder, "--data", &data]).failed(7);
}
