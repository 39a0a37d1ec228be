//! `probity pins`: the definitions that servers have shown, and accepting them.

use std::io::{self, Write};

use anyhow::{Result, anyhow, ensure};
use inspect::difference;
use inspect::pins::{Key, Pinned, Pins, Review, State, Version};
use model::Digest;
use serde_json::{Value, json};
use store::PinFile;

use crate::cli::{ConfigArgs, PinsAcceptArgs, PinsArgs, PinsCommand, PinsListArgs, PinsNameArgs};
use crate::config;
use crate::exit::{Exit, NotFound};
use crate::system::now;
use crate::view::escape;

pub(super) fn run(args: &PinsArgs) -> Result<Exit> {
    match &args.command {
        PinsCommand::List(args) => list(args),
        PinsCommand::Show(args) => show(args),
        PinsCommand::Diff(args) => diff(args),
        PinsCommand::Accept(args) => accept(args),
    }
}

fn open(args: &ConfigArgs) -> Result<PinFile> {
    let data = config::data_dir(args.config.as_deref(), args.overrides())?;
    Ok(PinFile::open(&data)?)
}

fn list(args: &PinsListArgs) -> Result<Exit> {
    let pins = open(&args.config)?.load()?;
    let is_open = |pinned: &Pinned| match pinned.state() {
        State::Changed => true,
        State::FirstSeen => !pinned.version.suspicious.is_empty(),
        State::Unchanged | State::Unknown => false,
    };
    let mut out = io::stdout().lock();
    if !args.json {
        writeln!(
            out,
            "{:<14}  {:<12}  {:<11}  {:<10}  {:<19}  name",
            "server", "kind", "state", "suspicious", "seen (UTC)"
        )?;
    }
    for (key, pinned) in pins
        .iter()
        .filter(|(_, pinned)| !args.open || is_open(pinned))
    {
        if args.json {
            writeln!(out, "{}", to_json(key, pinned))?;
            continue;
        }
        let newest = pinned.newest();
        let seen: String = newest.at.to_string().chars().take(19).collect();
        writeln!(
            out,
            "{:<14}  {:<12}  {:<11}  {:<10}  {:<19}  {}",
            escape(key.upstream.as_str()),
            key.kind.as_str(),
            pinned.state().as_str(),
            newest.suspicious.len(),
            seen.replace('T', " "),
            escape(&key.name),
        )?;
    }
    Ok(Exit::Ok)
}

fn show(args: &PinsNameArgs) -> Result<Exit> {
    let pins = open(&args.config)?.load()?;
    let (key, pinned) = find(&pins, args)?;
    let newest = pinned.newest();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} {} {}: {}",
        key.upstream,
        key.kind.as_str(),
        escape(&key.name),
        pinned.state().as_str()
    )?;
    writeln!(out, "fingerprint {}", newest.fingerprint)?;
    writeln!(out, "seen {}", newest.at)?;
    if let Some(review) = &pinned.review {
        let reason = review.reason.as_deref().unwrap_or("no reason given");
        writeln!(
            out,
            "accepted {} at {} by {}: {}",
            pinned.version.fingerprint,
            review.at,
            escape(&review.by),
            escape(reason)
        )?;
    }
    for suspicious in &newest.suspicious {
        let path = escape(&suspicious.path);
        writeln!(out, "suspicious {} at `{path}`", suspicious.what.as_str())?;
    }
    writeln!(out, "{}", pretty(newest))?;
    Ok(Exit::Ok)
}

