//! `release` takes a clearance that is on record: not the clearance, not one on its way to the
//! record, and not the record of something else.
use gate::{Cleared, Held, release};
use ledger::{Commit, Committed, Draft, Record};
use model::Timestamp;

struct Disguised(Cleared);

impl Record for Disguised {
    fn draft(&self) -> Draft<'_> {
        self.0.draft()
    }
}

fn not_recorded(cleared: Cleared, now: Timestamp) {
    release(cleared, now);
}

fn on_its_way(commit: Commit<Cleared>, now: Timestamp) {
    release(commit, now);
}

fn still_held(held: Committed<Held>, now: Timestamp) {
    release(held, now);
}

fn recorded_by_a_draft_of_its_own(disguised: Committed<Disguised>, now: Timestamp) {
    release(disguised, now);
}

fn main() {}
