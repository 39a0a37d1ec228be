use std::future::Future;

use crate::Timestamp;

/// Where wall-clock time comes from.
///
/// The second implementation is the hand-turned clock of `testkit`.
pub trait Clock: Send + Sync + 'static {
    /// The instant now.
    fn now(&self) -> Timestamp;

    /// Completes once [`Clock::now`] has reached `until`.
    fn sleep_until(&self, until: Timestamp) -> impl Future<Output = ()> + Send;
}
