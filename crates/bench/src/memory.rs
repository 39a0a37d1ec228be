//! What an open session costs when nobody uses it: memory, and the speed of the others.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::cells::{float, quantile_us};
use crate::client::{Client, Target};
use crate::load::{self, Load};
use crate::options::Options;
use crate::shape::{Era, Shape};
use crate::subject::{Kind, Origin, Subject};

/// Connections that open the sessions, one session after the other.
const OPENERS: usize = 16;

/// Time for what runs behind the calls to catch up.
const SETTLING: Duration = Duration::from_secs(2);

/// Before and after so many sessions were opened and left open.
#[derive(Debug)]
pub(crate) struct OpenSessions {
    pub(crate) sessions: usize,
    pub(crate) before_kib: u64,
    pub(crate) after_kib: u64,
    /// The median of a small call of 16 clients with hardly any session open, and with all.
    pub(crate) p50_before_us: f64,
    pub(crate) p50_after_us: f64,
}

impl OpenSessions {
    /// Resident memory for each open session, in bytes.
    pub(crate) fn bytes_each(&self) -> f64 {
        let grown = self.after_kib.saturating_sub(self.before_kib) * 1_024;
        float(grown) / float(u64::try_from(self.sessions).unwrap_or(u64::MAX))
    }
}

/// Measures the gateway; None where it is not wanted.
///
/// # Errors
///
/// It does not start, or a session does not open.
pub(crate) async fn measure(options: &Options) -> Result<Option<OpenSessions>> {
    let sessions = options.open_sessions();
    if !options.wants("sessions") {
        return Ok(None);
    }
    eprintln!("measuring: {sessions} open sessions");
    let origin = Origin::start()?;
    let subject = Subject::start(Kind::Probity, options, origin.addr)?;
    let process = subject.process.as_ref().context("the gateway runs")?;
    let p50_before_us = small_calls(options, &subject.target).await?;
    tokio::time::sleep(SETTLING).await;
    let before_kib = process.memory_kib()?;
    open(&subject.target, sessions).await?;
    tokio::time::sleep(SETTLING).await;
    let after_kib = process.memory_kib()?;
    let p50_after_us = small_calls(options, &subject.target).await?;
    Ok(Some(OpenSessions {
        sessions,
        before_kib,
        after_kib,
        p50_before_us,
        p50_after_us,
    }))
}

async fn open(target: &Target, sessions: usize) -> Result<()> {
    let mut openers = JoinSet::new();
    for number in 0..OPENERS {
        let target = target.clone();
        let share = sessions / OPENERS + usize::from(number < sessions % OPENERS);
        openers.spawn(async move {
            let mut client = Client::connect(&target, Era::Legacy, number).await?;
            for _ in 0..share {
                client.open().await?;
            }
            Ok(())
        });
    }
    openers.join_all().await.into_iter().collect()
}

async fn small_calls(options: &Options, target: &Target) -> Result<f64> {
    let load = Load {
        shape: Shape::Small,
        era: Era::Modern,
        clients: OPENERS,
        turn: options.turn(),
    };
    let mut sample = load::turn(load::prepare(target, load).await?).await?;
    sample.latencies_ns.sort_unstable();
    Ok(quantile_us(&sample.latencies_ns, 0.5))
}
