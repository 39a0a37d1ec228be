//! Having checkpoints attested outside: witnesses cosign them (C2SP tlog-witness), authorities
//! timestamp them (RFC 3161). Never on the path of a call: who is away is a metric and a log line.

mod authority;
mod post;
mod witness;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Uri;
use ledger::Published;
use ledger::note::WitnessKey;
use ledger::witness::Contradiction;
use tokio::task::JoinHandle;

use crate::upstream::{HttpClient, TlsError};
use witness::AskError;

/// How often it is looked whether something is due, and lag is measured.
const STEP: Duration = Duration::from_secs(1);
/// How long one request may take.
const ANSWER_MS_MAX: u64 = 5_000;

/// Who attests what.
#[derive(Debug, Clone, Default)]
pub struct AnchorConfig {
    /// Witnesses.
    pub witnesses: Vec<Witness>,
    /// Timestamp authorities.
    pub authorities: Vec<Authority>,
}

/// A witness.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Its submission prefix, without the slash at the end.
    pub url: Uri,
    /// Its verifier key.
    pub key: WitnessKey,
    /// What it is asked for.
    pub logs: AnchoredLogs,
    /// How often it is asked, if there is anything new.
    pub interval_ms: u64,
}

/// A timestamp authority.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Where requests are sent.
    pub url: Uri,
    /// What it is asked for.
    pub logs: AnchoredLogs,
    /// How often it is asked, if there is anything new.
    pub interval_ms: u64,
}

/// Which logs are attested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchoredLogs {
    /// The org log.
    pub org: bool,
    /// The node's log.
    pub node: bool,
}

impl AnchoredLogs {
    fn include(self, log: &Published) -> bool {
        if log.is_org() { self.org } else { self.node }
    }
}

/// Those who attest, ready to be asked.
pub struct Anchors {
    config: AnchorConfig,
    client: HttpClient,
}

/// The tasks that ask them.
pub struct Anchoring {
    anchors: Arc<Anchors>,
    logs: Vec<Arc<Published>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Anchors {
    /// Asks nobody yet.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn new(config: AnchorConfig) -> Result<Self, TlsError> {
        let client = HttpClient::new(&[], ANSWER_MS_MAX)?;
        Ok(Self { config, client })
    }

    /// Whether there is a witness that may know more of the logs than we do.
    pub fn has_witnesses(&self) -> bool {
        !self.config.witnesses.is_empty()
    }

    /// Asks each witness once, before anything is added to the logs. One that is away is a warning.
    ///
    /// # Errors
    ///
    /// If a witness knows another history of a log.
    pub async fn check(&self, logs: &[Arc<Published>]) -> Result<(), Contradiction> {
        let asked = self.config.witnesses.iter().flat_map(|witness| {
            let ours = logs.iter().filter(|log| witness.logs.include(log));
            ours.map(move |log| witness::ask(&self.client, witness, log, 0))
        });
        for answer in futures_util::future::join_all(asked).await {
            match answer {
                Err(AskError::Contradiction(contradiction)) => return Err(contradiction),
                Err(error) => tracing::warn!(%error, "a witness cannot be asked at the start"),
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Asks again and again, in tasks of their own.
    pub fn start(self, logs: Vec<Arc<Published>>) -> Anchoring {
        let anchors = Arc::new(self);
        let mut tasks = Vec::new();
        for log in &logs {
            for witness in &anchors.config.witnesses {
                if witness.logs.include(log) {
                    let (client, witness) = (anchors.client.clone(), witness.clone());
                    tasks.push(tokio::spawn(witness::watch(client, witness, log.clone())));
                }
            }
            for (slot, authority) in (1..).zip(&anchors.config.authorities) {
                if authority.logs.include(log) {
                    let (client, authority) = (anchors.client.clone(), authority.clone());
                    let watch = authority::watch(client, authority, slot, log.clone());
                    tasks.push(tokio::spawn(watch));
                }
            }
        }
        Anchoring {
            anchors,
            logs,
            tasks,
        }
    }
}

impl Anchoring {
    /// Stops asking, after the last checkpoints were attested once more: call it when the logs are
    /// closed. Witnesses come first, so that timestamps cover their cosignatures.
    pub async fn stop(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        for task in self.tasks {
            // Aborted, or ended by itself.
            let _ = task.await;
        }
        let Anchors { config, client } = &*self.anchors;
        for log in &self.logs {
            let witnesses = config.witnesses.iter().filter(|w| w.logs.include(log));
            let asked = witnesses.map(|witness| async move {
                if let Err(error) = witness::ask(client, witness, log, 0).await {
                    witness::report(log, witness, &error);
                }
            });
            futures_util::future::join_all(asked).await;
            let authorities = (1..).zip(&config.authorities);
            let asked = authorities
                .filter(|(_, authority)| authority.logs.include(log))
                .map(|(slot, authority)| async move {
                    if let Err(error) = authority::stamp(client, authority, slot, log).await {
                        authority::report(log, authority, &error);
                    }
                });
            futures_util::future::join_all(asked).await;
        }
    }
}

/// When something is due that is tried at most once per interval, and how long it has been.
struct Due {
    interval: Duration,
    tried: Option<Instant>,
    behind: Option<Instant>,
}

impl Due {
    const fn new(interval_ms: u64) -> Self {
        Self {
            interval: Duration::from_millis(interval_ms),
            tried: None,
            behind: None,
        }
    }

    fn step(&self) -> Duration {
        STEP.min(self.interval)
    }

    /// Takes in whether the newest checkpoint is attested; gives the lag in seconds.
    fn lag_s(&mut self, attested: bool) -> f64 {
        if attested {
            self.behind = None;
            return 0.0;
        }
        self.behind
            .get_or_insert_with(Instant::now)
            .elapsed()
            .as_secs_f64()
    }

    /// Whether to try now.
    fn now(&mut self) -> bool {
        let due = self.tried.is_none_or(|at| at.elapsed() >= self.interval);
        if due {
            self.tried = Some(Instant::now());
        }
        due
    }
}

/// Runs what reads and writes files away from the tasks that wait for sockets.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| error.to_string())
}
