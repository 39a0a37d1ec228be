//! Held calls and grants, out of the JSON of the HTTP API, as people read them.

use std::io::{self, Write};

use serde_json::Value;

use super::{escape, escape_lines};

/// A member as text that is harmless for a terminal; empty where it is missing.
pub(crate) fn text(object: &Value, member: &str) -> String {
    match object.get(member) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => escape(text),
        Some(other) => escape(&other.to_string()),
    }
}

/// The JSON of a value in ASCII: the same value to a program, and no command to a terminal.
pub(crate) fn ascii_json(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if c.is_ascii() && !c.is_ascii_control() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// One line: what it is, and who asks for it.
pub(crate) fn write_line(out: &mut impl Write, held: &Value) -> io::Result<()> {
    writeln!(
        out,
        "{}  {:<9}  {:<8}  until {}  {} {} {}  for {}  {}",
        text(held, "id"),
        text(held, "state"),
        or_dash(text(held, "severity")),
        text(held, "expires_at"),
        text(held, "server"),
        text(held, "method"),
        or_dash(text(held, "name")),
        person(held.get("caller")),
        text(held, "reason"),
    )
}

/// Everything, with the message last.
pub(crate) fn write(out: &mut impl Write, held: &Value) -> io::Result<()> {
    let mut row = |name: &str, value: String| match value.is_empty() {
        true => Ok(()),
        false => writeln!(out, "{name:<12} {value}"),
    };
    row("id", text(held, "id"))?;
    row("state", text(held, "state"))?;
    row("asked at", text(held, "asked_at"))?;
    row("until", text(held, "expires_at"))?;
    row("caller", person(held.get("caller")))?;
    if let Some(agent) = held.get("agent").filter(|agent| agent.is_object()) {
        let agent = format!("{} {}", text(agent, "name"), text(agent, "version"));
        row("agent", agent)?;
    }
    row("server", text(held, "server"))?;
    row("method", text(held, "method"))?;
    row("name", text(held, "name"))?;
    row("rules", words(held.get("rules")))?;
    row("reason", text(held, "reason"))?;
    row("severity", text(held, "severity"))?;
    row("groups", words(held.get("groups")))?;
    row("people", text(held, "quorum"))?;
    if held.get("needs_reason") == Some(&Value::Bool(true)) {
        row("needs", "a reason".to_owned())?;
    }
    if let Some(ms) = held.get("grant_ms_max").and_then(Value::as_u64) {
        row("grant", format!("{} s at the most", ms / 1_000))?;
    }
    row("emergency", words(held.get("emergency")))?;
    row("intent", text(held, "intent"))?;
    row("arguments", text(held, "arguments"))?;
    row("definition", text(held, "definition"))?;
    row("policy", text(held, "policy"))?;
    row("commands", commands(held.get("commands")))?;
    for vote in elements(held.get("votes")) {
        let by = person(vote.get("by"));
        let (word, at) = (text(vote, "word"), text(vote, "at"));
        let reason = text(vote, "reason");
        row("said", format!("{word} by {by} at {at}  {reason}"))?;
    }
    match held.get("message") {
        None | Some(Value::Null) => Ok(()),
        Some(message) => {
            writeln!(out, "message")?;
            let lines = match message {
                Value::String(text) => escape_lines(text.as_bytes()),
                other => escape_lines(format!("{other:#}").as_bytes()),
            };
            lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
        }
    }
}

/// One line: what is granted to whom.
pub(crate) fn write_grant(out: &mut impl Write, grant: &Value) -> io::Result<()> {
    let open = grant.get("open") == Some(&Value::Bool(true));
    let with = elements(grant.get("with"));
    let with = with.map(|with| format!("{}={}", text(with, "at"), json(with.get("is"))));
    let with = with.collect::<Vec<_>>().join(" ");
    let by = elements(grant.get("by")).map(|by| person(Some(by)));
    writeln!(
        out,
        "{}  {:<6}  until {}  {} {} {}  for {}  by {}  {}",
        text(grant, "id"),
        if open { "open" } else { "over" },
        text(grant, "until"),
        text(grant, "server"),
        text(grant, "method"),
        text(grant, "name"),
        person(grant.get("caller")),
        by.collect::<Vec<_>>().join(", "),
        with,
    )
}

fn person(principal: Option<&Value>) -> String {
    let Some(principal) = principal else {
        return "-".to_owned();
    };
    let (issuer, subject) = (text(principal, "issuer"), text(principal, "subject"));
    match text(principal, "kind") {
        kind if subject.is_empty() => kind,
        kind => format!("{kind} {issuer}|{subject}"),
    }
}

/// `sql: deletes, drops; shell: …`.
fn commands(facts: Option<&Value>) -> String {
    let languages = facts.and_then(|facts| facts.get("is")?.as_object());
    let languages = languages.into_iter().flatten();
    let told = languages.map(|(name, is)| format!("{}: {}", escape(name), words(Some(is))));
    let mut told: Vec<String> = told.collect();
    if facts.and_then(|facts| facts.get("unread")) == Some(&Value::Bool(true)) {
        told.push("not everything was looked into".to_owned());
    }
    told.join("; ")
}

fn words(list: Option<&Value>) -> String {
    let words = elements(list).map(|word| word.as_str().map_or_else(|| json(Some(word)), escape));
    words.collect::<Vec<_>>().join(", ")
}

fn elements(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

fn json(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| escape(&value.to_string()))
}

fn or_dash(text: String) -> String {
    match text.is_empty() {
        true => "-".to_owned(),
        false => text,
    }
}
