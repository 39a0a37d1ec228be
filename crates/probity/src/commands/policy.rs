use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use policy::{Rule, Says, Tools, defaults, vocabulary};

use crate::cli::{PolicyArgs, PolicyCheckArgs, PolicyCommand, PolicyDefaultsArgs};
use crate::config::{Mistakes, policy_mistake};
use crate::exit::Exit;
use crate::policies::Policies;
use crate::view::escape;

pub(super) fn run(args: &PolicyArgs) -> Result<Exit> {
    match &args.command {
        PolicyCommand::Check(args) => check(args),
        PolicyCommand::Defaults(args) => shipped(args),
        PolicyCommand::Schema => {
            let schema = vocabulary::schema(&Tools::default());
            io::stdout().lock().write_all(schema.as_bytes())?;
            Ok(Exit::Ok)
        }
    }
}

fn check(args: &PolicyCheckArgs) -> Result<Exit> {
    let paths = args.paths.iter().map(|path| path.display().to_string());
    let loaded = Policies::below(Path::new(""), paths).load();
    let loaded = loaded.map_err(|found| mistakes(&found))?;
    let mut out = io::stdout().lock();
    for rule in loaded.rules() {
        writeln!(out, "{}", line(rule))?;
    }
    writeln!(out, "policy digest {}", loaded.digest())?;
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
