//! The files that the suite leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::ConformanceError;

/// Length of `-2026-11-22T13-54-56-142Z`, which ends the name of a scenario's folder.
const STAMP_BYTES: usize = 25;

/// What the suite says of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// The requirement holds.
    Success,
    /// The requirement is broken.
    Failure,
    /// A SHOULD is broken.
    Warning,
    /// The check could not be made.
    Skipped,
    /// An observation.
    Info,
}

/// One check of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The suite's identifier; several checks of a scenario may share it.
    pub id: String,
    /// The suite's name; several checks of a scenario may share it.
    pub name: String,
    /// The verdict.
    pub status: Status,
    /// Why, where the verdict is not a success.
    #[serde(default)]
    pub error_message: Option<String>,
}

/// One run of a set of scenarios.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The checks of each scenario, in the suite's order.
    pub scenarios: BTreeMap<String, Vec<Check>>,
}

impl Run {
    /// Reads every `server-SCENARIO-TIME/checks.json` of a result folder.
    ///
    /// # Errors
    /// Where a file cannot be read or is not a list of checks.
    pub fn read(folder: &Path) -> Result<Self, ConformanceError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| ConformanceError::Io {
                action: "read",
                path,
                source,
            }
        };
        let mut scenarios = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(io(folder))? {
            let path = entry.map_err(io(folder))?.path().join("checks.json");
            let Some(scenario) = scenario_of(&path) else {
                continue;
            };
            if !path.is_file() {
                continue;
            }
            let text = fs::read(&path).map_err(io(&path))?;
            let checks: Vec<Check> =
                serde_json::from_slice(&text).map_err(|source| ConformanceError::NotChecks {
                    path: path.clone(),
                    source,
                })?;
            scenarios.insert(scenario, checks);
        }
        Ok(Self { scenarios })
    }

    /// Scenarios with a failed check, and scenarios that checked nothing at all.
    pub fn failing(&self) -> Vec<&str> {
        self.scenarios
            .iter()
            .filter(|(_, checks)| {
                checks.is_empty() || checks.iter().any(|check| check.status == Status::Failure)
            })
            .map(|(scenario, _)| scenario.as_str())
            .collect()
    }

    /// How many checks of the run have a status.
    pub fn count(&self, status: Status) -> usize {
        self.scenarios
            .values()
            .flatten()
            .filter(|check| check.status == status)
            .count()
    }
}

fn scenario_of(checks: &Path) -> Option<String> {
    let folder = checks
        .parent()?
        .file_name()?
        .to_str()?
        .strip_prefix("server-")?;
    let end = folder.len().checked_sub(STAMP_BYTES)?;
    folder.get(..end).map(str::to_owned)
}
