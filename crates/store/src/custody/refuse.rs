use serde_json::json;

use super::{CustodyError, Minutes, hex};
use crate::dir::Opened;
use crate::keys::PurgeRow;

/// A purge met holds: the attempt is on record, and what was asked for does not happen.
pub(super) fn held(
    opened: &Opened,
    row: &PurgeRow,
    scope: &str,
    matters: Vec<String>,
) -> Result<CustodyError, CustodyError> {
    let extra = json!({
        "step": "refused",
        "cases": matters,
        "scope": scope,
        "purge": hex(&row.id),
        "grounds": row.grounds,
        "by": row.approved_by,
    });
    let mut minutes = Minutes::default();
    minutes.note(opened, "a purge was refused: what it names is held", extra)?;
    minutes.close()?;
    Ok(CustodyError::Held { matters })
}
