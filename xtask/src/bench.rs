//! `cargo xtask bench`: says on what machine it runs, measures the data path, then runs every other
//! benchmark of the workspace.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use crate::step::{Steps, cargo};
use crate::tools;

/// The crate whose program measures the data path.
const DATA_PATH: &str = "bench";

/// Builds for release and measures; `options` go to the data path's program.
///
/// # Errors
///
/// Something cannot be built, or a measurement failed.
pub(crate) fn run(root: &Path, options: &[String]) -> Result<()> {
    let steps = Steps::begin();
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .exec()
        .context("cannot read cargo's metadata")?;
    println!("machine: {}", machine());
    data_path(root, &metadata, &steps, options)?;
    masking(root, &metadata, &steps)?;
    for (package, bench) in targets(&metadata) {
        steps.run(
            &format!("{package}: {bench}"),
            cargo(root).args(["bench", "--package", &package, "--bench", &bench]),
        )?;
    }
    Ok(())
}

/// Direct, Probity and nginx, interleaved; the numbers are also written beside the scratch data.
fn data_path(root: &Path, metadata: &Metadata, steps: &Steps, options: &[String]) -> Result<()> {
    steps.run(
        "building for release",
        cargo(root).args(["build", "--release", "--bins"]).args([
            "--package",
            "probity",
            "--package",
            DATA_PATH,
        ]),
    )?;
    let built = metadata.target_directory.join("release");
    let scratch = metadata.target_directory.join("bench");
    fs::create_dir_all(&scratch).context("cannot create a folder for the data")?;
    let mut measure = Command::new(built.join(DATA_PATH));
    measure
        .arg("measure")
        .arg("--probity")
        .arg(built.join("probity"))
        .arg("--scratch")
        .arg(&scratch)
        .arg("--json")
        .arg(scratch.join("report.json"))
        .args(options);
    steps.run("the data path", &mut measure)
}

/// `probity mask` and other scanners on the same bytes. The run fails where one of them is faster.
fn masking(root: &Path, metadata: &Metadata, steps: &Steps) -> Result<()> {
    let scripts = root.join("tests/masking");
    let corpus = metadata.target_directory.join("bench/corpus");
    let mut generate = Command::new("python3");
    generate
        .arg("generate.py")
        .arg(&corpus)
        .current_dir(&scripts);
    steps.run("the masking corpus", &mut generate)?;
    let mut compare = Command::new("python3");
    compare
        .arg("peers.py")
        .arg(corpus.join("corpus.jsonl"))
        .arg("--program")
        .arg(metadata.target_directory.join("release/probity"))
        .args(["--times", "1"])
        .current_dir(&scripts);
    for python in tools::peers(root, steps)? {
        compare.arg("--python").arg(python);
    }
    steps.run("masking beside its peers", &mut compare)
}

/// Every benchmark target: its package and its name.
fn targets(metadata: &Metadata) -> Vec<(String, String)> {
    metadata
        .packages
        .iter()
        .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
        .filter(|(_, target)| target.kind.contains(&TargetKind::Bench))
        .map(|(package, target)| (package.name.to_string(), target.name.clone()))
        .collect()
}

/// Processor, cores and memory, as Linux tells them.
fn machine() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let value = |text: &str, key: &str| -> String {
        text.lines()
            .find(|line| line.starts_with(key))
            .and_then(|line| line.split_once(':'))
            .map_or_else(|| "unknown".to_owned(), |(_, v)| v.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "{}, {cores} cores, {} of memory",
        value(&cpuinfo, "model name"),
        value(&meminfo, "MemTotal"),
    )
}
