//! The listener writes replies: not an answer that just came, not its bytes, not a reply's body.
use bytes::Bytes;
use gate::{Answer, Reply, ReplyBody};
use ledger::Committed;

fn write(_: Reply) {}

fn an_answer(answer: Answer) {
    write(answer);
}

fn its_bytes(bytes: Bytes) {
    write(bytes);
}

fn a_body(body: ReplyBody) {
    write(body);
}

fn an_outcome_on_record(settled: Committed<gate::Settled>) {
    write(settled);
}

fn main() {}
