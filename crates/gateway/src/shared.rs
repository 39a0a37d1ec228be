use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use arc_swap::ArcSwap;
use identity::{ApiKeys, Issuers};
use ledger::Ledger;
use mask::{MaskSet, Outside};
use model::{Halts, UpstreamName};
use policy::Policy;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::approvals::Approvals;
use crate::config::Config;
use crate::counters::Counters;
use crate::definitions::Definitions;
use crate::detector::Detector;
use crate::log_endpoint::PublishedLogs;
use crate::outputs::Outputs;
use crate::outside::GuardedFetch;
use crate::pages::Pages;
use crate::sessions::Sessions;
use crate::upstream::TlsError;
use crate::upstreams::Upstream;

/// What the data path is given by the program that starts it.
#[derive(Clone)]
pub struct Wiring {
    /// Where everything goes on record.
    pub ledger: Ledger,
    /// The decisions in force; may be replaced while calls are under way.
    pub policy: Arc<ArcSwap<Policy>>,
    /// What is held, and what people say about it.
    pub approvals: Arc<Approvals>,
    /// The detectors in force.
    pub masks: Arc<ArcSwap<MaskSet>>,
    /// The definitions that servers have shown.
    pub definitions: Arc<dyn Definitions>,
    /// The keys that open it.
    pub keys: Arc<ArcSwap<ApiKeys>>,
    /// What an operator stopped.
    pub halts: watch::Receiver<Arc<Halts>>,
    /// What `/metrics` answers.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What answers below `/api/`; nothing if there is none.
    pub pages: Option<Arc<dyn Pages>>,
    /// What `/log/` serves; nothing if there is none.
    pub published: Option<Arc<dyn PublishedLogs>>,
}

/// What every connection shares.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) wiring: Wiring,
    pub(crate) upstreams: BTreeMap<UpstreamName, Arc<Upstream>>,
    /// Whose tokens are believed.
    pub(crate) issuers: Issuers,
    /// Looks at messages besides the detectors in force, where one is configured.
    pub(crate) detector: Option<Detector>,
    pub(crate) sessions: Sessions,
    /// Held by whoever takes note of definitions.
    pub(crate) pinning: tokio::sync::Mutex<()>,
    pub(crate) outputs: Outputs,
    pub(crate) counters: Counters,
    pub(crate) calls: AtomicUsize,
    /// No new work is taken.
    pub(crate) stopping: AtomicBool,
    /// Streams that a client keeps open end now.
    pub(crate) draining: CancellationToken,
    /// Calls that are still under way end now.
    pub(crate) stopped: CancellationToken,
    /// Servers that did not answer to the end of their session yet are not waited for any more.
    pub(crate) silenced: CancellationToken,
    /// Everything that still has a record to write.
    pub(crate) tasks: TaskTracker,
}

impl Shared {
    pub(crate) fn new(config: Config, wiring: Wiring) -> Result<Arc<Self>, TlsError> {
        let mut upstreams = BTreeMap::new();
        let public_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.listen).into());
        for (name, upstream) in &config.upstreams {
            let upstream = Upstream::new(name.clone(), upstream, &config.limits, &public_url)?;
            upstreams.insert(name.clone(), Arc::new(upstream));
        }
        let detector = match &config.detector {
            Some(detector) => Some(Detector::new(
                detector.clone(),
                config.limits.connect_ms_max,
            )?),
            None => None,
        };
        let outside = GuardedFetch::new(&config.identity.outside)?;
        let issuers = Issuers::new(config.identity.issuers.clone(), Arc::new(outside));
        Ok(Arc::new(Self {
            detector,
            issuers,
            config,
            wiring,
            upstreams,
            sessions: Sessions::default(),
            pinning: tokio::sync::Mutex::default(),
            outputs: Outputs::default(),
            counters: Counters::default(),
            calls: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            draining: CancellationToken::new(),
            stopped: CancellationToken::new(),
            silenced: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// What an outside detector finds in bytes that are for the record only: what it did not look at
    /// is masked as a whole.
    pub(crate) async fn looked_at(&self, bytes: &[u8]) -> Outside {
        match &self.detector {
            Some(detector) => match detector.look(bytes).await {
                Ok(outside) => outside,
                Err(unseen) => unseen.whole,
            },
            None => Outside::default(),
        }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.wiring.ledger
    }
}
