//! Policies: checked, in force, replaced without a restart, and on record.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Serving, run};
use crate::serve::{initialize, shop};

/// Longest wait for a changed file: a bound, not an expectation.
const ROUNDS: u32 = 200;

const PERMIT: &str = "@id(\"all\")\npermit(principal, action, resource);\n";
const FORBID: &str = "@id(\"closed\")\n@reason(\"the shop is closed\")\n\
    forbid(principal, action == Probity::Action::\"initialize\", resource in Probity::Server::\"shop\");\n";

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("it can be written");
}

/// Asks until the answer holds `text`.
fn until(address: &str, text: &str) -> String {
    let mut answer = String::new();
    for _ in 0..ROUNDS {
        answer = initialize(address, "shop", "");
        if answer.contains(text) {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("`{text}` never came: {answer}");
}

#[test]
fn a_changed_policy_is_in_force_and_a_broken_one_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let policies = dir.path().join("policies");
    fs::create_dir(&policies).expect("a folder");
    write(&policies, "a.cedar", PERMIT);
    let data = dir.path().join("data").display().to_string();
    let (name, command) = ("shop", shop(dir.path()));
    let command = command.split_once('=').expect("a command").1.to_owned();
    write(
        dir.path(),
        "probity.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata = \"data\"\n[policy]\nfiles = [\"policies\"]\n\
             [upstreams.{name}]\ncommand = {:?}\nanonymous = true\n",
            command.split(' ').collect::<Vec<_>>()
        ),
    );
    let config = dir.path().join("probity.toml").display().to_string();
    let serving = Serving::start(&["serve", "--config", &config]);
    let address = serving.address();
    until(&address, "probity-sample-shop");

    write(&policies, "b.cedar", FORBID);
    let told = until(
        &address,
        "Blocked by policy closed: the shop is closed. Decision ",
    );
    assert!(told.contains("\"code\":4403"), "{told}");
    // What is broken changes nothing, for as long as it is broken.
    write(&policies, "b.cedar", "forbid(");
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(initialize(&address, "shop", "").contains("4403"));
    let other = FORBID.replace("Server::\"shop\"", "Server::\"other\"");
    write(&policies, "b.cedar", &other);
    until(&address, "probity-sample-shop");
    assert_eq!(serving.terminate(), 0);

    let listed = run(&["sessions", "--node", "--json", "--data", &data]).ok();
    let ids = listed
        .split("\"id\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let shown: String = ids
        .map(|id| run(&["show", id, "--json", "--data", &data]).ok())
        .collect();
    let digests: Vec<_> = shown
        .lines()
        .filter(|line| line.contains("\"kind\":\"configuration\""))
        .filter_map(|line| line.split("\"policy\":\"").nth(1)?.get(..64))
        .collect();
    // At the start, closed, open for others: each with a digest of its own.
    assert_eq!(digests.len(), 3, "{shown}");
    assert!(digests[0] != digests[1] && digests[1] != digests[2]);
    let changes: Vec<Value> = shown
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|record| record.pointer("/facts/extra/policy_change").cloned())
        .collect();
    let ids = |change: &Value, how: &str| -> Vec<String> {
        let of = change[how].as_array().expect("a list");
        of.iter().map(|policy| policy["id"].to_string()).collect()
    };
    let [closed, opened] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (&closed["was"], &opened["was"]),
        (&digests[0].into(), &digests[1].into())
    );
    assert_eq!(ids(closed, "added"), ["\"closed\""]);
    assert_eq!(ids(opened, "changed"), ["\"closed\""]);
    assert_eq!(opened["changed"][0]["was"], closed["added"][0]["digest"]);
    let owner = format!(
        "uid {}",
        fs::metadata(&policies).expect("it is there").uid()
    );
    for change in [closed, opened] {
        assert_eq!(ids(change, "removed"), [""; 0]);
        assert_eq!(change["files"][0]["file"], "policies/b.cedar");
        assert_eq!(change["files"][0]["owner"], owner.as_str());
    }
    assert!(
        shown.contains("\"by\":\"the running gateway, because a file of its policies changed\"")
    );
    run(&["verify", &data]).ok();
}

