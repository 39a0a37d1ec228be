//! Operations: health, readiness, metrics. Nothing here is a call.

use std::sync::atomic::Ordering;

use http::{Response, StatusCode};

use crate::respond::{Body, plain};
use crate::shared::Shared;

const TEXT: &str = "text/plain; charset=utf-8";

/// The process runs.
pub(crate) fn healthz() -> Response<Body> {
    plain(StatusCode::OK, TEXT, "ok\n".to_owned())
}

/// Calls are taken: the ledger can write, and the gateway is not stopping.
pub(crate) fn readyz(shared: &Shared) -> Response<Body> {
    let health = shared.ledger().health();
    let why_not = if let Some(error) = &health.poisoned {
        Some(format!("the ledger is poisoned: {error}\n"))
    } else if health.closed {
        Some("the ledger is closed\n".to_owned())
    } else if shared.stopping.load(Ordering::Acquire) {
        Some("the gateway is stopping\n".to_owned())
    } else {
        None
    };
    match why_not {
        None => plain(StatusCode::OK, TEXT, "ready\n".to_owned()),
        Some(why) => plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, why),
    }
}

/// Prometheus text format 0.0.4.
pub(crate) fn metrics(shared: &Shared) -> Response<Body> {
    let health = shared.ledger().health();
    let gauge = |name: &'static str, value: u64| {
        // Gauges are floating-point numbers in this format; 2^53 records are far away.
        metrics::gauge!(name).set(value as f64);
    };
    gauge("probity_ledger_queue_records", health.queue_records);
    gauge("probity_ledger_queue_bytes", health.queue_bytes);
    gauge("probity_ledger_entries_durable", health.durable.0);
    gauge("probity_ledger_entries_published", health.published.0);
    gauge("probity_ledger_sync_last_microseconds", health.sync_last_us);
    gauge("probity_ledger_sync_microseconds", health.sync_total_us);
    gauge("probity_ledger_batches", health.batches);
    gauge("probity_sessions_recorded", health.sessions_open);
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    gauge(
        "probity_sessions_open",
        count(shared.sessions.legacy_count()),
    );
    let under_way = shared.calls.load(Ordering::Acquire);
    gauge("probity_calls_under_way", count(under_way));
    let text = (shared.wiring.metrics)();
    plain(StatusCode::OK, "text/plain; version=0.0.4", text)
}

pub(crate) fn not_found() -> Response<Body> {
    let text = "there is nothing here: MCP servers are at /mcp/{upstream}\n";
    plain(StatusCode::NOT_FOUND, TEXT, text.to_owned())
}

/// Nothing can be identified, so nothing can be recorded, so nothing passes.
pub(crate) fn no_randomness() -> Response<Body> {
    let text = "the operating system gives no random bytes\n";
    plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, text.to_owned())
}
