//! What the reading commands share: which data directory, which session.

use std::path::Path;

use anyhow::{Context as _, Result};
use store::{Reader, SessionView};

use super::custody;
use crate::cli::{ConfigArgs, SessionRef};
use crate::exit::NotFound;
use crate::view::{Calls, Listed, Shown};

/// Opens the recordings of the data directory that is meant.
pub(super) fn open(args: &ConfigArgs) -> Result<Reader> {
    open_epoch(args, None)
}

/// The same for an epoch that may have ended.
pub(super) fn open_epoch(args: &ConfigArgs, epoch: Option<u32>) -> Result<Reader> {
    let place = custody::place(args)?;
    Reader::open_under(&place.data, epoch, place.root()?)
        .with_context(|| format!("cannot read `{}`", place.data.display()))
}

/// Opens the recordings of a data directory.
pub(super) fn open_dir(dir: &Path) -> Result<Reader> {
    if !dir.exists() {
        let message = format!(
            "there is no data directory `{}`; name it with --data",
            dir.display()
        );
        return Err(NotFound(message).into());
    }
    Reader::open(dir).with_context(|| format!("cannot read `{}`", dir.display()))
}

/// The session that is meant.
pub(super) fn find(reader: &Reader, session: &SessionRef) -> Result<SessionView> {
    match session {
        SessionRef::Id(id) => reader
            .session(*id)?
            .ok_or_else(|| NotFound(format!("there is no session `{id}`")).into()),
        SessionRef::Last => reader
            .sessions()?
            .into_iter()
            .find(|view| !view.node)
            .ok_or_else(|| NotFound("there is no session yet".to_owned()).into()),
        SessionRef::Prefix(prefix) => {
            let mut found = reader.sessions()?;
            found.retain(|view| view.id.to_string().starts_with(prefix));
            let count = found.len();
            match found.pop() {
                Some(view) if count == 1 => Ok(view),
                None => Err(NotFound(format!("no session's id begins with `{prefix}`")).into()),
                Some(_) => Err(NotFound(format!(
                    "the ids of {count} sessions begin with `{prefix}`: write more of it"
                ))
                .into()),
            }
        }
    }
}

/// The session with the facts of its opening; without them if they cannot be read any more.
pub(super) fn listed(reader: &Reader, view: SessionView) -> Result<Listed> {
    let facts = reader
        .opening(&view)?
        .body
        .open()
        .map(|body| body.facts.clone())
        .unwrap_or_default();
    Ok(Listed { view, facts })
}

/// The session's records from `from_seq` on.
pub(super) fn records(reader: &Reader, view: &SessionView, from_seq: u64) -> Result<Vec<Shown>> {
    let mut calls = Calls::default();
    reader
        .records(view.id, from_seq)?
        .map(|record| {
            let mut shown = Shown::from(record?);
            calls.follow(&mut shown);
            Ok(shown)
        })
        .collect()
}
