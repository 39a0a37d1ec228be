//! Driver for crates.io `rmcp` as a client: runs the plan named on the command line, one JSON line
//! per step, as `tests/clients/README.md` describes. Development only.
//!
//! Absent: HTTP+SSE, which `rmcp` does not speak, and any judgement of what it sees: the matrix test
//! (`tests/it`) compares.

mod answers;
mod plan;
mod session;
mod steps;

use std::{error::Error, io::Write, time::Duration};

use serde_json::{Value, json};

use plan::{Plan, Run, Step};
use session::Session;
use steps::Failure;

const STEP_MAX: Duration = Duration::from_secs(20);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: rmcp-client PLAN")?;
    let plan: Plan = serde_json::from_slice(&std::fs::read(path)?)?;
    for run in &plan.runs {
        run_one(run).await?;
    }
    Ok(())
}

async fn run_one(run: &Run) -> std::io::Result<()> {
    let Some((connect, steps)) = run.steps.split_first() else {
        return Ok(());
    };
    let session = match within(Session::connect(run)).await {
        Ok(session) => session,
        Err(failure) => return report(run, connect, Err(failure)),
    };
    report(run, connect, Ok(session.connected()))?;
    for step in steps {
        if step.verb == "close" {
            return report(run, step, within(session.close()).await);
        }
        report(run, step, within(session.perform(step)).await)?;
    }
    Ok(())
}

async fn within<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(STEP_MAX, work)
        .await
        .unwrap_or_else(|_| Err(Failure::said(format!("no answer within {STEP_MAX:?}"))))
}

fn report(run: &Run, step: &Step, outcome: Result<Value, Failure>) -> std::io::Result<()> {
    let (ok, detail) = match outcome {
        Ok(detail) => (true, detail),
        Err(failure) => (
            false,
            json!({ "error": { "code": failure.code, "message": failure.message } }),
        ),
    };
    let line = json!({ "run": run.id, "step": step.label(), "ok": ok, "detail": detail });
    writeln!(std::io::stdout(), "{line}")
}
