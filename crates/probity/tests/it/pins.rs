//! Definitions: seen, reviewed beside a running gateway, accepted, on record.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::program::{Serving, run};
use crate::serve::{http, initialize, shop};

/// Longest wait for a changed file: a bound, not an expectation.
const ROUNDS: u32 = 200;

const POLICY: &str = "@id(\"all\")\npermit(principal, action, resource);\n\
    @id(\"changed\")\n@reason(\"look at it first\")\n\
    forbid(principal, action in Probity::Action::\"from_client\", resource) when { context.pin.changed };\n";

/// What the shop's tools are, as a client is told.
fn tools(address: &str) -> String {
    let opened = initialize(address, "shop", "");
    let session = opened
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("mcp-session-id"))
        .map(|(_, value)| value.trim().to_owned())
        .expect("a session");
    let body = r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#;
    let request = format!(
        "POST /mcp/shop HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         Mcp-Session-Id: {session}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    http(address, &request)
}

fn until(address: &str, enough: impl Fn(&str) -> bool) {
    let mut answer = String::new();
    for _ in 0..ROUNDS {
        answer = tools(address);
        if enough(&answer) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came: {answer}");
}

/// As if another version had been seen before.
fn as_if_another(file: &Path, fingerprint: &str) {
    let kept = fs::read_to_string(file).expect("the file is there");
    let other = "0".repeat(64);
    let changed = kept.replace(fingerprint, &other);
    assert_ne!(changed, kept);
    fs::write(file, changed).expect("it can be written");
}

#[test]
fn a_person_accepts_a_changed_tool_beside_a_running_gateway() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    fs::write(dir.path().join("a.cedar"), POLICY).expect("it can be written");
    let command = shop(dir.path())
        .split_once('=')
        .expect("a command")
        .1
        .to_owned();
    let config = dir.path().join("probity.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"data\"\n[policy]\nfiles = [\"a.cedar\"]\n\
         [upstreams.shop]\ncommand = {:?}\nanonymous = true\n",
        command.split(' ').collect::<Vec<_>>()
    );
    fs::write(&config, text).expect("it can be written");
    let config = config.display().to_string();
    let serving = Serving::start(&["serve", "--config", &config]);
    let address = serving.address();
    until(&address, |answer| answer.contains("\"tools\":[{"));

    let pins = |arguments: &[&str]| run(&[&["pins"], arguments, &["--data", &data]].concat());
    let listed = pins(&["list", "--json"]).ok();
    let tool = listed
        .lines()
        .find(|line| line.contains("\"kind\":\"tool\""))
        .expect("a tool");
    let member = |name: &str| {
        let value = tool.split(&format!("\"{name}\":\"")).nth(1);
        value
            .and_then(|rest| rest.split('"').next())
            .expect("a member")
            .to_owned()
    };
    assert_eq!(member("state"), "first_seen");
    let name = member("name");
    let shown = pins(&["show", "shop", &name]).ok();
    assert!(shown.contains("\"inputSchema\""), "{shown}");
    assert!(
        pins(&["diff", "shop", &name])
            .ok()
            .contains("nothing changed")
    );
    pins(&["show", "shop", "no-such-tool"]).failed(7);

    let file = dir.path().join("data/pins/definitions.json");
    as_if_another(&file, &member("fingerprint"));
    let quoted = format!("\"name\":\"{name}\"");
    until(&address, |answer| {
        answer.contains("\"tools\":[") && !answer.contains(&quoted)
    });
    let listed = pins(&["list", "--open"]).ok();
    assert!(
        listed.contains("changed") && listed.contains(&name),
        "{listed}"
    );
    let other = "0".repeat(63) + "1";
    pins(&["accept", "shop", &name, "--fingerprint", &other]).failed(7);
    let accepted = pins(&[
        "accept", "shop", &name, "--by", "ann", "--reason", "read it",
    ])
    .ok();
    assert!(accepted.contains(&member("fingerprint")), "{accepted}");
    until(&address, |answer| answer.contains(&quoted));
    assert_eq!(serving.terminate(), 0);

    let node = run(&["sessions", "--node", "--json", "--data", &data]).ok();
    let ids = node.split("\"id\":\"").skip(1);
    let ids = ids.filter_map(|rest| rest.split('"').next());
    let shown: String = ids
        .map(|id| run(&["show", id, "--json", "--data", &data]).ok())
        .collect();
    let record = shown
        .lines()
        .find(|line| line.contains("\"state\":\"accepted\""))
        .expect("it is on record");
    assert!(
        record.contains("\"by\":\"ann\"") && record.contains("read it"),
        "{record}"
    );
    run(&["verify", &data]).ok();
}
