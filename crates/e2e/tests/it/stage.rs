//! The servers of one driver: its own processes and its own folder, so that drivers that run at the
//! same time do not meet in a server's state.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use testkit::spawn::{Spawned, fixture_server, fixture_stdio_argv};

use crate::components::Components;
use crate::matrix::{Server, Transport};

/// How to reach a server.
pub(crate) enum Address {
    Url(String),
    Command(Vec<String>),
}

/// Ended, by process id, when dropped.
pub(crate) struct Stage {
    folder: TempDir,
    everything_http: Served,
    everything_sse: Served,
    fixture: Spawned,
}

impl Stage {
    pub(crate) fn set(components: &Components) -> Self {
        let folder = TempDir::new().unwrap();
        furnish(folder.path());
        let everything = components.npm_server("server-everything");
        Self {
            folder,
            everything_http: Served::start(&everything, "streamableHttp"),
            everything_sse: Served::start(&everything, "sse"),
            fixture: fixture_server().unwrap(),
        }
    }

    /// The folder whose name stands in requests and answers.
    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// The fixture server over HTTP, and over HTTP+SSE.
    pub(crate) fn fixture(&self) -> Address {
        Address::Url(self.fixture.url().to_owned())
    }

    pub(crate) fn address(&self, server: Server, components: &Components) -> Address {
        let everything = || components.npm_server("server-everything");
        let with = |mut command: Vec<String>, arguments: &[&str]| {
            command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
            Address::Command(command)
        };
        let folder = self.folder();
        match (server.scenario, server.transport) {
            ("everything", Transport::Http) => Address::Url(self.everything_http.url("/mcp")),
            ("everything", Transport::Sse) => Address::Url(self.everything_sse.url("/sse")),
            ("everything", Transport::Stdio) => with(everything(), &["stdio"]),
            ("filesystem", _) => with(
                components.npm_server("server-filesystem"),
                &[&format!("{folder}/files")],
            ),
            ("memory", _) => {
                let file = format!("MEMORY_FILE_PATH={folder}/memory.jsonl");
                let mut command = vec!["env".to_owned(), file];
                command.extend(components.npm_server("server-memory"));
                Address::Command(command)
            }
            ("git", _) => with(
                components.python_server("mcp-server-git"),
                &["--repository", &format!("{folder}/repo")],
            ),
            ("time", _) => with(
                components.python_server("mcp-server-time"),
                &["--local-timezone", "UTC"],
            ),
            ("fixture", Transport::Http) => self.fixture(),
            ("fixture", Transport::Sse) => Address::Url(self.fixture.sse_url().to_owned()),
            ("fixture", Transport::Stdio) => Address::Command(fixture_stdio_argv().unwrap()),
            (other, _) => panic!("no server for the scenario `{other}`"),
        }
    }
}

/// A folder to share, and a repository whose one commit is the same on every machine.
fn furnish(folder: &Path) {
    fs::create_dir(folder.join("files")).unwrap();
    fs::write(folder.join("outside.txt"), "not shared").unwrap();
    let repo = folder.join("repo");
    fs::create_dir(&repo).unwrap();
    fs::write(repo.join("README"), "hello\n").unwrap();
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    for arguments in [
        &["init", "--quiet", "--initial-branch=main"][..],
        &["add", "README"],
        &["commit", "--quiet", "--no-gpg-sign", "--message=first"],
    ] {
        let done = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(&repo)
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .status()
            .unwrap();
        assert!(done.success(), "git {arguments:?}");
    }
}

/// A server that listens on a port of its own.
struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn start(command: &[String], transport: &str) -> Self {
        let port = free_port();
        let child = Command::new(&command[0])
            .args(&command[1..])
            .arg(transport)
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let served = Self { child, port };
        for _ in 0..400 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return served;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{command:?} {transport} does not listen on port {port}");
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail only where the server already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: this server cannot be told to choose one and say so.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
