use std::collections::HashMap;
use std::io::{self, Read as _, Write};
use std::time::Duration;

use anyhow::{Context as _, Result};
use gate::HeldState;
use serde_json::{Value, json};

use crate::cli::{
    ApiArgs, ApprovalsArgs, ApprovalsCommand, GrantsArgs, GrantsCommand, StateWanted,
};
use crate::client::Client;
use crate::exit::Exit;
use crate::view::held::{self, ascii_json};

/// Held calls of one page.
const PAGE: usize = 50;
/// Bytes of one event: a held call with its message.
const EVENT_BYTES_MAX: usize = 64 << 20;
/// The pause before a stream that ended is begun again.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) fn run(args: &ApprovalsArgs) -> Result<Exit> {
    match &args.command {
        ApprovalsCommand::List { state, api } => list(*state, api),
        ApprovalsCommand::Show { id, api } => {
            let held = client(api)?.get(&format!("approvals/{id}"))?;
            print(api, &held)
        }
        ApprovalsCommand::Approve {
            id,
            reason,
            grant,
            with,
            api,
        } => {
            let with = with
                .iter()
                .map(|with| json!({ "at": with.at, "is": with.is }));
            let with: Vec<Value> = with.collect();
            let grant = grant
                .as_ref()
                .map(|time| json!({ "for": time, "with": with }));
            let body = json!({ "reason": reason, "grant": grant });
            say(api, &format!("approvals/{id}/approve"), &body)
        }
        ApprovalsCommand::Reject { id, reason, api } => say(
            api,
            &format!("approvals/{id}/reject"),
            &json!({ "reason": reason }),
        ),
        ApprovalsCommand::BreakGlass { id, reason, api } => say(
            api,
            &format!("approvals/{id}/break-glass"),
            &json!({ "reason": reason }),
        ),
        ApprovalsCommand::Watch { api } => watch(api),
    }
}

pub(super) fn grants(args: &GrantsArgs) -> Result<Exit> {
    match &args.command {
        GrantsCommand::List { api } => {
            let grants = pages(&client(api)?, "grants?")?;
            let mut out = io::stdout().lock();
            for grant in &grants {
                match api.json {
                    true => writeln!(out, "{}", ascii_json(grant))?,
                    false => held::write_grant(&mut out, grant)?,
                }
            }
        }
        GrantsCommand::Revoke { id, api } => {
            let grant = client(api)?.delete(&format!("grants/{id}"))?;
            let mut out = io::stdout().lock();
            match api.json {
                true => writeln!(out, "{}", ascii_json(&grant))?,
                false => held::write_grant(&mut out, &grant)?,
            }
        }
    }
    Ok(Exit::Ok)
}

fn client(api: &ApiArgs) -> Result<Client> {
    Client::new(&api.url, api.token_file.as_deref())
}

fn list(state: StateWanted, api: &ApiArgs) -> Result<Exit> {
    let held = listed(&client(api)?, state.0)?;
    let mut out = io::stdout().lock();
    for held in &held {
        line(&mut out, api, held)?;
    }
    Ok(Exit::Ok)
}

fn say(api: &ApiArgs, path: &str, body: &Value) -> Result<Exit> {
    let held = client(api)?.post(path, body)?;
    let mut out = io::stdout().lock();
    line(&mut out, api, &held)?;
    Ok(Exit::Ok)
}

fn print(api: &ApiArgs, held: &Value) -> Result<Exit> {
    let mut out = io::stdout().lock();
    match api.json {
        true => writeln!(out, "{}", ascii_json(held))?,
        false => held::write(&mut out, held)?,
    }
    Ok(Exit::Ok)
}

/// What waits, and what changes. A stream ends when the gateway stops or when some of it was missed:
/// then what waits is read again.
fn watch(api: &ApiArgs) -> Result<Exit> {
    let client = client(api)?;
    // What was printed of each, so that nothing is printed twice.
    let mut printed: HashMap<String, String> = HashMap::new();
    let mut print = |held: &Value| -> Result<()> {
        let mut text = Vec::new();
        line(&mut text, api, held)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let id = held::text(held, "id");
        if printed.get(&id) != Some(&text) {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        match HeldState::parse(&held::text(held, "state")) {
            Some(state) if !state.is_over() => drop(printed.insert(id, text)),
            _ => drop(printed.remove(&id)),
        }
        Ok(())
    };
    loop {
        let mut stream = client.stream("approvals/events")?;
        let mut events = mcp::sse::Decoder::new(EVENT_BYTES_MAX);
        for held in listed(&client, Some(HeldState::Waiting))? {
            print(&held)?;
        }
        let mut portion = [0; 16 << 10];
        // Whatever ends it, the next one says why if it cannot begin.
        while let Ok(length @ 1..) = stream.read(&mut portion) {
            events.push(portion.get(..length).unwrap_or_default());
            while let Some(frame) = events.next_frame() {
                if let Some(data) = frame?.data {
                    let held = serde_json::from_slice(&data);
                    print(&held.context("an event is not from a gateway")?)?;
                }
            }
        }
        std::thread::sleep(PAUSE);
    }
}

fn listed(client: &Client, state: Option<HeldState>) -> Result<Vec<Value>> {
    let state = state.map(|state| format!("state={}&", state.as_str()));
    pages(client, &format!("approvals?{}", state.unwrap_or_default()))
}

/// All items of a list, page by page.
fn pages(client: &Client, list: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let mut page = client.get(&format!("{list}limit={PAGE}{cursor}"))?;
        let items = page.get_mut("items").and_then(Value::as_array_mut);
        all.append(items.context("the answer is not from a gateway")?);
        match page.get("next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

fn line(out: &mut impl Write, api: &ApiArgs, held: &Value) -> io::Result<()> {
    match api.json {
        true => writeln!(out, "{}", ascii_json(held)),
        false => held::write_line(out, held),
    }
}
