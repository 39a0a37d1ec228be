use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use ledger::Leaf;
use model::{EntryIndex, Timestamp};

use super::Reader;
use crate::error::ReadError;

/// Why a record cannot be read any more, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeView {
    /// The epoch of the log that says so.
    pub epoch: u32,
    /// The index of the leaf that says so.
    pub index: EntryIndex,
    /// When it was done.
    pub at: Timestamp,
    /// On what grounds.
    pub grounds: String,
    /// Who approved.
    pub approved_by: Vec<String>,
}

/// The purges on record, as far as somebody asked for them.
#[derive(Debug, Default)]
pub(super) struct Purges(RefCell<HashMap<[u8; 16], Arc<PurgeView>>>);

impl Purges {
    /// The purge that destroyed the key of this leaf's body; `None` if none is on record.
    pub(super) fn of(
        &self,
        reader: &Reader,
        leaf: &Leaf,
    ) -> Result<Option<Arc<PurgeView>>, ReadError> {
        let prefix = &leaf.prefix;
        let (session, seq) = (prefix.session, leaf.session_seq);
        let Some(row) = reader
            .keyring
            .purge_of(session, seq, prefix.domain, prefix.bucket)?
        else {
            return Ok(None);
        };
        if let Some(known) = self.0.borrow().get(&row.id) {
            return Ok(Some(Arc::clone(known)));
        }
        let index = EntryIndex(row.leaf);
        let record = if row.epoch == reader.epoch {
            reader.entry(index)?
        } else {
            let root = Some(Arc::clone(&reader.root));
            Reader::open_under(&reader.path, Some(row.epoch), root)?.entry(index)?
        };
        let facts = record.body.open().map(|body| &body.facts);
        let extra = facts.and_then(|facts| facts.extra.as_ref());
        let extra = extra.unwrap_or(&serde_json::Value::Null);
        let names = extra.get("approved_by").and_then(|names| names.as_array());
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let view = Arc::new(PurgeView {
            epoch: row.epoch,
            index,
            at: record.leaf.prefix.at,
            grounds: extra.get("grounds").map(text).unwrap_or_default(),
            approved_by: names.into_iter().flatten().map(text).collect(),
        });
        self.0.borrow_mut().insert(row.id, Arc::clone(&view));
        Ok(Some(view))
    }
}
