//! Runs the official conformance suite: `conformance-compare --direct URL [--through URL]
//! [--requirements SET]... [--results FOLDER]`.
//!
//! With `--through` both URLs must lead to the same server, and every check that differs is
//! printed. Exit code 0 only if no scenario fails directly and nothing differs.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use testkit::conformance::{self, ConformanceError, Requirements};

struct Options {
    direct: String,
    through: Option<String>,
    requirements: Vec<Requirements>,
    results: PathBuf,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => return complain(&message),
    };
    let mut clean = true;
    for requirements in &options.requirements {
        match judge(&options, *requirements) {
            Ok(one_is_clean) => clean &= one_is_clean,
            Err(error) => return complain(&chain(&error)),
        }
    }
    if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn judge(options: &Options, requirements: Requirements) -> Result<bool, ConformanceError> {
    let set = requirements.as_str();
    let (report, clean) = match &options.through {
        Some(through) => {
            let comparison =
                conformance::compare(&options.direct, through, requirements, &options.results)?;
            (comparison.to_string(), comparison.is_clean())
        }
        None => {
            let folder = options.results.join(set).join("direct");
            let run = conformance::run(&options.direct, requirements, &folder)?;
            (format!("direct: {run}"), run.failing().is_empty())
        }
    };
    // Nobody reads where standard output is closed; the exit code still tells.
    let _ = writeln!(io::stdout(), "requirements {set}\n{report}");
    Ok(clean)
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let (mut direct, mut through, mut results) = (None, None, None);
    let mut requirements = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--direct" => direct = Some(value()?),
            "--through" => through = Some(value()?),
            "--results" => results = Some(PathBuf::from(value()?)),
            "--requirements" => {
                let name = value()?;
                let known = Requirements::ALL
                    .into_iter()
                    .find(|set| set.as_str() == name);
                requirements.push(known.ok_or_else(|| format!("unknown requirements `{name}`"))?);
            }
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    if requirements.is_empty() {
        requirements = Requirements::ALL.to_vec();
    }
    Ok(Options {
        direct: direct.ok_or("--direct URL is missing")?,
        through,
        requirements,
        results: results.unwrap_or_else(conformance::results_folder),
    })
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn complain(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "conformance-compare: {message}");
    ExitCode::FAILURE
}
