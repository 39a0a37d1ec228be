use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use serde_json::json;
use store::{HoldRequest, HoldScope, Reader};

use super::custody;
use crate::cli::{HoldArgs, HoldCommand, HoldListArgs, HoldPlaceArgs, HoldReleaseArgs};
use crate::exit::Exit;
use crate::view::escape;

pub(super) fn run(args: &HoldArgs) -> Result<Exit> {
    match &args.command {
        HoldCommand::Place(args) => place(args),
        HoldCommand::Release(args) => release(args),
        HoldCommand::List(args) => list(args),
    }
}

fn place(args: &HoldPlaceArgs) -> Result<Exit> {
    let scope = match (args.session, args.records, args.day, &args.principal) {
        (Some(session), ..) => HoldScope::Session(session),
        (_, Some(range), ..) => HoldScope::Records {
            epoch: args.epoch,
            first: range.0,
            last: range.1,
        },
        (_, _, Some(day), _) => HoldScope::Day(day.0),
        (.., principal) => HoldScope::Principal(principal.clone().unwrap_or_default()),
    };
    let opened = custody::open(&args.config)?;
    let request = HoldRequest {
        matter: args.case.clone(),
        scope,
        by: args.by.clone(),
    };
    let done = opened.place_hold(&request).map_err(Into::into);
    let scoped = custody::close(opened, done)?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "held      {} sessions so far, on record as #{}",
        scoped.sessions, scoped.index
    )?;
    Ok(Exit::Ok)
}

fn release(args: &HoldReleaseArgs) -> Result<Exit> {
    let opened = custody::open(&args.config)?;
    let done = opened
        .release_hold(&args.case, &args.by)
        .map_err(Into::into);
    let holds = custody::close(opened, done)?;
    writeln!(io::stdout().lock(), "released  {holds} holds")?;
    Ok(Exit::Ok)
}

fn list(args: &HoldListArgs) -> Result<Exit> {
    let place = custody::place(&args.config)?;
    let reader = Reader::open_under(&place.data, None, place.root()?)
        .with_context(|| format!("cannot read `{}`", place.data.display()))?;
    let mut out = io::stdout().lock();
    for hold in reader.holds()? {
        if args.json {
            let object = json!({
                "case": hold.matter,
                "scope": hold.scope,
                "at": hold.at.to_string(),
                "sessions": hold.sessions,
            });
            writeln!(out, "{object}")?;
        } else {
            writeln!(
                out,
                "{}  {}  {} sessions  {}",
                hold.at,
                escape(&hold.matter),
                hold.sessions,
                hold.scope
            )?;
        }
    }
    Ok(Exit::Ok)
}
