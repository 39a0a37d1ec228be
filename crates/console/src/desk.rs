use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use gate::{Approver, Grant, HeldCall, Vote, VoteError};
use http::HeaderMap;
use identity::AuthError;
use model::{CallId, GrantId, Timestamp};

/// Where held calls wait for people.
pub trait Desk: Send + Sync + 'static {
    /// Who asks, by the credential in these headers and nothing else.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: nobody knows.
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Approver, AuthError>>;

    /// All held calls that are not forgotten, by their ids.
    fn held(&self) -> Vec<HeldCall>;

    /// A held call.
    fn get(&self, id: CallId) -> Option<HeldCall>;

    /// All grants that are not forgotten, by their ids.
    fn grants(&self) -> Vec<Grant>;

    /// Takes a person's word. On return it is on record and in force. Whoever waits for it waits to the
    /// end.
    ///
    /// # Errors
    ///
    /// [`DeskError`]: it has no effect.
    fn vote(&self, id: CallId, vote: Vote) -> BoxFuture<'_, Result<HeldCall, DeskError>>;

    /// Takes a grant back, as [`Desk::vote`] takes a word.
    ///
    /// # Errors
    ///
    /// [`DeskError`]: it has no effect.
    fn revoke(&self, id: GrantId, by: Approver) -> BoxFuture<'_, Result<Grant, DeskError>>;

    /// Each held call that changes from now on, as it is then. It ends when some were missed: whoever
    /// listens then reads them all, and listens again.
    fn changes(&self) -> BoxStream<'static, Arc<HeldCall>>;

    /// The time by which votes are cast.
    fn now(&self) -> Timestamp;
}

/// Why somebody's word has no effect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// It does not count.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// There is no such grant in force.
    #[error("there is no grant of this id in force")]
    NoGrant,
    /// It cannot be put on record or kept: the reason is for the operator.
    #[error("{0}")]
    Unavailable(String),
}
