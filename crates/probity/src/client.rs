//! The HTTP API of a running gateway, as its commands ask it.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::exit::NotFound;
use crate::view::escape;

/// The variable that has the token.
const TOKEN: &str = "PROBITY_TOKEN";
/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Silence after which a gateway is taken to be gone: several times that of a stream's comments.
const SILENCE: Duration = Duration::from_secs(60);
/// Bytes of an answer: a page of held calls with their messages.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// A gateway, and who asks.
pub(crate) struct Client {
    agent: Agent,
    /// Without a slash at its end.
    base: String,
    /// The `Authorization` header.
    authorization: Zeroizing<String>,
}

impl Client {
    /// With the token of a file, or else of the variable.
    pub(crate) fn new(url: &str, token_file: Option<&Path>) -> Result<Self> {
        let base = url.trim_end_matches('/');
        let parsed: http::Uri = base
            .parse()
            .with_context(|| format!("`{}` is no URL", escape(url)))?;
        let tls = match parsed.scheme_str() {
            Some("https") => Some(tls()?),
            Some("http") => {
                ensure!(
                    parsed.host().is_some_and(is_loopback),
                    "a token goes to `{}` only over https",
                    escape(url)
                );
                None
            }
            _ => return Err(anyhow!("write --url like http://127.0.0.1:8808")),
        };
        let token = token(token_file)?;
        let mut config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(SILENCE))
            // The token is for this gateway, and for nobody that it could send us to.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .http_status_as_error(false)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")));
        if let Some(tls) = tls {
            config = config.tls_config(tls);
        }
        Ok(Self {
            agent: Agent::new_with_config(config.build()),
            base: base.to_owned(),
            authorization: Zeroizing::new(format!("Bearer {}", token.as_str())),
        })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let request = self.agent.get(self.url(path));
        let request = request.header("authorization", self.authorization.as_str());
        read(request.call().with_context(|| self.away())?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.agent.post(self.url(path));
        let request = request
            .header("authorization", self.authorization.as_str())
            .header("content-type", "application/json");
        read(
            request
                .send(body.to_string())
                .with_context(|| self.away())?,
        )
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value> {
        let request = self.agent.delete(self.url(path));
        let request = request.header("authorization", self.authorization.as_str());
        read(request.call().with_context(|| self.away())?)
    }

    /// A stream of events, as it comes.
    pub(crate) fn stream(&self, path: &str) -> Result<impl Read + use<>> {
        let request = self.agent.get(self.url(path));
        let request = request.header("authorization", self.authorization.as_str());
        let response = request.call().with_context(|| self.away())?;
        let response = checked(response)?;
        Ok(response.into_body().into_reader())
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base)
    }

    fn away(&self) -> String {
        format!("the gateway at {} does not answer", escape(&self.base))
    }
}

fn read(response: http::Response<Body>) -> Result<Value> {
    let mut response = checked(response)?;
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let bytes = body.read_to_vec().context("the answer ended early")?;
    serde_json::from_slice(&bytes).context("the answer is not from a gateway")
}

/// Whatever went wrong, as the problem details (RFC 9457) of the answer say it.
fn checked(mut response: http::Response<Body>) -> Result<http::Response<Body>> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    let problem: Value = body
        .read_to_vec()
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let says = |member: &str| problem.get(member).and_then(Value::as_str).map(escape);
    let Some(detail) = says("detail") else {
        let what = format!("status {}, which no gateway says here", status.as_u16());
        return Err(anyhow!("{what}; is --url right?"));
    };
    let title = says("title").unwrap_or_default();
    match status.as_u16() {
        404 => Err(NotFound(detail).into()),
        401 => Err(anyhow!(
            "{detail}; put your token into {TOKEN}, or give --token-file"
        )),
        _ => Err(anyhow!("{title}: {detail}")),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = |ip: std::net::IpAddr| ip.is_loopback();
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_address)
}

fn token(file: Option<&Path>) -> Result<Zeroizing<String>> {
    let text = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the token of `{}`", path.display()))?,
        None => std::env::var(TOKEN).unwrap_or_default(),
    };
    let text = Zeroizing::new(text);
    let token = text.trim();
    ensure!(
        !token.is_empty(),
        "nobody knows who asks: put your token into {TOKEN}, or give --token-file"
    );
    ensure!(
        token.bytes().all(|byte| byte.is_ascii_graphic()),
        "the token has characters that no token has"
    );
    Ok(Zeroizing::new(token.to_owned()))
}

/// The system's certificate authorities, and the same cryptography as everywhere else.
fn tls() -> Result<TlsConfig> {
    let found = rustls_native_certs::load_native_certs();
    ensure!(
        !found.certs.is_empty(),
        "the system has no certificate authorities"
    );
    let roots = found.certs.iter();
    let roots: Vec<Certificate<'static>> = roots
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build())
}
