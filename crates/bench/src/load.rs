//! The load: so many clients, each calling again as soon as it is answered, for a bounded time.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::client::{Client, Target};
use crate::shape::{Era, Shape};

/// More calls than this does no client make in one turn.
const CALLS_MAX: usize = 200_000;

/// What is asked of a subject.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) shape: Shape,
    pub(crate) era: Era,
    pub(crate) clients: usize,
    pub(crate) turn: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// Of each call, in nanoseconds, in no order.
    pub(crate) latencies_ns: Vec<u64>,
    /// Calls that went out besides, to open sessions and connections.
    pub(crate) besides: u64,
    /// How long the calls took together.
    pub(crate) elapsed: Duration,
}

impl Sample {
    pub(crate) fn add(&mut self, other: Self) {
        self.latencies_ns.extend(other.latencies_ns);
        self.besides += other.besides;
        self.elapsed += other.elapsed;
    }
}

/// Clients that are connected, have their sessions, and made one call that does not count.
pub(crate) struct Ready {
    load: Load,
    clients: Vec<Client>,
    besides: u64,
}

/// Makes ready for a turn.
///
/// # Errors
///
/// A call was not answered as the origin answers it.
pub(crate) async fn prepare(target: &Target, load: Load) -> Result<Ready> {
    let mut besides = 0;
    let mut warming = JoinSet::new();
    for number in 0..load.clients {
        let mut client = Client::connect(target, load.era, number).await?;
        if load.era == Era::Legacy {
            client.open().await?;
            besides += 2;
        }
        client.prepare(load.shape);
        warming.spawn(async move { client.call(load.shape).await.map(|_| client) });
        besides += 1;
    }
    let clients = warming.join_all().await.into_iter();
    Ok(Ready {
        load,
        clients: clients.collect::<Result<_>>()?,
        besides,
    })
}

/// One turn: all of them call until its time is over.
///
/// # Errors
///
/// A call was not answered as the origin answers it.
pub(crate) async fn turn(ready: Ready) -> Result<Sample> {
    let mut sample = Sample {
        besides: ready.besides,
        ..Sample::default()
    };
    let begun = Instant::now();
    let until = begun + ready.load.turn;
    let mut running = JoinSet::new();
    for client in ready.clients {
        running.spawn(repeat(client, ready.load.shape, until));
    }
    while let Some(done) = running.join_next().await {
        sample.latencies_ns.extend(done??);
    }
    sample.elapsed = begun.elapsed();
    Ok(sample)
}

async fn repeat(mut client: Client, shape: Shape, until: Instant) -> Result<Vec<u64>> {
    let mut latencies_ns = Vec::new();
    while Instant::now() < until && latencies_ns.len() < CALLS_MAX {
        let took = client.call(shape).await?;
        latencies_ns.push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(latencies_ns)
}
