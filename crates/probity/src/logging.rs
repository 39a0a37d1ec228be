use std::io;

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::cli::{LogArgs, LogFormat};

/// What is logged unless something else is asked for.
const DEFAULT: &str = "warn,probity=info,gateway=info,store=info";

/// Starts logging to standard error; never to standard output, which belongs to results.
///
/// # Errors
///
/// The filter cannot be read.
pub(crate) fn start(args: &LogArgs) -> Result<()> {
    let text = args.log.as_deref().unwrap_or(DEFAULT);
    let filter = EnvFilter::builder().parse(text).with_context(|| {
        format!("`{text}` is no log filter; write it like `info` or `gateway=debug`")
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(io::stderr);
    match args.log_format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => {
            use io::IsTerminal as _;
            builder.with_ansi(io::stderr().is_terminal()).init();
        }
    }
    Ok(())
}
