//! Getting documents from authorization servers: what an address in one of their documents says must
//! not lead the gateway into the network that it stands in (server-side request forgery).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Uri, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use identity::{Ask, Document, Fetch, FetchError, Fetching};
use tower_service::Service;

use crate::upstream::{TlsError, chain, tls};

pub use ipnet::IpNet as Network;

/// How authorization servers are asked.
#[derive(Debug, Clone)]
pub struct OutsideConfig {
    /// Addresses that may be asked although they are not public. Loopback among them may be asked
    /// without TLS, too; nothing else may.
    pub networks: Vec<Network>,
    /// Certificate authorities to trust besides the system's, in PEM.
    pub authorities_pem: Vec<u8>,
    /// The longest that an answer may take, in milliseconds.
    pub answer_ms_max: u64,
    /// The largest answer, in bytes.
    pub answer_bytes_max: usize,
}

impl Default for OutsideConfig {
    fn default() -> Self {
        Self {
            networks: Vec::new(),
            authorities_pem: Vec::new(),
            answer_ms_max: 5_000,
            answer_bytes_max: 1 << 20,
        }
    }
}

/// Asks authorization servers, within limits. Follows no redirect, keeps no cookie, asks once.
#[derive(Clone)]
pub struct GuardedFetch {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    networks: Arc<[Network]>,
    answer_ms_max: u64,
    answer_bytes_max: usize,
}

impl GuardedFetch {
    /// Connects nowhere yet.
    ///
    /// # Errors
    ///
    /// A configured authority is no certificate.
    pub fn new(config: &OutsideConfig) -> Result<Self, TlsError> {
        let networks: Arc<[Network]> = config.networks.clone().into();
        let resolver = Resolver(networks.clone());
        let mut connector = HttpConnector::new_with_resolver(resolver);
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(Duration::from_millis(config.answer_ms_max)));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(&config.authorities_pem)?)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Ok(Self {
            client,
            networks,
            answer_ms_max: config.answer_ms_max,
            answer_bytes_max: config.answer_bytes_max,
        })
    }

    async fn ask(self, ask: Ask) -> Result<Document, FetchError> {
        let wait = Duration::from_millis(self.answer_ms_max);
        let url = ask.url.clone();
        let ms_max = self.answer_ms_max;
        match tokio::time::timeout(wait, self.ask_once(ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError::TimedOut { url, ms_max }),
        }
    }

    async fn ask_once(self, ask: Ask) -> Result<Document, FetchError> {
        let url = ask.url.clone();
        let forbidden = |why: &str| FetchError::Forbidden {
            url: url.clone(),
            why: why.to_owned(),
        };
        let unreachable = |why: String| FetchError::Unreachable {
            url: url.clone(),
            why,
        };
        let uri: Uri = url.parse().map_err(|_| forbidden("it is no URL"))?;
        check_url(&uri, &self.networks).map_err(|why| forbidden(&why))?;
        let mut request = http::Request::get(uri).header(header::ACCEPT, "application/json");
        if let Some(authorization) = &ask.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = match ask.form {
            Some(form) => {
                let form_type = "application/x-www-form-urlencoded";
                request = request
                    .method("POST")
                    .header(header::CONTENT_TYPE, form_type);
                Full::new(Bytes::from(form))
            }
            None => Full::default(),
        };
        let request = request.body(body).map_err(|e| unreachable(e.to_string()))?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| unreachable(chain(&error)))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), self.answer_bytes_max).collect();
        let body = body.await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                FetchError::TooLarge {
                    url: url.clone(),
                    bytes_max: self.answer_bytes_max,
                }
            } else {
                unreachable(error.to_string())
            }
        })?;
        Ok(Document {
            status,
            body: body.to_bytes().into(),
        })
    }
}

impl Fetch for GuardedFetch {
    fn fetch(&self, ask: Ask) -> Fetching {
        Box::pin(self.clone().ask(ask))
    }
}

/// What can be said of a URL before its name is resolved. An address in it is looked at here, for
/// nothing resolves it.
fn check_url(uri: &Uri, networks: &[Network]) -> Result<(), String> {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err("a user name stands in it".to_owned());
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if host == "localhost" || address.is_some_and(|a| a.is_loopback()) => {}
        _ => return Err("it is not `https`".to_owned()),
    }
    match address {
        Some(address) if !may_ask(address, networks) => Err(private(address)),
        _ => Ok(()),
    }
}

/// Whether an address may be asked: it is public, or the operator lists it.
fn may_ask(address: IpAddr, networks: &[Network]) -> bool {
    let plain = address.to_canonical();
    networks.iter().any(|network| network.contains(&plain)) || is_public(plain)
}

