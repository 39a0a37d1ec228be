//! What `purge` and `hold` share: the data directory, held while they work.

use anyhow::{Context as _, Result};
use store::{DataDir, LockError, OpenError, Opened};

use crate::cli::ConfigArgs;
use crate::config::{self, Place};
use crate::exit::NotFound;

/// Opens the data directory that is meant; the gateway may not hold it.
pub(super) fn open(args: &ConfigArgs) -> Result<Opened> {
    let place = place(args)?;
    let opened = DataDir::open(&place.data, &place.store()?);
    match opened {
        Err(OpenError::Lock(error @ LockError::Held { .. })) => {
            Err(error).context("a gateway writes to it: stop it, do this, and start it again")
        }
        opened => opened
            .with_context(|| format!("cannot use the data directory `{}`", place.data.display())),
    }
}

/// The data directory that is meant, and how to get at its keys.
pub(super) fn place(args: &ConfigArgs) -> Result<Place> {
    let place = config::place(args.config.as_deref(), args.overrides())?;
    if !place.data.exists() {
        let message = format!(
            "there is no data directory `{}`; name it with --data",
            place.data.display()
        );
        return Err(NotFound(message).into());
    }
    Ok(place)
}

/// Stops in order after the work was done, or could not be.
pub(super) fn close<T>(opened: Opened, done: Result<T>) -> Result<T> {
    let closed = opened
        .close()
        .context("the log could not be closed in order");
    let done = done?;
    closed?;
    Ok(done)
}
