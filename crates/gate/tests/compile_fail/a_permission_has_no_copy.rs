//! No proof and no permission can be copied.
use gate::{Cleared, Held, Refused, Released, Reply, Settled};
use ledger::{Commit, Committed};

fn copied<T: Clone>() {}

fn permissions() {
    copied::<Released>();
    copied::<Reply>();
}

fn proofs() {
    copied::<Committed<Cleared>>();
    copied::<Committed<Held>>();
    copied::<Committed<Refused>>();
    copied::<Committed<Settled>>();
    copied::<Commit<Settled>>();
}

fn what_is_proven() {
    copied::<Cleared>();
    copied::<Held>();
}

fn main() {}
