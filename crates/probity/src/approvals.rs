//! What waits for people: kept in the data directory, in force in the gateway.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use gate::{BindingKey, StateKey};
use gateway::Approvals;
use ledger::Ledger;
use mask::MaskSet;
use policy::Policy;

use crate::system::random;

/// Opens what is kept, and judges it by today's policies.
///
/// # Errors
///
/// It cannot be read, or what became of it cannot be put on record: nobody knows what was allowed.
pub(crate) async fn open(
    data: &Path,
    ledger: &Ledger,
    policy: &Arc<ArcSwap<Policy>>,
    masks: &Arc<ArcSwap<MaskSet>>,
) -> Result<Arc<Approvals>> {
    let context = || format!("cannot use the approvals of `{}`", data.display());
    let keys = store::ApprovalKeys::open(data, random).with_context(context)?;
    let kept = Arc::new(store::Approvals::open(data).with_context(context)?);
    let state = StateKey::new(&keys.state).context("no key for approvals can be made")?;
    let binding = BindingKey::new(&keys.binding);
    let approvals = Approvals::open(
        kept,
        binding,
        state,
        ledger.clone(),
        policy.clone(),
        masks.clone(),
    )
    .with_context(context)?;
    approvals.resume().await.with_context(context)?;
    Ok(approvals)
}
