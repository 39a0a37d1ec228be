//! `probity findings`: a catalogue of the sensitive data that crossed, with no values in it.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Result;
use ledger::Direction;
use model::{SessionId, Timestamp};
use serde_json::{Value, json};
use store::Reader;

use super::recordings;
use crate::cli::FindingsArgs;
use crate::exit::Exit;
use crate::view::{Colour, Paint, Shown, escape};

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    upstream: Arc<str>,
    /// The tool, prompt or resource; the method where nothing is named.
    target: Arc<str>,
    to_server: bool,
    kind: Arc<str>,
}

/// How often, where and when.
#[derive(Debug, Clone)]
struct Tally {
    places: u64,
    records: u64,
    sessions: u64,
    first: Timestamp,
    last: Timestamp,
    last_session: SessionId,
}

/// What is listed: everything, or only what is named.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    upstream: Option<String>,
    kind: Option<String>,
}

pub(super) fn run(args: &FindingsArgs) -> Result<Exit> {
    let reader = recordings::open(&args.config)?;
    let filter = Filter {
        upstream: args.upstream.clone(),
        kind: args.kind.clone(),
    };
    list(&reader, &filter, args.json)
}

/// Prints the catalogue: for `findings` and for the demo.
pub(super) fn list(reader: &Reader, filter: &Filter, json: bool) -> Result<Exit> {
    let mut catalogue = Catalogue::default();
    let mut unreadable = 0_u64;
    for session in reader.sessions()? {
        let mut called = Called::default();
        for record in reader.records(session.id, 0)? {
            let record = record?;
            let marked = record.leaf.prefix.findings > 0;
            let shown = Shown::from(record);
            let target = called.follow(&shown);
            match shown.facts() {
                Some(_) => catalogue.add(&shown, target, filter),
                None => unreadable += u64::from(marked),
            }
        }
    }
    let mut out = io::stdout().lock();
    if json {
        for (group, tally) in &catalogue.0 {
            writeln!(out, "{}", to_json(group, tally))?;
        }
    } else {
        write_table(&mut out, &catalogue.0, Paint::for_stdout())?;
    }
    if unreadable > 0 {
        tracing::warn!(
            records = unreadable,
            "these records have findings, and their bodies cannot be read"
        );
    }
    Ok(Exit::Ok)
}

/// What each call of a session names.
#[derive(Default)]
struct Called(HashMap<String, Arc<str>>);

impl Called {
    /// What a record is about: what it names, or what its call named, or its method.
    fn follow(&mut self, shown: &Shown) -> Arc<str> {
        let Some(facts) = shown.facts() else {
            return "".into();
        };
        let message = facts.message.as_ref();
        let named = message.and_then(|m| m.name.clone().or_else(|| m.method.clone()));
        let Some(call) = &facts.call else {
            return named.unwrap_or_else(|| shown.kind.as_str().into());
        };
        match facts.direction {
            Some(Direction::ClientToServer) => {
                let named = named.unwrap_or_else(|| "".into());
                self.0.insert(call.clone(), named.clone());
                named
            }
            _ => self
                .0
                .get(call)
                .cloned()
                .or(named)
                .unwrap_or_else(|| shown.kind.as_str().into()),
        }
    }
}

#[derive(Default)]
struct Catalogue(BTreeMap<Group, Tally>);

impl Catalogue {
    fn add(&mut self, shown: &Shown, target: Arc<str>, filter: &Filter) {
        let Some(facts) = shown.facts() else { return };
        let upstream = facts.upstream.clone().unwrap_or_else(|| "".into());
        if filter.upstream.as_ref().is_some_and(|u| **u != *upstream) {
            return;
        }
        // One record counts once for a kind, however many places it has.
        let mut in_record: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for finding in &facts.findings {
            *in_record.entry(finding.kind.clone()).or_default() += 1;
        }
        for (kind, places) in in_record {
            if filter.kind.as_ref().is_some_and(|wanted| **wanted != *kind) {
                continue;
            }
            let group = Group {
                upstream: upstream.clone(),
                target: target.clone(),
                to_server: facts.direction != Some(Direction::ServerToClient),
                kind,
            };
            self.count(group, places, shown);
        }
    }

    fn count(&mut self, group: Group, places: u64, shown: &Shown) {
        let tally = self.0.entry(group).or_insert(Tally {
            places: 0,
            records: 0,
            sessions: 1,
            first: shown.at,
            last: shown.at,
            last_session: shown.session,
        });
        tally.places += places;
        tally.records += 1;
        // Records come session by session.
        tally.sessions += u64::from(tally.last_session != shown.session);
        tally.last_session = shown.session;
        tally.first = tally.first.min(shown.at);
        tally.last = tally.last.max(shown.at);
    }
}

const fn direction(group: &Group) -> &'static str {
    if group.to_server {
        "client_to_server"
    } else {
        "server_to_client"
    }
}

fn to_json(group: &Group, tally: &Tally) -> Value {
    json!({
        "upstream": group.upstream,
        "target": group.target,
        "direction": direction(group),
        "kind": group.kind,
        "places": tally.places,
        "records": tally.records,
        "sessions": tally.sessions,
        "first_at": tally.first.to_string(),
        "last_at": tally.last.to_string(),
    })
}

fn write_table(
    out: &mut impl Write,
    catalogue: &BTreeMap<Group, Tally>,
    paint: Paint,
) -> io::Result<()> {
    let heading = format!(
        "{:<14}  {:<24}  {}  {:<24}  {:>7}  {:>7}  {:>8}  {:<19}  {}",
        "upstream",
        "tool or method",
        "  ",
        "kind",
        "places",
        "records",
        "sessions",
        "first (UTC)",
        "last (UTC)"
    );
    writeln!(out, "{}", paint.text(Colour::Faint, &heading))?;
    let time = |at: Timestamp| -> String {
        let text = at.to_string().replace('T', " ");
        text.chars().take(19).collect()
    };
    for (group, tally) in catalogue {
        writeln!(
            out,
            "{:<14}  {:<24}  {}  {:<24}  {:>7}  {:>7}  {:>8}  {}  {}",
            escape(&group.upstream),
            escape(&group.target),
            if group.to_server { "->" } else { "<-" },
            escape(&group.kind),
            tally.places,
            tally.records,
            tally.sessions,
            time(tally.first),
            time(tally.last),
        )?;
    }
    Ok(())
}
