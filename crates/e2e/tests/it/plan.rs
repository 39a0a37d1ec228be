//! Plans for the drivers, and what the drivers say.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::components::Components;
use crate::matrix::{Client, Era, Library, Mode, Outcome, Server, Transport};
use crate::stage::Address;

/// A driver that holds all its sessions is never slower than this, even on a busy machine.
const DRIVER_MAX: Duration = Duration::from_secs(900);

/// The id of the session that asks the fixture server what became of its calls.
const COUNT: &str = "count";

/// Everything one driver is to do.
#[derive(Default)]
pub(crate) struct Plan {
    runs: Vec<Value>,
}

/// What one step came to.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Step {
    pub(crate) run: String,
    pub(crate) step: String,
    pub(crate) ok: bool,
    pub(crate) detail: Value,
}

/// The steps of each run, in order.
pub(crate) type Told = BTreeMap<String, Vec<Step>>;

impl Plan {
    /// Adds a session, unless the table says that it is not run.
    pub(crate) fn add(
        &mut self,
        id: &str,
        client: Client,
        server: Server,
        transport: Transport,
        address: &Address,
        folder: &str,
    ) {
        let steps = steps(crate::matrix::outcome(client, server), server, folder);
        if steps.is_empty() {
            return;
        }
        self.add_session(id, client.mode, transport, address, &steps);
    }

    /// Adds a session of these steps.
    pub(crate) fn add_session(
        &mut self,
        id: &str,
        mode: Mode,
        transport: Transport,
        address: &Address,
        steps: &[Value],
    ) {
        let mut run = json!({
            "id": id,
            "mode": match mode {
                Mode::Legacy => "legacy",
                Mode::Auto => "auto",
                Mode::Pinned => "2026-07-28",
            },
            "transport": match transport {
                Transport::Http => "http",
                Transport::Sse => "sse",
                Transport::Stdio => "stdio",
            },
            "steps": steps,
        });
        match address {
            Address::Url(url) => run["url"] = json!(url),
            Address::Command(command) => run["command"] = json!(command),
        }
        self.runs.push(run);
    }

    /// Has every session added so far show this token.
    pub(crate) fn show_token(&mut self, token: &str) {
        for run in &mut self.runs {
            run["token"] = json!(token);
        }
    }

    /// Adds a last session, with the fixture server itself, that asks what became of its calls.
    pub(crate) fn add_count(&mut self, fixture: &Address) {
        let Address::Url(url) = fixture else { return };
        self.runs.push(json!({
            "id": COUNT,
            "mode": "legacy",
            "transport": "http",
            "url": url,
            "steps": [{ "do": "connect" }, { "do": "call", "name": "stats" }, { "do": "close" }],
        }));
    }

    /// Runs the library's driver to its end.
    pub(crate) fn perform(&self, library: Library, components: &Components) -> Told {
        let file = NamedTempFile::new().unwrap();
        fs::write(file.path(), json!({ "runs": self.runs }).to_string()).unwrap();
        let driver = match library {
            Library::V2 => vec![
                components.node.clone(),
                components.file("tests/clients/client-v2.mjs"),
            ],
            Library::V1 => vec![
                components.node.clone(),
                components.file("tests/clients/sdk-v1.mjs"),
            ],
            Library::Python => vec![
                components.python.clone(),
                components.file("tests/clients/python_client.py"),
            ],
            Library::Rmcp => vec![env!("CARGO_BIN_EXE_rmcp-client").to_owned()],
        };
        let mut child = Command::new(&driver[0])
            .args(&driver[1..])
            .arg(file.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let reader = thread::spawn(move || {
            let mut said = String::new();
            stdout.read_to_string(&mut said).map(|_| said)
        });
        let started = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if started.elapsed() > DRIVER_MAX => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    break None;
                }
                None => thread::sleep(Duration::from_millis(20)),
            }
        };
        let said = reader.join().unwrap().unwrap();
        assert!(
            status.is_some_and(|status| status.success()),
            "the driver of {library:?} ended with {status:?}, having said:\n{said}"
        );
        let mut told = Told::new();
        for line in said.lines() {
            let step: Step = serde_json::from_str(line).unwrap();
            told.entry(step.run.clone()).or_default().push(step);
        }
        told
    }
}

/// The calls that the fixture server over HTTP says were abandoned, of all that were to be.
pub(crate) fn abandoned(told: &Told) -> (Value, Value) {
    let called = told.get(COUNT).and_then(|steps| steps.get(1)).unwrap();
    let aborted = told
        .iter()
        .filter(|(run, _)| run.contains("/fixture-http") || run.contains("/fixture-sse"))
        .flat_map(|(_, steps)| steps)
        .filter(|step| step.step == "cancel")
        .count();
    let all = json!({ "started": aborted, "answered": 0, "abandoned": aborted });
    (called.detail["structuredContent"]["slow"].clone(), all)
}

/// What a session that is to have this outcome does.
pub(crate) fn steps(outcome: Outcome, server: Server, folder: &str) -> Vec<Value> {
    let era = match outcome {
        Outcome::Session(Era::Legacy) | Outcome::Refused => "legacy",
        Outcome::Session(Era::Modern) => "modern",
        Outcome::Skipped(_) => return Vec::new(),
    };
    let text = include_str!("../../../../tests/clients/scenarios.json").replace("{box}", folder);
    let scenarios: Value = serde_json::from_str(&text).unwrap();
    scenarios[server.scenario][era].as_array().unwrap().clone()
}
