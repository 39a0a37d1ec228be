//! `cargo xtask test`: everything that a change must pass, cheapest first, the tests last.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::step::{Steps, cargo, works};
use crate::{tidy, tools};

/// Installs, checks and tests. The last lines printed are the test runner's own summary.
///
/// # Errors
///
/// The first step before the tests that failed.
pub(crate) fn run(root: &Path, long: bool, filter: &[String]) -> Result<ExitCode> {
    let steps = Steps::begin();
    steps.say("what the tests need");
    let tools = tools::install(root, &steps)?;
    let environment = |command: &mut Command| {
        if let Some(python) = &tools.python {
            command.env("PROBITY_TEST_PYTHON", python);
        }
        if let Some(node) = &tools.node {
            command.env("PROBITY_TEST_NODE", node);
        }
        command.env("PROBITY_TEST_GO_JUDGE", &tools.go_judge);
        if long {
            command.env("PROBITY_LONG", "1");
        }
    };

    steps.say("tidy");
    tidy::run(root)?;
    steps.run("formatting", cargo(root).args(["fmt", "--all", "--check"]))?;
    steps.run(
        "clippy",
        cargo(root).args(CLIPPY).args(["--", "--deny", "warnings"]),
    )?;
    steps.run(
        "the programs that the tests start",
        cargo(root).args(BINARIES),
    )?;
    let mut doc = cargo(root);
    doc.args(["test", "--quiet", "--workspace", "--doc"]);
    environment(&mut doc);
    steps.run("examples in the documentation", &mut doc)?;

    let mut all = cargo(root);
    all.args(runner());
    environment(&mut all);
    // Nothing is printed after it: the last lines are the runner's own summary.
    let status = steps.status("all tests", all.args(filter))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

const CLIPPY: [&str; 5] = [
    "clippy",
    "--quiet",
    "--workspace",
    "--all-targets",
    "--features=testkit/fixture",
];

const BINARIES: [&str; 4] = [
    "build",
    "--workspace",
    "--bins",
    "--features=testkit/fixture",
];

fn runner() -> &'static [&'static str] {
    if works("cargo-nextest", &["--version"]) {
        &[
            "nextest",
            "run",
            "--workspace",
            "--no-fail-fast",
            "--features=testkit/fixture",
        ]
    } else {
        &[
            "test",
            "--workspace",
            "--tests",
            "--no-fail-fast",
            "--features=testkit/fixture",
        ]
    }
}