fn diff(args: &PinsNameArgs) -> Result<Exit> {
    let pins = open(&args.config)?.load()?;
    let (_, pinned) = find(&pins, args)?;
    let mut out = io::stdout().lock();
    let Some(changed) = &pinned.changed else {
        writeln!(out, "nothing changed")?;
        return Ok(Exit::Ok);
    };
    let old = &pinned.version;
    writeln!(out, "--- {}  seen {}", old.fingerprint, old.at)?;
    writeln!(out, "+++ {}  seen {}", changed.fingerprint, changed.at)?;
    let found = difference(old.text.as_bytes(), changed.text.as_bytes());
    for change in &found.changes {
        writeln!(out, "@ {}", escape(&change.path))?;
        for (sign, value) in [("-", &change.old), ("+", &change.new)] {
            if let Some(value) = value {
                writeln!(out, "{sign} {}", escape(value))?;
            }
        }
    }
    if found.more > 0 {
        writeln!(out, "and {} more changes", found.more)?;
    }
    if found.changes.is_empty() {
        writeln!(out, "what changed is masked")?;
    }
    Ok(Exit::Ok)
}

fn accept(args: &PinsAcceptArgs) -> Result<Exit> {
    ensure!(!args.by.trim().is_empty(), "somebody accepts it: name them");
    let fingerprint = args.fingerprint.as_deref();
    let fingerprint = fingerprint
        .map(|text| {
            let what = || anyhow!("`{}` is no fingerprint: it has 64 digits", escape(text));
            Digest::parse(text).ok_or_else(what)
        })
        .transpose()?;
    let file = open(&args.which.config)?;
    find(&file.load()?, &args.which)?;
    let review = Review {
        by: args.by.as_str().into(),
        at: now(),
        reason: args.reason.as_deref().map(Into::into),
        on_record: false,
    };
    let key = key(&args.which);
    let (pins, accepted) = file.change(|pins| {
        let pinned = pins.get_mut(&key)?;
        pinned.accept(fingerprint, review).then_some(())
    })?;
    let version = pins.get(&key).map(|pinned| pinned.newest().fingerprint);
    match (accepted, version) {
        (Some(()), Some(version)) => {
            let mut out = io::stdout().lock();
            writeln!(out, "accepted {version}")?;
            Ok(Exit::Ok)
        }
        _ => Err(NotFound(format!(
            "this version is not there any more; look at it with `probity pins diff {} {}`",
            args.which.server,
            escape(&args.which.name)
        ))
        .into()),
    }
}

fn key(args: &PinsNameArgs) -> Key {
    Key {
        upstream: args.server.clone(),
        kind: args.kind.into(),
        name: args.name.as_str().into(),
    }
}

fn find<'a>(pins: &'a Pins, args: &PinsNameArgs) -> Result<(Key, &'a Pinned)> {
    let key = key(args);
    match pins.get(&key) {
        Some(pinned) => Ok((key, pinned)),
        None => {
            let message = format!(
                "no {} `{}` of `{}` was seen; `probity pins list` prints those that were",
                key.kind.as_str(),
                escape(&key.name),
                key.upstream
            );
            Err(NotFound(message).into())
        }
    }
}

fn pretty(version: &Version) -> String {
    let value: Value = serde_json::from_str(&version.text).unwrap_or_default();
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    let lines: Vec<String> = text.lines().map(escape).collect();
    lines.join("\n")
}

fn to_json(key: &Key, pinned: &Pinned) -> Value {
    let newest = pinned.newest();
    let suspicious: Vec<Value> = newest
        .suspicious
        .iter()
        .map(|one| json!({"path": one.path, "kind": one.what.as_str()}))
        .collect();
    json!({
        "server": key.upstream.as_str(),
        "kind": key.kind.as_str(),
        "name": key.name,
        "state": pinned.state().as_str(),
        "fingerprint": newest.fingerprint.to_string(),
        "pinned": pinned.version.fingerprint.to_string(),
        "seen": newest.at.to_string(),
        "suspicious": suspicious,
        "accepted_by": pinned.review.as_ref().map(|review| &review.by),
        "accepted_at": pinned.review.as_ref().map(|review| review.at.to_string()),
        "reason": pinned.review.as_ref().and_then(|review| review.reason.as_ref()),
    })
}
