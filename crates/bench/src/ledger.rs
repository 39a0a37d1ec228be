//! What the gateway says about its log, from `/metrics`.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::Request;
use http::header::{HOST, HeaderValue};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::client::Target;

/// Since its start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ledger {
    pub(crate) entries: f64,
    pub(crate) batches: f64,
    pub(crate) sync_us: f64,
}

impl Ledger {
    /// Asks the gateway.
    ///
    /// # Errors
    ///
    /// It does not say.
    pub(crate) async fn read(target: &Target) -> Result<Self> {
        let text = get(target).await?;
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
                .with_context(|| format!("`/metrics` does not have `{name}`"))
        };
        Ok(Self {
            entries: value("probity_ledger_entries_durable ")?,
            batches: value("probity_ledger_batches ")?,
            sync_us: value("probity_ledger_sync_microseconds ")?,
        })
    }

    /// What came since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            entries: self.entries - earlier.entries,
            batches: self.batches - earlier.batches,
            sync_us: self.sync_us - earlier.sync_us,
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            entries: self.entries + other.entries,
            batches: self.batches + other.batches,
            sync_us: self.sync_us + other.sync_us,
        }
    }
}

async fn get(target: &Target) -> Result<String> {
    let stream = TcpStream::connect(target.addr).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = "/metrics".parse()?;
    let host = HeaderValue::from_str(&target.addr.to_string())?;
    request.headers_mut().insert(HOST, host);
    let body = sender.send_request(request).await?.collect().await?;
    Ok(String::from_utf8(body.to_bytes().into())?)
}
