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

/// One turn: connects, opens sessions, lets each client make one call that does not count, then
/// measures.
///
/// # Errors
///
/// A call was not answered as the origin answers it.
pub(crate) async fn turn(target: &Target, load: Load) -> Result<Sample> {
    let mut sample = Sample::default();
    let mut clients = Vec::with_capacity(load.clients);
    for number in 0..load.clients {
        let mut client = Client::connect(target, load.era, number).await?;
        if load.era == Era::Legacy {
            client.open().await?;
            sample.besides += 2;
        }
        client.prepare(load.shape);
        clients.push(client);
    }
    let mut warming = JoinSet::new();
    for mut client in clients {
        warming.spawn(async move { client.call(load.shape).await.map(|_| client) });
        sample.besides += 1;
    }
    let clients: Vec<Client> = warming
        .join_all()
        .await
        .into_iter()
        .collect::<Result<_>>()?;

    let begun = Instant::now();
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(repeat(client, load.shape, begun + load.turn));
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
