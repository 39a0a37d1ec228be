//! Runs the raw server from a test.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{Received, Script};
use crate::spawn::{SpawnError, Spawned, program};

const PROGRAM: &str = "raw-server";
/// How often [`RawHttp::wait_for`] looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The raw server over Streamable HTTP and HTTP+SSE.
#[derive(Debug)]
pub struct RawHttp {
    process: Spawned,
    files: Files,
}

impl RawHttp {
    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// As [`Spawned::start`]; also where the script cannot be written.
    pub fn start(script: &Script) -> Result<Self, SpawnError> {
        let files = Files::write(script)?;
        let (script, received) = files.names();
        let arguments = ["--script", script.as_str(), "--received", received.as_str()];
        Ok(Self {
            process: Spawned::start(PROGRAM, &arguments)?,
            files,
        })
    }

    /// The Streamable HTTP endpoint.
    pub fn url(&self) -> &str {
        self.process.url()
    }

    /// The HTTP+SSE endpoint.
    pub fn sse_url(&self) -> &str {
        self.process.sse_url()
    }

    /// Everything that was received until now, in order.
    pub fn received(&self) -> Vec<Received> {
        self.files.received()
    }

    /// Waits until what was received satisfies `enough`, at most `limit`; says whether it did.
    pub fn wait_for(&self, limit: Duration, enough: impl Fn(&[Received]) -> bool) -> bool {
        self.files.wait_for(limit, enough)
    }

    /// Ends the server process now.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}

/// A command line of the raw server over stdio. The gateway under test starts it.
#[derive(Debug)]
pub struct RawStdio {
    files: Files,
}

impl RawStdio {
    /// Writes the script.
    ///
    /// # Errors
    /// Where the script cannot be written.
    pub fn new(script: &Script) -> Result<Self, SpawnError> {
        Ok(Self {
            files: Files::write(script)?,
        })
    }

    /// Program and arguments.
    ///
    /// # Errors
    /// [`SpawnError::NotBuilt`].
    pub fn argv(&self) -> Result<Vec<String>, SpawnError> {
        let program = program(PROGRAM)?.to_string_lossy().into_owned();
        let (script, received) = self.files.names();
        let flag = str::to_owned;
        Ok(vec![
            program,
            flag("--stdio"),
            flag("--script"),
            script,
            flag("--received"),
            received,
        ])
    }

    /// Everything that all processes of this command line received, in order.
    pub fn received(&self) -> Vec<Received> {
        self.files.received()
    }

    /// As [`RawHttp::wait_for`].
    pub fn wait_for(&self, limit: Duration, enough: impl Fn(&[Received]) -> bool) -> bool {
        self.files.wait_for(limit, enough)
    }
}

/// The script and the log, in a folder of their own that is removed at the end.
#[derive(Debug)]
struct Files {
    folder: PathBuf,
}

impl Files {
    fn write(script: &Script) -> Result<Self, SpawnError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let failed = |source| SpawnError::Start {
            program: PROGRAM.to_owned(),
            source,
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("raw-server-{}-{number}", std::process::id()));
        let files = Self { folder };
        fs::create_dir_all(&files.folder).map_err(failed)?;
        let text = serde_json::to_vec(script)
            .map_err(io::Error::from)
            .map_err(failed)?;
        fs::write(files.script(), text).map_err(failed)?;
        Ok(files)
    }

    fn script(&self) -> PathBuf {
        self.folder.join("script.json")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("received.jsonl")
    }

    fn names(&self) -> (String, String) {
        let name = |path: &Path| path.to_string_lossy().into_owned();
        (name(&self.script()), name(&self.log()))
    }

    fn received(&self) -> Vec<Received> {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    fn wait_for(&self, limit: Duration, enough: impl Fn(&[Received]) -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < limit {
            if enough(&self.received()) {
                return true;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        enough(&self.received())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary directory harms nothing.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
