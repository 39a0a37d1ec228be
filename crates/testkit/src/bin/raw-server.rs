//! The raw server: `raw-server --script FILE [--received FILE] [--stdio | --listen ADDR]
//! [--until-stdin-closes]`. See `testkit::raw` for the script.
//!
//! Over HTTP it prints one JSON line with its URLs when it is ready.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use testkit::raw::{RawServer, serve_http, serve_stdio};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[derive(Default)]
struct Options {
    script: PathBuf,
    received: Option<PathBuf>,
    listen: Option<String>,
    stdio: bool,
    until_stdin_closes: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => return complain(&message),
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

async fn run(options: Options) -> io::Result<()> {
    let server = Arc::new(RawServer::open(
        &options.script,
        options.received.as_deref(),
    )?);
    if options.stdio {
        return serve_stdio(server).await;
    }
    let listener = TcpListener::bind(options.listen.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let address = listener.local_addr()?;
    let mut stdout = io::stdout();
    writeln!(
        stdout,
        r#"{{"url":"http://{address}/mcp","sse_url":"http://{address}/sse"}}"#
    )?;
    stdout.flush()?;
    if !options.until_stdin_closes {
        return serve_http(server, listener).await;
    }
    tokio::select! {
        served = serve_http(server, listener) => served,
        () = stdin_closes() => Ok(()),
    }
}

/// Ends the process with the one that started it, however that one ended.
async fn stdin_closes() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(read) if read > 0) {}
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--script" => options.script = value()?.into(),
            "--received" => options.received = Some(value()?.into()),
            "--listen" => options.listen = Some(value()?),
            "--stdio" => options.stdio = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(options)
}

fn complain(message: &str) -> ExitCode {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(io::stderr(), "raw-server: {message}");
    ExitCode::FAILURE
}
