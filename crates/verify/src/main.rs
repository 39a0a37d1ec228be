//! `probity-verify`: what an auditor runs.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use verify::{Options, Progress, verify};

const USAGE: &str = "\
Verifies a log of Probity with nothing but its public key.

Usage: probity-verify [--vkey KEY]... [--json] PATH

  PATH        a data directory, or a copy of what is served under /log/
  --vkey KEY  a verifier key that you have from elsewhere, one per epoch
  --json      one JSON object instead of text

Exit code: 0 intact, 3 purged on record, 4 missing, 5 corrupt,
           1 could not verify, 2 wrong command line
";

struct Arguments {
    path: PathBuf,
    options: Options,
    json: bool,
}

fn main() -> ExitCode {
    let arguments = match parse(env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return print(USAGE, 0),
        Err(error) => {
            tell(&format!("{error}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    let terminal = io::stderr().is_terminal();
    let mut shown = 0;
    let mut progress = |progress: Progress| {
        let percent = progress.done * 100 / progress.total.max(1);
        if terminal && percent != shown {
            shown = percent;
            tell(&format!("\r{} {percent} %  ", progress.step));
        }
    };
    let result = verify(&arguments.path, &arguments.options, &mut progress);
    if terminal {
        tell("\r                    \r");
    }
    match result {
        Err(error) => {
            tell(&format!("{error}\n"));
            ExitCode::from(1)
        }
        Ok(report) if arguments.json => {
            print(&format!("{}\n", report.to_json()), report.exit().code())
        }
        Ok(report) => print(&report.to_string(), report.exit().code()),
    }
}

/// `None` if help was asked for.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut path = None;
    let mut options = Options::default();
    let mut json = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => json = true,
            "--vkey" => {
                let key = words.next().ok_or("`--vkey` needs a key")?;
                options.vkeys.push(key);
            }
            option if option.starts_with('-') => return Err(format!("`{option}` is no option")),
            _ if path.is_some() => return Err("only one path can be verified".to_owned()),
            _ => path = Some(PathBuf::from(word)),
        }
    }
    let path = path.ok_or("a path is missing")?;
    Ok(Some(Arguments {
        path,
        options,
        json,
    }))
}

/// Where nobody listens any more there is nobody to tell.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn print(text: &str, code: u8) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::from(code),
        Err(_) => ExitCode::from(1),
    }
}
