//! `cargo xtask bench`: says on what machine it runs, then runs every benchmark of the workspace.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use cargo_metadata::{MetadataCommand, TargetKind};

use crate::step::{Steps, cargo};

/// Builds for release and runs each benchmark target, one after the other.
///
/// # Errors
///
/// There is no benchmark, or one failed.
pub(crate) fn run(root: &Path, filter: &[String]) -> Result<()> {
    let steps = Steps::begin();
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .exec()
        .context("cannot read cargo's metadata")?;
    let benches: Vec<(String, String)> = metadata
        .packages
        .iter()
        .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
        .filter(|(_, target)| target.kind.contains(&TargetKind::Bench))
        .map(|(package, target)| (package.name.to_string(), target.name.clone()))
        .collect();
    if benches.is_empty() {
        bail!("no crate has a benchmark");
    }
    println!("machine: {}", machine());
    steps.run(
        "building for release",
        cargo(root).args(["build", "--release", "--workspace", "--bins"]),
    )?;
    for (package, bench) in benches {
        steps.run(
            &format!("{package}: {bench}"),
            cargo(root)
                .args(["bench", "--package", &package, "--bench", &bench, "--"])
                .args(filter),
        )?;
    }
    Ok(())
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
