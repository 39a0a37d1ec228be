use std::io;
use std::path::Path;

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

#[derive(Debug, Default)]
pub(super) struct Faults {
    faults: Vec<Fault>,
    lies: Vec<Operation>,
    seen: u64,
    power_off_at: Option<u64>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn lie_about(&mut self, operation: Operation) {
        self.lies.push(operation);
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
        Ok(!self.lies.contains(&operation))
    }
}
