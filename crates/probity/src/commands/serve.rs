use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use identity::{IssuedKey, Role};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::ServeArgs;
use crate::config::{self, Config};
use crate::exit::Exit;
use crate::running::Node;
use crate::system::now;
use crate::tokens::{self, Wanted};

/// Whom the token stands for that is made when there is none.
const FIRST_SUBJECT: &str = "admin";

pub(super) fn run(args: &ServeArgs) -> Result<Exit> {
    let config = config::load(args.config.config.as_deref(), args.overrides())?;
    runtime()?.block_on(serve(&config))
}

/// The runtime of everything that waits for sockets.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")
}

async fn serve(config: &Config) -> Result<Exit> {
    let mut signals = StopSignals::listen()?;
    // Made before the keys are read, so that it opens the gateway from the first moment.
    let first = first_token(config)?;
    let node = match Node::start(config).await {
        Ok(node) => node,
        Err(error) => {
            // Nobody has seen it: the next start makes another.
            if let Some(issued) = &first {
                tokens::open(&config.data)?.revoke(&issued.key.id, now())?;
            }
            return Err(error);
        }
    };
    say_ready(&node)?;
    say_how_to_connect(config, &node, first.as_ref())?;
    let outcome = tokio::select! {
        signal = signals.received() => {
            tracing::info!(signal, "draining");
            Ok(Exit::Ok)
        }
        reason = node.poisoned() => Err(reason),
    };
    let stopped = node.stop().await;
    let exit = outcome?;
    stopped?;
    Ok(exit)
}

/// The line that scripts wait for: the first on standard output.
pub(super) fn say_ready(node: &Node) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "probity listening on http://{}", node.addr())?;
    out.flush()?;
    Ok(())
}

/// A token for whoever starts the gateway for the first time, if one is needed at all.
fn first_token(config: &Config) -> Result<Option<IssuedKey>> {
    let needed = config
        .upstreams
        .values()
        .any(|upstream| !upstream.access.anonymous);
    if !needed {
        return Ok(None);
    }
    let file = tokens::open(&config.data)?;
    if tokens::any_usable(&file.load()?) {
        return Ok(None);
    }
    let wanted = Wanted {
        subject: FIRST_SUBJECT,
        role: Role::Person,
        groups: &[],
        upstreams: &[],
        expires: None,
    };
    tokens::issue(&file, &wanted).map(Some)
}

fn say_how_to_connect(config: &Config, node: &Node, first: Option<&IssuedKey>) -> Result<()> {
    let mut out = io::stdout().lock();
    for (name, upstream) in &config.upstreams {
        let who = if upstream.access.anonymous {
            "   (anonymous callers are let in)"
        } else {
            ""
        };
        writeln!(out, "  {name}: http://{}/mcp/{name}{who}", node.addr())?;
    }
    if config.upstreams.is_empty() {
        writeln!(
            out,
            "  no upstream is configured; add one with --upstream NAME=URL"
        )?;
    }
    if let Some(issued) = first {
        writeln!(out, "  token (shown once): {}", issued.token)?;
        writeln!(out, "  send it as the header `Authorization: Bearer …`")?;
    }
    out.flush()?;
    Ok(())
}

/// Requests to stop: SIGTERM and SIGINT.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on: call it before anybody can know that the program runs.
    pub(super) fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?,
        })
    }

    /// Completes on the first request, with the signal's name.
    pub(super) async fn received(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
