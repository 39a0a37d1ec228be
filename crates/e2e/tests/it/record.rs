//! What must be on record of a session: every step's message before its answer, both ways, in order.

use serde_json::Value;

use crate::matrix::{Client, Era, Outcome, Server};
use crate::plan::{Step, steps};

/// A record that carries a message, as `probity show --json` prints it.
struct Message<'a> {
    index: u64,
    kind: &'a str,
    direction: &'a str,
    /// `request`, `notification`, `response` or `error`.
    shape: &'a str,
    method: &'a str,
    call: &'a str,
    session: &'a str,
    /// The JSON-RPC id's lexeme.
    id: &'a str,
    ending: &'a str,
    payload: &'a str,
}

/// Everything that the recordings of one run lack. `recordings` are its sessions, each with its records.
pub(crate) fn gaps(
    client: Client,
    server: Server,
    told: &[Step],
    recordings: &[Vec<Value>],
) -> Vec<String> {
    let mut gaps: Vec<String> = recordings.iter().filter_map(|r| disorder(r)).collect();
    let mut messages: Vec<Message<'_>> = recordings.iter().flatten().filter_map(message).collect();
    messages.sort_by_key(|message| message.index);
    let Outcome::Session(era) = crate::matrix::outcome(client, server) else {
        if !messages
            .iter()
            .any(|message| message.method == "server/discover")
        {
            gaps.push("the refused probe is not on record".to_owned());
        }
        return gaps;
    };
    let mut rest = messages.as_slice();
    for (step, seen) in steps(Outcome::Session(era), server, "{box}")
        .iter()
        .zip(told)
    {
        for method in methods(step, era, client) {
            let name = named(step, method);
            let Some(at) = rest
                .iter()
                .position(|message| is_intent(message, method) && message.payload.contains(name))
            else {
                gaps.push(format!("`{}`: no {method} in its turn", seen.step));
                continue;
            };
            let (intent, after) = (&rest[at], &rest[at + 1..]);
            if intent.shape == "request" && !is_answered(intent, after) {
                gaps.push(format!("`{}`: no answer to {method}", seen.step));
            }
            gaps.extend(unheard(step, seen, after, era));
            rest = after;
        }
    }
    gaps
}

/// The name that the client gives itself in this record, if it does.
pub(crate) fn introduced(record: &Value) -> Option<String> {
    let payload = record["payload"].as_str()?;
    let message: Value = serde_json::from_str(payload).ok()?;
    let version = message.pointer("/params/clientInfo/version")?;
    version.as_str().map(str::to_owned)
}

/// What is wrong with the order of one session's records.
fn disorder(records: &[Value]) -> Option<String> {
    let numbers = |member: &str| -> Vec<u64> {
        let values = records.iter().filter_map(|record| record[member].as_u64());
        values.collect()
    };
    let (seqs, indexes) = (numbers("seq"), numbers("index"));
    let kind_of = |record: Option<&Value>| record?["kind"].as_str().map(str::to_owned);
    let kinds = (kind_of(records.first()), kind_of(records.last()));
    if !seqs.iter().copied().eq(0..records.len() as u64) {
        return Some(format!("the records are not numbered one by one: {seqs:?}"));
    }
    if !indexes.is_sorted_by(|one, next| one < next) {
        return Some(format!("the records are not in order: {indexes:?}"));
    }
    let framed = (
        Some("session_opened".to_owned()),
        Some("session_closed".to_owned()),
    );
    (kinds != framed).then(|| format!("the session runs from {kinds:?}"))
}

fn message(record: &Value) -> Option<Message<'_>> {
    let facts = &record["facts"];
    Some(Message {
        index: record["index"].as_u64()?,
        kind: record["kind"].as_str()?,
        direction: record["direction"].as_str().unwrap_or_default(),
        shape: facts["message"]["kind"].as_str().unwrap_or_default(),
        method: facts["message"]["method"].as_str().unwrap_or_default(),
        call: facts["call"].as_str().unwrap_or_default(),
        session: record["session"].as_str().unwrap_or_default(),
        id: facts["message"]["id"].as_str().unwrap_or_default(),
        ending: facts["ending"].as_str().unwrap_or_default(),
        payload: record["payload"].as_str().unwrap_or_default(),
    })
}

