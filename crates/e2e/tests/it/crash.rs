//! `kill -9` in the middle of load, again and again on the same data: what was acknowledged is on
//! record, and so is the intent of everything that reached the server.

mod evidence;
mod load;
mod node;

use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use testkit::raw::{Answer, Event, Length, RawHttp, Received, Script, Step, When};
use tokio::runtime::Runtime;

use evidence::Evidence;
use load::{Acknowledged, Worker};
use node::Node;

/// Clients at once: half of them with sessions, half without.
const WORKERS: usize = 24;
/// The first calls get this far before the kill, or all of them do.
const LOAD_MS_MAX: u64 = 250;
/// A start is cut short within this time: before, during and after recovery.
const RECOVERY_MS_MAX: u64 = 60;
/// Every so many rounds, starts are cut short.
const CUT_EVERY: usize = 3;
/// How many in a row.
const CUTS: usize = 2;

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let long = std::env::var_os("PROBITY_LONG").is_some();
    let rounds = if long { 200 } else { 30 };
    let seed = match std::env::var("CRASH_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => 0x5EED_0001,
    };
    let mut chance = Chance(seed);
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let origin = RawHttp::start(&script()).unwrap();
    let runtime = Runtime::new().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        if round % CUT_EVERY == CUT_EVERY - 1 {
            cut_starts_short(&data, &origin, &mut chance);
        }
        let node = Node::ready(&data, origin.url());
        let load = Load {
            round,
            url: node.url("origin"),
            kill_after: Duration::from_millis(chance.below(LOAD_MS_MAX)),
        };
        acknowledged.extend(runtime.block_on(load.run_and_kill(node)));
    }
    let received = origin.received();
    let received = received.iter().filter(|r| r.event == Event::Request);
    let received: Vec<Vec<u8>> = received.map(Received::body).collect();

    // As the last crash left it, before anything was recovered.
    let crashed = Evidence::read(&data);
    crashed.has_all(&acknowledged);
    crashed.has_intents_of(&received);

    let node = Node::ready(&data, origin.url());
    node.end();
    let recovered = Evidence::read(&data);
    recovered.has_all(&acknowledged);
    recovered.has_intents_of(&received);
    recovered.every_session_ended(rounds);
    recovered.every_call_ended_once();
    verify(&data);

    let complete = acknowledged.iter().filter(|a| a.complete).count();
    let messages = acknowledged.len();
    assert!(complete > rounds, "hardly any load: {complete} in {rounds}");
    println!("seed {seed}: {rounds} rounds, {messages} messages acknowledged, {complete} of them");
    println!(
        "to the end; {} received by the server; on record: {recovered}",
        received.len()
    );
}

/// Answers at once, as a stream, and late.
fn script() -> Script {
    const RESULT: &str = r#"{"jsonrpc":"2.0","id":$ID,"result":{"resultType":"complete","content":[{"type":"text","text":"done"}]}}"#;
    let progress = |step: u32| {
        format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":$TOKEN,"progress":{step}}}}}"#
        )
    };
    let late = Answer::Bytes {
        status: 200,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        length: Length::Exact,
        steps: vec![Step::PauseMs(40), Step::Text(RESULT.to_owned())],
    };
    // Slow enough that a kill comes between two events.
    let messages = (1..=4).map(progress).chain([RESULT.to_owned()]);
    let events = messages
        .flat_map(|message| [Step::PauseMs(5), Step::Text(format!("data: {message}\n\n"))])
        .collect();
    Script::new()
        .on(When::call("echo"), Answer::Message(RESULT.to_owned()))
        .on(When::call("stream"), Answer::event_stream(events))
        .on(When::call("late"), late)
}

struct Load {
    round: usize,
    url: String,
    kill_after: Duration,
}

impl Load {
    /// What the clients were told before the gateway was killed.
    async fn run_and_kill(self, node: Node) -> Vec<Acknowledged> {
        let workers: Vec<_> = (0..WORKERS)
            .map(|number| {
                let worker = Worker::new(self.round, number, &self.url);
                tokio::spawn(worker.run())
            })
            .collect();
        tokio::time::sleep(self.kill_after).await;
        node.kill();
        let mut acknowledged = Vec::new();
        for worker in workers {
            acknowledged.extend(worker.await.unwrap());
        }
        acknowledged
    }
}

/// Starts on what a crash left, and kills the start.
fn cut_starts_short(data: &Path, origin: &RawHttp, chance: &mut Chance) {
    for _ in 0..CUTS {
        let node = Node::start(data, origin.url());
        thread::sleep(Duration::from_millis(chance.below(RECOVERY_MS_MAX)));
        node.kill();
    }
}

/// `probity verify`, which shares nothing with the reader.
fn verify(data: &Path) {
    let output = node::probity("verify", data).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
}

/// Marsaglia's xorshift64: the same moments for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
