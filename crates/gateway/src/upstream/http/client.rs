use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gate::Ending;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Idle connections kept for each server.
const IDLE_CONNECTIONS_MAX: usize = 512;

/// An HTTP client for one server: HTTP/1.1 and HTTP/2, pooled; follows no redirect, sends nothing
/// twice, keeps no cookie.
#[derive(Clone)]
pub(crate) struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A configured authority is no certificate in PEM.
    #[error("a configured certificate authority is not valid PEM")]
    Authority,
    /// The library refused the protocol versions.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

impl HttpClient {
    /// Trusts the system's authorities and `authorities_pem`.
    pub(crate) fn new(authorities_pem: &[u8], connect_ms_max: u64) -> Result<Self, TlsError> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_millis(connect_ms_max)));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(authorities_pem)?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            // Only what was never written to a connection is sent on another one.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(Self(client))
    }

    /// Sends one request.
    pub(crate) async fn send(
        &self,
        request: http::Request<Full<Bytes>>,
    ) -> Result<http::Response<Incoming>, Ending> {
        self.0.request(request).await.map_err(|error| {
            let detail = chain(&error);
            if error.is_connect() {
                Ending::UpstreamUnreachable { detail }
            } else {
                Ending::UpstreamBroke {
                    detail,
                    cut: Bytes::new(),
                }
            }
        })
    }
}

/// TLS that trusts the system's authorities and `authorities_pem`.
pub(crate) fn tls(authorities_pem: &[u8]) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots(authorities_pem)?)
        .with_no_client_auth())
}

fn roots(authorities_pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "a certificate authority of the system cannot be read");
    }
    roots.add_parsable_certificates(system.certs);
    for certificate in CertificateDer::pem_slice_iter(authorities_pem) {
        let certificate = certificate.map_err(|_| TlsError::Authority)?;
        roots.add(certificate).map_err(|_| TlsError::Authority)?;
    }
    Ok(roots)
}

/// An error with its causes, outermost first.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
