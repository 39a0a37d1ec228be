//! The program, on a data directory that outlives it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testkit::spawn::program;

const READY: &str = "probity listening on ";
/// An orderly end waits for what is under way, and never this long.
const END_MAX: Duration = Duration::from_secs(60);

/// `probity serve`. Killed, by its id, when dropped.
pub(super) struct Node {
    child: Child,
    base: String,
    errors: PathBuf,
}

impl Node {
    /// Starts it, and does not wait.
    pub(super) fn start(data: &Path, origin: &str) -> Self {
        let errors = data.with_extension("stderr");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(&errors)
            .unwrap();
        let child = probity("serve", data)
            .args(["--listen", "127.0.0.1:0", "--anonymous"])
            .arg("--upstream")
            .arg(format!("origin={origin}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        Self {
            child,
            base: String::new(),
            errors,
        }
    }

    /// Starts it, and waits until it listens.
    pub(super) fn ready(data: &Path, origin: &str) -> Self {
        let mut node = Self::start(data, origin);
        let mut line = String::new();
        let mut stdout = BufReader::new(node.child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let base = line.trim_end().strip_prefix(READY);
        node.base = base
            .unwrap_or_else(|| {
                let errors = fs::read_to_string(&node.errors).unwrap_or_default();
                panic!("the gateway is not ready, but said `{line}`\n{errors}")
            })
            .to_owned();
        node.child.stdout = Some(stdout.into_inner());
        node
    }

    /// Where calls to an upstream go.
    pub(super) fn url(&self, upstream: &str) -> String {
        format!("{}/mcp/{upstream}", self.base)
    }

    /// SIGKILL, now.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and waits for its end.
    pub(super) fn end(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let errors = fs::read_to_string(&self.errors).unwrap_or_default();
                assert!(status.success(), "{status}\n{errors}");
                return;
            }
            assert!(begun.elapsed() < END_MAX, "the gateway does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail only where it already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `probity COMMAND` on this data, with the defaults for everything else.
pub(super) fn probity(command: &str, data: &Path) -> Command {
    let config = data.with_extension("toml");
    if !config.exists() {
        fs::write(&config, "").unwrap();
    }
    let mut probity = Command::new(program("probity").unwrap());
    probity.arg(command);
    match command {
        "verify" => probity.arg(data),
        _ => probity.arg("--config").arg(config).arg("--data").arg(data),
    };
    probity
}
