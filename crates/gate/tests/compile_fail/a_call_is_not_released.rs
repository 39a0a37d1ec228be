//! An upstream takes what is released, and nothing else is.
use gate::{Call, Cleared, Released};
use ledger::{Commit, Committed, Receipt};

fn forward(_: Released) {}

fn decoded(call: Call) {
    forward(call);
}

fn judged(cleared: Cleared) {
    forward(cleared);
}

fn queued(commit: Commit<Cleared>) {
    forward(commit);
}

fn recorded_but_not_released(committed: Committed<Cleared>) {
    forward(committed);
}

fn known_to_be_on_record(receipt: Receipt) {
    forward(receipt);
}

fn main() {}
