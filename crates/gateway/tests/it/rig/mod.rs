//! A gateway on real sockets, between a client that writes bytes and servers that answer with
//! scripted bytes, over a store in a directory of its own.

mod client;
mod holds;
mod kept;
mod record;
mod sse;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use gateway::{
    Access, Approvals, Config, Gateway, HttpTarget, PublishedLogs, Running, Secret, StdioTarget,
    Target, UpstreamConfig, Wiring,
};
use identity::{ApiKey, ApiKeys, IssuedKey, KeySecret, Pepper, Role};
use mask::{Key, MaskSet};
use model::{Halts, Timestamp};
use policy::{Policy, Source, Tools};
use store::{DataDir, Opened, Options, Reader};
use tempfile::TempDir;
use testkit::raw::{RawHttp, RawStdio, Script};
use tokio::sync::watch;

pub(crate) use client::{Connection, Response, chunked, post_bytes, request_bytes};
pub(crate) use holds::Holds;
pub(crate) use kept::Kept;
pub(crate) use record::{RecordLine, lines};
pub(crate) use sse::SseClient;

/// Nothing in these tests takes this long, except where something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What a modern request is sent with, besides what its own method needs.
pub(crate) const MODERN_VERSION: (&str, &str) = ("MCP-Protocol-Version", "2026-07-28");

/// Everything that a test needs.
pub(crate) struct Rig {
    dir: TempDir,
    opened: Option<Opened>,
    running: Option<Running>,
    /// The decisions in force.
    pub(crate) policy: Arc<ArcSwap<Policy>>,
    /// What an operator stops.
    pub(crate) halts: watch::Sender<Arc<Halts>>,
    /// Where the gateway listens.
    pub(crate) addr: SocketAddr,
    /// The server behind `http`, `keyed` and `sse`.
    pub(crate) raw: RawHttp,
    /// The server behind `stdio`.
    pub(crate) stdio: RawStdio,
    /// Bearer tokens of two people.
    pub(crate) alice: String,
    pub(crate) bob: String,
    /// What is held.
    pub(crate) approvals: Arc<Approvals>,
    /// What is kept of it.
    pub(crate) holds: Arc<Holds>,
    /// The keys that open the gateway.
    pub(crate) keys: Arc<ArcSwap<ApiKeys>>,
    /// The definitions that were seen.
    pub(crate) definitions: Arc<Kept>,
    /// How many records were looked at.
    seen: usize,
}

impl Rig {
    /// A gateway with default limits before the scripted servers:
    ///
    /// * `http`: Streamable HTTP, open to anonymous callers.
    /// * `sse`: HTTP+SSE, open to anonymous callers.
    /// * `stdio`: a process, open to anonymous callers.
    /// * `keyed`: Streamable HTTP with a credential of the gateway's own, for known callers only.
    /// * `gone`: nobody listens there.
    pub(crate) async fn start(script: Script) -> Self {
        Self::with(script, |_| {}).await
    }

    /// As [`Rig::start`], with another configuration.
    pub(crate) async fn with(script: Script, change: impl FnOnce(&mut Config)) -> Self {
        Self::over(Options::default(), script, change).await
    }

    /// As [`Rig::with`], over a store with other options.
    pub(crate) async fn over(
        options: Options,
        script: Script,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        Self::build(options, script, standard_masks(), change).await
    }

    /// As [`Rig::start`], with these detectors in force.
    pub(crate) async fn masking(script: Script, masks: MaskSet) -> Self {
        Self::build(Options::default(), script, masks, |_| {}).await
    }

