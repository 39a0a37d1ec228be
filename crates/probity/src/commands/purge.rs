use std::io::{self, Write as _};

use anyhow::Result;
use model::EntryIndex;
use store::{PurgeOutcome, PurgeRequest, PurgeTarget};

use super::custody;
use crate::cli::{PurgeArgs, PurgeWhat};
use crate::exit::Exit;

pub(super) fn run(args: &PurgeArgs) -> Result<Exit> {
    let (target, grounds) = match &args.what {
        PurgeWhat::Record {
            index,
            epoch,
            grounds,
        } => {
            let (epoch, index) = (*epoch, EntryIndex(*index));
            (PurgeTarget::Record { epoch, index }, grounds)
        }
        PurgeWhat::Session { id, grounds } => (PurgeTarget::Session(*id), grounds),
        PurgeWhat::Bucket { day, grounds } => (PurgeTarget::Day(day.0), grounds),
    };
    let opened = custody::open(&grounds.config)?;
    let request = PurgeRequest {
        target,
        grounds: grounds.grounds.clone(),
        approved_by: grounds.approved_by.clone(),
    };
    let done = opened.purge(&request).map_err(Into::into);
    let outcome = custody::close(opened, done)?;
    let mut out = io::stdout().lock();
    match outcome {
        PurgeOutcome::NothingLeft => writeln!(out, "there is no key left to destroy")?,
        PurgeOutcome::Purged { index, keys } => {
            writeln!(out, "purged    on record as #{index}")?;
            writeln!(
                out,
                "destroyed {} bucket keys, {} session keys, {} record secrets",
                keys.buckets, keys.sessions, keys.records
            )?;
        }
    }
    Ok(Exit::Ok)
}
