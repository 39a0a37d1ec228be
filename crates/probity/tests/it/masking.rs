//! `probity mask` before a judge of another author: the corpus and thresholds of `tests/masking`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The generator and the judge.
fn judge() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/masking")
}

/// Python 3.11 or later; the scripts need nothing beside its standard library.
fn python(script: &str) -> Command {
    let python = env::var_os("PROBITY_TEST_PYTHON").unwrap_or_else(|| OsString::from("python3"));
    let mut command = Command::new(python);
    command.arg("-B").arg(script).current_dir(judge());
    command
}

fn ok(mut command: Command) {
    let output = command.output().expect("python starts");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_judge_judges_itself() {
    ok(python("test_masking.py"));
}

#[test]
fn the_corpus_is_masked_within_the_thresholds() {
    let folder = TempDir::new().expect("a folder");
    let mut generate = python("generate.py");
    generate.arg(folder.path());
    ok(generate);
    let mut evaluate = python("evaluate.py");
    evaluate
        .arg(folder.path().join("corpus.jsonl"))
        .args(["--program", env!("CARGO_BIN_EXE_probity")]);
    ok(evaluate);
}
