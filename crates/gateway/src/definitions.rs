//! The definitions that servers show: looked at before an answer that has some goes on record.

use std::io;
use std::sync::Arc;

use gate::{Circumstances, Ending, Forwarded, News, Settled};
use inspect::pins::{Key, Pins, Version};
use tokio::task::spawn_blocking;

use crate::flight::Flight;
use crate::random;

/// Where definitions are kept.
pub trait Definitions: Send + Sync {
    /// Those that are known, with what people have accepted that is on record.
    fn pins(&self) -> Arc<Pins>;

    /// Takes note of versions. Durable and in force on return; may block. Is not asked twice at
    /// once.
    ///
    /// # Errors
    ///
    /// They cannot be kept, and nothing changed.
    fn see(&self, seen: &[(Key, Version)]) -> io::Result<Arc<Pins>>;
}

impl Flight {
    /// What policy says of something that a server sent. Definitions in it that are new are on record
    /// and kept before; where that cannot be, nobody is shown them.
    pub(crate) async fn judged_answer(&self, forwarded: &Forwarded, settled: Settled) -> Settled {
        let mut around = Circumstances {
            groups: forwarded.exchange().caller.groups.to_vec(),
            pins: self.shared.wiring.definitions.pins(),
            ..Circumstances::default()
        };
        if !settled.news(&around.pins).is_empty() {
            match self.keep(forwarded, &settled).await {
                Ok(pins) => around.pins = pins,
                Err(detail) => {
                    tracing::error!("definitions cannot be kept, so they are withheld: {detail}");
                    return settled.withheld(Ending::Unpinned { detail });
                }
            }
        }
        settled.judged(&self.shared.wiring.policy.load(), &around)
    }

    /// Puts what is new on record, then keeps it: who dies in between sees it as new once more.
    async fn keep(&self, forwarded: &Forwarded, settled: &Settled) -> Result<Arc<Pins>, String> {
        let wiring = &self.shared.wiring;
        let _one_at_a_time = self.shared.pinning.lock().await;
        let known = wiring.definitions.pins();
        let news = settled.news(&known);
        let masks = wiring.masks.load_full();
        let mut commits = Vec::with_capacity(news.len());
        for (key, version) in &news {
            metrics::counter!("probity_definitions_total", "kind" => key.kind.as_str())
                .increment(1);
            if known.get(key).is_some() {
                tracing::warn!(upstream = %key.upstream, kind = key.kind.as_str(), "a definition changed");
            }
            let news = News::new(forwarded, key, version, &known, &masks, random::now());
            commits.push(self.owner.recording().commit(news));
        }
        for commit in commits {
            commit.await.map_err(|error| error.to_string())?;
        }
        let definitions = wiring.definitions.clone();
        spawn_blocking(move || definitions.see(&news))
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    }
}
