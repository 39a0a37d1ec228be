//! A process in a group of its own, from its start to its reaping.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::config::StdioTarget;

/// Time for a process to go after each way of asking it.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What a process inherits of the gateway's environment: what programs need to find things and to
/// speak the user's language. Everything else may be a secret that is none of its business.
const INHERITED: &[&str] = &[
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ",
    "USER",
];

/// A process that was started.
pub(super) struct Process {
    child: Child,
    /// Its process group, which has its own id for a name.
    group: Option<Pid>,
}

/// Its three pipes.
pub(super) struct Pipes {
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

impl Process {
    /// Starts what the configuration says.
    pub(super) fn spawn(target: &StdioTarget) -> Result<(Self, Pipes), String> {
        let Some((program, arguments)) = target.argv.split_first() else {
            return Err("no program is configured".to_owned());
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(
                INHERITED
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .envs(
                target
                    .env
                    .iter()
                    .map(|(name, secret)| (name, secret.expose())),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            // Only where the runtime goes before the process does: otherwise `end` runs.
            .kill_on_drop(true);
        if let Some(dir) = &target.dir {
            command.current_dir(dir);
        }
        let started = command.spawn();
        let mut child =
            started.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        let group = child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let pipes = match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Pipes {
                stdin,
                stdout,
                stderr,
            },
            _ => return Err(format!("`{program}` was started without its pipes")),
        };
        Ok((Self { child, group }, pipes))
    }

    /// Waits until it exits by itself.
    pub(super) async fn exited(&mut self) {
        // An error says that there is no such child any more.
        let _reaped = self.child.wait().await;
    }

    /// Waits for it to go, then asks it, then makes it; reaps it, and ends what it left behind in
    /// its group. Says how it ended. Its standard input has to be closed before.
    pub(super) async fn end(&mut self) -> String {
        let mut asked = "";
        let mut reaped = timeout(PATIENCE, self.child.wait()).await;
        if reaped.is_err() {
            asked = ", asked by SIGTERM";
            self.signal(Signal::TERM);
            reaped = timeout(PATIENCE, self.child.wait()).await;
        }
        // Until the child is reaped its id cannot be another's. Once it is, the group keeps the id
        // taken while there is somebody in it; an id freed a moment ago is not given out again
        // before all others were.
        self.signal(Signal::KILL);
        let status = match reaped {
            Ok(status) => status,
            Err(_) => {
                asked = ", because it ignored SIGTERM";
                self.child.wait().await
            }
        };
        match status {
            Ok(status) => format!("{}{asked}", describe(status)),
            Err(error) => format!("the process is lost: {error}"),
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Nobody left to hear it is what was wanted.
            let _gone = kill_process_group(group, signal);
        }
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("the process exited with status {code}"),
        (None, Some(signal)) => format!("the process was ended by signal {signal}"),
        (None, None) => format!("the process ended: {status}"),
    }
}