fn private(address: IpAddr) -> String {
    format!("the address {address} is not public; list it in `identity.networks` to allow it")
}

/// Whether an address is of the public internet (IANA special-purpose registries). What is not known
/// to be is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let special = match v4.octets() {
        [0 | 10 | 127, ..] | [240..=255, ..] => true,
        // Shared address space, and protocol assignments.
        [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        // The relays of 6to4.
        [192, 88, 99, _] => true,
        _ => false,
    };
    !special
        && !v4.is_private()
        && !v4.is_link_local()
        && !v4.is_documentation()
        && !v4.is_multicast()
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // NAT64 and 6to4 have an IPv4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo, other protocol assignments, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Resolves names to addresses that may be asked, and to no other: the connection goes to what was
/// looked at here, so that a name cannot resolve to something else in between.
#[derive(Debug, Clone)]
pub(crate) struct Resolver(Arc<[Network]>);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let networks = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            allowed(found, name.as_str(), &networks)
        })
    }
}

fn allowed(
    found: Vec<SocketAddr>,
    name: &str,
    networks: &[Network],
) -> io::Result<std::vec::IntoIter<SocketAddr>> {
    let loopback = name == "localhost";
    let good = |address: &SocketAddr| {
        may_ask(address.ip(), networks) && (!loopback || address.ip().is_loopback())
    };
    let first = found.first().map(SocketAddr::ip);
    let allowed: Vec<SocketAddr> = found.into_iter().filter(good).collect();
    match (allowed.is_empty(), first) {
        (true, Some(address)) => Err(io::Error::other(private(address))),
        _ => Ok(allowed.into_iter()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, allowed, check_url, may_ask};

    fn networks() -> Vec<Network> {
        ["10.1.0.0/16", "127.0.0.0/8", "fd00::/8"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn which_addresses_may_be_asked() {
        for (address, public, listed) in [
            ("1.1.1.1", true, true),
            ("2606:4700::1111", true, true),
            ("10.1.2.3", false, true),
            ("::ffff:10.1.2.3", false, true),
            ("10.2.0.1", false, false),
            ("127.0.0.1", false, true),
            ("::1", false, false),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("64:ff9b::169.254.169.254", false, false),
            ("2002:a9fe:a9fe::1", false, false),
            ("fe80::1", false, false),
            ("fd12::1", false, true),
            ("fc00::1", false, false),
            ("172.16.0.1", false, false),
            ("192.168.1.1", false, false),
            ("100.100.100.200", false, false),
            ("192.0.0.192", false, false),
            ("198.18.0.1", false, false),
            ("224.0.0.1", false, false),
            ("255.255.255.255", false, false),
            ("2001:db8::1", false, false),
            ("2001::1", false, false),
            ("ff02::1", false, false),
        ] {
            let parsed = address.parse().unwrap();
            assert_eq!(may_ask(parsed, &[]), public, "{address}");
            assert_eq!(may_ask(parsed, &networks()), listed, "{address}, listed");
        }
    }

    #[test]
    fn which_urls_may_be_asked() {
        for (url, good) in [
            ("https://idp.example/keys", true),
            ("http://idp.example/keys", false),
            ("http://127.0.0.1:1/keys", true),
            ("http://localhost/keys", true),
            ("http://localhost.evil.example/keys", false),
            ("http://[::1]/keys", false),
            ("http://10.1.2.3/keys", false),
            ("https://10.1.2.3/keys", true),
            ("https://169.254.169.254/latest/meta-data", false),
            ("https://[::ffff:169.254.169.254]/", false),
            ("https://user@idp.example/", false),
            ("ftp://idp.example/", false),
            ("/keys", false),
        ] {
            let told = check_url(&url.parse().unwrap(), &networks());
            assert_eq!(told.is_ok(), good, "{url}: {told:?}");
        }
    }

    #[test]
    fn names_lead_only_where_they_may() {
        let lead = |name: &str, addresses: &[&str]| -> Result<Vec<String>, String> {
            let found = addresses.iter().map(|text| text.parse().unwrap());
            let allowed = allowed(found.collect(), name, &networks());
            let allowed = allowed.map_err(|error| error.to_string())?;
            Ok(allowed.map(|address| address.ip().to_string()).collect())
        };
        // A name with a public and a private address is asked at the public one.
        let both = lead("idp.example", &["169.254.169.254:0", "1.1.1.1:0"]);
        assert_eq!(both, Ok(vec!["1.1.1.1".to_owned()]));
        let expected =
            "the address 192.168.0.1 is not public; list it in `identity.networks` to allow it";
        assert_eq!(
            lead("idp.example", &["192.168.0.1:0"]),
            Err(expected.to_owned())
        );
        assert!(lead("localhost", &["1.1.1.1:0"]).is_err());
    }
}
