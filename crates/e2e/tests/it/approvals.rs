//! Calls that policy holds, by real clients with their default time-outs: each is made once, and not before
//! a person allowed it, whether that is while the client waits or later.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::raw::{Answer, RawHttp, Script, When};

use crate::components::Components;
use crate::gateway::{Configuration, Gateway};
use crate::matrix::{CLIENTS, Client, LIBRARIES, Library, Mode, Transport};
use crate::plan::Plan;

const SERVER: &str = "shop";
const APPROVER: &str = "grace";
const REASON: &str = "change 4711";
/// How long a call waits before its client is told to come back: the default is too long for a test.
const WAIT_MS: u64 = 2_000;
/// A call that is allowed while its client waits, one that is allowed later, and one that is rejected.
const TOOLS: [&str; 3] = ["soon", "later", "never"];

const POLICY: &str = r#"
@id("ask") @hold("ops") @require_reason
forbid(principal, action == Probity::Action::"tools/call", resource);
"#;

fn script() -> Script {
    let complete = |mut result: Value| {
        result["resultType"] = json!("complete");
        format!(r#"{{"jsonrpc":"2.0","id":$ID,"result":{result}}}"#)
    };
    let tools: Vec<Value> = TOOLS
        .iter()
        .map(|name| json!({"name": name, "inputSchema": {"type": "object"}}))
        .collect();
    let list = json!({"ttlMs": 0, "cacheScope": "private", "tools": tools});
    let done = json!({"content": [{"type": "text", "text": "done"}]});
    Script::new()
        .on(When::method("tools/list"), Answer::Message(complete(list)))
        .on(When::method("tools/call"), Answer::Message(complete(done)))
}

/// Whether a client has to repeat a call that is allowed later. This rmcp asks for 2026-07-28 also in
/// `initialize`, and the server here agrees.
fn repeats(client: &Client) -> bool {
    client.mode == Mode::Legacy && client.library != Library::Rmcp
}

/// What a client does.
fn steps(client: &Client) -> Vec<Value> {
    let call = |name: &str, of: &str| json!({"do": "call", "name": name, "arguments": {"of": client.name}, "as": of});
    let mut steps = vec![
        json!({"do": "connect"}),
        json!({"do": "tools"}),
        call("soon", "soon"),
        call("later", "later"),
    ];
    if repeats(client) {
        steps.push(call("later", "again"));
    }
    steps.push(call("never", "never"));
    steps.push(json!({"do": "close"}));
    steps
}

/// The HTTP API as a person's program uses it.
struct Api {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    fn new(url: &str, token: String) -> Self {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        Self {
            runtime: runtime.enable_all().build().unwrap(),
            client: reqwest::Client::new(),
            url: format!("{url}/api/v1/approvals"),
            token,
        }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let answer = request.bearer_auth(&self.token).send().await.unwrap();
            let status = answer.status().as_u16();
            (status, answer.json().await.unwrap())
        })
    }

    fn waiting(&self) -> Vec<Value> {
        let url = format!("{}?state=waiting", self.url);
        let (status, page) = self.send(self.client.get(url));
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().clone()
    }

    fn rule(&self, id: &str, word: &str) -> (u16, Value) {
        let url = format!("{}/{id}/{word}", self.url);
        self.send(self.client.post(url).json(&json!({"reason": REASON})))
    }
}

/// Rules on what waits until `done`: at once, or once its client has been told to come back.
fn rule(api: &Api, done: &dyn Fn() -> bool) -> usize {
    let mut seen: BTreeMap<String, Instant> = BTreeMap::new();
    let mut ruled = 0;
    while !done() {
        for held in api.waiting() {
            let id = held["id"].as_str().unwrap().to_owned();
            let since = *seen.entry(id.clone()).or_insert_with(Instant::now);
            let (word, after) = match held["name"].as_str().unwrap() {
                "soon" => ("approve", 300),
                "later" => ("approve", WAIT_MS + 500),
                _ => ("reject", 100),
            };
            if since.elapsed() < Duration::from_millis(after) {
                continue;
            }
            let (status, told) = api.rule(&id, word);
            assert_eq!(status, 200, "{told}");
            ruled += 1;
        }
        thread::sleep(Duration::from_millis(50));
    }
    ruled
}

#[test]
fn held_calls_of_real_clients_are_made_once_they_are_allowed() {
    let components = Components::find();
    let server = RawHttp::start(&script()).unwrap();
    let policies = tempfile::tempdir().unwrap();
    let policy = policies.path().join("ask.cedar");
    std::fs::write(&policy, POLICY).unwrap();
    let mut configuration = Configuration::default();
    configuration.write(&format!(
        "[policy]\ndefaults = [\"allow\"]\nfiles = [{policy:?}]\n\
         [limits]\napproval_wait_ms_max = {WAIT_MS}\n\
         [upstreams.{SERVER}]\nurl = {:?}",
        server.url()
    ));
    let (gateway, token) = Gateway::guarded(&configuration, "ada");
    let group = ["create", APPROVER, "--group", "ops"];
    let approver = gateway.run("token", &group).trim().to_owned();
    let api = Api::new(gateway.url(), approver);
    let wait = Duration::from_secs(1);
    thread::sleep(wait);
    let mut faults = Vec::new();
    for library in LIBRARIES {
        let clients = || {
            CLIENTS
                .iter()
                .filter(move |client| client.library == library)
        };
        let mut plan = Plan::default();
        for client in clients() {
            let door = gateway.door(Transport::Http, SERVER);
            plan.add_session(
                client.name,
                client.mode,
                Transport::Http,
                &door,
                &steps(client),
            );
        }
        plan.show_token(&token);
        let told = thread::scope(|scope| {
            let driver = scope.spawn(|| plan.perform(library, &components));
            rule(&api, &|| driver.is_finished());
            driver.join().unwrap()
        });
        for client in clients() {
            let steps = &told[client.name];
            let said = |name: &str| {
                let step = steps.iter().find(|step| step.step == name);
                step.map(|step| step.detail.to_string()).unwrap_or_default()
            };
            let last = if repeats(client) { "again" } else { "later" };
            let expected = [
                ("soon", "done"),
                (last, "done"),
                ("never", "A person rejected this"),
            ];
            for (name, text) in expected {
                if !said(name).contains(text) {
                    faults.push(format!("{}: {name}: {}", client.name, said(name)));
                }
            }
            if repeats(client) && !said("later").contains("is pending") {
                faults.push(format!("{}: later: {}", client.name, said("later")));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{}\n{}",
        faults.join("\n"),
        gateway.errors()
    );
    let received = server.received();
    let calls = received
        .iter()
        .filter(|received| String::from_utf8_lossy(&received.body()).contains("\"tools/call\""));
    assert_eq!(
        calls.count(),
        2 * CLIENTS.len(),
        "each allowed call is made once"
    );
    gateway.end().verify().unwrap();
}
