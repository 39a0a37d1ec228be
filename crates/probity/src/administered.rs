//! The record of something that an operator did: started a node, changed its policies, stopped something.

use ledger::{Draft, Facts, Kind, Record, VerdictCode};
use model::Timestamp;
use serde_json::Value;

use crate::system::now;

/// Something that an operator did, ready to go on record. `extra` says what, and by whom as far as that
/// can be known.
pub(crate) struct Administered {
    pub(crate) detail: Option<&'static str>,
    pub(crate) extra: Value,
    at: Timestamp,
}

impl Administered {
    /// Done now.
    pub(crate) fn new(detail: impl Into<Option<&'static str>>, extra: Value) -> Self {
        Self {
            detail: detail.into(),
            extra,
            at: now(),
        }
    }
}

impl Record for Administered {
    fn draft(&self) -> Draft<'_> {
        Draft {
            kind: Kind::Configuration,
            verdict: VerdictCode::None,
            at: self.at,
            call: None,
            server: "",
            tool: "",
            principal: String::new(),
            facts: Facts {
                detail: self.detail.map(str::to_owned),
                extra: Some(self.extra.clone()),
                ..Facts::default()
            },
            payload: &[],
        }
    }
}
