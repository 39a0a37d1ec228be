use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::Operation;

/// Operations that hang.
#[derive(Debug, Clone, Default)]
pub(super) struct Holds(Arc<(Mutex<Vec<Hold>>, Condvar)>);

#[derive(Debug)]
struct Hold {
    number: u64,
    operation: Operation,
    path: &'static str,
    /// How many threads hang here.
    hanging: u64,
}

/// Operations hang as long as this lives.
#[derive(Debug)]
pub struct Held {
    holds: Holds,
    number: u64,
}

impl Held {
    /// Blocks until an operation hangs.
    pub fn wait(&self) {
        let mut holds = self.holds.lock();
        let hangs = |hold: &Hold| hold.number == self.number && hold.hanging > 0;
        while !holds.iter().any(hangs) {
            holds = self.holds.wait(holds);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.holds.lock().retain(|hold| hold.number != self.number);
        self.holds.0.1.notify_all();
    }
}

impl Holds {
    pub(super) fn hold(&self, operation: Operation, path: &'static str) -> Held {
        let mut holds = self.lock();
        let number = holds.iter().map(|hold| hold.number + 1).max().unwrap_or(0);
        holds.push(Hold {
            number,
            operation,
            path,
            hanging: 0,
        });
        Held {
            holds: self.clone(),
            number,
        }
    }

    /// Returns at once, or when the last hold on this operation is gone.
    pub(super) fn pass(&self, operation: Operation, path: &Path) {
        let path = path.to_string_lossy();
        let mut counted = false;
        let mut holds = self.lock();
        while let Some(hold) = holds
            .iter_mut()
            .find(|hold| hold.operation == operation && path.contains(hold.path))
        {
            hold.hanging += u64::from(!counted);
            counted = true;
            self.0.1.notify_all();
            holds = self.wait(holds);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Hold>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, holds: MutexGuard<'a, Vec<Hold>>) -> MutexGuard<'a, Vec<Hold>> {
        let waited = self.0.1.wait(holds);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}
