//! What the org log said last about a node's log: all that has to be known to go on with it.

use ledger::org::{OrgEntry, OrgKind};
use ledger::tile::{TILE_WIDTH, TileName, bundle_entries};
use ledger::{Objects, PublishError};

/// The last node's log that it says anything about.
#[derive(Debug, Clone, Default)]
pub(super) struct Last {
    /// Its origin.
    pub(super) log: Option<String>,
    /// Its last checkpoint that is there, signed.
    pub(super) note: Option<String>,
}

impl Last {
    /// Takes in the next entry.
    pub(super) fn take(&mut self, entry: &OrgEntry) {
        match entry.kind {
            OrgKind::LogOpened | OrgKind::EpochClosed => *self = Self::default(),
            OrgKind::EpochOpened => {
                self.log = Some(entry.log.clone());
                self.note = None;
            }
            OrgKind::NodeCheckpoint => self.note = entry.note().map(str::to_owned),
            OrgKind::NodeJoined | OrgKind::NodeLeft => {}
        }
    }

    /// The checkpoint, if it is of this log.
    pub(super) fn checkpoint_of(&self, log: &str) -> Option<&str> {
        self.note
            .as_deref()
            .filter(|_| self.log.as_deref() == Some(log))
    }
}

/// Reads backwards until it is known.
pub(super) fn read(objects: &dyn Objects, size: u64) -> Result<Last, PublishError> {
    let mut last = Last::default();
    for number in (0..size.div_ceil(TILE_WIDTH)).rev() {
        let width = (size - number * TILE_WIDTH).min(TILE_WIDTH);
        let name = TileName {
            level: None,
            number,
            width: u16::try_from(width).unwrap_or(0),
        };
        let key = name.key();
        let bundle = objects.get(&key)?.ok_or(PublishError::Missing { key })?;
        let entries: Vec<&[u8]> = bundle_entries(&bundle).collect::<Result<_, _>>()?;
        for bytes in entries.into_iter().rev() {
            if known(&mut last, &OrgEntry::decode(bytes)?) {
                return Ok(last);
            }
        }
    }
    Ok(last)
}

/// Takes in the entry before; says whether all is known.
fn known(last: &mut Last, entry: &OrgEntry) -> bool {
    match entry.kind {
        OrgKind::LogOpened | OrgKind::EpochClosed => return true,
        OrgKind::NodeCheckpoint => last.note = entry.note().map(str::to_owned),
        OrgKind::EpochOpened | OrgKind::NodeJoined | OrgKind::NodeLeft => {}
    }
    last.log.get_or_insert_with(|| entry.log.clone());
    last.note.is_some() || entry.kind == OrgKind::EpochOpened
}
