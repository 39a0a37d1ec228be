//! `sessions`, `show`, `replay` and `verify` on a recorded log.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::program::run;
use crate::recorded::{HOSTILE, record};

struct Recorded {
    dir: tempfile::TempDir,
    session: String,
}

fn recorded() -> Recorded {
    let dir = tempfile::tempdir().expect("a folder");
    let session = record(dir.path());
    Recorded { dir, session }
}

impl Recorded {
    fn run(&self, arguments: &[&str]) -> String {
        let mut all = arguments.to_vec();
        let data = self.dir.path().display().to_string();
        all.extend(["--data", &data]);
        run(&all).ok()
    }

    fn failed(&self, arguments: &[&str], status: i32) -> String {
        let mut all = arguments.to_vec();
        let data = self.dir.path().display().to_string();
        all.extend(["--data", &data]);
        run(&all).failed(status)
    }
}

fn check(printed: &str, expected: &Expect) {
    let trimmed: String = printed
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    expected.assert_eq(&trimmed);
}

#[test]
fn show_prints_every_message_in_order_and_obeys_none() {
    let recorded = recorded();
    let printed = recorded.run(&["show", "last"]);
    let expected = expect![[r#"
    session                     opened (UTC)         state      records  upstream        caller          revision    client
    01KYM0YGE0144GJ289144GJ289  2026-07-28 09:30:00  closed           4  shop            ada             2025-11-25

       0  #1        +0.000 s  -- session_opened  shop streamable_http person ada
       1  #2        +0.010 s  -> intent          request tools/call get_order (id 2)  permitted  1.5 ms
              {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"n":1.10}}
       2  #3        +0.060 s  <- outcome         response tools/call get_order (id 2) [2 masked]  1.5 ms
              {"id":2,"result":"\u{1b}[2J\u{1b}]0;owned\u{7} user\u{202e}nimda"}
       3  #4        +0.090 s  -- session_closed
"#]];
    check(&printed, &expected);
    assert!(!printed.chars().any(|c| c.is_control() && c != '\n'));
    let (prefix, _) = recorded.session.split_at(20);
    assert_eq!(recorded.run(&["show", prefix]), printed);
    assert_eq!(
        recorded.run(&["show", &recorded.session, "--follow"]),
        printed
    );
}

#[test]
fn replay_without_a_terminal_prints_the_same_records() {
    let recorded = recorded();
    let shown = recorded.run(&["show", "last"]);
    for speed in ["max", "8"] {
        let replayed = recorded.run(&["replay", "last", "--speed", speed]);
        assert!(shown.ends_with(&replayed), "{replayed}");
        assert_eq!(replayed.matches(" #").count(), 4);
    }
}

#[test]
fn json_keeps_every_byte() {
    let recorded = recorded();
    let printed = recorded.run(&["show", "last", "--json"]);
    let records: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let kinds: Vec<_> = records.iter().map(|r| r["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        ["session_opened", "intent", "outcome", "session_closed"].map(Some)
    );
    assert_eq!(records[1]["direction"], "client_to_server");
    assert!(
        records[1]["payload"]
            .as_str()
            .is_some_and(|p| p.contains("1.10"))
    );
    assert_eq!(records[2]["payload"], HOSTILE);
    assert_eq!(records[2]["facts"]["message"]["method"], "tools/call");
    let indexes: Vec<_> = records.iter().filter_map(|r| r["index"].as_u64()).collect();
    assert!(indexes.is_sorted() && indexes.len() == 4);
    assert_eq!(records[3]["seq"], 3);
}

#[test]
fn sessions_are_listed_and_filtered() {
    let recorded = recorded();
    let all = recorded.run(&["sessions", "--json"]);
    let session: Value = serde_json::from_str(all.trim()).expect("one object");
    assert_eq!(session["id"], recorded.session);
    assert_eq!(session["state"], "closed");
    assert_eq!(session["caller"]["subject"], "ada");
    assert_eq!(session["records"], 4);
    for (filter, found) in [
        (&["--upstream", "shop"][..], 1),
        (&["--upstream", "other"], 0),
        (&["--caller", "ad"], 1),
        (&["--caller", "bob"], 0),
        (&["--state", "closed"], 1),
        (&["--state", "open"], 0),
        (&["--limit", "0"], 0),
    ] {
        let mut arguments = vec!["sessions", "--json"];
        arguments.extend(filter);
        assert_eq!(
            recorded.run(&arguments).lines().count(),
            found,
            "{filter:?}"
        );
    }
    assert!(recorded.run(&["sessions"]).contains("2025-11-25"));
    assert!(recorded.run(&["sessions", "--node"]).contains("(node)"));
}

#[test]
fn what_does_not_exist_has_its_own_status() {
    let recorded = recorded();
    let error = recorded.failed(&["show", "01ARYZ6S4100000000000000ZZ"], 7);
    assert!(error.contains("there is no session"), "{error}");
    recorded.failed(&["show", "7ZZZ"], 7);
    let error = run(&["sessions", "--data", "/nowhere/at/all"]).failed(7);
    assert!(error.contains("--data"), "{error}");
    run(&["show", "not an id!", "--data", "/nowhere"]).failed(2);
}

#[test]
fn verify_says_intact_and_names_the_damage() {
    let recorded = recorded();
    let path = recorded.dir.path();
    let intact = run(&["verify", &path.display().to_string(), "--json"]).ok();
    let report: Value = serde_json::from_str(&intact).expect("JSON");
    assert_eq!(report["result"], "intact");
    assert!(recorded.run(&["verify"]).contains("INTACT"));

    let tile = largest_tile(&path.join("log"));
    let mut bytes = std::fs::read(&tile).expect("readable");
    bytes[3] ^= 1;
    std::fs::write(&tile, bytes).expect("writable");
    let ended = run(&["verify", &path.display().to_string()]);
    assert!(matches!(ended.status, 4 | 5), "{ended:#?}");
    assert!(
        ended.out.contains("CORRUPT") || ended.out.contains("MISSING"),
        "{ended:#?}"
    );
}

#[test]
fn a_new_epoch_states_why_and_the_old_log_stays() {
    let recorded = recorded();
    recorded.failed(&["recover", "--because", "x"], 2);
    recorded.failed(&["recover", "--new-epoch", "--because", " "], 1);
    let reason = "the disk was replaced";
    let told = recorded.run(&["recover", "--new-epoch", "--because", reason]);
    assert!(
        told.contains("/2\n") && told.contains("entries under"),
        "{told}"
    );
    drop(store::DataDir::open(recorded.dir.path(), &store::Options::default()).expect("starts"));
    let node = recorded.run(&["sessions", "--node", "--json"]);
    let id = node
        .split("\"id\":\"")
        .nth(1)
        .and_then(|rest| rest.get(..26));
    let shown = recorded.run(&["show", id.expect("an id"), "--json"]);
    assert!(shown.contains(reason), "{shown}");
}

/// The longest file of hashes of leaves in a log.
fn largest_tile(log: &Path) -> PathBuf {
    let (mut waiting, mut files) = (vec![log.to_owned()], Vec::new());
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder").flatten() {
            match entry.metadata().expect("its metadata") {
                metadata if metadata.is_dir() => waiting.push(entry.path()),
                metadata => files.push((metadata.len(), entry.path())),
            }
        }
    }
    files.retain(|(_, path)| path.to_string_lossy().contains("/tile/0/"));
    files.into_iter().max().expect("a tile").1
}

#[test]
fn findings_are_counted_by_server_tool_and_kind() {
    let recorded = recorded();
    let expected = expect![[r#"
        upstream        tool or method                kind                       places  records  sessions  first (UTC)          last (UTC)
        shop            get_order                 <-  email                           2        1         1  2026-07-28 09:30:00  2026-07-28 09:30:00
    "#]];
    check(&recorded.run(&["findings"]), &expected);
    let line = recorded.run(&["findings", "--json", "--kind", "email"]);
    let group: Value = serde_json::from_str(line.trim()).expect("one object");
    assert_eq!(group["direction"], "server_to_client");
    assert_eq!(
        (&group["places"], &group["records"]),
        (&2.into(), &1.into())
    );
    for filter in [["--kind", "iban"], ["--upstream", "other"]] {
        let arguments = [&["findings", "--json"][..], &filter].concat();
        assert_eq!(recorded.run(&arguments), "");
    }
}
