//! Go's own code for transparency logs, as an outside judge of published logs.

use std::path::Path;
use std::process::Command;

/// It accepts the checkpoint, each entry and the growth of a log, and refuses each with a bit
/// flipped.
pub(crate) fn accepts(log: &Path) {
    let judge = std::env::var_os("PROBITY_TEST_GO_JUDGE").expect(
        "PROBITY_TEST_GO_JUDGE names the program built from tests/go/judge.go; \
         `cargo xtask test` prepares one",
    );
    let output = Command::new(judge).arg(log).output().expect("it starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaint}", log.display());
}
