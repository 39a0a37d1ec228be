use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use policy::{Policy, Rule, Says, defaults, vocabulary};

use crate::cli::{
    AskedArgs, PolicyArgs, PolicyCheckArgs, PolicyCommand, PolicyDefaultsArgs, PolicyExplainArgs,
    PolicyTestArgs,
};
use crate::config::{Mistakes, policy_mistake};
use crate::exit::Exit;
use crate::policies::Policies;
use crate::trial::{Outcome, Trial};
use crate::view::escape;
use serde::Deserialize;
use serde_json::json;

pub(super) fn run(args: &PolicyArgs) -> Result<Exit> {
    match &args.command {
        PolicyCommand::Check(args) => check(args),
        PolicyCommand::Test(args) => test(args),
        PolicyCommand::Explain(args) => explain(args),
        PolicyCommand::Defaults(args) => shipped(args),
        PolicyCommand::Schema(args) => {
            let policies = of_data(Policies::default(), args.data.as_deref());
            let tools = policies.tools().map_err(|found| mistakes(&[found]))?;
            let schema = vocabulary::schema(&tools);
            io::stdout().lock().write_all(schema.as_bytes())?;
            Ok(Exit::Ok)
        }
    }
}

fn check(args: &PolicyCheckArgs) -> Result<Exit> {
    let paths = args.paths.iter().map(|path| path.display().to_string());
    let loaded = of_data(Policies::below(Path::new(""), paths), args.data.as_deref()).load();
    let loaded = loaded.map_err(|found| mistakes(&found))?;
    let mut out = io::stdout().lock();
    for rule in loaded.rules() {
        writeln!(out, "{}", line(rule))?;
    }
    writeln!(out, "policy digest {}", loaded.digest())?;
    Ok(Exit::Ok)
}

/// With the tools of a data directory, if one is named.
fn of_data(policies: Policies, data: Option<&Path>) -> Policies {
    match data {
        Some(data) => policies.with_tools_of(data),
        None => policies,
    }
}

/// The policies that a command asks.
pub(super) fn asked(args: &AskedArgs) -> Result<Policy> {
    let policies = match args.policy.as_slice() {
        [] => Policies::default(),
        paths => Policies::below(
            Path::new(""),
            paths.iter().map(|path| path.display().to_string()),
        ),
    };
    let loaded = of_data(policies, args.data.as_deref()).load();
    Ok(loaded.map_err(|found| mistakes(&found))?)
}

/// A file of calls and what is expected of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    call: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    expect: Expectation,
    #[serde(default)]
    rule: Option<String>,
    #[serde(flatten)]
    trial: Trial,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expectation {
    Permit,
    Hold,
    Refuse,
}

impl Expectation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Hold => "hold",
            Self::Refuse => "refuse",
        }
    }
}

fn test(args: &PolicyTestArgs) -> Result<Exit> {
    let policy = asked(&args.asked)?;
    let mut out = io::stdout().lock();
    let (mut calls, mut wrong) = (0_usize, 0_usize);
    for path in &args.files {
        let name = escape(&path.display().to_string());
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{name}`"))?;
        let file: TestFile =
            toml::from_str(&text).with_context(|| format!("`{name}` is no test file"))?;
        for expected in &file.call {
            calls += 1;
            let what = escape(&expected.trial.name);
            let outcome = expected
                .trial
                .judge(&policy)
                .with_context(|| format!("{name}: {what}"))?;
            if let Some(why) = expected.missed(&outcome) {
                wrong += 1;
                writeln!(out, "{name}: {what}: {why}")?;
            }
        }
    }
    writeln!(out, "{calls} calls, {wrong} not as expected")?;
    Ok(if wrong == 0 { Exit::Ok } else { Exit::Failed })
}

impl Expected {
    /// How it came out otherwise.
    fn missed(&self, outcome: &Outcome) -> Option<String> {
        let rules = outcome.rules();
        let decided = if rules.is_empty() {
            "no rule".to_owned()
        } else {
            rules.join(", ")
        };
        if outcome.verdict != self.expect.as_str() {
            let expected = self.expect.as_str();
            return Some(format!(
                "{} by {decided}, expected {expected}",
                outcome.verdict
            ));
        }
        let rule = self.rule.as_deref()?;
        let is_there = rules.iter().any(|decided| **decided == *rule);
        (!is_there).then(|| format!("decided by {decided}, expected {rule}"))
    }
}

fn explain(args: &PolicyExplainArgs) -> Result<Exit> {
    let text = match args.call.as_str() {
        "-" => io::read_to_string(io::stdin())?,
        text => text.to_owned(),
    };
    let trial: Trial = serde_json::from_str(&text).context("this describes no call")?;
    let Outcome { verdict, facts } = trial.judge(&asked(&args.asked)?)?;
    let told = json!({
        "verdict": verdict,
        "decision": facts.verdict,
        "commands": facts.commands,
        "findings": facts.findings,
    });
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &told)?;
    out.write_all(b"\n")?;
    Ok(Exit::Ok)
}

fn shipped(args: &PolicyDefaultsArgs) -> Result<Exit> {
    let known: Vec<&str> = defaults::names().collect();
    for name in &args.names {
        if !known.contains(&name.as_str()) {
            bail!(
                "there is no default policy `{name}`; there are `{}`",
                known.join("`, `")
            );
        }
    }
    let wanted = known
        .into_iter()
        .filter(|name| args.names.is_empty() || args.names.iter().any(|n| n == name));
    for name in wanted {
        for source in defaults::some([name]) {
            match &args.write {
                Some(folder) => {
                    let path = folder.join(format!("{name}.cedar"));
                    let mut file = File::create_new(&path)
                        .with_context(|| format!("cannot create `{}`", path.display()))?;
                    file.write_all(source.text.as_bytes())?;
                }
                None => writeln!(io::stdout().lock(), "{}", source.text)?,
            }
        }
    }
    Ok(Exit::Ok)
}

/// What is wrong with policies, as what is wrong with a configuration.
pub(super) fn mistakes(found: &[policy::Mistake]) -> Mistakes {
    let mut mistakes = Mistakes::default();
    for mistake in found {
        mistakes.push(policy_mistake(mistake));
    }
    mistakes
}

fn line(rule: &Rule) -> String {
    let says = match &rule.says {
        Says::Permit => "permit".to_owned(),
        Says::Forbid => "forbid".to_owned(),
        Says::Hold(terms) => format!("hold for {}", terms.groups.join(", ")),
    };
    let severity = rule.severity.map_or("-", policy::Severity::as_str);
    let (id, file) = (escape(&rule.id), escape(&rule.file));
    format!("{id:<32} {says:<20} {severity:<8} {file}")
}
