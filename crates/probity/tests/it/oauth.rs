//! Callers with tokens of a real OpenID provider (npm `oidc-provider`), through real MCP clients.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use store::Reader;

use crate::program::{Serving, probity};

/// Interpreters and files that `cargo xtask test` installs.
fn file(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("a repository").join(path)
}

fn interpreter(variable: &str, usual: &str) -> PathBuf {
    let path = std::env::var_os(variable).map_or_else(|| file(usual), PathBuf::from);
    assert!(
        path.exists(),
        "`{}` is missing: `cargo xtask test` installs it",
        path.display()
    );
    path
}

fn node(script: &str) -> Command {
    let node = "tests/node/node_modules/.bin/node";
    let mut command = Command::new(interpreter("PROBITY_TEST_NODE", node));
    command.arg(file("tests/clients").join(script));
    command
}

fn python(script: &str) -> Command {
    let python = "target/test-tools/python/bin/python";
    let mut command = Command::new(interpreter("PROBITY_TEST_PYTHON", python));
    command.arg(file("tests/clients").join(script));
    command
}

/// A provider, and a gateway with the demo's shop that believes its tokens.
struct World {
    _provider: Serving,
    gateway: Serving,
    issuer: String,
    public: String,
    dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl World {
    fn start() -> Self {
        let provider = Serving::spawn(node("provider.mjs"));
        let issuer = provider.line();
        let dir = tempfile::tempdir().expect("a folder");
        // Tokens are for a URL, so that the port must be known before.
        let port = TcpListener::bind("127.0.0.1:0").expect("a port");
        let listen = port.local_addr().expect("an address");
        drop(port);
        let program = env!("CARGO_BIN_EXE_probity");
        let shop = dir.path().join("shop.db").display().to_string();
        let upstream = |name: &str, more: &str| {
            format!(
                "[upstreams.{name}]\ncommand = [{program:?}, \"sample-server\", {shop:?}]\n\
                 authentication = [\"corp\"]\n{more}\n"
            )
        };
        let configuration = format!(
            "listen = \"{listen}\"\ndata = \"data\"\n\
             [identity]\nnetworks = [\"127.0.0.0/8\"]\n\
             [[identity.issuers]]\nname = \"corp\"\nurl = {issuer:?}\n\
             algorithms = [\"ES256\"]\ntoken_type = \"at+jwt\"\nclaims = {{ groups = \"groups\" }}\n\
             introspection = {{ client_id = \"gateway\", client_secret = {{ file = \"secret\" }} }}\n\
             [policy]\ndefaults = []\nfiles = [\"own.cedar\"]\n{}{}",
            upstream("shop", "scopes = [\"mcp\"]"),
            upstream("shop-opaque", "tool_scopes = { \"*\" = [\"mcp:write\"] }")
        );
        let write = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("a file");
        };
        write("probity.toml", &configuration);
        write("secret", "gateway-secret\n");
        write(
            "own.cedar",
            "@id(\"dba\") permit(principal in Probity::Group::\"dba\", action, resource);\n\
             @id(\"servers\") permit(principal, action in Probity::Action::\"from_server\", resource);\n",
        );
        let file = dir.path().join("probity.toml").display().to_string();
        let gateway = Serving::spawn(probity(&["serve", "-c", &file]));
        assert_eq!(gateway.address(), listen.to_string());
        Self {
            _provider: provider,
            gateway,
            issuer,
            public: format!("http://{listen}"),
            dir,
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
        }
    }

    /// An access token for a service.
    fn robot(&self, upstream: &str, scope: &str) -> String {
        let resource = format!("{}/mcp/{upstream}", self.public);
        let encoded = resource.replace(':', "%3A").replace('/', "%2F");
        let scope = scope.replace(':', "%3A").replace(' ', "+");
        let asking = async {
            reqwest::Client::new()
                .post(format!("{}/token", self.issuer))
                // `robot:robot-secret`.
                .header("authorization", "Basic cm9ib3Q6cm9ib3Qtc2VjcmV0")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!(
                    "grant_type=client_credentials&resource={encoded}&scope={scope}"
                ))
                .send()
                .await?
                .json::<Value>()
                .await
        };
        let answer = self.runtime.block_on(asking).expect("an answer");
        let token = answer.get("access_token").and_then(Value::as_str);
        token.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// What a client sees with a token: for each step whether it worked, and what it says.
    fn client(&self, mut driver: Command, mode: &str, upstream: &str, token: &str) -> Vec<Value> {
        let plan = json!({"runs": [{
            "id": "oauth", "mode": mode, "transport": "http", "token": token,
            "url": format!("{}/mcp/{upstream}", self.public),
            "steps": [
                {"do": "connect"}, {"do": "tools"},
                {"do": "call", "name": "list_customers", "arguments": {}},
                {"do": "close"},
            ],
        }]});
        let file = self.dir.path().join("plan.json");
        std::fs::write(&file, plan.to_string()).expect("a file");
        let output = driver.arg(&file).output().expect("it runs");
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        lines.collect()
    }

