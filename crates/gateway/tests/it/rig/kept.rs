//! Definitions that are kept in memory, as long as the test wants.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use gateway::Definitions;
use inspect::pins::{Key, Pins, Review, Version};
use model::Timestamp;

/// What was seen.
#[derive(Default)]
pub(crate) struct Kept {
    pins: ArcSwap<Pins>,
    /// Nothing can be kept any more.
    pub(crate) broken: AtomicBool,
}

impl Kept {
    /// Somebody accepts everything as it is.
    pub(crate) fn accept(&self) {
        let mut pins = Pins::clone(&self.pins.load());
        for (_, pinned) in pins.iter_mut() {
            let review = Review {
                by: "ann".into(),
                at: Timestamp::from_unix_us(1),
                reason: None,
                on_record: true,
            };
            assert!(pinned.accept(None, review));
        }
        self.pins.store(Arc::new(pins));
    }
}

impl Definitions for Kept {
    fn pins(&self) -> Arc<Pins> {
        self.pins.load_full()
    }

    fn see(&self, seen: &[(Key, Version)]) -> io::Result<Arc<Pins>> {
        if self.broken.load(Ordering::Acquire) {
            return Err(io::Error::other("the disk is full"));
        }
        let mut pins = Pins::clone(&self.pins.load());
        for (key, version) in seen {
            pins.see(key, version);
        }
        self.pins.store(Arc::new(pins));
        Ok(self.pins.load_full())
    }
}
