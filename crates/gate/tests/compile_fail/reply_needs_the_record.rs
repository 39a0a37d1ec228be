//! `reply` and `refuse` take outcomes and refusals that are on record.
use gate::{Ending, Forwarded, Refused, Settled, Transport, refuse, reply};
use ledger::Commit;
use mask::{MaskSet, Outside};
use model::Timestamp;

fn an_outcome(settled: Settled) {
    reply(settled);
}

fn an_outcome_on_its_way(commit: Commit<Settled>) {
    reply(commit);
}

fn an_ending(forwarded: Forwarded, ending: Ending, with: (&MaskSet, &Outside), at: Timestamp) {
    let ended = forwarded.end(ending, Transport::Stdio, with.0, with.1, at);
    reply(ended);
}

fn a_refusal(refused: Refused) {
    refuse(refused);
}

fn a_refusal_on_its_way(commit: Commit<Refused>) {
    refuse(commit);
}

fn main() {}
