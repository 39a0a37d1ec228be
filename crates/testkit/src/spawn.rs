//! Starts the fixture programs from tests and ends them, by process id, when the test is over.
//!
//! The programs must be built before: `cargo build -p testkit --features fixture` (`cargo xtask`
//! does so). They are looked for beside the running test's own executable.

use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// Why a program is not running.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The program was not built, or not for this profile.
    #[error(
        "`{program}` is not beside this executable: build it with `cargo build -p testkit --features fixture`"
    )]
    NotBuilt {
        /// File name of the program.
        program: String,
    },
    /// The operating system refused.
    #[error("cannot start `{program}`")]
    Start {
        /// File name of the program.
        program: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The program ended, or wrote something else, before its ready line.
    #[error("`{program}` did not say that it is ready, but `{line}`")]
    NotReady {
        /// File name of the program.
        program: String,
        /// The first line it wrote; empty if it wrote none.
        line: String,
    },
}

/// The path of a program of this workspace, built for the profile that this executable has.
///
/// # Errors
/// [`SpawnError::NotBuilt`] where there is no such file.
pub fn program(name: &str) -> Result<PathBuf, SpawnError> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let executable = std::env::current_exe().unwrap_or_default();
    // A test runs in target/PROFILE/deps, a program in target/PROFILE.
    executable
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
        .ok_or(SpawnError::NotBuilt { program: file })
}

/// A program that said that it is ready. It is killed when this is dropped, and it ends by itself
/// when this process dies, because its standard input closes then.
#[derive(Debug)]
pub struct Spawned {
    child: Child,
    ready: Value,
    /// Kept open: closing it ends the program.
    _stdin: Option<ChildStdin>,
    _stdout: BufReader<ChildStdout>,
}

impl Spawned {
    /// Starts the program `name` and waits for its ready line, one JSON object.
    ///
    /// # Errors
    /// Where the program is missing, cannot start, or does not become ready.
    pub fn start(name: &str, arguments: &[&str]) -> Result<Self, SpawnError> {
        let path = program(name)?;
        let failed = |source| SpawnError::Start {
            program: name.to_owned(),
            source,
        };
        let mut child = Command::new(path)
            .args(arguments)
            .arg("--until-stdin-closes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let stdin = child.stdin.take();
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| failed(io::ErrorKind::BrokenPipe.into()))?;
        let mut spawned = Self {
            child,
            ready: Value::Null,
            _stdin: stdin,
            _stdout: BufReader::new(stdout),
        };
        let mut line = String::new();
        spawned._stdout.read_line(&mut line).map_err(failed)?;
        spawned.ready = serde_json::from_str(&line).map_err(|_| SpawnError::NotReady {
            program: name.to_owned(),
            line,
        })?;
        Ok(spawned)
    }

    /// The Streamable HTTP endpoint.
    pub fn url(&self) -> &str {
        self.ready_str("url")
    }

    /// The HTTP+SSE endpoint of 2024-11-05.
    pub fn sse_url(&self) -> &str {
        self.ready_str("sse_url")
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends the program now; what it had not sent is lost, as when a real server dies.
    pub fn kill(&mut self) {
        // Both fail only where the program already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn ready_str(&self, member: &str) -> &str {
        self.ready
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The fixture server over HTTP on a free port of 127.0.0.1.
///
/// # Errors
/// As [`Spawned::start`].
pub fn fixture_server() -> Result<Spawned, SpawnError> {
    Spawned::start("fixture-server", &["--listen", "127.0.0.1:0"])
}

/// The command line of the fixture server over stdio, for a gateway's configuration.
///
/// # Errors
/// [`SpawnError::NotBuilt`].
pub fn fixture_stdio_argv() -> Result<Vec<String>, SpawnError> {
    Ok(vec![
        program("fixture-server")?.to_string_lossy().into_owned(),
        "--stdio".to_owned(),
    ])
}