    async fn build(
        options: Options,
        script: Script,
        masks: MaskSet,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let raw = RawHttp::start(&script).expect("the raw server starts");
        let stdio = RawStdio::new(&script).expect("the script can be written");
        let mut config = Config::new("127.0.0.1:0".parse().expect("an address"));
        let http = http_target(raw.url());
        let mut keyed = http.clone();
        keyed.headers.push((
            http::header::AUTHORIZATION,
            Secret::new("Bearer of-the-gateway"),
        ));
        let process = StdioTarget {
            argv: stdio.argv().expect("the raw server is built"),
            env: Vec::new(),
            dir: None,
        };
        for (name, target, anonymous) in [
            ("http", Target::Http(http), true),
            ("keyed", Target::Http(keyed), false),
            ("sse", Target::HttpSse(http_target(raw.sse_url())), true),
            ("stdio", Target::Stdio(process), true),
            ("gone", Target::Http(http_target(&nobody_listens())), true),
        ] {
            let upstream = UpstreamConfig {
                target,
                access: Access::keys(anonymous),
                arguments: Arc::default(),
            };
            config
                .upstreams
                .insert(name.parse().expect("a name"), upstream);
        }
        change(&mut config);

        let dir = tempfile::tempdir().expect("a directory");
        let opened = DataDir::open(dir.path(), &options).expect("the store opens");
        let (alice, bob) = (key("alice", 1), key("bob", 2));
        let keys = ApiKeys::new(pepper(), [alice.key, bob.key]);
        let (halts, halted) = watch::channel(Arc::new(Halts::default()));
        let definitions = Arc::new(Kept::default());
        let policy = Arc::new(ArcSwap::from_pointee(Policy::permit_all()));
        let holds = Arc::new(Holds::default());
        let approvals = holds.open(opened.ledger(), &policy);
        let keys = Arc::new(ArcSwap::from_pointee(keys));
        let wiring = Wiring {
            ledger: opened.ledger().clone(),
            policy: policy.clone(),
            approvals: approvals.clone(),
            pages: None,
            masks: Arc::new(ArcSwap::from_pointee(masks)),
            definitions: definitions.clone(),
            keys: keys.clone(),
            halts: halted,
            metrics: Arc::new(String::new),
            published: published(dir.path()),
        };
        let running = Gateway::start(config, wiring)
            .await
            .expect("the gateway starts");
        Self {
            addr: running.addr(),
            dir,
            opened: Some(opened),
            running: Some(running),
            halts,
            policy,
            raw,
            stdio,
            alice: alice.token,
            bob: bob.token,
            definitions,
            approvals,
            holds,
            keys,
            seen: 0,
        }
    }

    /// Puts other policies in force.
    pub(crate) fn decide_by(&self, text: &str) {
        let source = Source {
            name: "test.cedar".into(),
            text: text.into(),
        };
        let policy = Policy::load(&[source], Tools::default())
            .unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        self.policy.store(Arc::new(policy));
    }

    /// Where everything goes on record.
    pub(crate) fn ledger(&self) -> ledger::Ledger {
        self.opened
            .as_ref()
            .expect("the store is open")
            .ledger()
            .clone()
    }

