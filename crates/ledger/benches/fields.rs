//! What the field commitments of one record cost: `cargo bench -p ledger --bench fields`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement talks and may fail"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use ledger::fields::Committer;
use ledger::{Derivation, RecordSecret};
use zeroize::Zeroizing;

const ROUNDS: u32 = 20_000;
const FACTS: &str = r#"{"call":"01K1","exchange":"01K1","direction":"client_to_server","upstream":"shop","transport":"streamable_http","era":"legacy","protocol_version":"2025-11-25","message":{"kind":"request","id":"17","method":"tools/call","name":"query"},"caller":{"kind":"person","issuer":"key","subject":"alice"},"client":{"name":"agent","version":"1.0"},"http":{"method":"POST","path":"/mcp","headers":[]},"verdict":{"decision":"permitted"},"timing":{"since_received_us":412}}"#;

fn main() {
    let secret = RecordSecret::from_bytes(Zeroizing::new([7; 32]));
    let keys = Derivation::new(&secret, &[1; 16]);
    let mut committer = Committer::new();
    for (name, payload) in payloads() {
        let mut commit = |facts: &str, payload: &[u8]| {
            black_box(committer.commit(facts.as_bytes(), payload, &keys)).unwrap();
        };
        commit(FACTS, payload.as_bytes());
        let start = Instant::now();
        for _ in 0..ROUNDS {
            commit(FACTS, payload.as_bytes());
        }
        let took_ns = start.elapsed().as_nanos() / u128::from(ROUNDS);
        println!("{name}: {} bytes, {took_ns} ns a record", payload.len());
    }
}

/// Rows of four values, as answers of databases have them, in messages of about these sizes; the
/// same as one text, as most tools give it; and no payload, which leaves the facts.
fn payloads() -> Vec<(&'static str, String)> {
    let rows = |bytes: usize| {
        let mut text = String::from(r#"{"jsonrpc":"2.0","id":17,"result":{"rows":["#);
        let mut number = 0;
        while text.len() < bytes - 60 {
            let comma = if number == 0 { "" } else { "," };
            write!(
                text,
                r#"{comma}{{"id":{number},"name":"customer {number}","city":"Lisbon","open":true}}"#
            )
            .unwrap();
            number += 1;
        }
        text + "]}}"
    };
    let one_text = |bytes: usize| {
        let inner = rows(bytes).replace('"', "\\\"");
        format!(
            r#"{{"jsonrpc":"2.0","id":17,"result":{{"content":[{{"type":"text","text":"{inner}"}}]}}}}"#
        )
    };
    vec![
        ("facts only", String::new()),
        ("rows, 300 B", rows(300)),
        ("rows, 1 KiB", rows(1 << 10)),
        ("rows, 16 KiB", rows(16 << 10)),
        ("text, 1 KiB", one_text(1 << 10)),
        ("text, 16 KiB", one_text(16 << 10)),
        ("rows, 64 KiB: too many fields", rows(64 << 10)),
    ]
}
