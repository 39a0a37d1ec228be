//! Judges from outside on the log of a real run: Go's code for signed notes and transparency logs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::run;

/// Whether it accepts the log, and what it says.
fn judge(log: &Path) -> (bool, String) {
    let judge = std::env::var_os("PROBITY_TEST_GO_JUDGE").expect(
        "PROBITY_TEST_GO_JUDGE names the program built from tests/go/judge.go; \
         `cargo xtask test` prepares one",
    );
    let output = Command::new(judge).arg(log).output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.success(), said)
}

#[test]
fn go_accepts_the_demos_log_and_refuses_a_flipped_bit() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("kept");
    run(&["demo", "--exit", "--data", &data.display().to_string()]).ok();
    let log = data.join("probity/log/node-1/1");
    let (accepted, said) = judge(&log);
    assert!(accepted && said.contains("flips refused"), "{said}");
    let size = said.split(' ').nth(2).expect("it says the size");
    let files = [
        "checkpoint".to_owned(),
        "vkey".to_owned(),
        format!("tile/0/000.p/{size}"),
        format!("tile/entries/000.p/{size}"),
    ];
    for file in files {
        let path = log.join(&file);
        let whole = fs::read(&path).expect("the file is there");
        for part in 0..4 {
            let mut bytes = whole.clone();
            let at = bytes.len() * part / 4 + 3;
            bytes[at] ^= 1;
            fs::write(&path, bytes).expect("it can be written");
            let (accepted, said) = judge(&log);
            assert!(!accepted, "{file} byte {at}: {said}");
        }
        fs::write(&path, whole).expect("it can be written");
    }
}
