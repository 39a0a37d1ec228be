//! Witnesses and timestamp authorities: what is stored, and what each of their faults leads to.

mod authority;
mod peer;
mod witness;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::Published;
use store::{DataDir, Opened, Options};

/// How long anything may take that others do.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn open(dir: &Path) -> Opened {
    let options = Options {
        org: "example.org".to_owned(),
        publish_interval_ms: 20,
        org_interval_ms: 20,
        ..Options::default()
    };
    DataDir::open(dir, &options).expect("the directory opens")
}

/// The org log and the node's log, once both show a checkpoint.
pub(super) fn shown(opened: &Opened) -> Vec<Arc<Published>> {
    let logs = opened.published();
    until(|| logs.iter().all(|log| log.latest().is_some()));
    logs
}

pub(super) fn until(mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < PATIENCE, "it did not happen");
        std::thread::sleep(Duration::from_millis(5));
    }
}
