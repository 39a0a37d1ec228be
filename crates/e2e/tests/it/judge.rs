//! What must hold of a session by itself.

use serde_json::Value;

use crate::matrix::{Client, Era, Outcome, Server};
use crate::plan::{Step, steps};

/// Everything about this session that is not as the table and the scenario say.
pub(crate) fn faults(client: Client, server: Server, told: &[Step]) -> Vec<String> {
    let outcome = crate::matrix::outcome(client, server);
    let Outcome::Session(era) = outcome else {
        let connects = told.iter().any(|step| step.ok);
        return match connects || told.is_empty() {
            true => vec![format!("was to be refused, and saw {told:?}")],
            false => Vec::new(),
        };
    };
    let scenario = steps(outcome, server, "{box}");
    let mut faults: Vec<String> = scenario
        .iter()
        .zip(told)
        .enumerate()
        .filter_map(|(at, (wanted, seen))| fault(wanted, seen, told.get(..at).unwrap_or_default()))
        .collect();
    if let Some(first) = told.first().filter(|first| !is_of(era, first)) {
        faults.push(format!("the session is not {era:?}: {}", first.detail));
    }
    if told.len() != scenario.len() {
        let last = told.last().map(|step| step.step.as_str());
        faults.push(format!(
            "{} of {} steps, the last is {last:?}",
            told.len(),
            scenario.len()
        ));
    }
    faults
}

fn fault(wanted: &Value, seen: &Step, before: &[Step]) -> Option<String> {
    let name = wanted.get("as").or_else(|| wanted.get("do"))?.as_str()?;
    let as_wanted = match wanted.get("expect") {
        None => seen.ok && seen.detail.get("isError").is_none(),
        Some(Value::String(_)) => seen.ok && seen.detail["isError"] == true,
        Some(code) => !seen.ok && seen.detail["error"]["code"] == *code,
    };
    let asked = strings(&seen.detail["asked"]);
    let asks = strings(&wanted["asks"]);
    let progress = seen.detail["progress"].as_array().map(Vec::len);
    let count = wanted["count"].as_u64().map(|count| count as usize);
    let right = seen.step == name
        && as_wanted
        && was_asked(&asked, &asks, before)
        && progress == count
        && (wanted["do"] != "cancel" || seen.detail["cancelled"] == true)
        && (wanted["hears"] == seen.detail["heard"]);
    (!right).then(|| format!("`{name}` came to {}: {}", seen.ok, short(&seen.detail)))
}

/// Everything that was to be asked, and nothing new: a client that resumes a stream may be asked
/// again what it was asked before.
fn was_asked(asked: &[&str], asks: &[&str], before: &[Step]) -> bool {
    let count = |all: &[&str], one: &str| all.iter().filter(|other| **other == one).count();
    let known = |one: &str| {
        let mut earlier = before
            .iter()
            .flat_map(|step| strings(&step.detail["asked"]));
        asks.contains(&one) || earlier.any(|other| other == one)
    };
    asked.iter().all(|one| known(one))
        && asks.iter().all(|one| count(asked, one) >= count(asks, one))
}

fn is_of(era: Era, connect: &Step) -> bool {
    match connect.detail["version"].as_str() {
        // The client does not say; then the steps that only one era has tell.
        None => connect.ok,
        Some(version) => (version == "2026-07-28") == (era == Era::Modern),
    }
}

/// The session with the run's own folder, session ids and clock taken out of its texts.
pub(crate) fn plain(told: &[Step], folder: &str) -> Vec<Step> {
    told.iter()
        .map(|step| Step {
            detail: plain_value(&step.detail, folder),
            ..step.clone()
        })
        .collect()
}

fn plain_value(value: &Value, folder: &str) -> Value {
    match value {
        Value::String(text) => Value::String(plain_text(text, folder)),
        Value::Array(items) => items.iter().map(|item| plain_value(item, folder)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), plain_value(value, folder)))
            .collect(),
        other => other.clone(),
    }
}

fn plain_text(text: &str, folder: &str) -> String {
    let text = text.replace(folder, "{box}");
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && !"-:+".contains(c));
    words
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            match bare {
                _ if is_uuid(bare) => word.replace(bare, "{uuid}"),
                _ if is_time(bare) => word.replace(bare, "{time}"),
                _ => word.to_owned(),
            }
        })
        .collect()
}

fn is_uuid(word: &str) -> bool {
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && word.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// `2026-11-22T12:00:00+00:00`: the time server speaks of today.
fn is_time(word: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= 19 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[13] == b':'
}

fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

pub(crate) fn short(detail: &Value) -> String {
    let mut text = detail.to_string();
    if let Some((end, _)) = text.char_indices().nth(600) {
        text.truncate(end);
        text.push('…');
    }
    text
}