/// The messages that the client sends for a step.
fn methods(step: &Value, era: Era, client: Client) -> Vec<&str> {
    let verb = step["do"].as_str().unwrap_or_default();
    match (verb, era) {
        ("connect", Era::Legacy) => vec!["initialize", "notifications/initialized"],
        // A client that is sure of the server asks nothing first.
        ("connect", Era::Modern) if client.name == "python-pinned" => vec![],
        ("connect", Era::Modern) => vec!["server/discover"],
        ("ping", _) => vec!["ping"],
        ("tools", _) => vec!["tools/list"],
        ("call" | "progress" | "cancel", _) => vec!["tools/call"],
        ("resources", _) => vec!["resources/list"],
        ("templates", _) => vec!["resources/templates/list"],
        ("read", _) => vec!["resources/read"],
        ("prompts", _) => vec!["prompts/list"],
        ("prompt", _) => vec!["prompts/get"],
        ("complete", _) => vec!["completion/complete"],
        ("level", _) => vec!["logging/setLevel"],
        ("subscribe", _) => vec!["resources/subscribe"],
        ("unsubscribe", _) => vec!["resources/unsubscribe"],
        ("listen", _) => vec!["subscriptions/listen", "tools/call"],
        ("method", _) => vec![step["method"].as_str().unwrap_or_default()],
        _ => vec![],
    }
}

/// What else the message says that tells it from others of its method.
fn named<'a>(step: &'a Value, method: &str) -> &'a str {
    let step = match step.get("then") {
        Some(then) if method == "tools/call" => then,
        _ => step,
    };
    let names = [&step["name"], &step["uri"]];
    names
        .iter()
        .find_map(|name| name.as_str())
        .unwrap_or_default()
}

fn is_intent(message: &Message<'_>, method: &str) -> bool {
    message.kind == "intent"
        && message.direction == "client_to_server"
        && message.method == method
        && message.payload.contains(method)
}

/// Whether the server's answer is on record, or how the call ended without one.
fn is_answered(intent: &Message<'_>, after: &[Message<'_>]) -> bool {
    let mut of_session = after
        .iter()
        .filter(|message| message.session == intent.session);
    of_session.any(|message| {
        let of_call = !intent.call.is_empty() && message.call == intent.call;
        match message.kind {
            // On a stream that the client resumed, only the id says which call it answers.
            "outcome" => {
                matches!(message.shape, "response" | "error")
                    && (of_call || message.id == intent.id)
            }
            "failure" => of_call,
            "transport" => of_call && !message.ending.is_empty(),
            _ => false,
        }
    })
}

/// What the client saw or said during a step besides its call and answer, and the record does not have.
fn unheard(step: &Value, seen: &Step, after: &[Message<'_>], era: Era) -> Vec<String> {
    let recorded = |kind: &str, is: &dyn Fn(&Message<'_>) -> bool| {
        let of_kind = after.iter().filter(|message| message.kind == kind);
        of_kind.filter(|message| is(message)).count()
    };
    let from_server = |text: &str| recorded("outcome", &|message| message.payload.contains(text));
    let asked: Vec<&str> = seen.detail["asked"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut wanted: Vec<(&str, usize)> = asked.iter().map(|method| (*method, 1)).collect();
    if let Some(count) = step["count"].as_u64() {
        wanted.push(("notifications/progress", count as usize));
    }
    if let Some(heard) = seen.detail["heard"].as_str() {
        wanted.push((heard, 1));
    }
    let mut missing: Vec<String> = wanted
        .into_iter()
        .filter(|(text, count)| from_server(text) < *count)
        .map(|(text, count)| format!("`{}`: fewer than {count} {text}", seen.step))
        .collect();
    let said = match era {
        Era::Legacy => recorded("intent", &|message| message.shape == "response"),
        Era::Modern => recorded("intent", &|message| {
            message.payload.contains("inputResponses")
        }),
    };
    // In the modern era one retry can carry several answers.
    if said
        < asked
            .len()
            .min(if era == Era::Modern { 1 } else { usize::MAX })
    {
        missing.push(format!("`{}`: the client's own answers", seen.step));
    }
    missing
}
