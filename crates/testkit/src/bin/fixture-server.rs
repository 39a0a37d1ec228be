//! The fixture server: `fixture-server [--listen ADDR | --stdio] [--tools-per-page N]
//! [--until-stdin-closes]`.
//!
//! Over HTTP it prints one JSON line with its URLs when it is ready.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use testkit::fixture::{Server, serve_http, serve_stdio};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[derive(Default)]
struct Options {
    listen: Option<String>,
    stdio: bool,
    tools_per_page: usize,
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
    let server = Arc::new(Server::new(options.tools_per_page));
    if options.stdio {
        return serve_stdio(server).await;
    }
    let address = options.listen.as_deref().unwrap_or("127.0.0.1:0");
    let listener = TcpListener::bind(address).await?;
    announce(&listener)?;
    if !options.until_stdin_closes {
        return serve_http(server, listener).await;
    }
    tokio::select! {
        served = serve_http(server, listener) => served,
        () = stdin_closes() => Ok(()),
    }
}

fn announce(listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        r#"{{"url":"http://{address}/mcp","sse_url":"http://{address}/sse"}}"#
    )?;
    stdout.flush()
}

/// Ends the process with the one that started it, however that one ended.
async fn stdin_closes() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 64];
    while matches!(stdin.read(&mut buffer).await, Ok(read) if read > 0) {}
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = arguments.peekable();
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--listen" => options.listen = Some(value()?),
            "--stdio" => options.stdio = true,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "--tools-per-page" => {
                options.tools_per_page = value()?
                    .parse()
                    .map_err(|_| "--tools-per-page needs a number".to_owned())?;
            }
            other => return Err(format!("unknown argument `{other}`")),
        }
    }
    Ok(options)
}

fn complain(message: &str) -> ExitCode {
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(io::stderr(), "fixture-server: {message}");
    ExitCode::FAILURE
}
