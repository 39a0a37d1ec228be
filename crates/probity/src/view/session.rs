//! Sessions in a list.

use std::io::{self, Write};

use ledger::Facts;
use serde_json::{Value, json};
use store::{SessionState, SessionView};

use super::{Colour, Paint, escape};

/// A session and the facts of its opening.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) view: SessionView,
    pub(crate) facts: Facts,
}

impl Listed {
    /// Its state's name.
    pub(crate) fn state(&self) -> &'static str {
        match self.view.state {
            SessionState::Open => "open",
            SessionState::Closed => "closed",
            SessionState::Abandoned => "abandoned",
        }
    }

    /// The upstream; empty for the node's own session.
    pub(crate) fn upstream(&self) -> &str {
        self.facts.upstream.as_deref().unwrap_or_default()
    }

    /// Who called.
    pub(crate) fn caller(&self) -> String {
        let Some(caller) = &self.facts.caller else {
            return String::new();
        };
        if caller.subject.is_empty() {
            caller.kind.to_string()
        } else {
            caller.subject.to_string()
        }
    }

    fn client(&self) -> String {
        self.facts
            .client
            .as_ref()
            .map_or_else(String::new, |client| {
                format!("{} {}", client.name, client.version)
            })
    }
}

/// Writes a table, one session each line.
///
/// # Errors
///
/// The writer's own.
pub(crate) fn write_sessions(
    out: &mut impl Write,
    sessions: &[Listed],
    paint: Paint,
) -> io::Result<()> {
    let heading = format!(
        "{:<26}  {:<19}  {:<9}  {:>7}  {:<14}  {:<14}  {:<10}  {}",
        "session", "opened (UTC)", "state", "records", "upstream", "caller", "revision", "client"
    );
    writeln!(out, "{}", paint.text(Colour::Faint, &heading))?;
    for listed in sessions {
        let view = &listed.view;
        let opened: String = view.opened_at.to_string().chars().take(19).collect();
        let upstream = if view.node {
            "(node)"
        } else {
            listed.upstream()
        };
        let revision = listed.facts.protocol_version.as_deref().unwrap_or_default();
        let line = format!(
            "{}  {}  {:<9}  {:>7}  {:<14}  {:<14}  {:<10}  {}",
            view.id,
            opened.replace('T', " "),
            listed.state(),
            view.records,
            escape(upstream),
            escape(&listed.caller()),
            escape(revision),
            escape(&listed.client()),
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// One object per session.
pub(crate) fn session_json(listed: &Listed) -> Value {
    let view = &listed.view;
    json!({
        "id": view.id.to_string(),
        "node": view.node,
        "state": listed.state(),
        "records": view.records,
        "opened_at": view.opened_at.to_string(),
        "last_at": view.last_at.to_string(),
        "first_index": view.first.0,
        "last_index": view.last.0,
        "upstream": listed.facts.upstream,
        "transport": listed.facts.transport,
        "era": listed.facts.era,
        "protocol_version": listed.facts.protocol_version,
        "caller": listed.facts.caller,
        "client": listed.facts.client,
    })
}
