use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// What a disk is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the disk's methods")]
pub enum Operation {
    Create,
    Open,
    List,
    Read,
    Write,
    Rename,
    Remove,
    SetLength,
    SyncData,
    SyncDir,
    SyncAll,
}

/// An operation that fails.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which operation.
    pub operation: Operation,
    /// Only on paths that contain this.
    pub path: &'static str,
    /// How many of them succeed first.
    pub after: u64,
    /// How many fail then.
    pub times: u64,
    /// The error that they give, as `errno`.
    pub errno: i32,
}

/// Operations that do nothing and say that they did.
#[derive(Debug, Clone, Copy)]
pub struct Lie {
    /// Which operation.
    pub operation: Operation,
    /// Only on paths that contain this; with `$` at its end, that end so.
    pub path: &'static str,
    /// How many of them on the same path are honest first.
    pub after: u64,
    /// How many are lies then.
    pub times: u64,
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    faults: Vec<Fault>,
    lies: Vec<Lie>,
    /// How often the operation of a lie was seen on a path.
    asked: HashMap<(usize, PathBuf), u64>,
    lied: u64,
    seen: u64,
    power_off_at: Option<u64>,
    power_off_after_lie: Option<u64>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn lie(&mut self, lie: Lie) {
        self.lies.push(lie);
    }

    pub(super) fn power_off_after_lie(&mut self, operations: u64) {
        self.power_off_after_lie = Some(operations);
    }

    pub(super) const fn lied(&self) -> u64 {
        self.lied
    }

    pub(super) fn power_off_after(&mut self, operations: u64) {
        self.power_off_at = Some(self.seen + operations);
    }

    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn begin(&mut self, operation: Operation, path: &Path) -> io::Result<bool> {
        self.seen += 1;
        if self.power_off_at.is_some_and(|at| self.seen > at) {
            return Err(io::Error::other("the power is off"));
        }
        let place = path;
        let path = path.to_string_lossy();
        for fault in &mut self.faults {
            if fault.operation != operation || !path.contains(fault.path) || fault.times == 0 {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            fault.times -= 1;
            return Err(io::Error::from_raw_os_error(fault.errno));
        }
        let lies = self.is_lie(operation, place, &path);
        if lies {
            self.lied += 1;
            if let Some(operations) = self.power_off_after_lie.take() {
                self.power_off_after(operations);
            }
        }
        Ok(!lies)
    }

    fn is_lie(&mut self, operation: Operation, place: &Path, path: &str) -> bool {
        let mut any = false;
        for (number, lie) in self.lies.iter().enumerate() {
            let named = match lie.path.strip_suffix('$') {
                Some(end) => path.ends_with(end),
                None => path.contains(lie.path),
            };
            if lie.operation == operation && named {
                let asked = self.asked.entry((number, place.to_owned())).or_default();
                any |= (lie.after..lie.after.saturating_add(lie.times)).contains(asked);
                *asked += 1;
            }
        }
        any
    }
}
