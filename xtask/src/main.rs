//! Automation for this repository: `cargo xtask test`, `tidy`, `bench`.
//!
//! Deliberately absent: anything that the product needs at run time, and any network access besides
//! the ordinary clients of the package registries (`apt-get`, `npm`, `pip`, `cargo`).

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program talks to its terminal"
)]

mod bench;
mod step;
mod test;
mod tidy;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
Usage: cargo xtask <verb>

  test [--long] [-- FILTER…]  install what the tests need, check everything, run all tests
                              --long: more seeds, more rounds (PROBITY_LONG=1)
                              FILTER: goes to the test runner
  tidy                        who may import whom, files too long, words that may not stay
  bench [OPTION…]             build for release, measure the data path and the ledger
                              OPTION: --quick, --only TEXT; see `bench --help`
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: Vec<String>) -> Result<ExitCode> {
    let rest = match arguments.iter().position(|a| a == "--") {
        Some(at) => arguments.split_off(at).into_iter().skip(1).collect(),
        None => Vec::new(),
    };
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root()?;
    match words.as_slice() {
        ["test"] => return test::run(&root, false, &rest),
        ["test", "--long"] => return test::run(&root, true, &rest),
        ["tidy"] => tidy::run(&root)?,
        ["bench", options @ ..] => {
            let options = options.iter().map(|option| (*option).to_owned());
            bench::run(&root, &options.chain(rest).collect::<Vec<_>>())?;
        }
        ["--help" | "-h" | "help"] | [] => println!("{USAGE}"),
        other => bail!("`{}` is no verb\n\n{USAGE}", other.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// The repository's root: the folder above this crate's.
fn root() -> Result<PathBuf> {
    let here = std::env::var("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
    Ok(Path::new(&here)
        .parent()
        .context("the crate has a parent folder")?
        .to_owned())
}
