//! The gateway as its users run it: `probity serve` in front, `probity sessions` and `show` behind.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use testkit::spawn::program;

use crate::matrix::{Library, Server, Transport};
use crate::stage::Address;

/// The line that `probity serve` prints when it is ready, before its address.
const READY: &str = "probity listening on ";
/// An orderly end waits for what is under way, and never this long.
const DRAIN_MAX: Duration = Duration::from_secs(60);

/// The servers to stand in front of, as a configuration file.
#[derive(Default)]
pub(crate) struct Configuration {
    text: String,
}

impl Configuration {
    pub(crate) fn add(&mut self, name: &str, server: Server, address: &Address) {
        let target = match address {
            Address::Url(url) => format!("url = {url:?}"),
            Address::Command(command) => format!("command = {command:?}"),
        };
        let transport = match server.transport {
            Transport::Sse => "transport = \"http_sse\"",
            Transport::Http | Transport::Stdio => "",
        };
        self.write(&format!("[upstreams.{name}]\n{target}\n{transport}\n"));
    }

    /// Adds tables as they are.
    pub(crate) fn write(&mut self, tables: &str) {
        writeln!(self.text, "{tables}").unwrap();
    }
}

/// A running gateway. Killed, by process id, when dropped.
pub(crate) struct Gateway {
    child: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
    folder: TempDir,
}

/// What is left when it has ended in order: its data directory.
pub(crate) struct Ended {
    folder: TempDir,
}

impl Gateway {
    /// For everybody, and whatever the servers' tools do: that is not the question there.
    pub(crate) fn start(configuration: &Configuration) -> Self {
        let folder = TempDir::new().unwrap();
        let text = format!("policy.defaults = [\"allow\"]\n{}", configuration.text);
        Self::serve(folder, &text, &["--anonymous"])
    }

    /// As it is unless it is told otherwise; with the token of the person who may call.
    pub(crate) fn guarded(configuration: &Configuration, person: &str) -> (Self, String) {
        let folder = TempDir::new().unwrap();
        let created = Command::new(probity_path())
            .args(["token", "create", person, "--data"])
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        let token = String::from_utf8(created.stdout).unwrap();
        assert!(created.status.success() && !token.is_empty());
        let gateway = Self::serve(folder, &configuration.text, &[]);
        (gateway, token.trim().to_owned())
    }

    fn serve(folder: TempDir, configuration: &str, arguments: &[&str]) -> Self {
        fs::write(folder.path().join("probity.toml"), configuration).unwrap();
        let errors = fs::File::create(folder.path().join("stderr")).unwrap();
        let mut child = probity("serve", &folder)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix(READY).map(str::to_owned);
        let mut gateway = Self {
            child,
            stdout,
            url: String::new(),
            folder,
        };
        gateway.url = url.unwrap_or_else(|| {
            panic!(
                "the gateway is not ready, but said `{line}`\n{}",
                gateway.errors()
            )
        });
        gateway
    }

    /// Where it listens, as `http://ADDRESS`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How to reach an upstream through one of the doors.
    pub(crate) fn door(&self, door: Transport, upstream: &str) -> Address {
        match door {
            Transport::Http => Address::Url(format!("{}/mcp/{upstream}", self.url)),
            Transport::Sse => Address::Url(format!("{}/sse/{upstream}", self.url)),
            Transport::Stdio => {
                let probity = probity_path().to_str().unwrap().to_owned();
                let arguments = ["connect", upstream, "--gateway", &self.url];
                let words = std::iter::once(probity);
                Address::Command(words.chain(arguments.map(str::to_owned)).collect())
            }
        }
    }

    /// What `probity COMMAND` says beside it, on its data directory.
    pub(crate) fn run(&self, command: &str, arguments: &[&str]) -> String {
        let data = self.folder.path().join("data");
        let output = Command::new(probity_path())
            .arg(command)
            .args(arguments)
            .arg("--data")
            .arg(data)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "probity {command} {arguments:?}: {errors}"
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it wrote to standard error.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// Asks it to stop, waits until it has, and sees that it ended well.
    pub(crate) fn end(mut self) -> Ended {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                started.elapsed() < DRAIN_MAX,
                "the gateway does not end\n{}",
                self.errors()
            );
            thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{status}\n{}", self.errors());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let folder = std::mem::replace(&mut self.folder, TempDir::new().unwrap());
        Ended { folder }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Both fail only where it already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// `probity sessions`.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        self.lines("sessions", &["--limit", "100000"])
    }

    /// The same, with the node's own.
    pub(crate) fn all_sessions(&self) -> Vec<Value> {
        self.lines("sessions", &["--node", "--limit", "100000"])
    }

    /// `probity show`.
    pub(crate) fn records(&self, session: &str) -> Vec<Value> {
        self.lines("show", &[session])
    }

    /// `probity show --decision`.
    pub(crate) fn decision(&self, decision: &str) -> Vec<Value> {
        self.lines("show", &["--decision", decision])
    }

    /// `probity verify`: what it says where the log is not whole.
    pub(crate) fn verify(&self) -> Result<(), String> {
        let output = probity("verify", &self.folder).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        output.status.success().then_some(()).ok_or(said)
    }

    fn lines(&self, command: &str, arguments: &[&str]) -> Vec<Value> {
        let output = probity(command, &self.folder)
            .args(arguments)
            .arg("--json")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "probity {command} {arguments:?}: {errors}"
        );
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// `probity COMMAND` on this folder's configuration and data.
fn probity(command: &str, folder: &TempDir) -> Command {
    let mut probity = Command::new(probity_path());
    probity
        .arg(command)
        .arg("--config")
        .arg(folder.path().join("probity.toml"))
        .arg("--data")
        .arg(folder.path().join("data"));
    probity
}

fn probity_path() -> PathBuf {
    program("probity").unwrap()
}

/// The upstream's name: each driver has servers of its own.
pub(crate) fn upstream_name(server: Server, library: Library) -> String {
    format!("{}-{library:?}", server.name).to_lowercase()
}
