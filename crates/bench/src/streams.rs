//! Streams that stay open: how soon their first event comes while the server keeps back the next one,
//! and what each of them costs in memory.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::cells::quantile_us;
use crate::client::Target;
use crate::options::Options;
use crate::shape;
use crate::subject::{Kind, Origin, Subject};

/// Longer than any first event takes.
const FIRST_MAX: Duration = Duration::from_secs(30);

/// Time for what runs behind the calls to catch up.
const SETTLING: Duration = Duration::from_secs(2);

/// Streams that are opened before anything is counted.
const WARM: usize = 20;

/// So many streams, opened one after the other and left open.
#[derive(Debug)]
pub(crate) struct OpenStreams {
    pub(crate) streams: usize,
    pub(crate) results: Vec<Opened>,
}

/// What they were like through one program.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) kind: Kind,
    pub(crate) first_p50_us: f64,
    pub(crate) first_p99_us: f64,
    /// Resident memory of the program for each open stream, in bytes. `None`: there is no program.
    pub(crate) bytes_each: Option<f64>,
}

/// Measures whoever is there; None where it is not wanted.
///
/// # Errors
///
/// Something does not start, or a stream does not begin.
pub(crate) async fn measure(options: &Options) -> Result<Option<OpenStreams>> {
    if !options.wants("streams") {
        return Ok(None);
    }
    let streams = options.open_streams();
    eprintln!("measuring: {streams} open streams");
    let mut results = Vec::new();
    for kind in Kind::available() {
        let origin = Origin::start()?;
        let subject = Subject::start(kind, options, origin.addr)?;
        let memory = || {
            subject
                .process
                .as_ref()
                .map(|process| process.memory_kib())
                .transpose()
        };
        let mut open = Vec::with_capacity(WARM + streams);
        for number in 0..WARM {
            open.push(first(&subject.target, number).await?.0);
        }
        tokio::time::sleep(SETTLING).await;
        let before_kib = memory()?;
        let mut latencies_ns = Vec::with_capacity(streams);
        for number in 0..streams {
            let (stream, latency_ns) = first(&subject.target, WARM + number).await?;
            open.push(stream);
            latencies_ns.push(latency_ns);
        }
        tokio::time::sleep(SETTLING).await;
        let after_kib = memory()?;
        latencies_ns.sort_unstable();
        let grown = before_kib.zip(after_kib);
        results.push(Opened {
            kind,
            first_p50_us: quantile_us(&latencies_ns, 0.5),
            first_p99_us: quantile_us(&latencies_ns, 0.99),
            bytes_each: grown.map(|(before, after)| {
                let kib = u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX);
                f64::from(kib) * 1_024.0 / f64::from(u32::try_from(streams).unwrap_or(u32::MAX))
            }),
        });
    }
    Ok(Some(OpenStreams { streams, results }))
}

/// Opens a stream and waits for its first event; gives the open stream, and how long that took.
async fn first(target: &Target, number: usize) -> Result<(TcpStream, u64)> {
    let mut stream = TcpStream::connect(target.addr).await?;
    stream.set_nodelay(true)?;
    let body = shape::call_held(number);
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: {}\r\nContent-Length: {}\r\n\r\n{body}",
        target.path,
        target.addr,
        shape::HELD,
        body.len(),
    );
    let began = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    let mut read = Vec::new();
    let came = async {
        let mut portion = [0; 4_096];
        while !holds(&read, shape::FIRST) {
            let length = stream.read(&mut portion).await?;
            let text = String::from_utf8_lossy(&read).into_owned();
            ensure!(length > 0, "a stream ended before its first event: {text}");
            read.extend_from_slice(portion.get(..length).unwrap_or_default());
        }
        Ok(())
    };
    timeout(FIRST_MAX, came)
        .await
        .context("no first event came")??;
    let latency_ns = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Ok((stream, latency_ns))
}

fn holds(read: &[u8], text: &str) -> bool {
    read.windows(text.len())
        .any(|window| window == text.as_bytes())
}
