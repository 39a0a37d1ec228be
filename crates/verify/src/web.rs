//! A published log behind a URL: bounded in size and time, no redirects, a few requests at once.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ledger::LogFile;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Time for one file.
const WHOLE: Duration = Duration::from_secs(60);
/// Files that are fetched ahead of being read.
const AHEAD_MAX: usize = 4;

type Fetched = io::Result<Option<Vec<u8>>>;

/// Files below a URL.
#[derive(Debug)]
pub(crate) struct Web {
    agent: Agent,
    /// Ends with a slash.
    base: String,
    ahead: Mutex<HashMap<String, JoinHandle<Fetched>>>,
}

impl Web {
    pub(crate) fn new(base: &str) -> io::Result<Self> {
        let mut config = Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            // A log that moved is looked at by a person.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("probity-verify/", env!("CARGO_PKG_VERSION")));
        if base.starts_with("https:") {
            config = config.tls_config(tls()?);
        }
        Ok(Self {
            agent: Agent::new_with_config(config.build()),
            base: base.to_owned(),
            ahead: Mutex::default(),
        })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A whole file; `None` if the server says that there is none.
    pub(crate) fn read(&self, path: &str) -> Fetched {
        let started = self.lock().remove(path);
        match started {
            Some(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("the thread that fetches it panicked"))),
            None => fetch(&self.agent, &self.url(path), path),
        }
    }

    /// Begins to fetch a file that will be read soon, unless enough are under way.
    pub(crate) fn soon(&self, path: &str) {
        let mut ahead = self.lock();
        if ahead.len() >= AHEAD_MAX || ahead.contains_key(path) {
            return;
        }
        let (agent, url, wanted) = (self.agent.clone(), self.url(path), path.to_owned());
        let fetching = thread::Builder::new().spawn(move || fetch(&agent, &url, &wanted));
        // Without a thread it is fetched when it is read.
        if let Ok(fetching) = fetching {
            ahead.insert(path.to_owned(), fetching);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, JoinHandle<Fetched>>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The system's certificate authorities, and the same cryptography as everywhere else.
fn tls() -> io::Result<TlsConfig> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found
            .errors
            .first()
            .map_or_else(String::new, |error| format!(": {error}"));
        return Err(io::Error::other(format!(
            "the system has no certificate authorities{why}"
        )));
    }
    let roots: Vec<Certificate<'static>> = found
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build())
}

fn fetch(agent: &Agent, url: &str, path: &str) -> Fetched {
    let failed = |error: ureq::Error| io::Error::other(format!("`{url}`: {error}"));
    let Some(file) = LogFile::parse(path) else {
        // A published log has no such file, whatever a server says.
        return Ok(None);
    };
    let mut response = agent.get(url).call().map_err(failed)?;
    match response.status().as_u16() {
        200 => {
            let bytes_max = u64::try_from(file.bytes_max()).unwrap_or(u64::MAX);
            let body = response.body_mut().with_config().limit(bytes_max + 1);
            body.read_to_vec().map(Some).map_err(failed)
        }
        404 | 410 => Ok(None),
        status @ 300..400 => Err(io::Error::other(format!(
            "`{url}`: status {status} sends elsewhere, and redirects are not followed: \
             give the URL that it means"
        ))),
        status => Err(io::Error::other(format!("`{url}`: status {status}"))),
    }
}
