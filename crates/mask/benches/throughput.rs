//! How fast messages are masked, beside `serde_json` parsing and writing the same bytes: clean and
//! dense MCP traffic in megabytes per second of processor time, and what a message of 1 KB costs.
//!
//! `cargo bench -p mask --bench throughput [-- MEGABYTES]`

use std::hint::black_box;
use std::time::{Duration, Instant};

use mask::{Crossing, Key, MaskSet};

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.roll(from.len() as u64)).unwrap_or(0);
        from.get(at).copied().unwrap_or("")
    }

    fn letters(&mut self, alphabet: &str, count: usize) -> String {
        let letters: Vec<&str> = alphabet
            .split("")
            .filter(|letter| !letter.is_empty())
            .collect();
        (0..count).map(|_| self.pick(&letters)).collect()
    }
}

const WORDS: &[&str] = &[
    "the",
    "order",
    "was",
    "shipped",
    "from",
    "warehouse",
    "and",
    "returns",
    "a",
    "list",
    "of",
    "records",
    "for",
    "customer",
    "with",
    "status",
    "pending",
    "function",
    "result",
    "error",
    "build",
    "finished",
    "in",
    "seconds",
    "configuration",
    "loaded",
    "table",
    "rows",
    "updated",
];

fn prose(dice: &mut Dice, words: usize) -> String {
    let words: Vec<&str> = (0..words).map(|_| dice.pick(WORDS)).collect();
    words.join(" ")
}

/// A text as servers send it: prose, code, log lines, tables.
fn clean_text(dice: &mut Dice) -> String {
    match dice.roll(5) {
        0 => prose(dice, 60),
        1 => (0..8)
            .map(|_| {
                let (hour, minute) = (dice.roll(24), dice.roll(60));
                let trace = dice.letters("0123456789abcdef", 32);
                format!(
                    "2026-03-14T{hour:02}:{minute:02}:09Z INFO trace={trace} {}\n",
                    prose(dice, 8)
                )
            })
            .collect(),
        2 => (0..6)
            .map(|_| {
                let (a, b) = (dice.pick(WORDS), dice.pick(WORDS));
                format!(
                    "    let {a}_{b} = {a}.get(\"{b}\").unwrap_or({});\n",
                    dice.roll(900)
                )
            })
            .collect(),
        3 => format!(
            "https://example.com/{}/{}?page={}&sort=asc {}",
            dice.pick(WORDS),
            dice.letters("0123456789abcdef", 24),
            dice.roll(99),
            prose(dice, 30)
        ),
        _ => (0..10)
            .map(|_| {
                format!(
                    "{},{},{},{}\n",
                    dice.roll(9999),
                    dice.pick(WORDS),
                    dice.roll(99),
                    dice.pick(WORDS)
                )
            })
            .collect(),
    }
}

/// A text with something in it.
fn dense_text(dice: &mut Dice) -> String {
    let filler = prose(dice, 12);
    match dice.roll(5) {
        0 => format!(
            "{filler} write to {}@example.com now",
            dice.letters("abcdefghij", 8)
        ),
        1 => format!("{filler} card 4111 1111 1111 1111 {filler}"),
        2 => format!(
            "export DB_PASSWORD={}\n{filler}",
            dice.letters("abcdefXYZ23456789", 14)
        ),
        3 => format!(
            "{filler} AKIA{} {filler}",
            dice.letters("ABCDEFGHIJKLMNOP234567", 16)
        ),
        _ => format!(
            "{{\"token\":\"{}\",\"note\":\"{filler}\"}}",
            dice.letters("abcdefXYZ23456789", 32)
        ),
    }
}

fn message(dice: &mut Dice, dense: bool) -> String {
    let texts: Vec<serde_json::Value> = (0..1 + dice.roll(3))
        .map(|_| {
            let text = if dense && dice.roll(2) == 0 {
                dense_text(dice)
            } else {
                clean_text(dice)
            };
            serde_json::json!({ "type": "text", "text": text })
        })
        .collect();
    let rows: Vec<serde_json::Value> = (0..dice.roll(6))
        .map(|id| serde_json::json!({ "id": id, "name": dice.pick(WORDS), "total": dice.roll(900_000), "done": id % 2 == 0 }))
        .collect();
    serde_json::json!({
        "jsonrpc": "2.0",
        "id": dice.roll(9999),
        "result": { "content": texts, "structuredContent": { "rows": rows }, "isError": false }
    })
    .to_string()
}

fn traffic(dense: bool, bytes_min: usize) -> Vec<String> {
    let mut dice = Dice(7);
    let mut messages = Vec::new();
    let mut bytes = 0;
    while bytes < bytes_min {
        let message = message(&mut dice, dense);
        bytes += message.len();
        messages.push(message);
    }
    messages
}

/// The processor time of this thread so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Megabytes per second of processor time, the best of a few rounds.
fn rate(messages: &[String], mut act: impl FnMut(&str)) -> f64 {
    let bytes: usize = messages.iter().map(String::len).sum();
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let before = processor_time();
        messages.iter().for_each(|message| act(message));
        best = best.min(processor_time().saturating_sub(before));
    }
    bytes as f64 / 1e6 / best.as_secs_f64()
}

fn main() {
    let megabytes = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let bytes = megabytes.unwrap_or(8) * 1_000_000;
    let masks = MaskSet::standard(Key::from_bytes(&[7; 32]));
    let at = Crossing::to_agent("shop");
    for dense in [false, true] {
        let messages = traffic(dense, bytes);
        let parsed = rate(&messages, |message| {
            let value: serde_json::Value = serde_json::from_str(message).unwrap_or_default();
            black_box(value.to_string());
        });
        let mut findings = 0;
        let masked = rate(&messages, |message| {
            findings += black_box(masks.apply(message.as_bytes(), &at))
                .findings
                .len();
        });
        say(&format!(
            "{:<6} {:>8.1} MB/s masked  {parsed:>8.1} MB/s parsed and written  {:.2} times  {:.2} findings a message",
            if dense { "dense" } else { "clean" },
            masked,
            masked / parsed,
            findings as f64 / 5.0 / messages.len() as f64,
        ));
    }
    let messages = traffic(false, 4_000_000);
    let mut times: Vec<Duration> = messages
        .iter()
        .filter(|message| (900..1100).contains(&message.len()))
        .map(|message| {
            let started = Instant::now();
            black_box(masks.apply(message.as_bytes(), &at));
            started.elapsed()
        })
        .collect();
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    say(&format!(
        "a message of 1 KB: {median:?} at the median of {}",
        times.len()
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn say(line: &str) {
    println!("{line}");
}
