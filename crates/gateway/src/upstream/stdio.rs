//! A conversation with a server that is a process of ours: one message per line on its standard
//! input and output (MCP basic/transports, stdio).
//!
//! A legacy session has a process of its own, because `initialize` opens the process. Modern
//! traffic under one credential shares one.

mod pipes;
mod process;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::future::BoxFuture;
use gate::{Ending, Forwarded, Released, Transport};
use mcp::Message;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::duplex::{Duplex, Wire};
use super::{Aside, Link, Sent};
use crate::config::{Limits, StdioTarget};
use pipes::{read_messages, read_stderr, write_messages};
use process::{PATIENCE, Pipes, Process};

/// Time between the end of a process's output and its exit, where the one is because of the other.
const EXIT_SEEN: Duration = Duration::from_millis(500);

/// Time for what a process wrote to be taken after it ended by itself.
const DRAIN: Duration = Duration::from_secs(10);

/// A running process.
pub(crate) struct StdioLink(Duplex);

impl StdioLink {
    /// Starts a process: for one session, or, if it is `shared`, for many callers.
    ///
    /// # Errors
    ///
    /// [`Ending::UpstreamUnreachable`] where it cannot be started.
    pub(crate) async fn start(
        target: &StdioTarget,
        limits: &Limits,
        shared: bool,
        aside: Aside,
    ) -> Result<Self, Ending> {
        let (process, pipes) =
            Process::spawn(target).map_err(|detail| Ending::UpstreamUnreachable { detail })?;
        let (duplex, wire) = Duplex::new(shared, limits, aside);
        tokio::spawn(supervise(process, pipes, wire, limits.clone()));
        Ok(Self(duplex))
    }
}

impl Link for StdioLink {
    fn forward(&self, released: Released) -> BoxFuture<'_, Sent> {
        Box::pin(self.0.forward(released))
    }

    fn transport(&self) -> Transport {
        Transport::Stdio
    }

    fn cancellation(&self, forwarded: &Forwarded) -> Option<Message> {
        self.0.cancellation(forwarded)
    }

    fn is_over(&self) -> bool {
        self.0.is_over()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.close())
    }
}

/// Lives as long as the process: everybody who waits on it is told how it ended.
async fn supervise(mut process: Process, pipes: Pipes, wire: Wire, limits: Limits) {
    let Wire {
        outgoing,
        inlet,
        closing,
    } = wire;
    let mut reading = tokio::spawn(read_messages(pipes.stdout, inlet.clone(), limits));
    let stderr = tokio::spawn(read_stderr(pipes.stderr, inlet.clone()));
    let mut writing = tokio::spawn(write_messages(pipes.stdin, outgoing));
    let mut output = None;
    let mut cause = tokio::select! {
        biased;
        () = closing.cancelled() => "the conversation was closed",
        () = process.exited() => "",
        ended = &mut reading => {
            output = ended.ok();
            "the process closed its standard output"
        }
        _ = &mut writing => "the process closed its standard input",
    };
    // A process that exits closes its pipes a moment before its exit is seen.
    if !closing.is_cancelled() && timeout(EXIT_SEEN, process.exited()).await.is_ok() {
        cause = "";
    }
    // Dropping the pipe is how a server is told to go (MCP basic/transports, stdio, Shutdown).
    writing.abort();
    let how = process.end().await;
    let patience = match closing.is_cancelled() {
        true => PATIENCE,
        false => DRAIN,
    };
    // What it wrote before it ended still counts.
    let rest = async {
        match output {
            Some(output) => output,
            None => rest_of(reading, patience).await,
        }
    };
    let (output, _drained) = tokio::join!(rest, rest_of(stderr, patience));
    let detail = match (cause, output.failure) {
        ("", None) => how,
        ("", Some(failure)) => format!("{failure}; {how}"),
        (cause, None) => format!("{cause}; {how}"),
        (cause, Some(failure)) => format!("{cause}: {failure}; {how}"),
    };
    let cut = output.cut;
    inlet.end(Ending::UpstreamBroke { detail, cut }).await;
}

/// Waits for a reader to reach the end. A descendant that left the process group could keep the
/// pipe open for ever.
async fn rest_of<T: Default>(mut reader: JoinHandle<T>, patience: Duration) -> T {
    match timeout(patience, &mut reader).await {
        Ok(Ok(rest)) => rest,
        Ok(Err(_)) => T::default(),
        Err(_) => {
            reader.abort();
            T::default()
        }
    }
}
