//! Starting the program, and seeing that it ends.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Longest wait for a line or an end: a bound, not an expectation.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, not started yet, with an environment that says nothing to it.
pub(crate) fn probity(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PROBITY_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    Ended::of(&probity(arguments).output().expect("it starts"))
}

/// Runs it to its end in a folder.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ended {
    let output = probity(arguments).current_dir(folder).output();
    Ended::of(&output.expect("it starts"))
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What it printed, if it worked.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, 0, "{self:#?}");
        self.out
    }

    /// What it complained about, if it ended with this status.
    pub(crate) fn failed(self, status: i32) -> String {
        assert_eq!(self.status, status, "{self:#?}");
        self.err
    }
}

/// A program that runs until it is told to stop; killed, by its own id, when the test ends.
pub(crate) struct Serving {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(probity(arguments))
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let lines = lines_of(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    /// The next line on standard output.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    /// The next line that contains this.
    pub(crate) fn line_with(&self, text: &str) -> String {
        loop {
            let line = self.line();
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The address of its first line.
    pub(crate) fn address(&self) -> String {
        let line = self.line();
        let address = line.strip_prefix("probity listening on http://");
        address.unwrap_or_else(|| panic!("{line}")).to_owned()
    }

    /// Asks it to stop, as a service manager does, and waits for its end.
    pub(crate) fn terminate(mut self) -> i32 {
        let id = i32::try_from(self.child.id()).ok();
        let id = id.and_then(Pid::from_raw).expect("an id");
        kill_process(id, Signal::TERM).expect("it runs");
        let rounds = PATIENCE.as_millis() / 20;
        for _ in 0..rounds {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not stop");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(out: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
