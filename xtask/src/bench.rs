//! `cargo xtask bench`: says on what machine it runs, measures the data path, then runs every other
//! benchmark of the workspace.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use crate::step::{Steps, cargo};

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
    let mut measure = std::process::Command::new(built.join(DATA_PATH));
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
