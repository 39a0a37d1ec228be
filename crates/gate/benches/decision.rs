//! What a decision costs, facts included: parsing the arguments, reading the commands in them, and
//! asking a hundred policies. Processor time per call at the median, in microseconds.
//!
//! `cargo bench -p gate --bench decision`

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use gate::{ArgumentSettings, Arrival, Call, Circumstances, Exchange, Subject, Transport, judge};
use inspect::sql::Dialect;
use ledger::HttpFacts;
use mask::{MaskSet, Outside};
use mcp::json::Limits;
use mcp::{Era, Message};
use model::{CallId, Caller, ExchangeId, Timestamp};
use policy::{Policy, Source, Tools, defaults};
use serde_json::{Value, json};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POLICIES: usize = 100;
const ROUNDS: usize = 4_000;

#[expect(clippy::print_stdout, reason = "a benchmark prints its rows")]
fn main() {
    let policy = policies();
    println!("{} policies", policy.rules().len());
    println!("{:<28} {:>10} {:>10}", "call", "median us", "p99 us");
    let large = format!(
        "SELECT id FROM orders WHERE id IN ({})",
        (0..16_000)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(",")
    );
    let nested = format!("{}ls{}", "sh -c \"$(".repeat(400), ")\"".repeat(400));
    let rows = [
        (
            "no command",
            "get_weather",
            json!({"city": "Paris", "days": 3}),
            None,
        ),
        (
            "SQL, dialect known",
            "query",
            json!({"sql": "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'paid' ORDER BY o.id LIMIT 20"}),
            Some(Dialect::PostgreSql),
        ),
        (
            "SQL, dialect unknown",
            "query",
            json!({"sql": "SELECT id, name FROM customers WHERE country = 'DE' LIMIT 20"}),
            None,
        ),
        (
            "SQL, refused",
            "query",
            json!({"sql": "DELETE FROM customers"}),
            Some(Dialect::PostgreSql),
        ),
        (
            "shell",
            "bash",
            json!({"command": "git log --oneline -5 | head -3"}),
            None,
        ),
        (
            "a path",
            "read_file",
            json!({"path": "/srv/share/notes.txt"}),
            None,
        ),
        (
            "a URL",
            "fetch",
            json!({"url": "https://api.example.com/items?page=2"}),
            None,
        ),
        (
            "SQL of 100 KB",
            "query",
            json!({ "sql": large }),
            Some(Dialect::PostgreSql),
        ),
        (
            "shell nested 400 deep",
            "bash",
            json!({ "command": nested }),
            None,
        ),
    ];
    for (name, tool, arguments, dialect) in rows {
        let rounds = if name.contains("SQL of") || name.contains("nested") {
            40
        } else {
            ROUNDS
        };
        let mut times = measure(&policy, tool, &arguments, dialect, rounds);
        times.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (f64::from(u32::try_from(times.len()).unwrap_or(1)) * share) as usize;
            times.get(place).copied().unwrap_or_default()
        };
        println!("{name:<28} {:>10.1} {:>10.1}", at(0.5), at(0.99));
    }
}

/// The shipped ones, and as many others as it takes.
fn policies() -> Policy {
    let mut sources = defaults::sources();
    let shipped = Policy::load(&sources, Tools::default()).map_or(0, |policy| policy.rules().len());
    let mut text = String::new();
    for number in shipped..POLICIES {
        let _ = writeln!(
            text,
            "@id(\"own-{number}\") forbid(principal in Probity::Group::\"group-{number}\", \
             action == Probity::Action::\"tools/call\", resource == Probity::Tool::\"server/tool-{number}\") \
             when {{ context.calls.person_minute > {number} && !context.credentials }};"
        );
    }
    sources.push(Source {
        name: "own.cedar".into(),
        text: text.into(),
    });
    Policy::load(&sources, Tools::default()).unwrap_or_default()
}

fn measure(
    policy: &Policy,
    tool: &str,
    arguments: &Value,
    dialect: Option<Dialect>,
    rounds: usize,
) -> Vec<f64> {
    let text = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments },
    });
    let around = Circumstances {
        arguments: Arc::new(ArgumentSettings {
            dialect,
            ..ArgumentSettings::default()
        }),
        ..Circumstances::default()
    };
    let Ok(message) = Message::parse(Bytes::from(text.to_string()), &Limits::default()) else {
        return Vec::new();
    };
    let masks = MaskSet::empty();
    let exchange = Arc::new(exchange());
    (0..rounds)
        .map(|_| {
            let call = Call {
                id: CallId::from_bytes([1; 16]),
                exchange: exchange.clone(),
                subject: Subject::Message(message.clone(), None),
                at: Timestamp::default(),
            };
            let start = Instant::now();
            let _judged = black_box(judge(call, policy, &around, &masks, &Outside::default()));
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect()
}

fn exchange() -> Exchange {
    Exchange {
        arrival: Arrival {
            id: ExchangeId::from_bytes([1; 16]),
            upstream: "server".into(),
            transport: Transport::StreamableHttp,
            received_at: Timestamp::default(),
            http: HttpFacts::default(),
            headers: Vec::new(),
        },
        caller: Caller::anonymous(),
        upstream: "server"
            .parse()
            .unwrap_or_else(|_| unreachable!("it is a name")),
        era: Era::Legacy,
        protocol_version: None,
        agent: None,
    }
}
