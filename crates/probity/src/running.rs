//! A whole node: the store, the data path, the keys, introduced to each other.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use arc_swap::ArcSwap;
use gateway::{Anchoring, Anchors, Gateway, PublishedLogs, Running, Wiring};
use ledger::{Ledger, LogPath};
use mask::MaskSet;
use metrics_exporter_prometheus::PrometheusBuilder;
use model::Halts;
use policy::Policy;
use serde_json::{Value, json};
use store::{DataDir, Opened, Options};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::administered::Administered;
use crate::approvals;
use crate::config::{self, Config};
use crate::desk;
use crate::halts;
use crate::pins;
use crate::policies;
use crate::root;
use crate::system::user;
use crate::tokens;

/// How often the ledger's health is looked at, and old samples of metrics are let go.
const UPKEEP: Duration = Duration::from_secs(1);

/// How often the publisher's progress is looked at, and how many times at most.
const PUBLISH_ROUND: Duration = Duration::from_millis(50);
const PUBLISH_ROUNDS: u32 = 400;

/// A node that runs.
pub(crate) struct Node {
    opened: Opened,
    running: Running,
    watching: [JoinHandle<()>; 6],
    anchoring: Anchoring,
}

impl Node {
    /// Opens the data directory, puts the configuration on record, and listens.
    ///
    /// # Errors
    ///
    /// The data directory cannot be used, or the address cannot be listened on.
    pub(crate) async fn start(config: &Config) -> Result<Self> {
        let anchors = Anchors::new(config.anchors.clone())?;
        if anchors.has_witnesses() {
            ask_witnesses(&anchors, config).await?;
        }
        let (dir, options) = (config.data.clone(), config.store()?);
        let opened = tokio::task::spawn_blocking(move || open(&dir, &options))
            .await?
            .with_context(|| {
                format!("cannot use the data directory `{}`", config.data.display())
            })?;
        report(&opened);
        let keys = tokens::open(&config.data)?;
        let known = Arc::new(ArcSwap::from_pointee(tokens::known(&keys)?));
        let policy = config.policies.load().map_err(told)?;
        let masks = config.masking.set(&opened.ledger().masking_key());
        let halts_file = halts::open(&config.data)?;
        let (halts, halted) = watch::channel(Arc::new(halts::at_start(&halts_file)?));
        let started = in_force(config, &policy, &masks, &halted.borrow(), &user());
        opened
            .ledger()
            .node_session()
            .commit(Administered::new(None, started))
            .await
            .context("the configuration cannot be put on record")?;

        let kept = pins::Kept::open(&config.data, opened.ledger()).await?;
        let prometheus = PrometheusBuilder::new()
            .install_recorder()
            .context("metrics cannot be collected")?;
        let upkeep = prometheus.clone();
        let policy = Arc::new(ArcSwap::from_pointee(policy));
        let masks = Arc::new(ArcSwap::from_pointee(masks));
        let approvals = approvals::open(&config.data, opened.ledger(), &policy, &masks).await?;
        let wiring = Wiring {
            ledger: opened.ledger().clone(),
            policy: policy.clone(),
            approvals: approvals.clone(),
            pages: Some(desk::pages(approvals.clone(), known.clone())),
            masks: masks.clone(),
            definitions: kept.clone(),
            keys: known.clone(),
            halts: halted.clone(),
            metrics: Arc::new(move || prometheus.render()),
            published: published(config)?,
        };
        let running = Gateway::start(config.gateway(), wiring).await?;
        let watching = [
            tokio::spawn(tokens::watch(keys, known)),
            tokio::spawn(approvals.run()),
            tokio::spawn(halts::watch(halts_file, halts, opened.ledger().clone())),
            tokio::spawn(pins::watch(kept, opened.ledger().clone())),
            tokio::spawn(changes(
                config.clone(),
                opened.ledger().clone(),
                policy,
                masks,
                halted,
            )),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(UPKEEP).await;
                    upkeep.run_upkeep();
                }
            }),
        ];
        let anchoring = anchors.start(opened.published());
        Ok(Self {
            opened,
            running,
            watching,
            anchoring,
        })
    }

    /// Where it listens.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.running.addr()
    }

    /// Completes when everything that is on record now is under a signed checkpoint.
    ///
    /// # Errors
    ///
    /// The publisher did not get that far in time.
    pub(crate) async fn published(&self) -> Result<()> {
        let wanted = self.ledger().health().durable;
        for _ in 0..PUBLISH_ROUNDS {
            if self.ledger().health().published >= wanted {
                return Ok(());
            }
            tokio::time::sleep(PUBLISH_ROUND).await;
        }
        Err(anyhow!(
            "no checkpoint over {wanted} entries was published in time"
        ))
    }

    /// Where everything goes on record.
    pub(crate) fn ledger(&self) -> &Ledger {
        self.opened.ledger()
    }

    /// Completes when the ledger can take nothing any more, with the reason.
    pub(crate) async fn poisoned(&self) -> anyhow::Error {
        loop {
            if let Some(reason) = self.ledger().health().poisoned {
                return anyhow!(
                    "the ledger is poisoned, so nothing passes any more: {reason}; \
                     mend the storage and start again"
                );
            }
            tokio::time::sleep(UPKEEP).await;
        }
    }

    /// Drains the data path, then closes the log.
    ///
    /// # Errors
    ///
    /// The log could not be closed in order; what was acknowledged is on disk all the same.
    pub(crate) async fn stop(self) -> Result<()> {
        let Self {
            opened,
            running,
            watching,
            anchoring,
        } = self;
        running.stop().await;
        watching.iter().for_each(JoinHandle::abort);
        let closed = tokio::task::spawn_blocking(move || opened.close()).await?;
        anchoring.stop().await;
        closed.context("the log could not be closed in order")
    }
}

