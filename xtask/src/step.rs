//! One named step of a longer run: says what it does, how long it took, and stops on failure.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// A run of several steps.
pub(crate) struct Steps {
    begun: Instant,
}

impl Steps {
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
        }
    }

    /// Says what happens now, with the time since the run began.
    pub(crate) fn say(&self, what: &str) {
        println!("==> [{:>5} s] {what}", self.begun.elapsed().as_secs());
    }

    /// Runs a command to its end, its output going where ours goes.
    ///
    /// # Errors
    ///
    /// The program cannot be started, or ends with another status than 0.
    pub(crate) fn run(&self, what: &str, command: &mut Command) -> Result<()> {
        let status = self.status(what, command)?;
        if !status.success() {
            bail!("{what} failed: {command:?} ended with {status}");
        }
        Ok(())
    }
}

impl Steps {
    /// Runs a command to its end, which says itself how it went.
    ///
    /// # Errors
    ///
    /// The program cannot be started.
    pub(crate) fn status(&self, what: &str, command: &mut Command) -> Result<ExitStatus> {
        self.say(what);
        command
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("cannot start {:?}", command.get_program()))
    }
}

/// The `cargo` that runs this, in `folder`.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

/// Whether `program ARGUMENTS` can be started and ends with status 0.
pub(crate) fn works(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
