//! What a permission opens, it opens once: it moves.
use gate::{Cleared, Held, Released, Ruling, release, rule};
use ledger::Committed;
use model::{CallId, Timestamp};

fn forward(_: Released) {}

fn a_hold_ruled_twice(held: Committed<Held>, hold: CallId, now: Timestamp) {
    let first = rule(held, Ruling::Expire { hold }, now);
    let second = rule(held, Ruling::Expire { hold }, now);
    drop((first, second));
}

fn a_clearance_released_twice(cleared: Committed<Cleared>, now: Timestamp) {
    forward(release(cleared, now));
    forward(release(cleared, now));
}

fn a_call_forwarded_twice(released: Released) {
    let first = released.forward();
    let second = released.forward();
    drop((first, second));
}

fn main() {}
