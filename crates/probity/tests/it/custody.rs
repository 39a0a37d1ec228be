//! `purge` and `hold` on a recorded log, and a root key in a real server that speaks Vault's API.

use std::path::Path;

use expect_test::expect;
use store::{DataDir, Options};

use crate::bao::Bao;
use crate::program::{Ended, Serving, probity, run};
use crate::recorded::record;

/// The commands on one data directory.
struct Directory {
    dir: tempfile::TempDir,
    session: String,
}

impl Directory {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let session = record(dir.path());
        Self { dir, session }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let data = self.dir.path().display().to_string();
        run(&[arguments, &["--data", &data]].concat())
    }

    fn purge(&self, what: &[&str]) -> Ended {
        let grounds = ["--grounds", "erasure request 17", "--approved-by", "grace"];
        self.run(&[&["purge"], what, &grounds].concat())
    }

    fn verify(&self) -> Ended {
        run(&["verify", &self.dir.path().display().to_string()])
    }
}

/// Lines without what differs from run to run.
fn steady(text: &str) -> String {
    text.lines()
        .map(|line| {
            let line = line.split(", 20").next().unwrap_or(line).trim();
            format!("{line}\n")
        })
        .collect()
}

#[test]
fn a_purged_record_says_on_whose_word() {
    let directory = Directory::new();
    assert_eq!(directory.verify().status, 0);
    let printed = directory.purge(&["record", "3"]).ok();
    assert!(printed.starts_with("purged    on record as #"), "{printed}");
    let shown = directory.run(&["show", "last"]).ok();
    let lines: Vec<&str> = shown.lines().skip(3).collect();
    expect![[r##"
        0  #1        +0.000 s  -- session_opened  shop streamable_http person ada
        1  #2        +0.010 s  -> intent          request tools/call get_order (id 2)  permitted  1.5 ms
        {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"n":1.10}}
        2  #3        +0.060 s  -- outcome         [purged: erasure request 17
        3  #4        +0.090 s  -- session_closed
    "##]]
    .assert_eq(&steady(&lines.join("\n")));
    assert!(shown.contains("approved by grace, #"), "{shown}");
    let verified = directory.verify();
    assert_eq!(verified.status, 3, "{verified:#?}");
    assert!(
        verified
            .out
            .contains(" 1 PURGED-AUTHORISED, 0 MISSING, 0 CORRUPT"),
        "{verified:#?}"
    );
    let again = directory.purge(&["record", "3"]).ok();
    assert_eq!(again, "there is no key left to destroy\n");
}

#[test]
fn a_session_and_a_day_are_purged() {
    let directory = Directory::new();
    let session = directory.session.clone();
    directory.purge(&["session", &session]).ok();
    let verified = directory.verify();
    assert!(
        verified.out.contains(" 4 PURGED-AUTHORISED,"),
        "{verified:#?}"
    );
    let directory = Directory::new();
    let printed = directory.purge(&["bucket", "2026-07-28"]).ok();
    assert!(
        printed.contains("destroyed 1 bucket keys, 1 session keys"),
        "{printed}"
    );
    let verified = directory.verify();
    assert!(
        verified.out.contains(" 4 PURGED-AUTHORISED,"),
        "{verified:#?}"
    );
}

#[test]
fn a_hold_is_placed_met_listed_and_released() {
    let directory = Directory::new();
    let case = ["--case", "Smith v. Jones"];
    let place = [
        &["hold", "place", "--records", "2-3", "--by", "counsel"],
        &case[..],
    ]
    .concat();
    let printed = directory.run(&place).ok();
    assert!(
        printed.starts_with("held      1 sessions so far"),
        "{printed}"
    );
    let complaint = directory.purge(&["bucket", "2026-07-28"]).failed(1);
    assert!(
        complaint.contains("it is held for `Smith v. Jones`"),
        "{complaint}"
    );
    let listed = directory.run(&["hold", "list"]).ok();
    assert!(
        listed.contains("Smith v. Jones  1 sessions  records 2 to 3 of epoch 1"),
        "{listed}"
    );
    assert_eq!(directory.verify().status, 0);
    let release = [&["hold", "release", "--by", "counsel"], &case[..]].concat();
    let complaint = directory.run(&release).failed(1);
    assert!(
        complaint.contains("1 people stand for it, and it takes 2"),
        "{complaint}"
    );
    let both = [&release[..], &["--by", "judge"]].concat();
    assert_eq!(directory.run(&both).ok(), "released  1 holds\n");
    directory.purge(&["bucket", "2026-07-28"]).ok();
    assert_eq!(directory.run(&["hold", "list"]).ok(), "");
}

#[test]
fn a_directory_that_a_gateway_holds_is_left_alone() {
    let directory = Directory::new();
    let opened = DataDir::open(directory.dir.path(), &Options::default()).expect("it opens");
    let complaint = directory.purge(&["record", "3"]).failed(1);
    assert!(
        complaint.contains("a gateway writes to it: stop it"),
        "{complaint}"
    );
    opened.close().expect("it stops in order");
    assert_eq!(directory.verify().status, 0);
    let missing = run(&[
        "purge",
        "record",
        "3",
        "--grounds",
        "x",
        "--approved-by",
        "y",
        "--data",
        "/nowhere",
    ]);
    missing.failed(7);
}

/// The program with its root key in the server.
fn with_vault(bao: &Bao, token: &str, data: &Path, arguments: &[&str]) -> std::process::Command {
    let data = data.display().to_string();
    let mut command = probity(&[arguments, &["--data", &data]].concat());
    command
        .env("PROBITY_KEYS__ROOT__VAULT__URL", bao.url())
        .env("PROBITY_KEYS__ROOT__VAULT__KEY", "probity")
        .env(
            "PROBITY_KEYS__ROOT__VAULT__TOKEN",
            "{ env = \"BAO_TOKEN\" }",
        )
        .env("BAO_TOKEN", token);
    command
}

#[test]
fn the_root_key_lives_in_a_real_server() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let bao = Bao::start(dir.path());
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let run = |token: &str, arguments: &[&str]| {
        let output = with_vault(&bao, token, &data, arguments).output();
        Ended::of(&output.expect("it starts"))
    };
    let start = || Serving::spawn(with_vault(&bao, &bao.token, &data, &serve));

    // A token that may not: nothing is made but folders.
    let refused = run("another", &serve).failed(1);
    assert!(
        refused.contains("403") && refused.contains("permission denied"),
        "{refused}"
    );
    assert!(!data.join("node.json").exists());

    let serving = start();
    serving.address();
    assert_eq!(serving.terminate(), 0);
    assert!(!data.join("keys/root.key").exists(), "the key is not here");
    let ids = run(&bao.token, &["sessions", "--node", "--json"]).ok();
    let session: serde_json::Value = serde_json::from_str(&ids).expect("one session");
    let session = session["id"].as_str().expect("an id").to_owned();
    let shown = run(&bao.token, &["show", &session]).ok();
    assert!(
        shown.contains("log_opened") && !shown.contains("cannot be read"),
        "{shown}"
    );

    // And it opens what it wrapped after another start, and purges.
    let serving = start();
    serving.address();
    assert_eq!(serving.terminate(), 0);
    let grounds = ["--grounds", "a test", "--approved-by", "grace"];
    let purge = [&["purge", "session", &session], &grounds[..]].concat();
    run(&bao.token, &purge).ok();
    let shown = run(&bao.token, &["show", &session]).ok();
    assert!(shown.contains("[purged: a test"), "{shown}");
    assert_eq!(run(&bao.token, &["verify"]).status, 3);

    // Without the server's key, no other will do.
    let folder = data.display().to_string();
    let other = crate::program::run(&["show", "last", "--data", &folder]).failed(1);
    assert!(
        other.contains("hangs from the root key `http://"),
        "{other}"
    );

    bao.seal();
    let sealed = run(&bao.token, &serve).failed(1);
    assert!(
        sealed.contains("503") && sealed.contains("cannot be reached"),
        "{sealed}"
    );
    let (url, token) = (bao.url(), bao.token.clone());
    let gone = with_vault(&bao, &token, &data, &serve);
    drop(bao);
    let gone = Ended::of(&{ gone }.output().expect("it starts")).failed(1);
    assert!(
        gone.contains("cannot be reached") && gone.contains(&url),
        "{gone}"
    );
}
