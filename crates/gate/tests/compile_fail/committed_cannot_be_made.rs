//! Only the ledger makes a `Committed`. There is no constructor, and no way around through
//! `Commit`, which only the ledger settles.
use gate::Cleared;
use ledger::{Commit, Committed, Receipt};

fn by_a_constructor(cleared: Cleared, receipt: Receipt) -> Committed<Cleared> {
    Committed::new(cleared, receipt)
}

fn by_a_commit_of_its_own() {
    let _ = Commit::<Cleared>::new;
    let _ = Commit::<Cleared>::default;
}

fn by_the_fields_of_a_commit(mut commit: Commit<Cleared>) -> Option<Cleared> {
    commit.thing.take()
}

fn by_default() -> Committed<()> {
    Committed::default()
}

fn main() {}
