//! Records as lines of text.

use std::io::{self, Write};

use ledger::{Direction, Facts, VerdictCode};
use model::Timestamp;

use super::{Colour, Paint, Shown, escape, escape_lines};

/// Longest message that is printed whole unless all is asked for, in characters.
pub(crate) const PAYLOAD_CHARS_MAX: usize = 1_600;

/// Writes a record: a heading, then its message, cut after so many characters.
///
/// # Errors
///
/// The writer's own.
pub(crate) fn write_record(
    out: &mut impl Write,
    shown: &Shown,
    opened_at: Timestamp,
    payload_chars_max: usize,
    paint: Paint,
) -> io::Result<()> {
    writeln!(out, "{}", heading(shown, opened_at, paint))?;
    for line in payload_lines(shown, payload_chars_max) {
        writeln!(out, "          {}", paint.text(Colour::Faint, &line))?;
    }
    Ok(())
}

/// `  3  #17    +0.041 s  <- outcome    response tools/call get_order (id 2)  permitted  38.9 ms`
pub(crate) fn heading(shown: &Shown, opened_at: Timestamp, paint: Paint) -> String {
    let arrow = match shown.direction() {
        Some(Direction::ClientToServer) => paint.text(Colour::Accent, "->"),
        Some(Direction::ServerToClient) => paint.text(Colour::Good, "<-"),
        None => "--".to_owned(),
    };
    let since_ms = shown.at.us_since(opened_at) / 1_000;
    let mut line = format!(
        "{:>4}  {:<7} {:>10}  {arrow} {:<15} {}",
        shown.seq,
        format!("#{}", shown.index),
        format!("+{}.{:03} s", since_ms / 1_000, since_ms % 1_000),
        shown.kind,
        paint.text(Colour::Strong, &what(shown)),
    );
    for part in [verdict(shown, paint), timing(shown, paint)] {
        if !part.is_empty() {
            line.push_str("  ");
            line.push_str(&part);
        }
    }
    line
}

/// What a record is about, in a few words.
pub(crate) fn what(shown: &Shown) -> String {
    let facts = match &shown.body {
        Ok(body) => &body.facts,
        // Names and grounds are as somebody wrote them.
        Err(reason) if reason.starts_with("purged: ") => return format!("[{}]", escape(reason)),
        Err(reason) => return format!("[cannot be read: {reason}]"),
    };
    let mut parts = Vec::new();
    message(facts, shown.called.as_deref(), &mut parts);
    if let Some(http) = &facts.http
        && facts.message.is_none()
    {
        parts.extend(http.method.as_ref().map(|method| method.to_string()));
        parts.extend(http.path.as_ref().map(|path| path.to_string()));
    }
    if let Some(status) = facts.http.as_ref().and_then(|http| http.status)
        && (status >= 400 || facts.message.is_none())
    {
        parts.push(format!("HTTP {status}"));
    }
    if let Some(id) = facts.sse.as_ref().and_then(|sse| sse.id.as_ref()) {
        parts.push(format!("event {id}"));
    }
    parts.extend(facts.ending.as_ref().map(|ending| format!("[{ending}]")));
    parts.extend(facts.detail.as_ref().map(|detail| format!("({detail})")));
    if !facts.findings.is_empty() {
        parts.push(format!("[{} masked]", facts.findings.len()));
    }
    if parts.is_empty() {
        opening(facts, &mut parts);
    }
    escape(&parts.join(" "))
}

fn message(facts: &Facts, called: Option<&str>, parts: &mut Vec<String>) {
    let Some(message) = &facts.message else {
        return;
    };
    parts.push(message.kind.to_string());
    parts.extend(message.method.as_ref().map(|method| method.to_string()));
    parts.extend(message.name.as_deref().or(called).map(str::to_owned));
    parts.extend(message.id.as_ref().map(|id| format!("(id {id})")));
}

fn opening(facts: &Facts, parts: &mut Vec<String>) {
    parts.extend(facts.upstream.as_ref().map(|name| name.to_string()));
    parts.extend(facts.transport.as_ref().map(|name| name.to_string()));
    if let Some(caller) = &facts.caller {
        parts.push(match caller.subject.as_ref() {
            "" => caller.kind.to_string(),
            subject => format!("{} {subject}", caller.kind),
        });
    }
}

fn verdict(shown: &Shown, paint: Paint) -> String {
    let colour = match shown.verdict {
        VerdictCode::None => return String::new(),
        VerdictCode::Permitted => Colour::Good,
        VerdictCode::Held => Colour::Warning,
        VerdictCode::Refused | VerdictCode::Undecidable => Colour::Bad,
    };
    let facts = shown.facts().and_then(|facts| facts.verdict.as_ref());
    let rules = facts.map_or(&[][..], |verdict| &verdict.rules);
    let mut text = shown.verdict.as_str().to_owned();
    if shown.verdict != VerdictCode::Permitted {
        for rule in rules {
            text.push_str(&format!(" {}", escape(rule)));
        }
        if let Some(reason) = facts.and_then(|verdict| verdict.reason.as_ref()) {
            text.push_str(&format!(": {}", escape(reason)));
        }
    }
    paint.text(colour, &text)
}

/// How long the server took, or else how long the whole took.
fn timing(shown: &Shown, paint: Paint) -> String {
    let Some(timing) = shown.facts().and_then(|facts| facts.timing.as_ref()) else {
        return String::new();
    };
    let us = timing
        .since_forwarded_us
        .unwrap_or(timing.since_received_us);
    let text = format!("{}.{} ms", us / 1_000, us % 1_000 / 100);
    paint.text(Colour::Faint, &text)
}

/// The message as lines that are safe to print, cut after so many characters.
pub(crate) fn payload_lines(shown: &Shown, chars_max: usize) -> Vec<String> {
    let payload = shown.payload();
    if payload.is_empty() {
        return Vec::new();
    }
    let mut left = chars_max;
    let mut lines = Vec::new();
    for line in escape_lines(payload) {
        let cut: String = line.chars().take(left).collect();
        let whole = cut.len() == line.len();
        left = left.saturating_sub(cut.chars().count());
        lines.push(cut);
        if !whole || left == 0 {
            lines.push(format!(
                "… {} bytes in all; --full prints them",
                payload.len()
            ));
            return lines;
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
