//! `probity stop` beside a running gateway, and across restarts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::program::{Serving, run};
use crate::serve::{initialize, shop};

/// Longest wait for a changed file: a bound, not an expectation.
const ROUNDS: u32 = 200;

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

/// What the node has on record of what was stopped and lifted, in order; of a start: what is stopped.
fn on_record(data: &str) -> Vec<String> {
    let listed = run(&["sessions", "--node", "--json", "--data", data]).ok();
    let ids = listed.lines().map(|line| {
        let session: Value = serde_json::from_str(line).expect("JSON");
        let id = session.get("id").and_then(Value::as_str);
        id.expect("an id").to_owned()
    });
    let mut records: Vec<Value> = ids
        .flat_map(|id| {
            let shown = run(&["show", &id, "--json", "--data", data]).ok();
            let records = shown
                .lines()
                .map(|line| serde_json::from_str(line).expect("JSON"));
            records.collect::<Vec<Value>>()
        })
        .collect();
    records.sort_by_key(|record| record["index"].as_u64());
    let of = |halt: &Value| {
        format!(
            "{} {} {} {}",
            halt["what"], halt["id"], halt["by"], halt["reason"]
        )
    };
    let line = |record: &Value| {
        let extra = record.pointer("/facts/extra")?;
        let stopped = extra["stopped"].as_array();
        let starts = stopped.map(|halts| halts.iter().map(of).collect::<Vec<_>>().join(", "));
        match (starts, &extra["stopped"], &extra["lifted"]) {
            (Some(halts), ..) => Some(format!("start [{halts}]")),
            (None, halt @ Value::Object(_), _) => Some(format!("stopped {}", of(halt))),
            (None, _, halt @ Value::Object(_)) => Some(format!("lifted {}", of(halt))),
            _ => None,
        }
    };
    records.iter().filter_map(line).collect()
}

fn config(folder: &Path) -> String {
    let command = shop(folder);
    let command = command.split_once('=').expect("a command").1.to_owned();
    let words: Vec<&str> = command.split(' ').collect();
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"data\"\n[upstreams.shop]\ncommand = {words:?}\nanonymous = true\n"
    );
    let path = folder.join("probity.toml");
    fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

#[test]
fn what_is_stopped_stays_stopped_until_it_is_lifted() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = config(dir.path());
    let data = dir.path().join("data").display().to_string();
    let at = ["--config", &config];
    let stop = |words: &[&str]| run(&[&["stop"], words, &at].concat());
    let serving = Serving::start(&["serve", "--config", &config]);
    let address = serving.address();
    until(&address, "probity-sample-shop");
    let why = ["--reason", "case 17", "--by", "ada"];
    stop(&[&["server", "shop"], &why[..]].concat()).ok();
    let told = until(&address, "An operator stopped this MCP server. Decision ");
    assert!(
        told.contains("\"code\":4403") && !told.contains("case 17"),
        "{told}"
    );
    let list = stop(&["list"]).ok();
    assert!(list.contains("server shop  by ada  case 17"), "{list}");
    assert_eq!(serving.terminate(), 0);

    // Stopped while nothing runs, and what was stopped before: both hold from the first moment.
    stop(&["person", "mallory", "--by", "bob"]).ok();
    stop(&["person", "mallory", "--by", "eve"]).ok();
    let serving = Serving::start(&["serve", "--config", &config]);
    let address = serving.address();
    assert!(initialize(&address, "shop", "").contains("An operator stopped this MCP server."));
    stop(&["lift", "server", "shop", "--by", "bob"]).ok();
    until(&address, "probity-sample-shop");
    stop(&["lift", "server", "shop"]).failed(7);

    // Nobody knows what is stopped: everything is.
    let file = dir.path().join("data/stops.json");
    let good = fs::read(&file).expect("it is there");
    for broken in [Some("["), Some("{\"stopped\":[{}],\"lifted\":[]}"), None] {
        match broken {
            Some(text) => fs::write(&file, text).expect("it can be written"),
            None => fs::remove_file(&file).expect("it is there"),
        }
        until(&address, "An operator stopped everything here.");
        if broken.is_some() {
            stop(&["list"]).failed(1);
        }
        fs::write(&file, &good).expect("it can be written");
        until(&address, "probity-sample-shop");
    }
    assert_eq!(serving.terminate(), 0);
    fs::write(&file, "[").expect("it can be written");
    let told = run(&["serve", "--config", &config]).failed(1);
    assert!(told.contains("nobody knows what is stopped"), "{told}");
    let told = on_record(&data);
    assert_eq!(
        told.get(..4).unwrap_or_default(),
        [
            "start []",
            r#"stopped "server" "shop" "ada" "case 17""#,
            r#"start ["server" "shop" "ada" "case 17", "person" "mallory" "bob" null]"#,
            r#"lifted "server" "shop" "bob" null"#,
        ],
        "{told:#?}"
    );
    let everything = told.iter().filter(|line| line.contains("\"everything\""));
    assert_eq!(everything.count(), 6, "{told:#?}");
    run(&["verify", &data]).ok();
}

#[test]
fn what_is_to_be_stopped_has_a_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    for wrong in [
        &["server", "Not A Name"][..],
        &["session", "x"],
        &["nothing"],
        &["lift"],
    ] {
        run(&[&["stop"], wrong, &["--data", &data]].concat()).failed(2);
    }
    run(&["stop", "person", " ", "--data", &data]).failed(1);
    run(&["stop", "person", "ann", "--data", &data]).ok();
    let list = run(&["stop", "list", "--json", "--data", &data]).ok();
    let halt: Value = serde_json::from_str(&list).expect("one object");
    assert_eq!(
        (&halt["what"], &halt["id"]),
        (&"person".into(), &"ann".into())
    );
    assert!(
        halt["by"].as_str().is_some_and(|by| by.contains("uid ")),
        "{halt}"
    );
}
