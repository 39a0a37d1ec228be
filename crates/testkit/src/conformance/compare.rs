//! Two runs, check by check.

use std::collections::BTreeSet;
use std::fmt;

use super::{Check, Run, Status};

/// A run directly and a run through a gateway.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The suite against the server.
    pub direct: Run,
    /// The suite against the gateway before the server.
    pub through: Run,
    /// Where the two disagree.
    pub differences: Vec<Difference>,
}

/// One check with two verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The scenario.
    pub scenario: String,
    /// The check's identifier, its name, and which of several of that name it is, from 1.
    pub check: String,
    /// `None` where the check was not made.
    pub direct: Option<Status>,
    /// `None` where the check was not made.
    pub through: Option<Status>,
    /// What the suite says about the run through the gateway.
    pub message: Option<String>,
}

impl Comparison {
    /// Compares two runs.
    pub fn of(direct: Run, through: Run) -> Self {
        let scenarios: BTreeSet<&String> = direct
            .scenarios
            .keys()
            .chain(through.scenarios.keys())
            .collect();
        let mut differences = Vec::new();
        for scenario in scenarios {
            let before = numbered(&direct, scenario);
            let after = numbered(&through, scenario);
            let keys = before
                .iter()
                .chain(&after)
                .map(|(key, _)| key)
                .collect::<BTreeSet<_>>();
            for key in keys {
                let (old, new) = (find(&before, key), find(&after, key));
                if old.map(|check| check.status) != new.map(|check| check.status) {
                    differences.push(Difference {
                        scenario: scenario.clone(),
                        check: key.clone(),
                        direct: old.map(|check| check.status),
                        through: new.map(|check| check.status),
                        message: new.and_then(|check| check.error_message.clone()),
                    });
                }
            }
        }
        Self {
            direct,
            through,
            differences,
        }
    }

    /// No scenario fails directly, and none differs.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.direct.failing().is_empty()
    }

    /// Scenarios with at least one difference.
    pub fn differing_scenarios(&self) -> BTreeSet<&str> {
        self.differences
            .iter()
            .map(|difference| difference.scenario.as_str())
            .collect()
    }
}

/// The report that a person reads.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (label, run) in [("direct", &self.direct), ("through", &self.through)] {
            writeln!(f, "{label}: {run}")?;
        }
        for difference in &self.differences {
            writeln!(f, "differs: {difference}")?;
        }
        write!(
            f,
            "{} scenarios differ, in {} checks",
            self.differing_scenarios().len(),
            self.differences.len()
        )
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failing = self.failing();
        write!(
            f,
            "{} of {} scenarios pass; checks: {} passed, {} failed, {} warned, {} skipped, {} observed",
            self.scenarios.len() - failing.len(),
            self.scenarios.len(),
            self.count(Status::Success),
            self.count(Status::Failure),
            self.count(Status::Warning),
            self.count(Status::Skipped),
            self.count(Status::Info),
        )?;
        for scenario in failing {
            write!(f, "\n  failing: {scenario}")?;
            for check in self.scenarios.get(scenario).into_iter().flatten() {
                if check.status == Status::Failure {
                    let why = check.error_message.as_deref().unwrap_or("no reason given");
                    write!(f, "\n    {}: {why}", check.id)?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = |status: Option<Status>| match status {
            Some(status) => format!("{status:?}").to_lowercase(),
            None => "absent".to_owned(),
        };
        write!(
            f,
            "{} / {}: {} directly, {} through",
            self.scenario,
            self.check,
            verdict(self.direct),
            verdict(self.through)
        )?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

/// A scenario's checks with keys that are unique within it.
fn numbered<'a>(run: &'a Run, scenario: &str) -> Vec<(String, &'a Check)> {
    let checks = run
        .scenarios
        .get(scenario)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut keyed: Vec<(String, &Check)> = Vec::with_capacity(checks.len());
    for (at, check) in checks.iter().enumerate() {
        let same = |other: &&Check| other.id == check.id && other.name == check.name;
        let number = checks.iter().take(at).filter(same).count() + 1;
        keyed.push((format!("{} {} {number}", check.id, check.name), check));
    }
    keyed
}

fn find<'a>(checks: &[(String, &'a Check)], key: &str) -> Option<&'a Check> {
    checks
        .iter()
        .find(|(other, _)| other == key)
        .map(|(_, check)| *check)
}
