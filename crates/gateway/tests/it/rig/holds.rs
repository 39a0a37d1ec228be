//! Held calls that are kept in memory, as long as the test wants.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use gate::{BindingKey, Grant, HeldCall, HeldCalls, StateKey};
use gateway::Approvals;
use ledger::Ledger;
use model::{CallId, GrantId, Timestamp};
use policy::Policy;

/// What was saved.
#[derive(Default)]
pub(crate) struct Holds {
    held: Mutex<BTreeMap<CallId, HeldCall>>,
    grants: Mutex<BTreeMap<GrantId, Grant>>,
    /// Nothing can be kept any more.
    pub(crate) broken: AtomicBool,
}

impl Holds {
    /// What a gateway makes of it when it starts.
    pub(crate) fn open(
        self: &Arc<Self>,
        ledger: &Ledger,
        policy: &Arc<ArcSwap<Policy>>,
    ) -> Arc<Approvals> {
        Approvals::open(
            self.clone(),
            BindingKey::new(&[5; 32]),
            StateKey::new(&[6; 32]).expect("a key"),
            ledger.clone(),
            policy.clone(),
            Arc::new(ArcSwap::from_pointee(super::standard_masks())),
        )
        .expect("what was kept can be read")
    }

    fn works(&self) -> io::Result<()> {
        match self.broken.load(Ordering::Acquire) {
            true => Err(io::Error::other("the disk is full")),
            false => Ok(()),
        }
    }
}

impl HeldCalls for Holds {
    fn load(&self) -> io::Result<(Vec<HeldCall>, Vec<Grant>)> {
        let held = self
            .held
            .lock()
            .expect("a lock")
            .values()
            .cloned()
            .collect();
        let grants = self
            .grants
            .lock()
            .expect("a lock")
            .values()
            .cloned()
            .collect();
        Ok((held, grants))
    }

    fn save(&self, held: &HeldCall) -> io::Result<()> {
        self.works()?;
        self.held
            .lock()
            .expect("a lock")
            .insert(held.id, held.clone());
        Ok(())
    }

    fn save_grant(&self, grant: &Grant) -> io::Result<()> {
        self.works()?;
        self.grants
            .lock()
            .expect("a lock")
            .insert(grant.id, grant.clone());
        Ok(())
    }

    fn forget(&self, _before: Timestamp) -> io::Result<()> {
        self.works()
    }
}
