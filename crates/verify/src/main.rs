//! `probity-verify`: what an auditor runs.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ledger::note::Policy;
use verify::{
    HandedReport, Monitor, Options, Progress, Report, Target, VerifyError, monitor, verify_handed,
    verify_target,
};

const USAGE: &str = "\
Verifies a log of Probity with nothing but its public key.

Usage: probity-verify [OPTION]... PATH|URL|FILE

  PATH              a data directory, or a copy of what is served under /log/
  URL               where one log is served: http(s)://HOST/log/NODE/EPOCH
  FILE              a .tlog-proof, beside the .leaf that it is for, or a disclosure
  --policy FILE     whom to trust: logs, witnesses and their quorum (C2SP tlog-policy)
  --vkey KEY        a verifier key that you have from elsewhere, one per epoch
  --monitor DIR     remember in DIR what was verified, verify only what is new,
                    and notice a log that shrank or shows another past
  --every SECONDS   with --monitor: go on until something is wrong
  --json            one JSON object per report instead of text

Exit code: 0 intact, 3 purged on record, 4 missing, 5 corrupt,
           8 contradicts an earlier visit (rolled back, forked, other key, gone),
           1 could not verify, 2 wrong command line
";

struct Arguments {
    path: PathBuf,
    vkeys: Vec<String>,
    policy: Option<PathBuf>,
    monitor: Option<PathBuf>,
    every: Option<Duration>,
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
    let options = match arguments.options() {
        Ok(options) => options,
        Err(error) => {
            tell(&format!("{error}\n"));
            return ExitCode::from(1);
        }
    };
    if arguments.path.is_file() {
        return say_handed(&verify_handed(&arguments.path, &options), arguments.json);
    }
    let target = &Target::of(&arguments.path);
    let terminal = io::stderr().is_terminal();
    let mut shown = 0;
    let mut progress = |progress: Progress| {
        let percent = progress.done * 100 / progress.total.max(1);
        if terminal && percent != shown {
            shown = percent;
            tell(&format!("\r{} {percent} %  ", progress.step));
        }
    };
    let result = match &arguments.monitor {
        None => verify_target(target, &options, &mut progress),
        Some(state) => {
            let visits = Monitor {
                state,
                every: arguments.every,
            };
            let mut tell = |visited: &Result<Report, VerifyError>| {
                say(visited, arguments.json);
            };
            monitor(target, visits, &options, &mut progress, &mut tell)
        }
    };
    if terminal {
        tell("\r                    \r");
    }
    say(&result, arguments.json)
}

impl Arguments {
    fn options(&self) -> Result<Options, String> {
        let read = |path: &PathBuf| {
            let name = path.display();
            let text = fs::read(path).map_err(|error| format!("`{name}`: {error}"))?;
            Policy::parse(&text).map_err(|error| format!("`{name}`: {error}"))
        };
        Ok(Options {
            vkeys: self.vkeys.clone(),
            policy: self.policy.as_ref().map(read).transpose()?,
        })
    }
}

fn say_handed(result: &Result<HandedReport, VerifyError>, json: bool) -> ExitCode {
    match result {
        Err(error) => {
            tell(&format!("{error}\n"));
            ExitCode::from(1)
        }
        Ok(report) if json => print(&format!("{}\n", report.to_json()), report.exit().code()),
        Ok(report) => print(&report.to_string(), report.exit().code()),
    }
}

fn say(result: &Result<Report, VerifyError>, json: bool) -> ExitCode {
    match result {
        Err(error) => {
            tell(&format!("{error}\n"));
            ExitCode::from(1)
        }
        Ok(report) if json => print(&format!("{}\n", report.to_json()), report.exit().code()),
        Ok(report) => print(&report.to_string(), report.exit().code()),
    }
}

/// `None` if help was asked for.
fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut path = None;
    let (mut vkeys, mut policy) = (Vec::new(), None);
    let (mut monitor, mut every, mut json) = (None, None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => json = true,
            "--vkey" => {
                let key = words.next().ok_or("`--vkey` needs a key")?;
                vkeys.push(key);
            }
            "--policy" => {
                let file = words.next().ok_or("`--policy` needs a file")?;
                policy = Some(PathBuf::from(file));
            }
            "--monitor" => {
                let dir = words.next().ok_or("`--monitor` needs a folder")?;
                monitor = Some(PathBuf::from(dir));
            }
            "--every" => {
                let text = words.next().ok_or("`--every` needs a number of seconds")?;
                let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                let seconds = seconds.ok_or(format!("`{text}` is no number of seconds"))?;
                every = Some(Duration::from_secs(seconds));
            }
            option if option.starts_with('-') => return Err(format!("`{option}` is no option")),
            _ if path.is_some() => return Err("only one log can be verified".to_owned()),
            _ => path = Some(PathBuf::from(word)),
        }
    }
    let path = path.ok_or("a path or a URL is missing")?;
    if every.is_some() && monitor.is_none() {
        return Err("`--every` goes with `--monitor`".to_owned());
    }
    Ok(Some(Arguments {
        path,
        vkeys,
        policy,
        monitor,
        every,
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
