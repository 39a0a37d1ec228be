//! A receipt says where a record is. Anybody can write one; it turns into nothing.
use gate::{Cleared, Released, Reply};
use ledger::{Committed, Receipt};
use model::{Digest, EntryIndex};

fn receipt() -> Receipt {
    Receipt {
        origin: "example.org/gw/a/1".into(),
        index: EntryIndex(0),
        leaf: Digest::default(),
    }
}

fn into_a_proof() -> Committed<Cleared> {
    receipt().into()
}

fn into_a_permission() -> Released {
    Released::from(receipt())
}

fn into_a_reply() -> Reply {
    Reply::from(receipt())
}

fn main() {}
