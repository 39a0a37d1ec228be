//! A `Committed` is not written down as a literal, and not made out of another one.
use gate::Cleared;
use ledger::{Committed, Receipt};

fn from_parts(inner: Cleared, receipt: Receipt) -> Committed<Cleared> {
    Committed { inner, receipt }
}

fn from_another(inner: Cleared, proof: Committed<Cleared>) -> Committed<Cleared> {
    Committed { inner, ..proof }
}

fn main() {}
