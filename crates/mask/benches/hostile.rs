//! What hostile input costs: megabytes per second of processor time, and how much more twice as much
//! of it costs. Where that is well above 2, the cost is not linear.
//!
//! `cargo bench -p mask --bench hostile [-- KILOBYTES]`

use std::hint::black_box;
use std::time::Duration;

use mask::{Crossing, Key, MaskSet};

/// Texts that are nothing but this, over and over.
const REPEATED: &[&str] = &[
    "token,",
    "token\t",
    "token ",
    "curl -u ",
    "curl -u a:b ",
    "curl -u a:b \\\n",
    "curl mysql ",
    "mysql -p",
    "password=hunter2xyz\n",
    "password:",
    "password: |\n  ",
    "password | ",
    "| password |\n",
    "INSERT INTO t (password) VALUES (",
    "-----BEGIN PRIVATE KEY-----\n",
    "<password>",
    "Cookie: a=b; ",
    "Authorization: ",
    "postgres://u:",
    "a@b.",
    "@",
    "4111 1111 1111 1111 ",
    "4",
    "1-",
    "+49 ",
    "a%40",
    "%",
    "\\u0041",
    "&#64;",
    "=41",
    "aGVsbG8gd29ybGQ=\n",
    "aGVsbG8gd29ybGQ",
    "{\"a\":",
    "{\"",
    "[",
    "\u{200b}4",
    "\u{ff14}",
    "e\u{301}",
    "abandon ",
    "12 Main Street ",
    "ssn,",
    "identified by '",
    "define('PASSWORD', ",
    "eyJhbGciOi.",
    "sk-ant-api03-",
    "ab:cd:",
    "x",
    "'\"",
    "name: password, value: ",
];

/// The processor time of this thread so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Seconds of processor time for one message with this text.
fn cost(masks: &MaskSet, part: &str, bytes: usize) -> f64 {
    let text = part.repeat(bytes / part.len());
    let message = serde_json::json!({
        "jsonrpc": "2.0", "id": 1,
        "result": { "content": [{ "type": "text", "text": text }] }
    })
    .to_string();
    let at = Crossing::to_agent("shop");
    let before = processor_time();
    black_box(masks.apply(message.as_bytes(), &at));
    processor_time().saturating_sub(before).as_secs_f64()
}

fn main() {
    let kilobytes: Option<usize> = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let bytes = kilobytes.unwrap_or(500) * 1000;
    let masks = MaskSet::standard(Key::from_bytes(&[7; 32]));
    for part in REPEATED {
        let once = cost(&masks, part, bytes);
        let twice = cost(&masks, part, 2 * bytes);
        say(&format!(
            "{:>8.1} MB/s  {:>5.1} times for twice as much  {part:?}",
            2.0 * bytes as f64 / 1e6 / twice,
            twice / once
        ));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn say(line: &str) {
    println!("{line}");
}