#[test]
fn mistakes_are_told_with_file_and_line() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "good.cedar", PERMIT);
    write(
        dir.path(),
        "bad.cedar",
        "@id(\"x\")\nforbid(principal, action == Probity::Action::\"tools/call\", resource)\nwhen { context.argumnts.n > 3 };\n",
    );
    let at = |name: &str| dir.path().join(name).display().to_string();
    let listed = run(&["policy", "check", &at("good.cedar")]).ok();
    assert!(
        listed.contains("all ") && listed.contains("permit"),
        "{listed}"
    );
    let told = run(&["policy", "check", &at("")]).failed(6);
    assert!(told.contains("bad.cedar:3:1: "), "{told}");
    run(&["policy", "check", &at("missing.cedar")]).failed(6);
    let schema = run(&["policy", "schema"]).ok();
    assert!(schema.contains("namespace Probity"), "{schema}");

    // The configuration is wrong where its policies are.
    write(
        dir.path(),
        "probity.toml",
        "[policy]\nfiles = [\"bad.cedar\", \"gone\"]\n",
    );
    let told = run(&["check", "--config", &at("probity.toml")]).failed(6);
    assert!(
        told.contains("bad.cedar:3:1: ") || told.contains("gone: cannot be read"),
        "{told}"
    );
}

#[test]
fn the_shipped_policies_pass_the_tests_beside_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/policies");
    let names = |extension: &str| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(extension).map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names(".cedar"),
        names(".test.toml"),
        "tests stand beside each"
    );
    let files: Vec<String> = names(".test.toml")
        .iter()
        .map(|name| format!("{folder}/{name}.test.toml"))
        .collect();
    let mut arguments = vec!["policy", "test"];
    arguments.extend(files.iter().map(String::as_str));
    let told = run(&arguments).ok();
    assert!(told.contains(", 0 not as expected"), "{told}");
}

#[test]
fn a_test_that_misses_is_told_with_what_decided() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "permit.cedar", PERMIT);
    write(
        dir.path(),
        "a.test.toml",
        "[[call]]\nname = \"x\"\ntool = \"t\"\nexpect = \"refuse\"\n\
         [[call]]\nname = \"y\"\ntool = \"t\"\nexpect = \"permit\"\nrule = \"other\"\n",
    );
    write(
        dir.path(),
        "b.test.toml",
        "[[call]]\ntool = \"t\"\nexpect = \"perhaps\"\n",
    );
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (policy, misses, broken) = (at("permit.cedar"), at("a.test.toml"), at("b.test.toml"));
    let run = |file: &str| run(&["policy", "test", "--policy", &policy, file]);
    let missed = run(&misses);
    let told = missed.out.clone();
    assert!(told.contains("x: permit by all, expected refuse"), "{told}");
    assert!(told.contains("y: decided by all, expected other"), "{told}");
    missed.failed(1);
    let told = run(&broken).failed(1);
    assert!(told.contains("is no test file"), "{told}");
}

#[test]
fn a_call_is_explained() {
    let call = r#"{"tool":"query","arguments":{"sql":"DROP TABLE users"},"person":"ada"}"#;
    let told = run(&["policy", "explain", call]).ok();
    for part in [
        "\"verdict\": \"refuse\"",
        "sql-destructive",
        "\"at\": \"/sql\"",
        "policy_digest",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    run(&["policy", "explain", r#"{"tool":"a","method":"b"}"#]).failed(1);
}

#[test]
fn policies_name_the_arguments_of_tools_that_were_seen() {
    let dir = tempfile::tempdir().expect("a folder");
    let kept = dir.path().join("kept").display().to_string();
    run(&["demo", "--exit", "--data", &kept]).ok();
    let data = format!("{kept}/probity");
    let policy = |argument: &str| {
        format!(
            "{PERMIT}\n@id(\"far\") forbid(principal, action == Probity::Action::\"shop:refund_order\", resource)\n\
             when {{ context.arguments.{argument} > 1000 }};\n"
        )
    };
    write(dir.path(), "good.cedar", &policy("order_id"));
    write(dir.path(), "misspelt.cedar", &policy("order"));
    let at = |name: &str| dir.path().join(name).display().to_string();
    let (good, misspelt) = (at("good.cedar"), at("misspelt.cedar"));
    // Nobody has shown this tool to a gateway without data.
    run(&["policy", "check", &good]).failed(6);
    run(&["policy", "check", &good, "--data", &data]).ok();
    let told = run(&["policy", "check", &misspelt, "--data", &data]).failed(6);
    assert!(told.contains("misspelt.cedar:"), "{told}");
    let schema = run(&["policy", "schema", "--data", &data]).ok();
    assert!(schema.contains("shop:refund_order"), "{schema}");
    for (order, verdict) in [(5, "permit"), (5000, "refuse")] {
        let call = format!(
            r#"{{"server":"shop","tool":"refund_order","arguments":{{"order_id":{order},"reason":"x"}}}}"#
        );
        let told = run(&[
            "policy", "explain", &call, "--policy", &good, "--data", &data,
        ])
        .ok();
        assert!(
            told.contains(&format!("\"verdict\": \"{verdict}\"")),
            "{told}"
        );
    }
}