/// Puts each set of policies that comes into force on record.
async fn changes(
    config: Config,
    ledger: Ledger,
    policy: Arc<ArcSwap<Policy>>,
    masks: Arc<ArcSwap<MaskSet>>,
    halted: watch::Receiver<Arc<Halts>>,
) {
    policies::watch(config.policies.clone(), policy, |replaced| {
        let by = "the running gateway, because a file of its policies changed";
        let mut extra = in_force(&config, replaced.fresh, &masks.load(), &halted.borrow(), by);
        if let Some(members) = extra.as_object_mut() {
            members.insert("policy_change".to_owned(), replaced.told());
        }
        let committing = ledger
            .node_session()
            .commit(Administered::new("policies changed", extra));
        async move { Ok(committing.await.map(drop)?) }
    })
    .await;
}

fn told(mistakes: Vec<policy::Mistake>) -> anyhow::Error {
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    anyhow!("the policies cannot be used:\n{}", told.join("\n"))
}

/// Before anything is added to the logs: a witness that knows more of them than we do means that
/// somebody rolled them back.
async fn ask_witnesses(anchors: &Anchors, config: &Config) -> Result<()> {
    let dir = config.data.clone();
    let context = || format!("cannot use the data directory `{}`", config.data.display());
    let at_rest = tokio::task::spawn_blocking(move || DataDir::at_rest(&dir))
        .await?
        .with_context(context)?;
    if let Some(at_rest) = at_rest {
        anchors.check(at_rest.published()).await.with_context(|| {
            "nothing was changed; restore a newer backup, or begin a new epoch with \
             `probity recover --new-epoch`"
        })?;
    }
    Ok(())
}

/// The published logs of the data directory, where they are to be served.
struct Published(store::PublishedLogs);

impl PublishedLogs for Published {
    fn read(&self, path: &LogPath) -> io::Result<Option<Vec<u8>>> {
        self.0.read(path)
    }
}

fn published(config: &Config) -> Result<Option<Arc<dyn PublishedLogs>>> {
    if !config.serve_log {
        return Ok(None);
    }
    let logs = store::PublishedLogs::open(&config.data)?;
    Ok(logs.map(|logs| Arc::new(Published(logs)) as Arc<dyn PublishedLogs>))
}

fn open(dir: &Path, options: &Options) -> Result<Opened> {
    if let Some(key) = &options.root {
        root::try_out(&**key)?;
    }
    Ok(DataDir::open(dir, options)?)
}

/// Says what recovery found.
fn report(opened: &Opened) {
    let recovery = opened.recovery();
    if recovery.created {
        tracing::info!(log_key = opened.vkey(), "a new log begins");
    } else {
        tracing::info!(
            entries = recovery.size.0,
            torn_bytes = recovery.torn_bytes,
            sessions_abandoned = recovery.sessions_abandoned,
            outcomes_unknown = recovery.outcomes_unknown,
            "the log was recovered"
        );
    }
}

/// What is in force from here on, for the record: `version` (the program's), `configuration` (as
/// `probity check --json` prints it), `policy` and `masks` (their digests), `stopped` (what an operator
/// stopped), `by`.
fn in_force(config: &Config, policy: &Policy, masks: &MaskSet, halts: &Halts, by: &str) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "configuration": config::print_json(config),
        "policy": policy.digest().to_string(),
        "masks": masks.digest().to_string(),
        "stopped": halts.iter().map(|halt| halts::told(halt)).collect::<Vec<_>>(),
        "by": by,
    })
}
