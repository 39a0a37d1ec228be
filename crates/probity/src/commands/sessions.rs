use std::io::{self, Write as _};

use anyhow::Result;

use super::recordings;
use crate::cli::{SessionsArgs, StateFilter};
use crate::exit::Exit;
use crate::view::{Listed, Paint, session_json, write_sessions};

pub(super) fn run(args: &SessionsArgs) -> Result<Exit> {
    let reader = recordings::open(&args.config)?;
    let mut found = Vec::new();
    for view in reader.sessions()? {
        if found.len() == args.limit {
            break;
        }
        if view.node && !args.node {
            continue;
        }
        let listed = recordings::listed(&reader, view)?;
        if is_wanted(args, &listed) {
            found.push(listed);
        }
    }
    let mut out = io::stdout().lock();
    if args.json {
        for listed in &found {
            writeln!(out, "{}", session_json(listed))?;
        }
    } else {
        write_sessions(&mut out, &found, Paint::for_stdout())?;
    }
    Ok(Exit::Ok)
}

fn is_wanted(args: &SessionsArgs, listed: &Listed) -> bool {
    let state = args.state.is_none_or(|state| {
        listed.state()
            == match state {
                StateFilter::Open => "open",
                StateFilter::Closed => "closed",
                StateFilter::Abandoned => "abandoned",
            }
    });
    let upstream = args.upstream.as_ref();
    let caller = args.caller.as_ref();
    state
        && upstream.is_none_or(|name| listed.upstream() == name)
        && caller.is_none_or(|part| listed.caller().contains(part))
}
