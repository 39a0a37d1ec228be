//! What a proof proves cannot be exchanged for something else.
use gate::{Call, Cleared, Subject};
use ledger::Committed;

fn another_clearance(committed: &mut Committed<Cleared>, other: Cleared) {
    *committed.get() = other;
}

fn another_subject(committed: &mut Committed<Cleared>) {
    committed.get().call().subject = Subject::EndSession;
}

fn another_call(cleared: &mut Cleared, call: Call) {
    cleared.call = call;
}

fn main() {}
