//! The definitions that servers have shown: keeping them, watching for what people accept, putting that
//! on record.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use arc_swap::ArcSwap;
use gateway::Definitions;
use inspect::pins::{Key, Pinned, Pins, Version};
use ledger::{Draft, Facts, Kind, Ledger, Record, VerdictCode};
use model::Timestamp;
use serde_json::json;
use store::PinFile;

use crate::system::now;

/// How often a running gateway looks whether somebody accepted a definition.
const WATCH: Duration = Duration::from_millis(500);

/// The file, and what of it is in force: all but what was accepted and is not on record yet.
pub(crate) struct Kept {
    file: PinFile,
    in_force: ArcSwap<Pins>,
    /// Held while the file and what is in force are changed together.
    turn: Mutex<()>,
}

impl Kept {
    /// Reads the definitions of a data directory. What was accepted while no gateway ran is put on
    /// record first.
    ///
    /// # Errors
    ///
    /// They cannot be read, or not be put on record.
    pub(crate) async fn open(data: &Path, ledger: &Ledger) -> Result<Arc<Self>> {
        let context = || format!("cannot use the definitions of `{}`", data.display());
        let file = PinFile::open(data).with_context(context)?;
        let kept = Self {
            file,
            in_force: ArcSwap::default(),
            turn: Mutex::new(()),
        };
        kept.refresh(ledger).await.with_context(context)?;
        Ok(Arc::new(kept))
    }

    /// Puts what people accepted on record, then in force.
    async fn refresh(&self, ledger: &Ledger) -> Result<()> {
        while let Some(unrecorded) = self.take_over()? {
            for (key, pinned) in &unrecorded {
                let accepted = Accepted {
                    key: key.clone(),
                    pinned: pinned.clone(),
                    at: now(),
                };
                ledger.node_session().commit(accepted).await?;
            }
            self.file.change(|pins| {
                for (key, recorded) in &unrecorded {
                    if let Some(pinned) = pins.get_mut(key)
                        && pinned.review == recorded.review
                        && let Some(review) = &mut pinned.review
                    {
                        review.on_record = true;
                    }
                }
                Some(())
            })?;
        }
        Ok(())
    }

    /// Puts the file's content in force; unless something in it is not on record yet: that.
    fn take_over(&self) -> Result<Option<Vec<(Key, Pinned)>>> {
        let _turn = self.turn();
        let pins = self.file.load()?;
        let is_unrecorded = |pinned: &Pinned| {
            let review = pinned.review.as_ref();
            review.is_some_and(|review| !review.on_record)
        };
        let unrecorded: Vec<_> = pins
            .iter()
            .filter(|(_, pinned)| is_unrecorded(pinned))
            .map(|(key, pinned)| (key.clone(), pinned.clone()))
            .collect();
        if !unrecorded.is_empty() {
            return Ok(Some(unrecorded));
        }
        self.in_force.store(Arc::new(pins));
        Ok(None)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Definitions for Kept {
    fn pins(&self) -> Arc<Pins> {
        self.in_force.load_full()
    }

    fn see(&self, seen: &[(Key, Version)]) -> io::Result<Arc<Pins>> {
        let see = |pins: &mut Pins| {
            let mut news = 0;
            for (key, version) in seen {
                news += usize::from(pins.see(key, version));
            }
            (news > 0).then_some(())
        };
        let _turn = self.turn();
        self.file.change(see).map_err(io::Error::other)?;
        // What the file has besides may be accepted and not on record.
        let mut pins = Pins::clone(&self.in_force.load());
        let _news = see(&mut pins);
        self.in_force.store(Arc::new(pins));
        Ok(self.in_force.load_full())
    }
}

/// Has what people accept in force, once it is on record, for ever. A file that cannot be read changes
/// nothing, and the operator reads why.
pub(crate) async fn watch(kept: Arc<Kept>, ledger: Ledger) {
    let mut stamp = None;
    loop {
        tokio::time::sleep(WATCH).await;
        let now = Some(kept.file.stamp());
        if now == stamp {
            continue;
        }
        match kept.refresh(&ledger).await {
            Ok(()) => stamp = now,
            Err(error) => tracing::error!(
                "the definitions changed, and those of before stay in force: {error:#}"
            ),
        }
    }
}

/// Somebody accepted a definition. The facts' `extra` has the members `kind`, `name`, `state`
/// (`accepted`), `fingerprint`, `by`, `accepted_at` and, if they said why, `reason`.
struct Accepted {
    key: Key,
    pinned: Pinned,
    at: Timestamp,
}

impl Record for Accepted {
    fn draft(&self) -> Draft<'_> {
        let review = self.pinned.review.as_ref();
        let extra = json!({
            "kind": self.key.kind.as_str(),
            "name": self.key.name,
            "state": "accepted",
            "fingerprint": self.pinned.version.fingerprint.to_string(),
            "by": review.map(|review| &review.by),
            "accepted_at": review.map(|review| review.at.to_string()),
            "reason": review.and_then(|review| review.reason.as_ref()),
        });
        Draft {
            kind: Kind::Definition,
            verdict: VerdictCode::None,
            at: self.at,
            call: None,
            server: self.key.upstream.as_str(),
            tool: "",
            principal: String::new(),
            facts: Facts {
                upstream: Some(self.key.upstream.as_str().into()),
                extra: Some(extra),
                ..Facts::default()
            },
            payload: self.pinned.version.text.as_bytes(),
        }
    }
}
