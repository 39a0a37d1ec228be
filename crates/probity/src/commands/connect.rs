use std::path::Path;

use anyhow::{Context as _, Result};
use gateway::{ConnectOptions, Secret};
use tokio::signal::unix::{SignalKind, signal};

use super::serve::runtime;
use crate::cli::ConnectArgs;
use crate::exit::Exit;

/// The variable that has the token.
const TOKEN: &str = "PROBITY_TOKEN";

/// Bytes of standard input that were read and not taken yet, at most.
const STDIN_BYTES_AHEAD: usize = 64 << 10;

pub(super) fn run(args: &ConnectArgs) -> Result<Exit> {
    let base = args.gateway.trim_end_matches('/');
    let url = format!("{base}/mcp/{}", args.upstream);
    let url = url.parse().with_context(|| {
        format!("`{url}` is no URL; write --gateway like http://127.0.0.1:8808")
    })?;
    let mut options = ConnectOptions::new(url);
    options.token = token(args.token_file.as_deref())?;
    if let Some(path) = &args.authorities {
        options.authorities_pem = std::fs::read(path)
            .with_context(|| format!("cannot read the authorities of `{}`", path.display()))?;
    }
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let (stdin, ended) = tokio::io::duplex(STDIN_BYTES_AHEAD);
        let reading = tokio::spawn(until_signalled(ended));
        let ended = gateway::connect(options, stdin, tokio::io::stdout()).await;
        reading.abort();
        ended
    });
    // A read of standard input may still be pending on a thread of the runtime.
    runtime.shutdown_background();
    let summary = ended?;
    tracing::debug!(?summary, "standard input ended");
    Ok(Exit::Ok)
}

/// Passes standard input on until it ends or the process is told to: either way the session is
/// ended properly.
async fn until_signalled(mut into: tokio::io::DuplexStream) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut stdin = tokio::io::stdin();
    tokio::select! {
        copied = tokio::io::copy(&mut stdin, &mut into) => { copied?; }
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

fn token(file: Option<&Path>) -> Result<Option<Secret>> {
    let text = match file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the token of `{}`", path.display()))?,
        ),
        None => std::env::var(TOKEN).ok(),
    };
    let text = text.map(|text| text.trim().to_owned());
    Ok(text
        .filter(|text| !text.is_empty())
        .map(|text| Secret::new(&text)))
}
