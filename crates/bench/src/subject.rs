//! What is measured: nothing in between, Probity, nginx. Each is new for each cell.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::client::Target;
use crate::origin;
use crate::process::Process;
use crate::{nginx, options::Options};

/// What the program under test prints before its address, when it is ready.
const READY: &str = "probity listening on http://";
/// The name of the origin in its configuration.
const UPSTREAM: &str = "bench";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Direct,
    Probity,
    Nginx,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Probity => "probity",
            Self::Nginx => "nginx",
        }
    }

    /// All that can be measured here, in the order of their turns.
    pub(crate) fn available() -> Vec<Self> {
        let mut kinds = vec![Self::Direct, Self::Probity];
        if nginx::version().is_some() {
            kinds.push(Self::Nginx);
        }
        kinds
    }
}

/// The origin, in a process of its own.
pub(crate) struct Origin {
    pub(crate) addr: SocketAddr,
    _process: Process,
}

impl Origin {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let (process, addr) = Process::ready(command.arg("origin"), origin::READY)?;
        Ok(Self {
            addr: addr.parse()?,
            _process: process,
        })
    }
}

/// Something in front of an origin.
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) target: Target,
    /// None where there is nothing in between.
    pub(crate) process: Option<Process>,
    // After the process: it is removed when nobody writes there any more.
    _folder: TempDir,
}

impl Subject {
    /// Starts it in front of `origin`, with empty data.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(crate) fn start(kind: Kind, options: &Options, origin: SocketAddr) -> Result<Self> {
        let folder = TempDir::with_prefix_in("bench-", &options.scratch)
            .with_context(|| format!("cannot write to `{}`", options.scratch.display()))?;
        let (process, addr, path) = match kind {
            Kind::Direct => (None, origin, "/mcp".to_owned()),
            Kind::Nginx => {
                let (process, addr) = nginx::start(folder.path(), origin)?;
                (Some(process), addr, "/mcp".to_owned())
            }
            Kind::Probity => {
                let (process, addr) = probity(&options.probity, folder.path(), origin)?;
                (Some(process), addr, format!("/mcp/{UPSTREAM}"))
            }
        };
        Ok(Self {
            kind,
            target: Target { addr, path },
            process,
            _folder: folder,
        })
    }
}

fn probity(program: &Path, folder: &Path, origin: SocketAddr) -> Result<(Process, SocketAddr)> {
    // An empty file of its own: a configuration beside the benchmark is not to be found.
    let config = folder.join("probity.toml");
    File::create(&config)?;
    let mut command = Command::new(program);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--anonymous"])
        .arg("--config")
        .arg(&config)
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--upstream")
        .arg(format!("{UPSTREAM}=http://{origin}/mcp"))
        .stderr(File::create(folder.join("stderr"))?);
    let (process, addr) = Process::ready(&mut command, READY)?;
    Ok((process, addr.parse()?))
}
