//! Held calls from the command line, with a gateway that holds.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Ended, Serving, probity, run};
use crate::serve::{initialize, shop};

/// Longest wait for a call to be held: a bound, not an expectation.
const ROUNDS: u32 = 200;

const POLICIES: &str = "@id(\"all\")\npermit(principal, action, resource);\n\
    @id(\"ask\") @hold(\"ops\") @reason(\"ops says who begins\")\n\
    forbid(principal, action == Probity::Action::\"initialize\", resource);\n";

/// A gateway that holds what begins a session, and a person's way to it.
struct Rig {
    dir: tempfile::TempDir,
    serving: Serving,
    address: String,
}

impl Rig {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("a.cedar"), POLICIES).expect("written");
        let command = shop(dir.path());
        let words: Vec<&str> = command
            .split('=')
            .nth(1)
            .expect("a command")
            .split(' ')
            .collect();
        let config = format!(
            "listen = \"127.0.0.1:0\"\ndata = \"data\"\n[policy]\nfiles = [\"a.cedar\"]\n\
             [upstreams.shop]\ncommand = {words:?}\nanonymous = true\n"
        );
        fs::write(at("probity.toml"), config).expect("written");
        let config = at("probity.toml").display().to_string();
        for (name, group) in [("grace", "ops"), ("mallory", "sales")] {
            let token = [
                "token", "create", name, "--group", group, "--config", &config,
            ];
            fs::write(at(name), run(&token).ok()).expect("written");
        }
        let serving = Serving::start(&["serve", "--config", &config]);
        let address = serving.address();
        Self {
            dir,
            serving,
            address,
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What somebody says, with their token in a file.
    fn say(&self, who: &str, words: &[&str]) -> Ended {
        let (url, file) = (self.url(), self.path().join(who).display().to_string());
        run(&[words, &["--url", &url, "--token-file", &file]].concat())
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Begins a session, which waits.
    fn begin(&self) -> thread::JoinHandle<String> {
        let address = self.address.clone();
        thread::spawn(move || initialize(&address, "shop", ""))
    }

    /// The one call that waits.
    fn waiting(&self) -> String {
        for _ in 0..ROUNDS {
            let list = self.say("grace", &["approvals", "list", "--json"]).ok();
            if let Some(line) = list.lines().next() {
                let held: Value = serde_json::from_str(line).expect("JSON");
                let id = held.get("id").and_then(Value::as_str);
                return id.expect("an id").to_owned();
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("nothing was held");
    }
}

#[test]
fn a_held_call_is_seen_and_ruled_on() {
    let rig = Rig::new();
    let file = rig.path().join("grace").display().to_string();
    let (url, watch) = (rig.url(), ["approvals", "watch"]);
    let mut watch = probity(&watch);
    watch.args(["--url", &url, "--token-file", &file]);
    let watch = Serving::spawn(watch);

    let call = rig.begin();
    let id = rig.waiting();
    assert!(watch.line_with(&id).contains("waiting"));
    let shown = rig.say("grace", &["approvals", "show", &id]).ok();
    for text in [
        "initialize",
        "ops says who begins",
        "anonymous",
        "clientInfo",
    ] {
        assert!(shown.contains(text), "`{text}` in {shown}");
    }

    let told = rig.say("mallory", &["approvals", "approve", &id]).failed(1);
    assert!(told.contains("this takes a member of ops"), "{told}");
    let grant = ["approvals", "approve", &id, "--grant", "1h"];
    let told = rig.say("grace", &grant).failed(1);
    assert!(told.contains("at the most"), "{told}");
    let alone = ["approvals", "break-glass", &id, "--reason", "fire"];
    let told = rig.say("grace", &alone).failed(1);
    assert!(told.contains("emergency"), "{told}");

    let approve = ["approvals", "approve", &id, "--reason", "4711"];
    rig.say("grace", &approve).ok();
    let answer = call.join().expect("it ends");
    assert!(answer.contains("probity-sample-shop"), "{answer}");
    rig.say("grace", &approve).failed(1);
    watch.line_with("allowed");

    let call = rig.begin();
    let id = rig.waiting();
    rig.say("grace", &["approvals", "reject", &id, "--reason", "no"])
        .ok();
    let answer = call.join().expect("it ends");
    assert!(answer.contains("rejected"), "{answer}");
    let all = rig
        .say("grace", &["approvals", "list", "--state", "all"])
        .ok();
    assert!(all.contains("used") && all.contains("rejected"), "{all}");
    rig.say("grace", &["grants", "list"]).ok();
    assert_eq!(rig.serving.terminate(), 0);
}

#[test]
fn whoever_cannot_be_asked_or_asks_wrongly() {
    let rig = Rig::new();
    let id = "01ARYZ6S410000000000000000";
    rig.say("grace", &["approvals", "show", id]).failed(7);
    rig.say("grace", &["approvals", "reject", id]).failed(7);
    rig.say("grace", &["grants", "revoke", id]).failed(7);
    rig.say("grace", &["approvals", "show", "me"]).failed(2);
    rig.say("grace", &["approvals", "break-glass", id])
        .failed(2);
    rig.say("grace", &["approvals", "list", "--state", "open"])
        .failed(2);
    let with = ["approvals", "approve", id, "--with", "/a=1"];
    rig.say("grace", &with).failed(2);
    let with = [
        "approvals",
        "approve",
        id,
        "--grant",
        "1h",
        "--with",
        "/a=b",
    ];
    rig.say("grace", &with).failed(2);

    let url = rig.url();
    let none = run(&["approvals", "list", "--url", &url]).failed(1);
    assert!(none.contains("PROBITY_TOKEN"), "{none}");
    fs::write(rig.path().join("wrong"), "probity_x.y").expect("written");
    let wrong = rig.say("wrong", &["approvals", "list"]).failed(1);
    assert!(wrong.contains("the key is unknown"), "{wrong}");
    // A token goes nowhere in the open.
    let file = rig.path().join("grace").display().to_string();
    let open = ["approvals", "list", "--token-file", &file];
    let open = [&open[..], &["--url", "http://gateway.example"]].concat();
    let told = run(&open).failed(1);
    assert!(told.contains("only over https"), "{told}");
    assert_eq!(rig.serving.terminate(), 0);
}
