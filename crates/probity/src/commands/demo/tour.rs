//! The narrated run: what the agent does, and what comes back.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rmcp::model::{CallToolRequestParams, CallToolResult, ProtocolVersion};
use rmcp::service::ClientLifecycleMode;
use serde_json::{Value, json};

use super::agent::Agent;
use crate::view::{Colour, Paint, escape};

/// Longest answer that is printed whole, in characters.
const ANSWER_CHARS_MAX: usize = 300;
/// How long the report of a step is waited for.
const PROGRESS: Duration = Duration::from_secs(2);
/// How the report of the last step begins.
const LAST_STEP: &str = "3 of 3";
/// Finds the order that is refunded: a shop that was kept remembers those of earlier runs.
const REFUNDABLE: &str =
    "SELECT id FROM orders WHERE id >= 1007 AND status <> 'refunded' ORDER BY id LIMIT 1";

/// Drives the agent through the run.
///
/// # Errors
///
/// A call did not end as it should.
pub(super) async fn run(url: &str, token: &str) -> Result<()> {
    say("An agent of today connects (2026-07-28, no session)")?;
    let modern = ClientLifecycleMode::Discover {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
    };
    let agent = Agent::connect(url, token, modern).await?;
    let tools = agent.client.list_all_tools().await?;
    tell(
        "tools",
        &json!(tools.iter().map(|tool| &tool.name).collect::<Vec<_>>()),
    )?;
    agent.client.cancel().await?;

    say("An agent of yesterday connects (2025-11-25, with a session)")?;
    let mut agent = Agent::connect(url, token, ClientLifecycleMode::Initialize).await?;
    say("It lists customers, and sees the last four digits of their cards")?;
    let customers = json!({"country": "DE", "limit": 2});
    call(&agent, "list_customers", customers, false).await?;

    say("It reads with SQL of its own")?;
    let sql =
        "SELECT status, count(*) AS orders, sum(total_cents) AS cents FROM orders GROUP BY status";
    call(&agent, "query", json!({"sql": sql}), false).await?;

    say("It tries to empty a table, and policy refuses: the server never sees that")?;
    let emptying = json!({"sql": "DELETE FROM customers"});
    call(&agent, "query", emptying, true).await?;

    say("It gives money back; the server reports each step")?;
    let found = call(&agent, "query", json!({"sql": REFUNDABLE}), false).await?;
    let order = order(&found).context("every order of this shop was refunded by earlier runs")?;
    let refund = json!({"order_id": order, "reason": "arrived broken"});
    call(&agent, "refund_order", refund, false).await?;
    // The client hands notifications on beside the answer, and may be late with them.
    while let Ok(Some(progress)) = tokio::time::timeout(PROGRESS, agent.progress.recv()).await {
        let last = progress.starts_with(LAST_STEP);
        tell("progress", &progress.into())?;
        if last {
            break;
        }
    }

    say("It does so again, and the server refuses")?;
    let again = json!({"order_id": order, "reason": "once more"});
    call(&agent, "refund_order", again, true).await?;
    agent.client.cancel().await?;
    Ok(())
}

async fn call(agent: &Agent, tool: &'static str, arguments: Value, fails: bool) -> Result<Value> {
    tell(&format!("-> {tool}"), &arguments)?;
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let request = CallToolRequestParams::new(tool).with_arguments(arguments);
    let result = agent.client.call_tool(request).await?;
    ensure!(
        result.is_error.unwrap_or(false) == fails,
        "`{tool}` did not end as it should: {result:?}"
    );
    let answer = answer(result)?;
    tell(if fails { "<- error" } else { "<-" }, &answer)?;
    Ok(answer)
}

/// The order in the rows that `query` answers.
fn order(answer: &Value) -> Option<i64> {
    let parsed = answer
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    let answer: &Value = parsed.as_ref().unwrap_or(answer);
    answer.pointer("/rows/0/id")?.as_i64()
}

fn answer(result: CallToolResult) -> Result<Value> {
    if let Some(structured) = result.structured_content {
        return Ok(structured);
    }
    let text = result.content.first().and_then(|content| content.as_text());
    Ok(text.context("an answer has content")?.text.as_str().into())
}

/// Writes what comes next.
pub(super) fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "\n{}", Paint::for_stdout().text(Colour::Strong, text))
}

fn say(text: &str) -> Result<()> {
    heading(&mut io::stdout().lock(), text)?;
    Ok(())
}

fn tell(what: &str, value: &Value) -> Result<()> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut cut: String = text.chars().take(ANSWER_CHARS_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let mut out = io::stdout().lock();
    writeln!(out, "  {what:<17} {}", escape(&cut))?;
    out.flush()?;
    Ok(())
}
