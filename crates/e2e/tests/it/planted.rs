//! Secrets in every place where MCP carries text, through the real program, killed once on the way:
//! nothing on disk has them afterwards, in whatever form.

mod places;
mod search;
mod values;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use testkit::raw::{RawHttp, RawStdio};
use testkit::spawn::program;

use places::{Request, hanging, script, talk};
use search::Search;
use values::Planted;

/// Nothing here takes this long, except where something hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const READY: &str = "probity listening on http://";
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}"#;

/// The program with everything that it writes in one folder.
struct Node {
    child: Child,
    address: String,
}

impl Node {
    fn start(folder: &Path) -> Self {
        let written = |name: &str| {
            let mut file = File::options();
            file.create(true).append(true);
            file.open(folder.join(name)).unwrap()
        };
        let mut child = probity(folder, &["serve", "--anonymous", "--log", "trace"])
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(written("stderr"))
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix(READY);
        let address = address.unwrap_or_else(|| panic!("not ready, but said `{line}`"));
        let address = address.to_owned();
        let mut stdout = written("stdout");
        thread::spawn(move || std::io::copy(&mut said, &mut stdout));
        Self { child, address }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn end(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes a request; the answer is read as far as it goes, or up to `until`.
    fn send(&self, request: &Request, session: Option<&str>, until: Option<&str>) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
            .write_all(&request.bytes(&self.address, session))
            .unwrap();
        let mut answer = Vec::new();
        let mut portion = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&answer).into_owned();
            if until.is_some_and(|until| text.contains(until)) {
                return text;
            }
            match stream.read(&mut portion) {
                Ok(0) | Err(_) => return text,
                Ok(read) => answer.extend_from_slice(&portion[..read]),
            }
        }
    }

    fn initialize(&self, upstream: &str) -> String {
        let answer = self.send(&Request::post(upstream, INITIALIZE), None, None);
        let session = answer
            .lines()
            .find_map(|line| line.strip_prefix("mcp-session-id: "));
        let session = session.unwrap_or_else(|| panic!("{answer}"));
        session.trim().to_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail only where it already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn probity(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("probity").unwrap());
    command
        .args(arguments)
        .arg("--config")
        .arg(folder.join("probity.toml"))
        .env("TMPDIR", folder.join("tmp"))
        .current_dir(folder);
    command
}

/// What the program prints of everything on record, as files among the others.
fn print_everything(folder: &Path) {
    let print = |name: &str, arguments: &[&str]| {
        let output = probity(folder, arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        fs::write(folder.join("printed").join(name), &said).unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&said)
        );
        String::from_utf8_lossy(&said).into_owned()
    };
    fs::create_dir(folder.join("printed")).unwrap();
    let sessions = ["sessions", "--node", "--limit", "100000"];
    print("sessions", &sessions);
    let listed = print("sessions.json", &[&sessions[..], &["--json"]].concat());
    for line in listed.lines() {
        let session: Value = serde_json::from_str(line).unwrap();
        let id = session["id"].as_str().unwrap();
        print(&format!("{id}.json"), &["show", id, "--json"]);
        print(id, &["show", id]);
    }
}

/// Starts the program with a server over HTTP and one that is a process, and says everything to both.
/// Gives what the agent was shown.
fn run(folder: &Path, masking: &str, planted: &Planted) -> String {
    let http = RawHttp::start(&script(planted)).unwrap();
    let stdio = RawStdio::new(&script(planted)).unwrap();
    let argv = stdio.argv().unwrap();
    let config = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"data\"\npolicy.defaults = [\"allow\"]\n{masking}\n[upstreams.http]\nurl = {:?}\n\
         [upstreams.sse]\nurl = {:?}\ntransport = \"http_sse\"\n[upstreams.stdio]\ncommand = {argv:?}\n\
         [limits]\nbody_bytes_max = 65536\nanswer_bytes_max = 262144\n\
         answer_ms_max = 1000\n",
        http.url(),
        http.sse_url(),
    );
    fs::write(folder.join("probity.toml"), config).unwrap();
    fs::create_dir(folder.join("tmp")).unwrap();
    let mut shown = String::new();
    let node = Node::start(folder);
    for upstream in ["http", "stdio", "sse"] {
        let session = node.initialize(upstream);
        for request in talk(upstream, planted) {
            shown += &node.send(&request, Some(&session), None);
        }
    }
    // In the middle of a stream, and of a body.
    let session = node.initialize("http");
    let stays = hanging("http", planted);
    shown += &node.send(&stays, Some(&session), Some("one moment"));
    let mut half = TcpStream::connect(&node.address).unwrap();
    let request = Request::post("http", &planted.at("half a body").json());
    let bytes = request.bytes(&node.address, Some(&session));
    half.write_all(&bytes[..bytes.len() - 3]).unwrap();
    node.kill();

    let node = Node::start(folder);
    let session = node.initialize("http");
    for request in talk("http", planted) {
        shown += &node.send(&request, Some(&session), None);
    }
    node.end();
    print_everything(folder);
    // It holds the addresses of the servers, and nothing that went through.
    fs::remove_file(folder.join("probity.toml")).unwrap();
    shown
}

#[test]
fn nothing_that_was_planted_is_on_disk() {
    let folder = TempDir::new().unwrap();
    let planted = Planted::default();
    let shown = run(folder.path(), "", &planted);
    let hits = Search::for_all(&planted).in_folder(folder.path());
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));
    // The search finds what is there: contact data is shown to agents.
    fs::write(folder.path().join("shown"), &shown).unwrap();
    let hits = Search::for_all(&planted).in_folder(folder.path());
    assert!(hits.iter().any(|hit| hit.contains("email")), "{shown}");
    // A request's id comes back as it was sent.
    let may_be_seen = |hit: &&String| hit.contains("email") || hit.contains("a request's id");
    let secrets: Vec<_> = hits.iter().filter(|hit| !may_be_seen(hit)).collect();
    assert!(secrets.is_empty(), "agents see {secrets:#?}");
}

#[test]
fn what_agents_may_see_is_not_on_disk_either() {
    let folder = TempDir::new().unwrap();
    let planted = Planted::default();
    let agent = "[masking.agent]\ncredential = \"reveal\"\ncard = \"reveal\"\n\
                 identifier = \"reveal\"\ncontact = \"reveal\"\n";
    let shown = run(folder.path(), agent, &planted);
    let result = planted.at("result");
    for value in [&result.token, &result.card, &result.iban, &result.password] {
        assert!(shown.contains(value.as_str()), "{value} is not shown");
    }
    let hits = Search::for_all(&planted).in_folder(folder.path());
    assert!(hits.is_empty(), "{} hits:\n{}", hits.len(), hits.join("\n"));
}