    /// A new connection to the gateway.
    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.addr).await
    }

    /// Sends bytes on a connection of their own and reads one response.
    pub(crate) async fn send(&self, bytes: &[u8]) -> Response {
        let mut connection = self.connect().await;
        connection.write(bytes).await;
        connection.response().await
    }

    /// Posts a message with the header fields that every POST needs and these.
    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        self.send(&post_bytes(path, headers, body.as_bytes())).await
    }

    /// Opens a legacy session at `path` with its two first messages; gives its id.
    pub(crate) async fn initialize(
        &self,
        path: &str,
        version: &str,
        headers: &[(&str, &str)],
    ) -> String {
        let answer = self.post(path, headers, &initialize(version)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let session = answer.header("mcp-session-id").expect("a session id");
        let mut headers = headers.to_vec();
        headers.push(("Mcp-Session-Id", session));
        let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        let answer = self.post(path, &headers, initialized).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        session.to_owned()
    }

    /// A call that nothing is wrong with works: the gateway goes on.
    pub(crate) async fn works(&mut self) {
        let answer = self.modern("http", 1, "ping", "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.text(),
            r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}}"#
        );
    }

    /// Sends a correct modern request; `params` are members with a comma before each.
    pub(crate) async fn modern(
        &self,
        upstream: &str,
        id: u32,
        method: &str,
        params: &str,
    ) -> Response {
        let headers = [MODERN_VERSION, ("Mcp-Method", method)];
        let body = modern(id, method, params);
        self.post(&format!("/mcp/{upstream}"), &headers, &body)
            .await
    }

    /// Everything on record, in order.
    pub(crate) fn records(&self) -> Vec<RecordLine> {
        let reader = Reader::open(self.dir.path()).expect("the store can be read");
        lines(&reader)
    }

    /// What came on record since this was asked last.
    pub(crate) fn news(&mut self) -> Vec<RecordLine> {
        let mut all = self.records();
        let news = all.split_off(self.seen.min(all.len()));
        self.seen += news.len();
        news
    }

    /// What came on record since, once there is something that `enough` looks for.
    pub(crate) async fn news_with(
        &mut self,
        enough: impl Fn(&RecordLine) -> bool,
    ) -> Vec<RecordLine> {
        let started = tokio::time::Instant::now();
        let mut news = self.news();
        while !news.iter().any(&enough) {
            if started.elapsed() > PATIENCE {
                panic!("this did not come on record: {news:#?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            news.extend(self.news());
        }
        news
    }

    /// Stops the gateway, within bounds, and closes the store. What is on record stays readable.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            tokio::time::timeout(PATIENCE, running.stop())
                .await
                .expect("the gateway stops");
        }
        if self.opened.is_some() {
            self.close_store().await;
        }
    }

    /// Closes the store under the running gateway.
    pub(crate) async fn close_store(&mut self) {
        let opened = self.opened.take().expect("it is open");
        tokio::task::spawn_blocking(move || opened.close())
            .await
            .expect("closing does not panic")
            .expect("the store closes");
    }

    /// Stops the gateway in the background.
    pub(crate) fn stopping(&mut self) -> tokio::task::JoinHandle<()> {
        let running = self.running.take().expect("it runs");
        tokio::spawn(running.stop())
    }

    /// Waits until nobody listens any more.
    pub(crate) async fn refuses_connections(&self) {
        let started = tokio::time::Instant::now();
        while tokio::net::TcpStream::connect(self.addr).await.is_ok() {
            assert!(started.elapsed() < PATIENCE, "it still listens");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The store's directory.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// An `initialize` request of that revision with id 0.
pub(crate) fn initialize(version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{version}","capabilities":{{}},"clientInfo":{{"name":"rig","version":"1"}}}}}}"#
    )
}

/// A modern request; `params` are further members of `params`, with a comma before each.
pub(crate) fn modern(id: u32, method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{{{META}{params}}}}}"#)
}

/// What `params` of a modern request begin with.
pub(crate) const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

/// The detectors that are in force unless something else is configured.
pub(crate) fn standard_masks() -> MaskSet {
    MaskSet::standard(Key::from_bytes(b"a key of tests"))
}

fn http_target(url: &str) -> HttpTarget {
    HttpTarget {
        url: url.parse().expect("a URL"),
        headers: Vec::new(),
        authorities_pem: Vec::new(),
    }
}

/// A URL of a port that was free a moment ago.
fn nobody_listens() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    format!("http://{addr}/mcp")
}

fn key(subject: &str, byte: u8) -> IssuedKey {
    let random = KeySecret {
        id: [byte; 9],
        secret: [byte; 32],
    };
    ApiKey::issue(
        &random,
        &pepper(),
        subject,
        Role::Person,
        Timestamp::from_unix_us(0),
    )
}

pub(crate) fn pepper() -> Pepper {
    Pepper::new(&[7; 32])
}

/// The store's published logs, as the program wires them.
struct Published(store::PublishedLogs);

impl PublishedLogs for Published {
    fn read(&self, path: &ledger::LogPath) -> std::io::Result<Option<Vec<u8>>> {
        self.0.read(path)
    }
}

fn published(dir: &Path) -> Option<Arc<dyn PublishedLogs>> {
    let logs = store::PublishedLogs::open(dir).expect("the identity can be read");
    Some(Arc::new(Published(logs.expect("there is a log"))))
}