    /// The callers on record, each once: `kind subject client groups`.
    fn callers(self) -> Vec<String> {
        assert_eq!(self.gateway.terminate(), 0);
        let reader = Reader::open(&self.dir.path().join("data")).expect("a log");
        let mut callers = Vec::new();
        for session in reader.sessions().expect("an index") {
            for record in reader.records(session.id, 0).expect("a session") {
                let record = record.expect("a record");
                let facts = record.body.open().expect("its key").facts.clone();
                let stored = serde_json::to_string(&facts).expect("facts");
                assert!(!stored.contains("eyJ"), "a token is on record: {stored}");
                let Some(caller) = facts.caller else { continue };
                assert_eq!(*caller.issuer, *self.issuer);
                assert!(caller.credential.starts_with("sha256:"));
                let groups = caller.groups.join(",");
                callers.push(format!(
                    "{} {} {} [{groups}]",
                    caller.kind, caller.subject, caller.client
                ));
            }
        }
        callers.sort();
        callers.dedup();
        callers
    }
}

fn works(steps: &[Value]) {
    let failed = steps
        .iter()
        .find(|step| step.get("ok") != Some(&json!(true)));
    assert!(steps.len() == 4 && failed.is_none(), "{steps:#?}");
}

#[test]
fn a_real_client_finds_the_provider_and_signs_a_person_in() {
    let world = World::start();
    let sign_in = |person: &str| {
        let endpoint = format!("{}/mcp/shop", world.public);
        let output = node("oauth.mjs").args([&endpoint, person]).output();
        let output = output.expect("it runs");
        let line: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(line.get("ok"), Some(&json!(true)), "{line}");
        line
    };
    let ada = sign_in("ada");
    assert_eq!(
        ada.get("scope"),
        Some(&json!("mcp")),
        "it asks for what it is told"
    );
    let tools = ada.get("tools").and_then(Value::as_array).expect("tools");
    assert!(!tools.is_empty());
    assert_eq!(world.callers(), ["person ada app [dba]"]);
}

#[test]
fn services_call_through_real_clients() {
    let world = World::start();
    let token = world.robot("shop", "mcp");
    works(&world.client(node("client-v2.mjs"), "auto", "shop", &token));
    works(&world.client(node("client-v2.mjs"), "legacy", "shop", &token));
    works(&world.client(python("python_client.py"), "auto", "shop", &token));
    // Tokens that say nothing themselves are asked about.
    let opaque = world.robot("shop-opaque", "mcp mcp:write");
    assert!(!opaque.contains('.'), "{opaque}");
    works(&world.client(python("python_client.py"), "auto", "shop-opaque", &opaque));
    assert_eq!(world.callers(), ["service robot robot [dba]"]);
}

#[test]
fn tokens_open_what_they_are_for_and_nothing_else() {
    let world = World::start();
    let call = |upstream: &str, token: &str| {
        let asking = async {
            let body = json!({
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {
                    "name": "list_customers", "arguments": {},
                    "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                              "io.modelcontextprotocol/clientCapabilities": {}},
                },
            });
            let answer = reqwest::Client::new()
                .post(format!("{}/mcp/{upstream}", world.public))
                .header("authorization", format!("Bearer {token}"))
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", "2026-07-28")
                .header("mcp-method", "tools/call")
                .header("mcp-name", "list_customers")
                .json(&body)
                .send()
                .await
                .expect("an answer");
            let challenge = answer.headers().get("www-authenticate");
            let challenge = challenge.and_then(|field| field.to_str().ok());
            let error = challenge.and_then(|text| text.split('"').nth(1));
            format!("{} {}", answer.status().as_u16(), error.unwrap_or("-"))
        };
        world.runtime.block_on(asking)
    };
    let shop = world.robot("shop", "mcp");
    assert_eq!(call("shop", &shop), "200 -");
    assert_eq!(call("shop-opaque", &shop), "401 invalid_token");
    assert_eq!(
        call("shop", &world.robot("other", "mcp")),
        "401 invalid_token"
    );
    assert_eq!(
        call("shop", &world.robot("shop", "mcp:write")),
        "403 insufficient_scope"
    );
    let opaque = world.robot("shop-opaque", "mcp");
    assert_eq!(call("shop", &opaque), "401 invalid_token");
    assert_eq!(call("shop-opaque", &opaque), "403 insufficient_scope");
    assert_eq!(
        call("shop-opaque", &format!("{opaque}x")),
        "401 invalid_token"
    );
    assert_eq!(world.callers(), ["service robot robot [dba]"]);
}
