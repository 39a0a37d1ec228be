//! The ledger's storage ports on a disk: published objects and the signer's head.

mod head;
mod objects;

pub(crate) use head::LocalHead;
pub(crate) use objects::LocalObjects;
