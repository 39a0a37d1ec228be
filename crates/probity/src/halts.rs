//! What an operator stopped: reading it, watching it, putting each change on record.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ledger::Ledger;
use model::{Halt, HaltTarget, Halts};
use serde_json::{Value, json};
use store::{HaltFile, HaltList};
use tokio::sync::watch;

use crate::administered::Administered;
use crate::system::now;

/// How often a running gateway looks whether something was stopped.
const WATCH: Duration = Duration::from_millis(100);

/// The list of a data directory, which is created if it is missing.
pub(crate) fn open(data: &Path) -> Result<HaltFile> {
    HaltFile::open(data).with_context(|| {
        format!(
            "cannot use the list of what is stopped in `{}`",
            data.display()
        )
    })
}

/// What is stopped when the gateway starts.
///
/// # Errors
///
/// The list cannot be read: nobody knows what may not pass.
pub(crate) fn at_start(file: &HaltFile) -> Result<Halts> {
    let list = file.load().context(
        "nobody knows what is stopped, so nothing starts; mend the file, or remove it to lift everything",
    )?;
    Ok(Halts::new(list.halts))
}

/// A halt as it stands in records and in listings.
pub(crate) fn told(halt: &Halt) -> Value {
    json!({
        "what": halt.target.kind(),
        "id": halt.target.id(),
        "by": halt.by,
        "reason": halt.reason,
        "at": halt.at.to_string(),
    })
}

/// Keeps what is stopped as the file says, for ever. What is added is in force before it is on record,
/// what is lifted after. While the file cannot be read, everything is stopped.
pub(crate) async fn watch(file: HaltFile, in_force: watch::Sender<Arc<Halts>>, ledger: Ledger) {
    let mut stamp = None;
    loop {
        let now = file.stamp();
        if stamp.as_ref() != Some(&now) {
            let list = file.load().unwrap_or_else(|error| {
                tracing::error!("everything is stopped until this is mended: {error}");
                unreadable(&in_force.borrow(), &error.to_string())
            });
            let recorded = change(list, &in_force, &ledger).await;
            // What cannot be put on record is tried again.
            stamp = recorded.then_some(now);
        }
        tokio::time::sleep(WATCH).await;
    }
}

/// What was stopped before, and everything else.
fn unreadable(before: &Halts, error: &str) -> HaltList {
    let mut halts: Vec<Halt> = before.iter().map(|halt| (**halt).clone()).collect();
    if !halts
        .iter()
        .any(|halt| halt.target == HaltTarget::Everything)
    {
        halts.push(Halt {
            target: HaltTarget::Everything,
            by: "probity".into(),
            reason: Some(error.into()),
            at: now(),
        });
    }
    let lifts = Vec::new();
    HaltList { halts, lifts }
}

/// Puts a list in force. Says whether it is all in force, and all on record.
async fn change(list: HaltList, in_force: &watch::Sender<Arc<Halts>>, ledger: &Ledger) -> bool {
    let before = in_force.borrow().clone();
    let fresh = Halts::new(list.halts);
    let missing = |of: &Halts, from: &Halts| -> Vec<Arc<Halt>> {
        let is_in = |halt: &Arc<Halt>| from.iter().any(|other| other == halt);
        of.iter().filter(|halt| !is_in(halt)).cloned().collect()
    };
    let added = missing(&fresh, &before);
    let gone = missing(&before, &fresh);
    if added.is_empty() && gone.is_empty() {
        return true;
    }
    let both = fresh.iter().chain(&gone);
    in_force.send_replace(Arc::new(Halts::new(both.map(|halt| (**halt).clone()))));
    let record =
        |what: &'static str, halt: &Halt| Administered::new(what, json!({ what: told(halt) }));
    let mut changes: Vec<_> = added.iter().map(|halt| record("stopped", halt)).collect();
    changes.extend(gone.iter().map(|halt| {
        let mut lifts = list.lifts.iter().rev();
        let lift = lifts.find(|lift| lift.target == halt.target && lift.at >= halt.at);
        record("lifted", lift.unwrap_or(&by_hand(halt)))
    }));
    for change in changes {
        tracing::warn!(what = %change.extra, "{}", change.detail.unwrap_or_default());
        if let Err(error) = ledger.node_session().commit(change).await {
            tracing::error!(%error, "what was stopped or lifted cannot be put on record");
            return false;
        }
    }
    in_force.send_replace(Arc::new(fresh));
    true
}

/// Nobody said who lifted it: the file was changed by hand.
fn by_hand(halt: &Halt) -> Halt {
    Halt {
        target: halt.target.clone(),
        by: "nobody named".into(),
        reason: None,
        at: now(),
    }
}
